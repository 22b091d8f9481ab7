"""The request a vendor makes of a payload, shared by all of them."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit, urlunsplit


class Outgoing(NamedTuple):
    """One POST about to be made; its text form shows neither the address nor the headers, which can be secrets."""

    url: str
    body: bytes
    headers: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Outgoing({len(self.body)} bytes)"


class Thread(NamedTuple):
    """What a message belongs to, as it stands in a payload under `thread`, which is not posted.

    `key` is the id that its messages share, `name` what people read, where the far end shows one, and `reference` what
    that called the thread or its last message.
    """

    key: str | None
    name: str = ""
    reference: str | None = None

    @classmethod
    def apart(cls, payload: Mapping[str, Any]) -> tuple["Thread", dict[str, Any]]:
        """Return the thread of a payload, and what is posted of it; what was stored before there were any has none."""
        body = {**payload}
        return cls(**body.pop("thread", {"key": None})), body


def with_query(url: str, **given: str | None) -> str:
    """Return the address with these parameters in place of its own of the same name; the others stay as written."""
    parts = urlsplit(url)
    kept = [pair for pair in parts.query.split("&") if pair and pair.partition("=")[0] not in given]
    added = [urlencode({name: value}) for name, value in given.items() if value is not None]
    return urlunsplit(parts._replace(query="&".join([*kept, *added])))
