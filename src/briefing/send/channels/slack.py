"""Slack, by incoming webhook: a header, the words with their links, where and when.

Everything a feed wrote goes into `plain_text` and `rich_text` elements, in which Slack parses nothing: no mention, no
link and no bold can come from a headline. The only markup is our own date, made of numbers. Links are words, not
buttons: to a button that an app does not answer, Slack shows its reader a warning (slackapi/node-slack-sdk#869).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from briefing.config.alerts import SlackChannel
from briefing.model import Link, Notice, Rate, Verdict
from briefing.send.channels.outgoing import Outgoing
from briefing.send.text import as_json, escape_slack, fit, refit, utc, web_link, words
from briefing.send.verdict import Answer, Unreachable, as_named, by_status, in_body

# docs.slack.dev, "Block Kit"; `total` counts the blocks with their markup: Slack refuses messages somewhere above
# 13,000 with msg_blocks_too_long, a limit it does not document (slackapi/bolt-js#2509, #2867). Of the 50 blocks that a
# message may have, ours has five at most.
LIMITS: Mapping[str, int] = {
    "header": 150,
    "total": 12_000,
    "words": 1000,
    "link": 75,
    "links": 5,
    "url": 3000,
    "block_id": 255,
    "name": 150,
}
RATES: Sequence[Rate] = (Rate(1, timedelta(seconds=1)),)  # docs.slack.dev, "Rate limits"
READ_BY_PEOPLE = True
# docs.slack.dev, "Incoming webhooks": the code that is the whole of an answer, and the status it stands for.
_GONE: Mapping[str, int] = {  # what is wrong with the webhook or its channel: no message will get through
    "invalid_token": 403,
    "action_prohibited": 403,
    "posting_to_general_channel_denied": 403,
    "team_disabled": 403,
    "no_team": 404,
    "no_service": 404,
    "no_service_id": 404,
    "no_active_hooks": 404,
    "channel_not_found": 404,
    "user_not_found": 400,
    "channel_is_archived": 410,
}
_CODES: Mapping[str, int] = {
    **_GONE,
    "invalid_payload": 400,
    "invalid_blocks": 400,
    "invalid_blocks_format": 400,
    "no_text": 400,
    "missing_text_or_fallback_or_attachments": 400,
    "too_many_attachments": 400,
    "msg_blocks_too_long": 400,
    "rate_limited": 429,
    "rollup_error": 500,
}
_STOPS = (403, 404)
_Block = dict[str, Any]


def payload(notice: Notice, event_key: str) -> dict[str, Any]:
    """Return the message; `block_id` of its first block is the event's key, by which a repeat can be known."""
    text = escape_slack(words(notice.headline, LIMITS["words"]))
    few = replace(notice, actions=notice.actions[: LIMITS["links"]])
    blocks = refit(few, lambda part: _blocks(part, event_key), _fit)
    return {"text": text, "blocks": blocks, "unfurl_links": False, "unfurl_media": False}


def request(channel: SlackChannel, payload: Mapping[str, Any], message_id: str, now: datetime) -> Outgoing:
    """Return the post; the address is the secret, and all the authority there is."""
    del message_id, now  # a chat hook has no place for a key by which a repeat is known
    return Outgoing(channel.url.get_secret_value(), as_json(payload), {"content-type": "application/json"})


def verdict(answer: Answer | Unreachable, now: datetime) -> Verdict:
    """Judge by status, also by the one that a code stands for, and stop when the webhook or its channel is gone."""
    code = _code(answer)
    refused = 400 if in_body(answer, "ok") is False else None
    named = as_named(answer, _CODES[code] if code else refused)
    return by_status(named, now, stops=(*_STOPS, 400) if code in _GONE else _STOPS, said=code)


def _blocks(notice: Notice, event_key: str) -> list[_Block]:
    found = (_header(notice, event_key), *map(_rich, _paragraphs(notice)), _where_and_when(notice))
    return [block for block in found if block is not None]


def _fit(blocks: Sequence[_Block]) -> bool:
    return len(as_json({"": blocks}).decode()) <= LIMITS["total"]


def _header(notice: Notice, event_key: str) -> _Block:
    block_id = fit(event_key, LIMITS["block_id"])
    return {"type": "header", "block_id": block_id, "text": _plain(notice.headline, LIMITS["header"])}


def _paragraphs(notice: Notice) -> Iterator[list[_Block]]:
    """Yield what stands together: the whole of a headline that was cut and sentences, what else, links."""
    cut = len(notice.headline) > LIMITS["header"]
    whole = [_section(Link(notice.headline, notice.url), bold=True)] if cut else []
    yield whole + ([_section(Link(" ".join(notice.sentences)))] if notice.sentences else [])
    yield [_section(link) for link in notice.context]
    yield _links(notice.actions)


def _rich(lines: list[_Block]) -> _Block | None:
    return {"type": "rich_text", "elements": lines} if lines else None


def _section(link: Link, *, bold: bool = False) -> _Block:
    url = web_link(link.url, LIMITS["url"])
    run: _Block = {"type": "text", "text": words(link.text, LIMITS["words"], empty=" ")}
    if url:
        run = {"type": "link", "url": url, "text": run["text"]}
    if bold:
        run["style"] = {"bold": True}
    return {"type": "rich_text_section", "elements": [run]}


def _where_and_when(notice: Notice) -> _Block | None:
    elements = [_plain(name, LIMITS["name"]) for name in notice.where]
    if notice.at is not None:
        elements.append({"type": "mrkdwn", "text": _date(notice.at)})
    return {"type": "context", "elements": elements} if elements else None


def _date(at: datetime) -> str:
    # Shown in the reader's own zone and words; the part after the bar is for clients that cannot.
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{utc(at)}>"


def _links(actions: Sequence[Link]) -> list[_Block]:
    """Return one line of links, such as Read · Story."""
    found = [(words(action.text, LIMITS["link"], empty=" "), web_link(action.url, LIMITS["url"])) for action in actions]
    links = [{"type": "link", "url": url, "text": text, "style": {"bold": True}} for text, url in found if url]
    apart: _Block = {"type": "text", "text": "  ·  "}
    line = [run for link in links for run in (apart, link)][1:]
    return [{"type": "rich_text_section", "elements": line}] if line else []


def _plain(text: str, limit: int) -> _Block:
    return {"type": "plain_text", "text": words(text, limit, empty=" "), "emoji": False}


def _code(answer: Answer | Unreachable) -> str | None:
    # As text, or as `error` where it answers in JSON; words that are not known might repeat the address.
    if isinstance(answer, Unreachable):
        return None
    said = (in_body(answer, "error"), answer.body.strip().decode("utf-8", "replace"))
    return next((code for code in said if isinstance(code, str) and code in _CODES), None)
