"""Apprise: plain words to any of the services that its library knows, by the address that it reads.

The library makes a service's own message of them, and splits them where a service takes less at once than we write.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from briefing.config.alerts import AppriseChannel
from briefing.model import Link, Notice, Rate, Verdict
from briefing.send.channels.outgoing import Outgoing
from briefing.send.markup import inert
from briefing.send.text import as_json, refit, utc, web_link, words
from briefing.send.verdict import Answer, Unreachable, by_status

# Characters, ours: what most services take whole (Apprise's own default is a title of 250 and 32,768 of body).
LIMITS: Mapping[str, int] = {"title": 200, "body": 4000, "sentence": 2000, "line": 500, "url": 2000}
RATES: Sequence[Rate] = (Rate(1, timedelta(seconds=1)),)  # ours: each service has its own, and Apprise does not tell it
READ_BY_PEOPLE = True
_STOPS = (401, 403, 404)


def payload(notice: Notice, event_key: str) -> dict[str, Any]:
    """Return title and body."""
    del event_key  # most services have no place for it
    return refit(notice, _message, lambda message: len(message["body"]) <= LIMITS["body"])


def request(channel: AppriseChannel, payload: Mapping[str, Any], message_id: str, now: datetime) -> Outgoing:
    """Return the words, and the address for the library, which is to dial."""
    del message_id, now  # most services have no place for a key by which a repeat is known
    return Outgoing(channel.url.get_secret_value(), as_json(payload), {})


def verdict(answer: Answer | Unreachable, now: datetime) -> Verdict:
    """Judge by the status that the library tells of, and stop where the service is closed to us."""
    return by_status(answer, now, stops=_STOPS)


def _message(notice: Notice) -> dict[str, Any]:
    title, whole = _words(notice.headline, "title"), _words(notice.headline, "sentence")
    parts = [*([] if title == whole else [whole]), *_parts(notice)]
    return {"title": title, "body": "\n\n".join(parts) or title}


def _parts(notice: Notice) -> Iterator[str]:
    if said := " ".join(notice.sentences).strip():
        yield _words(said, "sentence")
    if notice.context:
        yield "\n".join(map(_line, notice.context))
    where = [_words(name, "line") for name in notice.where]
    if where or notice.at:
        yield " · ".join([*where, *([utc(notice.at)] if notice.at else [])])
    if links := [_line(link) for link in _links(notice) if link.url]:
        yield "\n".join(links)


def _links(notice: Notice) -> Iterator[Link]:
    """Yield where there is to go, the item first, unless one of its links leads there too."""
    if notice.url and notice.url not in [link.url for link in notice.actions]:
        yield Link(notice.headline, notice.url)
    yield from notice.actions


def _line(link: Link) -> str:
    url = web_link(link.url, LIMITS["url"])
    return _words(link.text, "line") + (f": {url}" if url else "")


def _words(text: str, limit: str) -> str:
    return words(text, LIMITS[limit], inert, empty="…")
