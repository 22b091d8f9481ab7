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
from briefing.doctor.case import Case, Installation, TroubleError, read_config, read_database
from briefing.errors import BriefingError
from briefing.model import Finding, Level
from briefing.threads import aside

T = TypeVar("T")
QUESTIONS: Mapping[str, Callable[[Case], Finding | None]] = {
    "config": place.config,
    "templates": place.templates,
    "zones": place.zones,
    "clock": database.clock,
    "disk": place.disk,
    "database": database.database,
    "migrations": database.migrations,
    "service": place.service,
    "feeds": place.feeds,
    "channels": place.channels,
    "smtp": mail.smtp,
    "domain": mail.domain,
    "spf": mail.spf,
    "dkim": mail.dkim,
    "dmarc": mail.dmarc,
    "ptr": mail.ptr,
}


def examine(installation: Installation) -> tuple[Finding, ...]:
    """Answer every question about an installation, in that order; no secret of its configuration is in an answer."""
    return asyncio.run(_examine(installation))


async def _examine(installation: Installation) -> tuple[Finding, ...]:
    seconds = installation.seconds
    checked = await _within(seconds, "config", partial(read_config, installation))
    looked = await _within(seconds, "database", partial(read_database, installation))
    case = Case(installation, checked, looked, installation.clock())
    asked = (_within(seconds, name, partial(question, case)) for name, question in QUESTIONS.items())
    found = tuple(finding for finding in await asyncio.gather(*asked) if finding)
    if isinstance(checked, Finding) or checked.config is None:
        return found
    mask = Mask(checked.config)
    return tuple(replace(finding, fact=mask(finding.fact), mend=mask(finding.mend)) for finding in found)


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
