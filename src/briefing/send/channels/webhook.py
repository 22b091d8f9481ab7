"""Any HTTP receiver: one JSON object an event, signed by Standard Webhooks, at most 20 KB."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from briefing.config.alerts import WebhookChannel
from briefing.model import Dead, Link, Notice, Rate, Retry, Verdict
from briefing.send import signing
from briefing.send.channels.outgoing import Outgoing
from briefing.send.text import as_json, fit, refit
from briefing.send.verdict import Answer, Unreachable, by_status

# Standard Webhooks recommends payloads under 20 kB; the rest bounds every field, so that the sum always fits.
LIMITS: Mapping[str, int] = {"bytes": 20_000, "headline": 1000, "sentence": 2000, "name": 200, "url": 2000}
RATES: Sequence[Rate] = ()  # the receiver's
READ_BY_PEOPLE = False
_STOPS = (401, 404)  # a signature that is not known, an address that is gone: no message will get through
_GUARDED = 403


def payload(notice: Notice, event_key: str) -> dict[str, Any]:
    """Return `{type, timestamp, data}`; `data.id` is the event's key, the same however often it is told."""
    return refit(notice, lambda part: _body(part, event_key), lambda body: len(as_json(body)) <= LIMITS["bytes"])


def request(channel: WebhookChannel, payload: Mapping[str, Any], message_id: str, now: datetime) -> Outgoing:
    """Sign the stored body for this attempt, by both secrets while one takes over from the other.

    The operator's own headers do not replace the signature's.
    """
    body = as_json(payload)
    own = {name.lower(): value.get_secret_value() for name, value in channel.headers.items()}
    secrets = " ".join(secret.get_secret_value() for secret in (channel.secret, channel.old_secret) if secret)
    signature = signing.sign(secrets, message_id=message_id, now=now, body=body)
    headers = {"content-type": "application/json", **own, **signature}
    return Outgoing(channel.url.get_secret_value(), body, headers)


def verdict(answer: Answer | Unreachable, now: datetime) -> Verdict:
    """Judge by status alone, and stop where we are not known, or nobody is there.

    403 can be either: a key that was withdrawn, or a firewall that blocks the words of one message. So all that is due
    waits, and is tried again, and no headline ends the channel.
    """
    judged = by_status(answer, now, stops=_STOPS)
    if isinstance(answer, Answer) and answer.status == _GUARDED and isinstance(judged, Dead):
        return Retry(judged.reason, stop_channel=True)
    return judged


def _body(notice: Notice, event_key: str) -> dict[str, Any]:
    return {
        "type": f"briefing.{notice.kind}",
        "timestamp": _time(notice.at),
        "data": {
            "id": fit(event_key, LIMITS["name"]),
            "kind": str(notice.kind),
            "headline": fit(notice.headline, LIMITS["headline"]),
            "url": _url(notice.url),
            "source": _name(notice.source),
            "story": _name(notice.story),
            "lang": _name(notice.lang),
            "sentences": [fit(sentence, LIMITS["sentence"]) for sentence in notice.sentences],
            "context": _links(notice.context),
            "actions": _links(notice.actions),
            "acknowledge_url": _url(notice.answers.acknowledge if notice.answers else None),
            "mute_url": _url(notice.answers.mute if notice.answers else None),
        },
    }


def _links(links: Sequence[Link]) -> list[dict[str, str | None]]:
    return [{"text": fit(link.text, LIMITS["name"]), "url": _url(link.url)} for link in links]


def _url(url: str | None) -> str | None:
    return url if url is not None and len(url) <= LIMITS["url"] else None


def _name(text: str | None) -> str | None:
    return None if text is None else fit(text, LIMITS["name"])


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")
