"""The contract's table: one row a channel."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, TypeAdapter

from briefing.config.alerts import Channel
from briefing.send.text import as_json
from demo.chat_sink import SECRET, ChatSink
from demo.chat_vendors import BOT, CHAT, FAR_ENDS, TOPIC
from tests.contract import apps

Payload = Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """How a channel is configured, what its app shows, which refusals end it, and what bounds a message of it."""

    settings: Callable[[ChatSink], dict[str, Any]]
    read: Callable[[Payload], apps.Shown]
    stops: frozenset[int]
    limit: str  # the one that a message with many lines meets
    size: Callable[[Payload], int]  # of what is bounded by it
    edges: Mapping[str, tuple[str, Callable[[Payload], str]]]  # by limit: the field of a notice, where it is shown


def _blocks(payload: Payload) -> int:
    return len(as_json({"": payload["blocks"]}).decode())


def _bytes(payload: Payload) -> int:
    return len(as_json(payload))


def _telegram(payload: Payload) -> int:
    return len(apps.telegram(payload).text.encode("utf-16-le")) // 2


def _card(payload: Payload) -> Any:
    return payload["attachments"][0]["content"]


CLOSED = frozenset({401, 403, 404, 410})
ROWS: dict[str, Row] = {
    "slack": Row(
        settings=lambda sink: {"url": sink.slack_url},
        read=apps.slack,
        stops=frozenset({403, 404, 410}),
        limit="total",
        size=_blocks,
        edges={
            "header": ("headline", lambda p: p["blocks"][0]["text"]["text"]),
            "name": ("source", lambda p: p["blocks"][-1]["elements"][1]["text"]),
        },
    ),
    "discord": Row(
        settings=lambda sink: {"url": sink.at("discord"), "thread": "42"},
        read=apps.discord,
        stops=CLOSED,
        limit="description",
        size=lambda p: len(p["embeds"][0]["description"]),
        edges={
            "headline": ("headline", lambda p: p["content"].strip("*")),
            "title": ("source", lambda p: p["embeds"][0]["title"]),
            "author": ("story", lambda p: p["embeds"][0]["author"]["name"]),
        },
    ),
    "teams": Row(
        settings=lambda sink: {"url": sink.at("teams")},
        read=apps.teams,
        stops=CLOSED,
        limit="bytes",
        size=_bytes,
        edges={"headline": ("headline", lambda p: _card(p)["fallbackText"])},
    ),
    "mattermost": Row(
        settings=lambda sink: {"url": sink.at("mattermost")},
        read=apps.mattermost,
        stops=CLOSED,
        limit="text",
        size=lambda p: len(p["text"]),
        edges={"headline": ("headline", lambda p: p["text"].split("](")[0].removeprefix("**["))},
    ),
    "google_chat": Row(
        settings=lambda sink: {"url": sink.at("google_chat")},
        read=apps.google_chat,
        stops=CLOSED,
        limit="bytes",
        size=_bytes,
        edges={
            "headline": ("headline", lambda p: p["fallbackText"]),
            "name": ("story", lambda p: p["cardsV2"][0]["card"]["header"]["title"]),
            "thread": ("thread", lambda p: p["thread"]["threadKey"]),
        },
    ),
    "telegram": Row(
        settings=lambda sink: {"token": BOT, "chat": CHAT, "topic": 7, "api": sink.url},
        read=apps.telegram,
        stops=CLOSED,
        limit="text",
        size=_telegram,
        edges={"headline": ("headline", lambda p: apps.telegram(p).text.split("\n")[0])},
    ),
    "ntfy": Row(
        settings=lambda sink: {"topic": TOPIC, "url": sink.url},
        read=apps.ntfy,
        stops=CLOSED,
        limit="message",
        size=lambda p: len(p["message"].encode()),
        edges={"title": ("headline", lambda p: p["title"])},
    ),
    "apprise": Row(
        settings=lambda sink: {"url": f"json://127.0.0.1:{sink.port}{FAR_ENDS['apprise'].path}"},
        read=apps.apprise,
        stops=CLOSED,
        limit="body",
        size=lambda p: len(p["body"]),
        edges={"title": ("headline", lambda p: p["title"])},
    ),
    "webhook": Row(
        settings=lambda sink: {"url": sink.webhook_url, "secret": SECRET, "headers": {"X-Desk": "iran"}},
        read=apps.webhook,
        stops=frozenset({410}),
        limit="bytes",
        size=_bytes,
        edges={
            "headline": ("headline", lambda p: p["data"]["headline"]),
            "name": ("source", lambda p: p["data"]["source"]),
        },
    ),
}


def channel(name: str, sink: ChatSink, **more: Any) -> BaseModel:
    """Read a channel's settings as feeds.yaml would give them."""
    read: TypeAdapter[BaseModel] = TypeAdapter(Channel)
    ours = {} if name == "apprise" else {"allow_private": True}
    return read.validate_python({"type": name, **ours, **ROWS[name].settings(sink), **more})
