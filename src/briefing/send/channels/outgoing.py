"""The request a vendor makes of a payload, shared by all of them."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit, urlunsplit

THREAD = "in_thread"  # in a payload, of vendors that have references


class Outgoing(NamedTuple):
    """One POST about to be made; its text form shows neither the address nor the headers, which can be secrets."""

    url: str
    body: bytes
    headers: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Outgoing({len(self.body)} bytes)"


def apart(payload: Mapping[str, Any]) -> tuple[Mapping[str, Any], dict[str, Any]]:
    """Return what a payload says of its thread, and what of it is posted.

    Of a thread there is the `key` that its messages share, the `name` that people read, where the far end shows one,
    and at an attempt the `reference` by which the far end knows it, if it does.
    """
    return payload.get(THREAD, {}), {name: value for name, value in payload.items() if name != THREAD}


def with_query(url: str, **given: str | None) -> str:
    """Return the address with these parameters in place of its own of the same name; the others stay as written."""
    parts = urlsplit(url)
    kept = [pair for pair in parts.query.split("&") if pair and pair.partition("=")[0] not in given]
    added = [urlencode({name: value}) for name, value in given.items() if value is not None]
    return urlunsplit(parts._replace(query="&".join([*kept, *added])))
