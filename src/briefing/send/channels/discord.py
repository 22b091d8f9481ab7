"""Discord, by webhook: the headline as the message, the rest in one embed below it.

Discord reads Markdown everywhere, so what a feed wrote is escaped, and nobody is ever mentioned. With `wait=true` an
answer comes only once the message is saved; without it one that is lost looks like one that arrived. In a forum the
first message of a story begins a post by its name, which the answer calls its channel; the others go into that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from briefing.config.alerts import DiscordChannel
from briefing.model import Dead, Link, Notice, Rate, Verdict
from briefing.send.channels.outgoing import THREAD, Outgoing, apart, with_query
from briefing.send.markup import markdown, markdown_link
from briefing.send.text import as_json, refit, web_link, words
from briefing.send.verdict import Answer, Unreachable, by_status, in_body, referring

# discord.com/developers, "Message" and "Webhook"; all texts of an embed may have 6000, which ours never come to.
LIMITS: Mapping[str, int] = {
    "headline": 1996,  # content, 2000, without the stars that make it bold
    "title": 256,
    "description": 4096,
    "author": 256,
    "sentence": 2000,
    "line": 500,
    "thread": 100,  # the name of a forum's post
    "link": 80,
    "url": 2048,
}
RATES: Sequence[Rate] = (
    Rate(5, timedelta(seconds=2)),
    Rate(30, timedelta(seconds=60)),
)  # discord/discord-api-docs#1454
READ_BY_PEOPLE = True
_STOPS = (401, 403, 404)  # withdrawn; ten thousand of these in ten minutes ban our address
_NO_THREAD = (10003, 160005)  # error codes: it was deleted, or locked
_ACCENT = 0x1F4E8C


def payload(notice: Notice, event_key: str) -> dict[str, Any]:
    """Return the message; its embed is left out where the headline says it all."""
    del event_key  # Discord has no place for it
    headline = words(notice.headline, LIMITS["headline"], markdown, empty="…")
    message: dict[str, Any] = {"content": f"**{headline}**", "allowed_mentions": {"parse": []}}
    embed = refit(notice, _embed, _fits)
    name = words(notice.story or notice.headline, LIMITS["thread"], empty="…")
    message[THREAD] = {"key": notice.thread, "name": name}
    return message | ({"embeds": [embed]} if len(embed) > 1 else {})


def request(channel: DiscordChannel, payload: Mapping[str, Any], message_id: str, now: datetime) -> Outgoing:
    """Return the post; the address is the secret."""
    del message_id, now  # a chat hook has no place for a key by which a repeat is known
    thread, body = apart(payload)
    into = channel.thread or thread.get("reference")
    if channel.forum and into is None:
        body["thread_name"] = thread.get("name", "…")
    url = with_query(channel.url.get_secret_value(), wait="true", thread_id=into)
    return Outgoing(url, as_json(body), {"content-type": "application/json"})


def verdict(answer: Answer | Unreachable, now: datetime) -> Verdict:
    """Judge by status, and stop at 401, 403 and 404: the webhook is gone, or its thread. An error's code is told."""
    code = in_body(answer, "code")
    judged = by_status(answer, now, stops=_STOPS, said=str(code) if isinstance(code, int) and code else None)
    if isinstance(judged, Dead) and code in _NO_THREAD:
        return replace(judged, astray=True)
    return referring(judged, in_body(answer, "channel_id"))


def _embed(notice: Notice) -> dict[str, Any]:
    url = web_link(notice.url, LIMITS["url"])
    story = words(notice.story or "", LIMITS["author"])
    source = words("" if notice.credited else notice.source or "", LIMITS["title"], markdown)
    parts = {
        "color": _ACCENT,
        "author": {"name": story} if story else None,
        "title": source,
        "url": url if source else None,
        "description": _description(notice),
        "timestamp": notice.at.astimezone(UTC).isoformat() if notice.at else None,
    }
    return {name: value for name, value in parts.items() if value}


def _description(notice: Notice) -> str:
    said = words(" ".join(notice.sentences), LIMITS["sentence"], markdown)
    lines = [_line(link) for link in notice.context]
    actions = " · ".join(
        f"**{markdown_link(words(action.text, LIMITS['link'], empty='…'), url)}**"
        for action in notice.actions
        if (url := web_link(action.url, LIMITS["url"]))
    )
    return "\n\n".join(part for part in (said, "\n".join(lines), actions) if part)


def _line(link: Link) -> str:
    url, text = web_link(link.url, LIMITS["url"]), words(link.text, LIMITS["line"], empty="…")
    return markdown_link(text, url) if url else markdown(text)


def _fits(embed: Mapping[str, Any]) -> bool:
    return len(embed.get("description", "")) <= LIMITS["description"]
