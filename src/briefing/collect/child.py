"""What runs in a child of `isolate`: read, clean, and turn every mishap into a ParseError.

Apart from `isolate`, because this is all that the two processes share: importing it costs nothing, the parsers come
with the first document or were loaded by the forking server.
"""

import gc
import os
import resource
import signal
from pathlib import Path
from typing import TYPE_CHECKING

from briefing.errors import ParseError
from briefing.model import Fetched, Page, ParsedFeed

if TYPE_CHECKING:
    from briefing.collect.opml import Outline

_AFTER = 5  # how much nicer a child is than the service, whose loop is not to wait for documents
_SPARE = 8 * 2**20  # bytes a child may have grown by; ordinary feeds, however many, cost it 5 MiB


class Stint(int):
    """How many documents a child reads before a fresh one takes its place; fewer, once one of them left it large.

    What a parser took goes back to the system only as its process ends. The pool knows no other reason to replace a
    child than a number of documents, and asks in the child, before each, whether those read are fewer: so the number
    looks around before it answers.
    """

    _fresh = 0  # bytes held before the first document

    def __gt__(self, read: int) -> bool:
        if read == 0:
            self._fresh = _held()
        return int(self) > read and _held() - self._fresh < _SPARE


def _held() -> int:
    """Return the bytes of memory that this process fills and no file backs; 0 where the system does not tell."""
    try:
        _, resident, shared, *_ = Path("/proc/self/statm").read_text().split()
    except OSError:
        return 0
    return (int(resident) - int(shared)) * resource.getpagesize()


def limit(memory: int) -> None:
    """Cap this process's memory in bytes, and let the service go before it; called once, as it starts.

    What is shared with the forking server stays shared: the collector, which would write to all of it, leaves it alone.
    RLIMIT_DATA counts what a process may write to, so the libraries that all share cost nothing (Linux 4.7 and later).
    """
    gc.freeze()
    os.nice(_AFTER)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # at once, even inside a regular expression
    for kind, value in ((resource.RLIMIT_DATA, memory), (resource.RLIMIT_CORE, 0)):
        _, most = resource.getrlimit(kind)
        resource.setrlimit(kind, (value if most == resource.RLIM_INFINITY else min(value, most), most))


def ready() -> None:
    """Do nothing: whoever gets an answer knows that a child stands."""


def feed(fetched: Fetched) -> ParsedFeed:
    """Return what a feed document holds."""
    from briefing.collect import parse

    try:
        return parse.feed(fetched.body, fetched.content_type, fetched.url)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this document's error alone
        raise _told(error) from None


def page(fetched: Fetched) -> Page:
    """Return what a web page says."""
    from briefing.collect import fulltext

    try:
        return fulltext.page(fetched.body, fetched.content_type, fetched.url)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this document's error alone
        raise _told(error) from None


def outlines(fetched: Fetched) -> "tuple[Outline, ...]":
    """Return the feeds that an OPML document names."""
    from briefing.collect import opml

    try:
        return opml.read(fetched.body)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this document's error alone
        raise _told(error) from None


def _told(error: Exception) -> ParseError:
    """Return the error as one that can cross to the parent: short, ours, and without a piece of the document."""
    if isinstance(error, ParseError):
        return ParseError(str(error))
    if isinstance(error, MemoryError):
        return ParseError("reading it took too much memory")
    return ParseError(f"the parser failed on it ({type(error).__name__})")
