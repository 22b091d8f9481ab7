"""ntfy: a notification to a topic, on ntfy.sh or a server of one's own.

Its text is plain; it is broken where a phone would make an address of it. A message over its limit would come as a
file, so ours is made to fit in bytes.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from briefing.config.alerts import NtfyChannel
from briefing.model import Notice, Rate, Verdict
from briefing.send.channels.outgoing import Outgoing
from briefing.send.markup import inert
from briefing.send.text import as_json, refit, utc, web_link, words
from briefing.send.verdict import Answer, Unreachable, as_named, by_status, in_body

# docs.ntfy.sh/publish, "Limitations", in bytes; `total` is twice the message: what the server reads of a JSON body.
LIMITS: Mapping[str, int] = {
    "message": 4096,
    "total": 8192,
    "title": 250,
    "sentence": 2000,
    "line": 500,
    "link": 80,
    "actions": 3,
    "url": 2000,
}
RATES: Sequence[Rate] = (Rate(1, timedelta(seconds=5), burst=60),)  # docs.ntfy.sh/publish, as the limits
READ_BY_PEOPLE = True
_STOPS = (401, 403, 404)
_TOPIC_AND_KEYS = 100  # bytes around the payload once the topic is named


def payload(notice: Notice, event_key: str) -> dict[str, Any]:
    """Return the notification, without the topic it goes to: whoever knows that can read along."""
    del event_key  # ntfy has no place for it
    return refit(notice, _message, _fits)


def request(channel: NtfyChannel, payload: Mapping[str, Any], message_id: str, now: datetime) -> Outgoing:
    """Return the post to the server's root, where JSON is read, with the topic."""
    del message_id, now  # ntfy has no place for a key by which a repeat is known
    token = {} if channel.token is None else {"authorization": f"Bearer {channel.token.get_secret_value()}"}
    body = {"topic": channel.topic.get_secret_value(), **payload}
    return Outgoing(str(channel.url), as_json(body), {"content-type": "application/json", **token})


def verdict(answer: Answer | Unreachable, now: datetime) -> Verdict:
    """Judge by status, also by the one that the body names, and stop where the topic is closed to us."""
    code = in_body(answer, "code")
    named = str(code) if isinstance(code, int) else None
    return by_status(as_named(answer, in_body(answer, "http")), now, stops=_STOPS, said=named)


def _message(notice: Notice) -> dict[str, Any]:
    title, rest = _title(notice)
    click = web_link(notice.url, LIMITS["url"])
    actions = [
        {"action": "view", "label": words(one.text, LIMITS["link"], empty="…"), "url": url}
        for one in notice.actions
        if (url := web_link(one.url, LIMITS["url"]))
    ]
    return {
        "title": title,
        "message": "\n\n".join((*rest, *_parts(notice))) or title,
        **({"click": click} if click else {}),
        **({"actions": actions[: LIMITS["actions"]]} if actions else {}),
    }


def _title(notice: Notice) -> tuple[str, list[str]]:
    """Return the title, and the whole headline for the message where it had to be cut."""
    title = _words(notice.headline, "title")
    whole = _words(notice.headline, "sentence")
    return title, [] if title == whole else [whole]


def _parts(notice: Notice) -> Iterator[str]:
    if said := " ".join(notice.sentences).strip():
        yield _words(said, "sentence")
    if notice.context:
        yield "\n".join(_words(link.text, "line") for link in notice.context)
    where = [_words(name, "line") for name in notice.where]
    if where or notice.at:
        yield " · ".join([*where, *([utc(notice.at)] if notice.at else [])])


def _words(text: str, limit: str) -> str:
    return words(text, LIMITS[limit], inert, _size, empty="…")


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def _fits(message: Mapping[str, Any]) -> bool:
    return _size(message["message"]) <= LIMITS["message"] and len(as_json(message)) <= LIMITS["total"] - _TOPIC_AND_KEYS
