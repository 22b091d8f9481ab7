"""Asking: each question in a thread of its own and for a few seconds; one that hangs or breaks is a finding too.

Apart from the questions, which may raise as they like: here the rest is told all the same.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TypeVar

from briefing.config.mask import Mask
from briefing.doctor import database, mail, place
from briefing.doctor.areas import Area
from briefing.doctor.case import Case, Installation, TroubleError, read_config, read_database, see
from briefing.errors import BriefingError
from briefing.model import Finding, Level
from briefing.threads import aside

T = TypeVar("T")
Questions = Mapping[str, Callable[[Case], Finding | None]]
AREAS: Mapping[Area, Questions] = {
    Area.CONFIG: {"config": place.config, "templates": place.templates, "zones": place.zones},
    Area.DATABASE: {
        "clock": database.clock,
        "disk": place.disk,
        "database": database.database,
        "migrations": database.migrations,
    },
    Area.SERVICE: {"service": place.service},
    Area.FEEDS: {"feeds": place.feeds},
    Area.CHANNELS: {"channels": place.channels},
    Area.MAIL: {
        "smtp": mail.smtp,
        "domain": mail.domain,
        "spf": mail.spf,
        "dkim": mail.dkim,
        "dmarc": mail.dmarc,
        "ptr": mail.ptr,
    },
}
QUESTIONS: Questions = {name: question for area in AREAS.values() for name, question in area.items()}
_OF_THE_FILE = {Area.CONFIG, Area.MAIL}  # the database need not be there, and is not waited for
_UNREAD = Finding("database", Level.OK, "not looked at")


def examine(installation: Installation, area: Area | None = None) -> tuple[Finding, ...]:
    """Answer every question about an installation, or about an area of it, in that order.

    What an answer waits for is told before it, also from outside the area. No secret of the configuration is in one.
    """
    return asyncio.run(_examine(installation, area))


async def _examine(installation: Installation, area: Area | None) -> tuple[Finding, ...]:
    seconds = installation.seconds
    checked = await _within(seconds, "config", partial(read_config, installation))
    reading = partial(read_database, installation)
    looked = _UNREAD if area in _OF_THE_FILE else await _within(seconds, "database", reading)
    found = await _narrowed(Case(installation, checked, looked, installation.clock()), area)
    if isinstance(checked, Finding) or checked.config is None:
        return found
    mask = Mask(checked.config)
    return tuple(replace(finding, fact=mask(finding.fact), mend=mask(finding.mend)) for finding in found)


async def _narrowed(case: Case, area: Area | None) -> tuple[Finding, ...]:
    """Answer the questions of an area, before them those that they wait for; without an area, all."""
    if area is None:
        return await _answers(case, QUESTIONS)
    found = await _answers(case, AREAS[area])
    mends = {finding.mend for finding in found}
    beyond = {name: ask for name, ask in QUESTIONS.items() if see(name) in mends and name not in AREAS[area]}
    return await _answers(case, beyond) + found


async def _answers(case: Case, questions: Questions) -> tuple[Finding, ...]:
    asked = (_within(case.place.seconds, name, partial(ask, case)) for name, ask in questions.items())
    return tuple(finding for finding in await asyncio.gather(*asked) if finding)


async def _within(seconds: float, name: str, ask: Callable[[], T]) -> T | Finding:
    """Return an answer; a finding if there is none in time, or asking breaks."""
    try:
        async with asyncio.timeout(seconds):
            return await aside(ask, name=name)
    except TimeoutError:
        return Finding(name, Level.FAIL, f"no answer within {seconds:g} s", "see whether what it is about hangs")
    except TroubleError as error:
        return Finding(name, error.level, str(error), error.mend)
    except (BriefingError, OSError) as error:
        return Finding(name, Level.FAIL, str(error), "mend that, then ask again")
    except Exception as error:  # noqa: BLE001 - the rest is to be told
        return Finding(
            name, Level.FAIL, f"the question broke: {type(error).__name__}", "report it: the mistake is ours"
        )
