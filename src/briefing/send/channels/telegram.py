"""Telegram, by bot: one message in Telegram's HTML.

What a feed wrote is escaped, and broken where Telegram would make a mention, a command, a hashtag or an address of it.
Links stand in the text and not in buttons: for one button with an address that it finds wrong, Telegram refuses all.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from briefing.config.alerts import TelegramChannel
from briefing.model import Link, Notice, Rate, Verdict
from briefing.send.channels.outgoing import THREAD, Outgoing, apart
from briefing.send.markup import html_link, html_text, inert
from briefing.send.text import as_json, refit, utc, web_link, words
from briefing.send.verdict import Answer, Unreachable, as_named, by_status, in_body, referring

# core.telegram.org/bots/api: 4096 characters once the markup is read; counted as UTF-16, which is never less.
LIMITS: Mapping[str, int] = {
    "text": 4096,
    "written": 9500,  # bytes with the markup: "entities too long" (TelegramBotAPI/errors)
    "headline": 1000,
    "sentence": 2000,
    "name": 200,
    "line": 500,
    "link": 80,
    "url": 2000,
}
RATES: Sequence[Rate] = (Rate(1, timedelta(seconds=1)), Rate(20, timedelta(seconds=60)))  # of a chat, and of a group
READ_BY_PEOPLE = True
_STOPS = (401, 403, 404)
# What is wrong with the chat, and not with the message, in the words of api.telegram.org; they are told as they stand.
_NO_CHAT = frozenset(
    {
        "chat not found",
        "group chat was upgraded to a supergroup chat",
        "group is deactivated",
        "have no rights to send a message",
        "message thread not found",
        "CHAT_WRITE_FORBIDDEN",
        "TOPIC_CLOSED",
        "not enough rights to send text messages to the chat",
    }
)


def payload(notice: Notice, event_key: str) -> dict[str, Any]:
    """Return the message, without the chat it goes to."""
    del event_key  # Telegram has no place for it
    _, written = refit(notice, _texts, _fits)
    thread = {THREAD: {"key": notice.thread}}
    return {"text": written, "parse_mode": "HTML", "link_preview_options": {"is_disabled": True}, **thread}


def request(channel: TelegramChannel, payload: Mapping[str, Any], message_id: str, now: datetime) -> Outgoing:
    """Return the post to the bot's own address, in which its token stands, with chat, topic and what it follows.

    Telegram sends it all the same if the message that it replies to was deleted.
    """
    del message_id, now  # the API has no place for a key by which a repeat is known
    topic = {} if channel.topic is None else {"message_thread_id": channel.topic}
    token = quote(channel.token.get_secret_value(), safe=":")
    url = f"{str(channel.api).rstrip('/')}/bot{token}/sendMessage"
    thread, written = apart(payload)
    body = {"chat_id": channel.chat, **topic, **written, **_reply(thread.get("reference"))}
    return Outgoing(url, as_json(body), {"content-type": "application/json"})


def verdict(answer: Answer | Unreachable, now: datetime) -> Verdict:
    """Judge by status, also by the one that the body names, and stop when the bot or the chat is gone."""
    described = in_body(answer, "description")
    reason = described.partition(": ")[2] if isinstance(described, str) else ""
    known = reason if reason in _NO_CHAT else None
    stops = (*_STOPS, 400) if known else _STOPS
    judged = by_status(as_named(answer, in_body(answer, "error_code")), now, stops=stops, said=known)
    return referring(judged, in_body(answer, "result", "message_id"))


def _reply(reference: str | None) -> dict[str, Any]:
    if reference is None:
        return {}
    return {"reply_parameters": {"message_id": int(reference), "allow_sending_without_reply": True}}


def _texts(notice: Notice) -> tuple[str, str]:
    """Return the message as it is shown and as it is written."""
    return _joined("\n\n", _parts(notice))


def _fits(texts: tuple[str, str]) -> bool:
    shown, written = texts
    return _units(shown) <= LIMITS["text"] and len(written.encode("utf-8", "replace")) <= LIMITS["written"]


def _parts(notice: Notice) -> Iterator[tuple[str, str]]:
    """Yield each paragraph as it is shown and as it is written: headline with where and when, sentences, the rest."""
    yield _joined("\n", _head(notice))
    if said := words(" ".join(notice.sentences), LIMITS["sentence"]):
        yield inert(said), html_text(said)
    if notice.context:
        yield _joined("\n", (_linked(link, LIMITS["line"]) for link in notice.context))
    if links := [_linked(one, LIMITS["link"]) for one in notice.actions if web_link(one.url, LIMITS["url"])]:
        yield _joined(" · ", iter(links))


def _head(notice: Notice) -> Iterator[tuple[str, str]]:
    headline = words(notice.headline, LIMITS["headline"], empty="…")
    yield inert(headline), f"<b>{html_link(headline, web_link(notice.url, LIMITS['url']))}</b>"
    where = [words(name, LIMITS["name"]) for name in notice.where]
    where += [utc(notice.at)] if notice.at else []
    if line := " · ".join(filter(None, where)):
        yield inert(line), f"<i>{html_text(line)}</i>"


def _joined(between: str, lines: Iterator[tuple[str, str]]) -> tuple[str, str]:
    shown, written = zip(*lines, strict=True)
    return between.join(shown), between.join(written)


def _linked(link: Link, limit: int) -> tuple[str, str]:
    text = words(link.text, limit, empty="…")
    return inert(text), html_link(text, web_link(link.url, LIMITS["url"]))


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "replace")) // 2
