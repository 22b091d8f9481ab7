"""A YAML file as plain values, with the place of every key and value.

Apart from `load`, which knows what feeds.yaml means: this module knows YAML alone. It takes nodes (YAML 1.2, by ruamel)
and builds the values itself, so that a repeated key is one more mistake and not the end of reading.
"""

from pathlib import Path
from typing import Any

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from briefing.config.positions import UNFIT, Document, Place, Source, Spot, located
from briefing.config.syntax import Broken, compose

MAX_VALUES = 200_000
MAX_DEPTH = 40
_TAG = "tag:yaml.org,2002:"
_COLLECTIONS = {_TAG + "map", _TAG + "seq"}


def parse(text: str, name: str) -> Document:
    """Read YAML text; whatever is wrong with it is in the document's problems, never an exception."""
    source = Source(name, text)
    document = Document(None, {}, [], source)
    try:
        node = compose(text)
    except Broken as error:
        document.problems.append(located(source, error.index, "error", (), error.message, error.hint))
        return document
    builder = _Builder(document)
    if node is not None:
        document.values = builder.build(node, (), None)
    if builder.left < 0:
        document.problems.append(located(source, 0, "error", (), f"more than {MAX_VALUES} values, aliases unfolded"))
    return document


def read(path: Path, *, limit: int = 2**20) -> Document:
    """Read a YAML file of at most `limit` bytes."""
    name = str(path)
    empty = Document(None, {}, [], Source(name, ""))

    def refuse(message: str, hint: str = "") -> Document:
        empty.problems.append(located(empty.main, 0, "error", (), message, hint))
        return empty

    try:
        if not path.is_file():
            return refuse("no such file" if not path.exists() else "not a file")
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except (OSError, ValueError) as error:
        return refuse(f"cannot be read: {getattr(error, 'strerror', None) or error}")
    if len(content) > limit:
        return refuse(f"larger than {limit // 1024} KiB", "split it into files and name them under include")
    try:
        return parse(content.decode("utf-8-sig"), name)
    except UnicodeDecodeError as error:
        return _not_utf8(name, error.object, error.start)


def _not_utf8(name: str, content: bytes, wrong: int) -> Document:
    source = Source(name, content.decode("utf-8", "replace"))
    index = len(content[:wrong].decode("utf-8"))
    message = f"not UTF-8 text: byte 0x{content[wrong]:02x}"
    return Document(None, {}, [located(source, index, "error", (), message, "save the file as UTF-8")], source)


class _Builder:
    """Turns nodes into values; `left` is the budget that keeps aliases from multiplying without end."""

    def __init__(self, document: Document) -> None:
        self.source, self.document = document.main, document
        self.left = MAX_VALUES
        self.open: set[int] = set()

    def build(self, node: Node, place: Place, key: Node | None) -> Any:
        self.left -= 1
        if self.left < 0:
            return None
        self.document.spots.setdefault(
            place,
            Spot(
                source=self.source,
                key=key.start_mark.index if key is not None else None,
                start=node.start_mark.index,
                end=node.end_mark.index,
                style=node.style if isinstance(node, ScalarNode) else None,
                scalar=isinstance(node, ScalarNode),
            ),
        )
        if isinstance(node, ScalarNode):
            return self.scalar(node, place)
        return self.collection(node, place)

    def collection(self, node: Node, place: Place) -> Any:
        if id(node) in self.open:
            return self.unread(node, place, "an alias inside the very thing it stands for")
        if len(place) >= MAX_DEPTH:
            return self.unread(node, place, f"nested deeper than {MAX_DEPTH} levels")
        if node.tag not in _COLLECTIONS:
            self.tagged(node, place)
        self.open.add(id(node))
        try:
            if isinstance(node, SequenceNode):
                return [self.build(child, (*place, number), None) for number, child in enumerate(node.value)]
            return self.mapping(node, place) if isinstance(node, MappingNode) else None
        finally:
            self.open.discard(id(node))

    def mapping(self, node: MappingNode, place: Place) -> dict[str, Any]:
        built: dict[str, Any] = {}
        first: dict[str, Node] = {}
        merged: list[tuple[Node, Node]] = []
        for key, child in node.value:
            if not isinstance(key, ScalarNode):
                self.wrong(key, place, "a key must be plain text")
            elif key.tag == _TAG + "merge":
                merged.append((key, child))
            else:
                name = str(key.value)
                again = self.build(child, (*place, name), key)
                if name in first:
                    self.repeated(key, first[name], (*place, name))
                    again = _united(built[name], again)
                built[name] = again
                first.setdefault(name, key)
        for key, child in merged:
            built = self.inherited(key, child, place) | built
        return built

    def inherited(self, key: Node, node: Node, place: Place) -> dict[str, Any]:
        """Read what `<<` brings in; places already taken keep their spots."""
        nodes = node.value if isinstance(node, SequenceNode) else [node]
        found: dict[str, Any] = {}
        for child in nodes:
            value = self.collection(child, place) if isinstance(child, MappingNode) else None
            if isinstance(value, dict):
                found = value | found
            else:
                self.wrong(key, place, "<< takes a mapping, or a list of mappings, by alias")
        return found

    def repeated(self, key: Node, first: Node, place: Place) -> None:
        line, here = (self.source.locate(k.start_mark.index)[0] for k in (first, key))
        message = f'"{place[-1]}" stands twice, on lines {line} and {here}'
        if line == here:
            message = f'"{place[-1]}" stands twice on line {line}'
        self.wrong(key, place, message, "keep one of the two")

    def scalar(self, node: ScalarNode, place: Place) -> Any:
        text, tag = str(node.value), str(node.tag)
        if found := UNFIT.search(text):
            return self.unread(node, place, f"an unprintable character (U+{ord(found[0]):04X})")
        if not tag.startswith(_TAG) or tag == _TAG + "binary":
            self.tagged(node, place)
            return text
        return _plain(text, tag.removeprefix(_TAG))

    def tagged(self, node: Node, place: Place) -> None:
        tag = str(node.tag).replace(_TAG, "!!")
        self.unread(node, place, f"tags such as {tag} mean nothing here", "write ${NAME} or ${file:…} for a secret")

    def unread(self, node: Node, place: Place, message: str, hint: str = "") -> None:
        self.document.unread.add(place)
        self.wrong(node, place, message, hint)

    def wrong(self, node: Node, place: Place, message: str, hint: str = "") -> None:
        self.document.problems.append(located(self.source, node.start_mark.index, "error", place, message, hint))


def _plain(text: str, kind: str) -> Any:
    """Turn a scalar into its value; dates stay text, for no option is one."""
    try:
        match kind:
            case "null":
                return None
            case "bool":
                return text.lower() == "true"
            case "int":
                digits = text.replace("_", "")
                return int(digits, 0 if digits.lstrip("+-")[:2].lower() in {"0x", "0o", "0b"} else 10)
            case "float":
                return float(text.replace("_", "").replace(".inf", "inf").replace(".nan", "nan"))
    except ValueError:
        pass
    return text


def _united(first: Any, second: Any) -> Any:
    """Keep the first of two values; of two mappings, keep both, so that no reference into them dangles."""
    if isinstance(first, dict) and isinstance(second, dict):
        return second | first
    return second if first is None else first
