"""What an operator is told of an error: the root of it, in our words, with no address in them."""

import socket
import ssl
from itertools import pairwise

import aiohttp
import pytest

from briefing.collect import failure
from briefing.errors import FetchError


def caused(*chain: BaseException) -> BaseException:
    """Wrap each error around the next, as the HTTP libraries do."""
    for outer, inner in pairwise(chain):
        outer.__cause__ = inner
    return chain[0]


def untrusted() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed: https://desk:s3cr3t@example.org/")
    error.verify_message = "certificate has expired"
    return error


OUTER = "GET https://desk:s3cr3t@example.org/?token=s3cr3t"
CAUSES = {
    "our own rule": (FetchError("larger than 10 bytes"), "larger than 10 bytes"),
    "an expired certificate": (untrusted(), "the certificate was not accepted: certificate has expired"),
    "no TLS there": (ssl.SSLError(1, "WRONG_VERSION_NUMBER"), "no secure connection could be agreed on"),
    "no such name": (socket.gaierror(-2, "Name or service not known"), "the host's name was not found"),
    "nobody listens": (ConnectionRefusedError(111, "Connect call failed"), "the connection was refused"),
    "reset": (ConnectionResetError(104, "reset"), "the server broke the connection"),
    "slow to connect": (aiohttp.ConnectionTimeoutError(OUTER), "no connection within the time allowed"),
    "silence": (aiohttp.SocketTimeoutError(OUTER), "the server fell silent"),
    "hung up": (aiohttp.ServerDisconnectedError(OUTER), "the server closed the connection without an answer"),
    "body": (aiohttp.ClientPayloadError(OUTER), "the body broke off"),
    "an address of no use": (aiohttp.InvalidURL(OUTER), "the address is not a valid URL"),
    "letters that cannot be sent": (UnicodeEncodeError("ascii", "\xe9", 0, 1, OUTER), "cannot be sent"),
    "no route": (OSError(113, "No route to host"), "the connection failed (No route to host)"),
    "a value that cannot be": (ValueError(OUTER), "the address or a header cannot be sent"),
    "something new": (KeyError(OUTER), "the connection failed (KeyError)"),
}


@pytest.mark.parametrize(("cause", "words"), CAUSES.values(), ids=CAUSES.keys())
def test_the_root_of_an_error_is_told_and_no_secret(cause: BaseException, words: str) -> None:
    told = failure.words(caused(RuntimeError(OUTER), OSError(OUTER), cause))
    assert words in told
    assert "s3cr3t" not in told
