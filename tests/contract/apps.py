"""What each vendor's app shows of a message: its words, where they lead, and in what the app looks for more by itself.

Written down from the vendors' pages on their own, with readers that are not ours where there are any: Markdown is read
by markdown-it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from demo.chat_vendors import Markup

# what apps find in plain words: addresses, mentions, tags, commands, emoji
AUTO = re.compile(
    r"[a-z]+://|www\.\w|(mailto|tel|javascript|data):\w|@\w|(?<!\w)#\w|(?<![\w/])[/~$][A-Za-z_]|:[\w+-]+:"
    r"|[a-z0-9-]\.(example|com|org|net|io)\b",
    re.IGNORECASE,
)
_OURS = {"paragraph", "inline", "text", "text_special", "strong", "link", "softbreak", "bullet_list", "list_item"}
_MARKDOWN = MarkdownIt("commonmark").enable(["strikethrough", "table"])


@dataclass
class Shown:
    """A message as its reader sees it."""

    words: list[str] = field(default_factory=list)
    links: set[str] = field(default_factory=set)
    live: list[str] = field(default_factory=list)  # of the words, those in which the app looks for more

    @property
    def text(self) -> str:
        return "\n".join((*self.words, *self.live))

    def markdown(self, text: str) -> None:
        """Read Markdown; whatever we do not write ourselves must not be there."""
        for token in _flat(_MARKDOWN.parse(text)):
            kind = re.sub("_(open|close)$", "", token.type)
            assert kind in _OURS, (token.type, text)
            if kind == "link" and token.nesting == 1:
                self.links.add(str(token.attrs["href"]))
        lines = (t.children or [] for t in _MARKDOWN.parse(text) if t.type == "inline")
        self.live += ["".join(child.content for child in line) for line in lines]

    def markup(self, text: str, *tags: str) -> None:
        """Read HTML."""
        markup = Markup(text, *tags)
        assert markup.faults == []
        self.links |= set(markup.links)
        self.live.append(markup.shown)


def _flat(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _flat(token.children or [])


def elements(value: Any) -> Iterator[Mapping[str, Any]]:
    """Yield every object within a payload."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from elements(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from elements(inner)


def slack(payload: Mapping[str, Any]) -> Shown:
    parts = [part for part in elements(payload["blocks"]) if isinstance(part.get("text"), str)]
    words = [part["text"] for part in parts if part["type"] != "mrkdwn"]
    return Shown(words, {part["url"] for part in parts if "url" in part})


def discord(payload: Mapping[str, Any]) -> Shown:
    shown = Shown()
    shown.markdown(payload["content"])
    for embed in payload.get("embeds", ()):
        shown.words.append(embed.get("author", {}).get("name", ""))
        shown.links |= {embed[name] for name in ("url",) if name in embed}
        shown.markdown(embed.get("title", ""))
        shown.markdown(embed.get("description", ""))
    return shown


def teams(payload: Mapping[str, Any]) -> Shown:
    card = payload["attachments"][0]["content"]
    runs = [part for part in elements(card["body"]) if part["type"] == "TextRun"]
    actions = [part for part in elements(card) if part.get("type") == "Action.OpenUrl"]
    words = [run["text"] for run in runs] + [action["title"] for action in actions if "title" in action]
    return Shown(words, {action["url"] for action in actions})


def mattermost(payload: Mapping[str, Any]) -> Shown:
    shown = Shown()
    shown.markdown(payload["text"])
    return shown


def google_chat(payload: Mapping[str, Any]) -> Shown:
    shown = Shown(live=[payload["fallbackText"]])
    card = payload["cardsV2"][0]["card"]
    shown.words += card.get("header", {}).values()
    shown.links |= {part["url"] for part in elements(card) if "url" in part}
    for widget in card["sections"][0]["widgets"]:
        for kind, body in widget.items():
            if kind == "buttonList":
                shown.words += [button["text"] for button in body["buttons"]]
            else:
                shown.markup(body["text"], "a", "b")
    return shown


def telegram(payload: Mapping[str, Any]) -> Shown:
    shown = Shown()
    shown.markup(payload["text"], "a", "b", "i")
    return shown


def ntfy(payload: Mapping[str, Any]) -> Shown:
    actions = payload.get("actions", [])
    shown = Shown([action["label"] for action in actions], live=[payload["title"], payload["message"]])
    shown.links |= {*(action["url"] for action in actions), *([payload["click"]] if "click" in payload else [])}
    return shown


def apprise(payload: Mapping[str, Any]) -> Shown:
    """Read plain words; an address that ends a line is one that the service makes a link of."""
    shown = Shown([payload["title"]], live=[payload["title"]])
    for line in payload["body"].split("\n"):
        found = re.fullmatch(r"(.*): (https?://\S+)", line)
        shown.live.append(found[1] if found else line)
        shown.links |= {found[2]} if found else set()
    return shown


def webhook(payload: Mapping[str, Any]) -> Shown:
    body = payload["data"]
    lines = [*body["context"], *body["actions"]]
    words = [body["headline"], body["source"] or "", body["story"] or "", *body["sentences"]]
    links = {body["url"], *(line["url"] for line in lines)} - {None}
    return Shown([*words, *(line["text"] for line in lines)], links)
