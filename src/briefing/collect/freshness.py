"""Reads and writes the headers by which a server lets us not ask, or not send again. Pure.

Apart from `fetch`, which moves bytes: here is what a response means for the next request.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import blake2b

from briefing.model import Validators

_VALIDATOR_LIMIT = 1024
_ZERO = timedelta(0)


def conditions(known: Validators, parser_version: str) -> dict[str, str]:
    """Return the headers that ask for a body only if it is new (RFC 9110 section 13.1).

    None are sent for a body that another version of the parser read: it must be read again.
    """
    if known.body_hash is not None and not known.body_hash.startswith(f"{parser_version}:"):
        return {}
    asked = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in asked.items() if value}


def validators(headers: Mapping[str, str], body_hash: str | None) -> Validators:
    """Return what to remember of a response; a value that could not be sent back safely is dropped."""
    return Validators(_sendable(headers.get("etag")), _sendable(headers.get("last-modified")), body_hash)


def confirmed(known: Validators, headers: Mapping[str, str]) -> Validators:
    """Return what to remember after a 304: what we knew, renewed where the server says so."""
    told = validators(headers, known.body_hash)
    return Validators(told.etag or known.etag, told.last_modified or known.last_modified, known.body_hash)


def body_hash(body: bytes, parser_version: str) -> str:
    """Return the parser's version, a colon and the hex digest of a decoded body."""
    return f"{parser_version}:{blake2b(body, digest_size=32).hexdigest()}"


def fresh_for(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return how long a response calls itself fresh; zero if it must not be reused, None if it does not say.

    The longer of `max-age` and `Expires` less `Date` (RFC 9111 sections 4.2.1 and 5.2.2).
    """
    directives = _directives(headers.get("cache-control", ""))
    if directives.keys() & {"no-cache", "no-store"}:
        return _ZERO
    spans = [span for span in (_seconds(directives.get("max-age")), _until_expiry(headers, now)) if span is not None]
    return max(spans, default=None)


def _directives(value: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in value.lower().split(","))
    return {name.strip(): argument.strip().strip('"') for name, _, argument in pairs}


def _seconds(text: str | None) -> timedelta | None:
    if text is None or not (text.isascii() and text.isdigit()):
        return None
    return timedelta(seconds=min(int(text[:12]), 10**9))


def _until_expiry(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    if "expires" not in headers:
        return None
    expires = _date(headers["expires"])
    if expires is None:
        return _ZERO  # RFC 9111 section 5.3: an invalid date, "0" above all, is in the past
    return max(expires - (_date(headers.get("date")) or now), _ZERO)


def _date(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return when if when.tzinfo else None


def _sendable(value: str | None) -> str | None:
    usable = value and len(value) <= _VALIDATOR_LIMIT and value.isascii() and value.isprintable()
    return value if usable else None
