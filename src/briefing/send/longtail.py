"""Services that we speak to through Apprise alone: words in, a status out.

Apart from `http`, which posts what is ours: the library dials by itself, past the address guard, wherever the
operator's address leads. It blocks, so each message has a thread, and it tells what went wrong in words alone, of which
only the status is read: its sentences can repeat a secret. It is an extra, so it is imported when it is needed.
"""

import asyncio
import json
import logging
import re
from functools import partial
from typing import TYPE_CHECKING

from briefing.send.verdict import Answer, Unreachable
from briefing.threads import aside

if TYPE_CHECKING:
    from apprise import AppriseAsset, NotifyBase

MISSING = 'it needs Apprise: pip install "briefing[apprise]"'
_STATUS = re.compile(r"\berror=([1-5]\d\d)\b")


async def notify(url: str, body: bytes, *, seconds: float) -> Answer | Unreachable:
    """Hand over `{title, body}`, and return the status that came."""
    said = json.loads(body)
    try:
        async with asyncio.timeout(seconds):
            return await aside(partial(_notify, url, said["title"], said["body"]), name="apprise")
    except TimeoutError:
        return Unreachable(f"no answer within {seconds:g} s")


def flaw(url: str) -> str | None:
    """Return what is wrong with an address, without repeating it; None if the library reads it."""
    found = _service(url)
    return found if isinstance(found, str) else None


def _service(url: str) -> "NotifyBase | str":
    """Return what speaks to an address, or why there is none."""
    for name in ("apprise", "urllib3"):  # lines below a warning show addresses; what is wanted is in the result
        logging.getLogger(name).setLevel(logging.WARNING)
        logging.getLogger(name).propagate = False
    try:
        from apprise import Apprise
    except ImportError:
        return MISSING
    found = Apprise.instantiate(url, asset=_asset(), suppress_exceptions=True)
    return found or "Apprise knows no service by this address"


def _asset() -> "AppriseAsset":
    from apprise import AppriseAsset

    return AppriseAsset(async_mode=False, service_timeout=0)  # else it has threads that a stop would wait for


def _notify(url: str, title: str, body: str) -> Answer | Unreachable:
    service = _service(url)
    if isinstance(service, str):
        return Unreachable(service)
    from apprise import Apprise, NotifyFormat, OverflowMode

    every = Apprise(asset=_asset())
    service.overflow_mode = OverflowMode.SPLIT
    every.add(service)
    result = every.notify(body=body, title=title, body_format=NotifyFormat.TEXT, interpret_escapes=False)
    if result:
        return Answer(200)
    named = _STATUS.findall(" ".join(entry.message for entry in result.logs()))
    return Answer(int(named[-1])) if named else Unreachable("Apprise could not hand it over, and tells no status")
