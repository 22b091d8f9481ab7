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
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u180e\u202a-\u202e\u2060\u3164\ufeff\U000e0000-\U000e007f]")
_OURS = {"paragraph", "inline", "text", "text_special", "strong", "link", "softbreak", "bullet_list", "list_item"}
_MARKDOWN = MarkdownIt("commonmark").enable(["strikethrough", "table"])
_SMALL = re.compile("^-# ", re.MULTILINE)  # Discord's own


@dataclass
class Shown:
    """A message as its reader sees it."""

    words: list[str] = field(default_factory=list)
    linked: list[tuple[str, str]] = field(default_factory=list)  # words, and where they lead
    live: list[str] = field(default_factory=list)  # of the words, those in which the app looks for more

    @property
    def text(self) -> str:
        return "\n".join((*self.words, *self.live))

    @property
    def links(self) -> set[str]:
        return {url for _, url in self.linked}

    def markdown(self, text: str) -> None:
        """Read Markdown; whatever we do not write ourselves must not be there."""
        tokens = [*_flat(_MARKDOWN.parse(text))]
        for token in tokens:
            assert re.sub("_(open|close)$", "", token.type) in _OURS, (token.type, text)
        self.linked += _leads(tokens)
        lines = (token.children or [] for token in tokens if token.type == "inline")
        self.live += ["".join("\n" if one.type == "softbreak" else one.content for one in line) for line in lines]

    def markup(self, text: str, *tags: str) -> None:
        """Read HTML."""
        markup = Markup(text, *tags)
        assert markup.faults == []
        self.linked += markup.linked
        self.live.append(markup.shown)


def _leads(tokens: list[Token]) -> Iterator[tuple[str, str]]:
    """Yield what stands within each link, and where it leads."""
    said, url = "", ""
    for token in tokens:
        if token.type == "link_open":
            said, url = "", str(token.attrs["href"])
        elif token.type == "link_close":
            yield said, url
        else:
            said += token.content


def _flat(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _flat(token.children or [])


def balanced(text: str) -> bool:
    """Tell whether every isolate in a text ends in it, and nothing else does."""
    left = re.sub("[^\u2066-\u2069]", "", text)
    while left != (inner := re.sub("[\u2066-\u2068]\u2069", "", left)):
        left = inner
    return not left


def readable(text: str) -> str:
    """Return what a reader sees of a text, whether its brackets are round or square."""
    unseen = dict.fromkeys(map(ord, "\u200b\u2066\u2067\u2068\u2069"))
    return " ".join(text.translate(unseen | {ord("["): "(", ord("]"): ")"}).split())


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
    return Shown(words, [(part["text"], part["url"]) for part in parts if "url" in part])


def discord(payload: Mapping[str, Any]) -> Shown:
    shown, texts = Shown(), [payload["content"]]
    for embed in payload.get("embeds", ()):
        shown.words.append(embed.get("author", {}).get("name", ""))
        shown.linked += [(embed["title"], embed["url"])] if "url" in embed else []
        texts += [embed.get("title", ""), embed.get("description", "")]
    for text in texts:
        assert not _SMALL.search(text)
        shown.markdown(text)
    return shown


def teams(payload: Mapping[str, Any]) -> Shown:
    card = payload["attachments"][0]["content"]
    runs = [part for part in elements(card["body"]) if part["type"] == "TextRun"]
    actions = card.get("actions", [])
    shown = Shown([*(run["text"] for run in runs), *(action["title"] for action in actions)])
    shown.linked += [(run["text"], run["selectAction"]["url"]) for run in runs if "selectAction" in run]
    shown.linked += [(action["title"], action["url"]) for action in actions]
    shown.markdown(card["fallbackText"])  # of a client that does not know the card's version
    return shown


def mattermost(payload: Mapping[str, Any]) -> Shown:
    shown = Shown()
    shown.markdown(payload["text"])
    return shown


def google_chat(payload: Mapping[str, Any]) -> Shown:
    shown = Shown(live=[payload["fallbackText"]])
    card = payload["cardsV2"][0]["card"]
    shown.words += card.get("header", {}).values()
    for widget in card["sections"][0]["widgets"]:
        for kind, body in widget.items():
            if kind == "buttonList":
                shown.words += [button["text"] for button in body["buttons"]]
                shown.linked += map(_tapped, body["buttons"])
            else:
                shown.markup(body["text"], "a", "b")
                shown.linked += [_tapped(body)] if "onClick" in body else []
    return shown


def _tapped(widget: Mapping[str, Any]) -> tuple[str, str]:
    return widget["text"], widget["onClick"]["openLink"]["url"]


def telegram(payload: Mapping[str, Any]) -> Shown:
    shown = Shown()
    shown.markup(payload["text"], "a", "b", "i")
    return shown


def ntfy(payload: Mapping[str, Any]) -> Shown:
    actions = payload.get("actions", [])
    shown = Shown([action["label"] for action in actions], live=[payload["title"], payload["message"]])
    shown.linked += [(action["label"], action["url"]) for action in actions]
    shown.linked += [(payload["title"], payload["click"])] if "click" in payload else []
    return shown


def apprise(payload: Mapping[str, Any]) -> Shown:
    """Read plain words; an address that ends a line is one that the service makes a link of."""
    shown = Shown([payload["title"]], live=[payload["title"]])
    for line in payload["body"].split("\n"):
        found = re.fullmatch(r"(.*): (https?://\S+)", line)
        shown.live.append(found[1] if found else line)
        shown.linked += [(found[1], found[2])] if found else []
    return shown


def webhook(payload: Mapping[str, Any]) -> Shown:
    body = payload["data"]
    lines = [*body["context"], *body["actions"]]
    words = [body["headline"], body["source"] or "", body["story"] or "", *body["sentences"]]
    linked = [(body["headline"], body["url"]), *((line["text"], line["url"]) for line in lines)]
    return Shown([*words, *(line["text"] for line in lines)], [(said, url) for said, url in linked if url])
