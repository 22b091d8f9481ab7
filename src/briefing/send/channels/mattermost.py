"""Mattermost, by incoming webhook: one text in Markdown, with the headline first, as a phone shows it.

What a feed wrote is escaped, and broken where Mattermost would see a mention, a channel, a hashtag or an address.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from briefing.config.alerts import MattermostChannel
from briefing.model import Link, Notice, Rate, Verdict
from briefing.send.channels.outgoing import Outgoing
from briefing.send.markup import label, markdown, markdown_link
from briefing.send.text import as_json, refit, utc, web_link, words
from briefing.send.verdict import Answer, Unreachable, as_named, by_status, in_body

# docs.mattermost.com: a longer text is cut into several posts.
LIMITS: Mapping[str, int] = {"text": 16_383, "headline": 1000, "sentence": 4000, "line": 1000, "link": 80, "url": 2000}
RATES: Sequence[Rate] = ()  # the server's
READ_BY_PEOPLE = True
_STOPS = (401, 403, 404)
_GONE = "web.incoming_webhook."  # ids of what is wrong with the webhook, and not with the message
_MESSAGE = frozenset({"web.incoming_webhook.parse.app_error", "web.incoming_webhook.text.app_error"})


def payload(notice: Notice, event_key: str) -> dict[str, Any]:
    """Return the message."""
    del event_key  # Mattermost has no place for it
    return {"text": refit(notice, lambda part: "\n\n".join(_parts(part)), lambda text: len(text) <= LIMITS["text"])}


def request(channel: MattermostChannel, payload: Mapping[str, Any], message_id: str, now: datetime) -> Outgoing:
    """Return the post; the address is the secret."""
    del message_id, now  # a chat hook has no place for a key by which a repeat is known
    return Outgoing(channel.url.get_secret_value(), as_json(payload), {"content-type": "application/json"})


def verdict(answer: Answer | Unreachable, now: datetime) -> Verdict:
    """Judge by status, also by the one that the body names, and stop when the webhook or its channel is gone."""
    error = in_body(answer, "id")
    gone = isinstance(error, str) and error.startswith(_GONE) and error not in _MESSAGE
    stops = (*_STOPS, 400) if gone else _STOPS
    return by_status(as_named(answer, in_body(answer, "status_code")), now, stops=stops)


def _parts(notice: Notice) -> Iterator[str]:
    """Yield paragraphs: headline, where and when, sentences, what else, links."""
    url = web_link(notice.url, LIMITS["url"])
    headline = words(notice.headline, LIMITS["headline"], empty="…")
    yield f"**{markdown_link(headline, url)}**" if url else f"**{label(headline)}**"
    where = [markdown(words(name, LIMITS["line"])) for name in notice.where]
    if notice.at is not None:
        where.append(utc(notice.at))
    if where:
        yield " · ".join(where)
    if said := words(" ".join(notice.sentences), LIMITS["sentence"]):
        yield markdown(said)
    if notice.context:
        yield "\n".join(f"- {_linked(link, LIMITS['line'])}" for link in notice.context)
    if links := [_linked(action, LIMITS["link"]) for action in notice.actions if web_link(action.url, LIMITS["url"])]:
        yield " · ".join(links)


def _linked(link: Link, limit: int) -> str:
    url, text = web_link(link.url, LIMITS["url"]), words(link.text, limit, empty="…")
    return markdown_link(text, url) if url else markdown(text)
