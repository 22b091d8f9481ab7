"""Microsoft Teams, by a workflow: one Adaptive Card.

What a feed wrote stands in text runs, in which Teams reads no Markdown; its text blocks do, and hold nothing but our
own date. What a client shows that cannot show the card may be Markdown too, so there the words are escaped. Links are
actions, of the card or of a run.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from briefing.config.alerts import TeamsChannel
from briefing.model import Notice, Rate, Verdict
from briefing.send.channels.outgoing import Outgoing
from briefing.send.markup import markdown
from briefing.send.text import as_json, refit, web_link, words
from briefing.send.verdict import Answer, Unreachable, as_named, by_status, in_body

# learn.microsoft.com gives about 28 KB for a message with all that Teams adds; what gets through starts lower
# (elementary-data#2160). The card's version is the newest that workflows show everywhere.
LIMITS: Mapping[str, int] = {
    "bytes": 20_000,
    "headline": 1000,
    "sentence": 2000,
    "line": 500,
    "name": 200,
    "link": 80,
    "links": 6,
    "url": 2000,
}
RATES: Sequence[Rate] = (Rate(4, timedelta(seconds=1)),)
READ_BY_PEOPLE = True
_STOPS = (401, 403, 404)
# The workflow is off or gone, or asks for a login that a webhook cannot give: no message will get through.
_CODES = frozenset({"WorkflowTriggerIsNotEnabled", "WorkflowNotFound", "DirectApiAuthorizationRequired"})
# A workflow that hands on answers 200, and says in words what Teams answered to it.
_HANDED_ON = b"Microsoft Teams endpoint returned HTTP error "
_Element = dict[str, Any]


def payload(notice: Notice, event_key: str) -> dict[str, Any]:
    """Return the message around the card."""
    del event_key  # Teams has no place for it
    return refit(notice, _message, lambda message: len(as_json(message)) <= LIMITS["bytes"])


def request(channel: TeamsChannel, payload: Mapping[str, Any], message_id: str, now: datetime) -> Outgoing:
    """Return the post; the address is the secret."""
    del message_id, now  # a chat hook has no place for a key by which a repeat is known
    return Outgoing(channel.url.get_secret_value(), as_json(payload), {"content-type": "application/json"})


def verdict(answer: Answer | Unreachable, now: datetime) -> Verdict:
    """Judge by status, also by the one that a 200 hands on, and stop when the workflow is off, gone or closed to us."""
    code = in_body(answer, "error", "code")
    known = code if isinstance(code, str) and code in _CODES else None
    return by_status(as_named(answer, _handed_on(answer)), now, stops=(*_STOPS, 400) if known else _STOPS, said=known)


def _handed_on(answer: Answer | Unreachable) -> int | None:
    if isinstance(answer, Unreachable):
        return None
    digits = answer.body.partition(_HANDED_ON)[2][:3]
    return int(digits) if digits.isdigit() else None


def _message(notice: Notice) -> dict[str, Any]:
    card: _Element = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "fallbackText": words(notice.headline, LIMITS["headline"], markdown, empty="…"),
        "body": _body(notice),
    }
    if actions := [action for link in notice.actions[: LIMITS["links"]] if (action := _open(link.url, link.text))]:
        card["actions"] = actions
    content = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [content]}


def _body(notice: Notice) -> list[_Element]:
    where = " · ".join(said for name in notice.where if (said := words(name, LIMITS["name"])))
    said = words(" ".join(notice.sentences), LIMITS["sentence"])
    parts = [
        _run(where, isSubtle=True, size="Small") if where else None,
        _run(words(notice.headline, LIMITS["headline"], empty="…"), notice.url, weight="Bolder", size="Large"),
        _run(said) if said else None,
        *(_run(words(link.text, LIMITS["line"], empty="…"), link.url) for link in notice.context),
    ]
    date = {"type": "TextBlock", "text": _date(notice.at), "isSubtle": True, "size": "Small"} if notice.at else None
    return [part for part in (*parts, date) if part]


def _run(text: str, url: str | None = None, **style: Any) -> _Element:
    run = {"type": "TextRun", "text": text, **style}
    if action := _open(url):
        run["selectAction"] = action
    return {"type": "RichTextBlock", "inlines": [run]}


def _open(url: str | None, title: str | None = None) -> _Element | None:
    target = web_link(url, LIMITS["url"])
    named = {} if title is None else {"title": words(title, LIMITS["link"], empty="…")}
    return {"type": "Action.OpenUrl", "url": target, **named} if target else None


def _date(at: datetime) -> str:
    # Shown in the reader's own zone and words.
    moment = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return f"{{{{DATE({moment}, SHORT)}}}} {{{{TIME({moment})}}}}"
