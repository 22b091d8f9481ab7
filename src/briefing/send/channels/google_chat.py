"""Google Chat, by webhook: one card, in the thread of its story.

A card's paragraphs take a little HTML, so what a feed wrote is escaped; its header and its buttons are plain. The
`text` of a message has markup of its own and is not used: what a notification shows is the card's fallback.
"""

import html
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from briefing.config.alerts import GoogleChatChannel
from briefing.model import Link, Notice, Rate, Verdict
from briefing.send.channels.outgoing import Outgoing, with_query
from briefing.send.markup import html_text, inert
from briefing.send.text import as_json, fit, refit, utc, web_link, words
from briefing.send.verdict import Answer, Unreachable, as_named, by_status, in_body

# developers.google.com/workspace/chat/limits; `thread` is the longest threadKey.
LIMITS: Mapping[str, int] = {
    "bytes": 32_000,
    "headline": 1000,
    "sentence": 4000,
    "line": 500,
    "name": 200,
    "link": 80,
    "links": 6,
    "url": 2000,
    "thread": 4000,
}
RATES: Sequence[Rate] = (Rate(60, timedelta(seconds=60)),)  # of a space, which other apps share
READ_BY_PEOPLE = True
_STOPS = (401, 403, 404)
_Widget = dict[str, Any]


def payload(notice: Notice, event_key: str) -> dict[str, Any]:
    """Return the message; the thread's key is the id of the story, else of the feed, else of the event."""
    thread = fit(notice.thread or event_key, LIMITS["thread"])
    return refit(notice, lambda part: _message(part, thread), lambda message: len(as_json(message)) <= LIMITS["bytes"])


def request(channel: GoogleChatChannel, payload: Mapping[str, Any], message_id: str, now: datetime) -> Outgoing:
    """Return the post; the address is the secret. Without the option every message would begin a thread."""
    del message_id, now  # a chat hook has no place for a key by which a repeat is known
    url = with_query(channel.url.get_secret_value(), messageReplyOption="REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD")
    return Outgoing(url, as_json(payload), {"content-type": "application/json; charset=UTF-8"})


def verdict(answer: Answer | Unreachable, now: datetime) -> Verdict:
    """Judge by status, also by the one that the body names, and stop when the webhook or its space is gone."""
    return by_status(as_named(answer, in_body(answer, "error", "code")), now, stops=_STOPS)


def _message(notice: Notice, thread: str) -> dict[str, Any]:
    card: _Widget = {"sections": [{"widgets": _widgets(notice)}]}
    if header := _header(notice):
        card["header"] = header
    fallback = words(notice.headline, LIMITS["headline"], inert, empty="…")
    return {"fallbackText": fallback, "cardsV2": [{"cardId": "alert", "card": card}], "thread": {"threadKey": thread}}


def _header(notice: Notice) -> _Widget | None:
    names = [words(name, LIMITS["name"], empty="…") for name in notice.where]
    if not names:
        return None
    lines = [*names, utc(notice.at)] if notice.at else names
    return {"title": lines[0], **({"subtitle": " · ".join(lines[1:])} if lines[1:] else {})}


def _widgets(notice: Notice) -> list[_Widget]:
    headline = words(notice.headline, LIMITS["headline"], html_text, empty="…")
    url = web_link(notice.url, LIMITS["url"])
    linked = f'<a href="{html.escape(url)}">{headline}</a>' if url else headline
    said = words(" ".join(notice.sentences), LIMITS["sentence"], html_text)
    when = utc(notice.at) if notice.at and not notice.where else ""  # else it is in the header
    paragraphs = [{"textParagraph": {"text": text}} for text in (f"<b>{linked}</b>", said, when) if text]
    buttons = [button for link in notice.actions[: LIMITS["links"]] if (button := _button(link))]
    return [*paragraphs, *map(_line, notice.context), *([{"buttonList": {"buttons": buttons}}] if buttons else [])]


def _line(link: Link) -> _Widget:
    text = {"text": words(link.text, LIMITS["line"], html_text, empty="…"), "wrapText": True}
    url = web_link(link.url, LIMITS["url"])
    return {"decoratedText": {**text, **({"onClick": {"openLink": {"url": url}}} if url else {})}}


def _button(link: Link) -> _Widget | None:
    url = web_link(link.url, LIMITS["url"])
    text = words(link.text, LIMITS["link"], empty="…")
    return {"text": text, "onClick": {"openLink": {"url": url}}} if url else None
