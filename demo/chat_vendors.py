"""What the vendors' own receivers would refuse of a message, and what they answer, apart from Slack's.

The limits here are written down from the vendors' pages on their own, as in `chat_sink`, which stands before these.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

KEY = "sample"  # stands in every address, and is a secret there
CHAT, TOPIC, BOT = "-1001234567890", "keep-this-topic-to-yourself", f"110201543:{KEY}"
_DATE = re.compile(r"\{\{DATE\([\dT:-]+Z, SHORT\)\}\} \{\{TIME\([\dT:-]+Z\)\}\}")
_WEB = ("https://", "http://")
Message = Mapping[str, Any]
Query = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FarEnd:
    """One vendor: where it listens, what it finds wrong, and its answers when it takes and when it refuses."""

    path: str
    faults: Callable[[Message, Query, int], list[str]]
    taken: tuple[int, str]
    refused: tuple[int, str]
    query: str = ""  # of the address an operator copies
    calls: Callable[[Query, int], Message] | None = None  # what it says of the message that it took, by its number


class Markup(HTMLParser):
    """Reads the little HTML that a vendor takes: what is shown of it, what leads where, and what is wrong with it."""

    def __init__(self, text: str, *tags: str) -> None:
        super().__init__(convert_charrefs=False)
        self.shown, self.faults = "", list[str]()
        self.linked = list[tuple[str, str]]()  # words, and where they lead
        self._allowed, self._open = tags, list[str]()
        self._leads: list[tuple[int, str]] = []  # where in the words a link begins that is open
        self.feed(text)
        self.close()
        if self._open:
            self.faults.append("a tag is left open")

    @property
    def links(self) -> list[str]:
        """Where it leads."""
        return [url for _, url in self.linked]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag, which must be one of those allowed, and an address."""
        if tag not in self._allowed or any(name != "href" for name, _ in attrs):
            self.faults.append(f"unsupported start tag {tag}")
        self._open.append(tag)
        self._leads += [(len(self.shown), value or "") for _, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        """Close the tag that was opened last."""
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"unexpected end tag {tag}")
        elif tag == "a" and self._leads:
            begun, url = self._leads.pop()
            self.linked.append((self.shown[begun:], url))

    def handle_data(self, data: str) -> None:
        """Take what is shown; nothing of it may look like markup."""
        if "<" in data or "&" in data:
            self.faults.append("a raw < or &")
        self.shown += data

    def handle_entityref(self, name: str) -> None:
        """Take one of the four entities that have a name."""
        self.shown += {"amp": "&", "lt": "<", "gt": ">", "quot": '"'}[name]

    def handle_charref(self, name: str) -> None:
        """Take a character by its number."""
        self.shown += chr(int(name[1:], 16) if name[0] in "xX" else int(name))


def discord_faults(message: Message, query: Query, size: int) -> list[str]:
    """Say what Discord would refuse, or do that nobody asked for."""
    del size
    embeds = message.get("embeds", [])
    return [
        *_unless(query.get("wait") == "true", "a message that is lost would not be told"),
        *_unless(message.get("allowed_mentions") == {"parse": []}, "somebody could be mentioned"),
        *_unless(len(message.get("content", "")) <= 2000, "content: Must be 2000 or fewer in length."),
        *_unless(bool(message.get("content") or embeds), "Cannot send an empty message"),
        *_unless(message.keys() <= {"content", "embeds", "allowed_mentions", "thread_name"}, "unknown field"),
        *_unless(0 < len(message.get("thread_name", "x")) <= 100, "thread_name: must be 1 to 100"),
        *_unless("thread_name" not in message or "thread_id" not in query, "a thread_name and a thread_id"),
        *_unless(len(embeds) <= 10 and sum(map(_embed_size, embeds)) <= 6000, "embeds: more than 6000 in all"),
        *(fault for embed in embeds for fault in _embed_faults(embed)),
    ]


def _embed_faults(embed: Message) -> Iterator[str]:
    texts = {"title": 256, "description": 4096}
    for name, limit in texts.items():
        yield from _unless(0 < len(embed.get(name, "x")) <= limit, f"{name}: must be 1 to {limit}")
    yield from _unless(0 < len(embed.get("author", {}).get("name", "x")) <= 256, "author: must be 1 to 256")
    yield from _unless(embed.get("url", "https://").startswith(_WEB), "url: scheme")
    known = {*texts, "author", "url", "timestamp", "color"}
    yield from _unless(embed.keys() <= known and len(embed.keys() - {"color"}) > 0, "embed: fields")


def _embed_size(embed: Message) -> int:
    return (
        len(embed.get("title", "")) + len(embed.get("description", "")) + len(embed.get("author", {}).get("name", ""))
    )


def teams_faults(message: Message, query: Query, size: int) -> list[str]:
    """Say what a workflow that posts a card would fail at."""
    del query
    (attachment,) = message["attachments"]
    card = attachment["content"]
    right = (message["type"], attachment["contentType"], card["type"], card["version"])
    return [
        *_unless(size <= 28 * 1024, "Request Entity Too Large"),
        *_unless(right == ("message", "application/vnd.microsoft.card.adaptive", "AdaptiveCard", "1.4"), "no card"),
        *_unless(bool(card["body"]), "an empty card"),
        *(fault for element in card["body"] for fault in _element_faults(element)),
        *(fault for action in card.get("actions", ()) for fault in _open_faults(action, titled=True)),
    ]


def _element_faults(element: Message) -> Iterator[str]:
    if element["type"] == "TextBlock":  # reads Markdown, so that nothing may stand there but a date
        yield from _unless(_DATE.fullmatch(element["text"]) is not None, "words in a TextBlock")
        return
    yield from _unless(element["type"] == "RichTextBlock" and bool(element["inlines"]), "no element that is known")
    for run in element["inlines"]:
        yield from _unless(run["type"] == "TextRun" and bool(run["text"]), "no run with words")
        if "selectAction" in run:
            yield from _open_faults(run["selectAction"])


def _open_faults(action: Message, *, titled: bool = False) -> Iterator[str]:
    yield from _unless(action["type"] == "Action.OpenUrl" and action["url"].startswith(_WEB), "no link")
    yield from _unless(bool(action.get("title")) == titled, "a title")


def mattermost_faults(message: Message, query: Query, size: int) -> list[str]:
    """Say what Mattermost would refuse, or cut in pieces."""
    del query, size
    return [
        *_unless(0 < len(message.get("text", "")) <= 16_383, "text of 1 to 16383"),
        *_unless(message.keys() == {"text"}, "unknown field"),
    ]


def google_chat_faults(message: Message, query: Query, size: int) -> list[str]:
    """Say what Google Chat would refuse, or not put into its thread."""
    (holder,) = message["cardsV2"]
    (section,) = holder["card"]["sections"]
    header = holder["card"].get("header", {"title": "x"})
    return [
        *_unless(size <= 32_000, "Message too long"),
        *_unless(query.get("key") == KEY, "PERMISSION_DENIED"),
        *_unless(query.get("messageReplyOption") == "REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD", "a thread of its own"),
        *_unless(0 < len(message["thread"]["threadKey"]) <= 4000, "threadKey"),
        *_unless(bool(message["fallbackText"]) and "text" not in message, "text"),
        *_unless(bool(header["title"]) and bool(section["widgets"]), "an empty card"),
        *(fault for widget in section["widgets"] for fault in _widget_faults(widget)),
    ]


def _widget_faults(widget: Message) -> Iterator[str]:
    ((kind, body),) = widget.items()
    match kind:
        case "textParagraph" | "decoratedText":
            markup = Markup(body["text"], "a", "b")
            yield from (*markup.faults, *_unless(bool(markup.shown), "an empty text"))
            taps = [body["onClick"]] if "onClick" in body else []
        case "buttonList":
            yield from _unless(bool(body["buttons"]) and all(one["text"] for one in body["buttons"]), "a button")
            taps = [one["onClick"] for one in body["buttons"]]
        case _:
            yield f"unknown widget {kind}"
            return
    yield from _unless(all(tap["openLink"]["url"].startswith(_WEB) for tap in taps), "openLink")


def telegram_faults(message: Message, query: Query, size: int) -> list[str]:
    """Say what the bot API would refuse."""
    del query, size
    markup = Markup(message["text"], "a", "b", "i")
    fields = {"chat_id", "text", "parse_mode", "link_preview_options", "message_thread_id", "reply_parameters"}
    reply = message.get("reply_parameters", {"message_id": 1, "allow_sending_without_reply": True})
    return [
        *(f"can't parse entities: {fault}" for fault in markup.faults),
        *_unless(message["chat_id"] == CHAT, "chat not found"),
        *_unless(message["parse_mode"] == "HTML" and message.keys() <= fields, "unknown field"),
        *_unless(type(reply["message_id"]) is int, "Can't parse reply parameters"),
        *_unless(reply["allow_sending_without_reply"] is True, "message to be replied not found"),
        *_unless(bool(markup.shown.strip()), "message text is empty"),
        *_unless(len(markup.shown.encode("utf-16-le")) // 2 <= 4096, "message is too long"),
        *_unless(all(link.startswith(_WEB) for link in markup.links), "a link"),
    ]


def apprise_faults(message: Message, query: Query, size: int) -> list[str]:
    """Say what is no message of Apprise's own JSON service, or more than it sends at once."""
    del query, size
    known = {"version", "title", "message", "attachments", "type"}
    return [
        *_unless(message.keys() == known and message["version"] == "1.0", "unknown field"),
        *_unless(0 < len(message["title"]) <= 250, "title"),
        *_unless(0 < len(message["message"]) <= 32_768, "message"),
        *_unless(message["attachments"] == [] and message["type"] == "info", "more than words"),
    ]


def ntfy_faults(message: Message, query: Query, size: int) -> list[str]:
    """Say what ntfy would refuse, or turn into a file."""
    del query
    actions = message.get("actions", [])
    known = {"topic", "title", "message", "click", "actions"}
    return [
        *_unless(message.get("topic") == TOPIC, "forbidden"),
        *_unless(size <= 8192, "request body is too large"),
        *_unless(0 < len(message["message"].encode()) <= 4096, "attachment.txt"),
        *_unless(bool(message["title"]) and message.keys() <= known, "unknown field"),
        *_unless(len(actions) <= 3, "only 3 actions"),
        *_unless(all(one["action"] == "view" and one["label"] and one["url"] for one in actions), "action"),
        *_unless(
            all(url.startswith(_WEB) for url in [message.get("click", _WEB[0]), *(a["url"] for a in actions)]), "url"
        ),
    ]


def _unless(right: bool, fault: str) -> list[str]:
    return [] if right else [fault]


def _discord_calls(query: Query, number: int) -> Message:
    """Return the message as saved, in its thread: one that began a forum's post has the number of that."""
    return {"id": str(number), "channel_id": query.get("thread_id", str(number)), "type": 0}


def _json(**fields: object) -> str:
    return json.dumps(fields)


FAR_ENDS: dict[str, FarEnd] = {
    "discord": FarEnd(
        f"/api/webhooks/1/{KEY}",
        discord_faults,
        (200, ""),
        (400, _json(message="Invalid Form Body", code=50035)),
        calls=_discord_calls,
    ),
    "teams": FarEnd(
        f"/workflows/{KEY}/triggers/manual/paths/invoke",
        teams_faults,
        (202, ""),
        (400, _json(error={"code": "TriggerInputSchemaMismatch", "message": "The input is invalid."})),
        "api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=sample",
    ),
    "mattermost": FarEnd(
        f"/hooks/{KEY}",
        mattermost_faults,
        (200, "ok"),
        (400, _json(id="web.incoming_webhook.text.app_error", message="No text specified", status_code=400)),
    ),
    "google_chat": FarEnd(
        "/v1/spaces/AAAA/messages",
        google_chat_faults,
        (200, _json(name="spaces/AAAA/messages/1.1")),
        (400, _json(error={"code": 400, "message": "Invalid JSON payload", "status": "INVALID_ARGUMENT"})),
        f"key={KEY}&token={KEY}",
    ),
    "telegram": FarEnd(
        f"/bot{BOT}/sendMessage",
        telegram_faults,
        (200, ""),
        (400, _json(ok=False, error_code=400, description="Bad Request: can't parse entities")),
        calls=lambda _, number: {"ok": True, "result": {"message_id": number}},
    ),
    "apprise": FarEnd(f"/apprise/{KEY}", apprise_faults, (200, ""), (400, "")),
    "ntfy": FarEnd(
        "/",
        ntfy_faults,
        (200, _json(id="x", event="message", topic=TOPIC)),
        (400, _json(code=40024, http=400, error="invalid request: request body must be valid JSON")),
    ),
}
