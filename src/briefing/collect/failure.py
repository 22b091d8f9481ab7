"""Says in an operator's words why a request failed.

Apart from `fetch`, because the libraries below wrap errors in one another and put addresses into their texts: the true
cause is looked for in the whole chain, and nothing but our own words and a host's name leaves here.
"""

import socket
import ssl
from collections.abc import Iterator
from http import HTTPStatus

import aiohttp

from briefing import dial
from briefing.errors import FetchError

_BY_KIND: tuple[tuple[type[BaseException], str], ...] = (
    (aiohttp.ConnectionTimeoutError, "no connection within the time allowed"),
    (aiohttp.ServerTimeoutError, "the server fell silent"),
    (ConnectionRefusedError, "the connection was refused"),
    (ConnectionResetError, "the server broke the connection"),
    (aiohttp.ServerDisconnectedError, "the server closed the connection without an answer"),
    (aiohttp.ClientPayloadError, "the body broke off"),
    (aiohttp.ClientResponseError, "the answer is not HTTP as we can read it"),
    (aiohttp.InvalidURL, "the address is not a valid URL"),
    (TimeoutError, "no connection within the time allowed"),
    (UnicodeError, "the address or a header holds characters that cannot be sent"),
    (ValueError, "the address or a header cannot be sent as it is"),
)


def words(error: BaseException) -> str:
    """Return one short sentence, without a URL, on the root of an error."""
    refused = dial.refused(error)
    if refused:
        return f"this address may not be dialled: {refused}"
    chain = tuple(_chain(error))
    for link in chain:
        own = _own_words(link)
        if own:
            return own
    for kind, told in _BY_KIND:
        if any(isinstance(link, kind) for link in chain):
            return told
    return f"the connection failed ({_symbol(chain)})"


def status_words(status: int) -> str:
    """Return a status with its registered phrase, such as "HTTP 404 Not Found"; never the server's own phrase."""
    try:
        return f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP {status}"


def _chain(error: BaseException) -> Iterator[BaseException]:
    link: BaseException | None = error
    while link is not None:
        yield link
        link = link.__cause__ or link.__context__


def _own_words(error: BaseException) -> str | None:
    if isinstance(error, FetchError):
        return str(error)
    if isinstance(error, aiohttp.ClientError):
        return None  # some claim the type of their cause without its fields; the cause itself comes next
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate was not accepted: {error.verify_message[:100]}"
    if isinstance(error, ssl.SSLError):
        return "no secure connection could be agreed on"
    if isinstance(error, socket.gaierror):
        return "the host's name was not found"
    return None


def _symbol(chain: tuple[BaseException, ...]) -> str:
    """Return the system's own text of an error if there is one, else the kind of the last link."""
    for link in chain:
        if isinstance(link, OSError) and link.strerror and not isinstance(link, aiohttp.ClientError):
            return link.strerror[:80]
    return type(chain[-1]).__name__
