"""The contract's table: one row a channel."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, TypeAdapter

from briefing.config.alerts import Channel
from briefing.model import Link
from briefing.send.channels.outgoing import THREAD
from briefing.send.text import as_json
from demo.chat_sink import SECRET, ChatSink
from demo.chat_vendors import BOT, CHAT, FAR_ENDS, TOPIC
from tests.contract import apps

Payload = Mapping[str, Any]
ADDRESS = "https://ok.example/"


def address(length: int) -> str:
    """Return a web address of so many characters."""
    return ADDRESS + "x" * (length - len(ADDRESS))


@dataclass(frozen=True)
class Total:
    """What bounds a whole message, and what a message holds that comes close to it."""

    size: Callable[[Payload], int]
    holds: Mapping[str, tuple[Link, ...]]


@dataclass(frozen=True)
class Row:
    """How a channel is configured, what its app shows, which refusals end it, and what bounds a message of it."""

    settings: Callable[[ChatSink], dict[str, Any]]
    read: Callable[[Payload], apps.Shown]
    stops: frozenset[int]
    limit: str  # the one that a message with many lines meets
    size: Callable[[Payload], int]  # of what is bounded by it
    edges: Mapping[str, tuple[str, Callable[[Payload], str]]]  # by limit: the field of a notice, where it is shown
    bounds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by limit: what else it bounds, as in WORDS
    totals: Mapping[str, Total] = field(default_factory=dict)  # by limit: what else bounds the whole message
    keys: Mapping[str, Callable[[Payload], str]] = field(default_factory=dict)  # by limit: where the event's key is
    waits: frozenset[int] = frozenset()  # refusals after which all waits, and is tried again
    linked: tuple[str, ...] = ("url", "context", "actions")  # the fields of a notice whose addresses the app shows


# what a text makes of a notice, and the fields that a limit bounds wherever a vendor has one of that name
WORDS: Mapping[str, Callable[[str], dict[str, Any]]] = {
    "headline": lambda text: {"headline": text},
    "sentences": lambda text: {"sentences": (text,)},
    "context": lambda text: {"context": (Link(text),)},
    "actions": lambda text: {"actions": (Link(text, ADDRESS),)},
    "story": lambda text: {"story": text},
    "source": lambda text: {"source": text},
}
SHARED: Mapping[str, tuple[str, ...]] = {
    "headline": ("headline",),
    "sentence": ("sentences",),
    "words": ("sentences", "context"),
    "line": ("context",),
    "name": ("story", "source"),
    "link": ("actions",),
}
COUNTS = ("links", "actions")  # limits of how many there are to press
NAMES = ("story", "source")


def _blocks(payload: Payload) -> int:
    return len(as_json({"": payload["blocks"]}).decode())


def _bytes(payload: Payload) -> int:
    return len(as_json(payload))


def _telegram(payload: Payload) -> int:
    return len(apps.telegram(payload).text.encode("utf-16-le")) // 2


def _topic_and(payload: Payload) -> int:
    """Measure what ntfy reads, with the longest topic and what may stand around it."""
    return _bytes(payload) + 100


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
            "words": ("headline", lambda p: p["text"]),
            "name": ("source", lambda p: p["blocks"][-1]["elements"][1]["text"]),
        },
        keys={"block_id": lambda p: p["blocks"][0]["block_id"]},
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
            "thread": ("story", lambda p: p[THREAD]["name"]),
        },
    ),
    "teams": Row(
        settings=lambda sink: {"url": sink.at("teams")},
        read=apps.teams,
        stops=CLOSED,
        limit="bytes",
        size=_bytes,
        edges={"headline": ("headline", lambda p: _card(p)["body"][1]["inlines"][0]["text"])},
    ),
    "mattermost": Row(
        settings=lambda sink: {"url": sink.at("mattermost")},
        read=apps.mattermost,
        stops=CLOSED,
        limit="text",
        size=lambda p: len(p["text"]),
        edges={"headline": ("headline", lambda p: p["text"].split("](")[0].removeprefix("**["))},
        bounds={"line": NAMES},
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
        keys={"thread": lambda p: p["thread"]["threadKey"]},
    ),
    "telegram": Row(
        settings=lambda sink: {"token": BOT, "chat": CHAT, "topic": 7, "api": sink.url},
        read=apps.telegram,
        stops=CLOSED,
        limit="text",
        size=_telegram,
        edges={"headline": ("headline", lambda p: apps.telegram(p).text.split("\n")[0])},
        totals={
            "written": Total(lambda p: len(p["text"].encode()), {"context": (Link("w" * 190, address(1900)),) * 4})
        },
    ),
    "ntfy": Row(
        settings=lambda sink: {"topic": TOPIC, "url": sink.url},
        read=apps.ntfy,
        stops=CLOSED,
        limit="message",
        size=lambda p: len(p["message"].encode()),
        edges={"title": ("headline", lambda p: p["title"])},
        bounds={"line": NAMES},
        totals={"total": Total(_topic_and, {"context": (), "actions": (Link("w" * 80, address(2000)),) * 3})},
        linked=("url", "actions"),  # a notification has one address, and its buttons
    ),
    "apprise": Row(
        settings=lambda sink: {"url": f"json://127.0.0.1:{sink.port}{FAR_ENDS['apprise'].path}"},
        read=apps.apprise,
        stops=CLOSED,
        limit="body",
        size=lambda p: len(p["body"]),
        edges={"title": ("headline", lambda p: p["title"])},
        bounds={"line": NAMES},
    ),
    "webhook": Row(
        settings=lambda sink: {"url": sink.webhook_url, "secret": SECRET, "headers": {"X-Desk": "iran"}},
        read=apps.webhook,
        stops=frozenset({401, 404, 410}),
        waits=frozenset({403}),
        limit="bytes",
        size=_bytes,
        edges={
            "headline": ("headline", lambda p: p["data"]["headline"]),
            "name": ("source", lambda p: p["data"]["source"]),
        },
        bounds={"name": ("context", "actions")},
        keys={"name": lambda p: p["data"]["id"]},
    ),
}


def channel(name: str, sink: ChatSink, **more: Any) -> BaseModel:
    """Read a channel's settings as feeds.yaml would give them."""
    read: TypeAdapter[BaseModel] = TypeAdapter(Channel)
    ours = {} if name == "apprise" else {"allow_private": True}
    return read.validate_python({"type": name, **ours, **ROWS[name].settings(sink), **more})
