"""The request a vendor makes of a payload, shared by all of them."""

from collections.abc import Mapping
from typing import NamedTuple


class Outgoing(NamedTuple):
    """One POST about to be made; its text form shows neither the address nor the headers, which can be secrets."""

    url: str
    body: bytes
    headers: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Outgoing({len(self.body)} bytes)"
