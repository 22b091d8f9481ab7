"""Changes to the text of feeds.yaml that leave every other character as it was.

Apart from `load`, which reads: here text becomes text. An entry is put in or taken out by its place; nothing is written
anew, so comments, quotes and alignment stay, and the operator's diff shows what was done and no more.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode

from briefing.config.identity import inline_id
from briefing.config.positions import UNFIT
from briefing.config.reading import parse
from briefing.config.syntax import Broken, compose
from briefing.errors import ConfigError, Problem

_WIDTH = 110


def add_feed(text: str, feed: str, url: str, title: str | None = None, *, allow_private: bool = False) -> str:
    """Put a feed under `feeds`. Raises ConfigError if the id is taken or the text is no configuration."""
    return _added(text, "feeds", {feed: _feed(url, title, allow_private=allow_private)})


def add_feeds(text: str, feeds: Mapping[str, tuple[str, str | None]]) -> str:
    """Put feeds, each an id with its address and title, under `feeds` in one edit."""
    return _added(text, "feeds", {feed: _feed(url, title, allow_private=False) for feed, (url, title) in feeds.items()})


def remove_feed(text: str, feed: str) -> str:
    """Take a feed out of `feeds`; stories that name it are left, for the check to point at."""
    return _removed(text, "feeds", feed)


def add_story(
    text: str, story: str, *, title: str, feeds: Sequence[str], query: str | None = None, series: bool = True
) -> str:
    """Put a story over feeds, by id or address, under `stories`."""
    entry: dict[str, Any] = {"title": _literal(title), "feeds": [_literal(feed) for feed in feeds]}
    entry |= {"query": _literal(query)} if query else {}
    return _added(text, "stories", {story: entry | ({"series": {}} if series else {})})


def add_digest(text: str, digest: str, *, stories: Sequence[str], at: str, to: Sequence[str]) -> str:
    """Put a daily digest of stories under `digests`."""
    return _added(text, "digests", {digest: {"stories": list(stories), "at": at, "to": list(to)}})


def starter(
    *,
    url: str,
    feed_title: str | None,
    story: str,
    story_title: str,
    query: str | None,
    address: str,
    zone: str,
    allow_private: bool = False,
) -> str:
    """Write a short feeds.yaml: one feed, one story, a daily digest to one address."""
    feed = inline_id(url)
    words = _flow(_literal(query)) if query else None
    lines = [
        *_head(address, zone),
        "feeds:",
        *_block(feed, _feed(url, feed_title, allow_private=allow_private), 2),
        "",
        "stories:",
        f"  {_flow(story)}:",
        f"    title: {_flow(_literal(story_title))}",
        f"    feeds: [{_flow(feed)}]",
        f"    query: {words}"
        if words
        else "    # query: 'AND, OR, NOT, \"phrases\", prefix*'   (without one: every item)",
        "    series: {}   # watch for parts that an item promises, and tell when they appear",
        "",
        "digests:",
        f'  daily: {{stories: [{_flow(story)}], at: "07:00", to: [{_flow(address)}]}}',
    ]
    return "\n".join(lines) + "\n"


def blank(*, address: str, zone: str) -> str:
    """Write a short feeds.yaml to put feeds into: one story over all of them, a daily digest to one address."""
    lines = [
        *_head(address, zone),
        "feeds: {}",
        "",
        "stories:",
        "  news:",
        "    title: News",
        "    # query: 'AND, OR, NOT, \"phrases\", prefix*'   (without one: every item)",
        "",
        "digests:",
        f'  daily: {{stories: [news], at: "07:00", to: [{_flow(address)}]}}',
    ]
    return "\n".join(lines) + "\n"


def _head(address: str, zone: str) -> list[str]:
    return [
        "# What briefing follows, and whom it tells. Every option: docs/feeds.reference.yaml",
        "# After a change: briefing check",
        "version: 1",
        "site:",
        f"  from: {_flow(f'Briefing <{address}>')}",
        f"  timezone: {zone}",
        "  # Without smtp:, mail is written as files to the folder outbox/.",
        "",
    ]


def _feed(url: str, title: str | None, *, allow_private: bool) -> dict[str, Any]:
    entry: dict[str, Any] = {"url": _literal(url)}
    entry |= {"title": _literal(title)} if title else {}
    return entry | ({"allow_private": True} if allow_private else {})


class _Sheet:
    """A text and its nodes; each change returns a new text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.newline = "\r\n" if "\r\n" in text else "\n"
        try:
            root = compose(text)
        except Broken as error:
            raise ConfigError(tuple(parse(text, "feeds.yaml").problems)) from error
        if not isinstance(root, MappingNode) or root.flow_style:
            raise _refusal("the file must hold keys and values at its top, a line each", "")
        self.root = root

    def add(self, section: str, entries: Mapping[str, Mapping[str, Any]]) -> str:
        held = _child(self.root, section)
        if held is None:
            return self._below(self.root, "", f"{section}:", *_blocks(entries, 2))
        name, node = held
        there = {key.value for key, _ in node.value} if isinstance(node, MappingNode) else set()
        if taken := next((key for key in entries if key in there), None):
            raise _refusal(f'"{taken}" is there already', f"{section}.{taken}")
        if not node.value:
            lines = self.newline.join([f"{section}:", *_blocks(entries, 2)])
            end = node.end_mark.index if node.end_mark.index > node.start_mark.index else name.end_mark.index + 1
            return self.text[: name.start_mark.index] + lines + self.text[end:]
        if not isinstance(node, MappingNode):
            raise _refusal(f'"{section}" must hold keys and values', section)
        if node.flow_style:
            last = self._last(node.value[-1][1])
            more = "".join(f", {_flow(key)}: {_flow(dict(entry))}" for key, entry in entries.items())
            return self.text[:last] + more + self.text[last:]
        return self._below(node, *_blocks(entries, node.value[0][0].start_mark.column))

    def remove(self, section: str, key: str) -> str:
        held = _child(self.root, section)
        found = _child(held[1], key) if held and isinstance(held[1], MappingNode) else None
        if held is None or found is None:
            raise _refusal(f'no "{key}" under {section}', f"{section}.{key}")
        node = held[1]
        if isinstance(node, CollectionNode) and node.flow_style:
            return self._cut(node.value, node.value.index(found))
        if len(node.value) == 1:
            start, end = held[0].start_mark.index, self._line_end(self._last(node))
            return f"{self.text[:start]}{section}: {{}}{self.text[end:]}"
        start = self.text.rfind("\n", 0, found[0].start_mark.index) + 1
        return self.text[:start] + self.text[self._line_end(self._last(found[1])) + 1 :]

    def _cut(self, entries: Sequence[tuple[Node, Node]], at: int) -> str:
        start, end = entries[at][0].start_mark.index, self._last(entries[at][1])
        if at + 1 < len(entries):
            end = entries[at + 1][0].start_mark.index
        elif at > 0:
            start = self._last(entries[at - 1][1])
        return self.text[:start] + self.text[end:]

    def _below(self, node: Node, *lines: str) -> str:
        """Put lines below the last line that a node holds."""
        head = self.text[: self._line_end(self._last(node))].removesuffix("\r")
        return self.newline.join([head, *lines]) + (self.text[len(head) :] or self.newline)

    def _last(self, node: Node) -> int:
        """Return the index after a node's last character; the parser's own mark runs on over comments."""
        if isinstance(node, CollectionNode) and not node.flow_style and node.value:
            child = node.value[-1]
            return self._last(child[1] if isinstance(child, tuple) else child)
        start, end = int(node.start_mark.index), int(node.end_mark.index)
        if isinstance(node, ScalarNode) and node.style in {"|", ">"}:
            return start + len(self.text[start:end].rstrip())
        return end

    def _line_end(self, index: int) -> int:
        end = self.text.find("\n", index)
        return len(self.text) if end < 0 else end


def _child(node: Node, key: str) -> tuple[Node, Node] | None:
    return next(((name, child) for name, child in node.value if name.value == key), None)


def _added(text: str, section: str, entries: Mapping[str, Mapping[str, Any]]) -> str:
    after = _Sheet(text).add(section, entries)
    return _sound(text, after, section, *entries)


def _removed(text: str, section: str, key: str) -> str:
    after = _Sheet(text).remove(section, key)
    return _sound(after, text, section, key) and after


def _sound(without: str, having: str, section: str, *keys: str) -> str:
    """Return the text with the entries, once it is sure that nothing else differs."""
    less, more = parse(without, "feeds.yaml"), parse(having, "feeds.yaml")
    if not less.problems and not more.problems and more.values.get(section):
        for key in keys:
            more.values[section].pop(key, None)
        rest = {name: value for name, value in more.values.items() if value or name != section}
        if rest == {name: value for name, value in less.values.items() if value or name != section}:
            return having
    raise _refusal("this file is written in a way that only a person can edit safely", f"{section}.{keys[0]}")


def _blocks(entries: Mapping[str, Mapping[str, Any]], indent: int) -> list[str]:
    return [line for key, entry in entries.items() for line in _block(key, entry, indent)]


def _block(key: str, entry: Mapping[str, Any], indent: int) -> list[str]:
    """Write an entry as lines: one if it is short, else one for each of its keys."""
    space = " " * indent
    line = f"{space}{_flow(key)}: {_flow(dict(entry))}"
    if len(line) <= _WIDTH:
        return [line]
    return [f"{space}{_flow(key)}:", *(f"{space}  {name}: {_flow(value)}" for name, value in entry.items())]


def _flow(value: Any) -> str:
    """Write a value in one line; text in the quotes it needs."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(child)}" for key, child in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if value is True:
        return "true"
    text = str(value)
    if re.fullmatch(r"[A-Za-z][\w./@+-]*|https?://[\w./@+%=&?~-]+", text, re.ASCII) and text.lower() not in _WORDS:
        return text
    if "'" not in text and '"' in text and text.isprintable():
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=not text.isprintable())


_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}  # the last six for readers of YAML 1.1


def _literal(text: str) -> str:
    """Keep a dollar sign from being read as a reference to the environment; drop what no value may hold."""
    return UNFIT.sub("", text).replace("$", "$$")


def _refusal(message: str, path: str) -> ConfigError:
    return ConfigError((Problem("error", message, path),))
