"""YAML's own mistakes in an operator's words.

Apart from `positions`, which builds values: here text becomes nodes, or one `Broken` with the place and a way out.
"""

import re

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import Node
from ruamel.yaml.reader import ReaderError

_COLONS = 'a second ": " in one line'
_UNLIKE = "a line indented unlike its neighbours"
_BEYOND = re.compile(r"\\U(?!000|0010)")  # an escape that is no character
# what the parser says → what to tell the operator, and what to do; {context} is what it was reading
_WORDS = (
    ("found character '\\t'", "a tab where YAML takes spaces", "indent with spaces"),
    ("mapping values are not allowed", _COLONS, 'put text that holds ": " in quotes'),
    ("found unexpected end of stream", "a quote that is never closed", "close it on the same line"),
    ("found unexpected document separator", "a quote that is never closed", "close it on the same line"),
    ("found unknown escape character", "a backslash in double quotes", "use single quotes"),
    ("could not find expected ':'", 'a key without ": "', "write key: value"),
    ("expected <block end>", _UNLIKE, "line it up with the lines above"),
    ("expected ',' or '}'", "a { that is not closed, or a comma left out", "separate by commas and close with }"),
    ("expected ',' or ']'", "a [ that is not closed, or a comma left out", "separate by commas and close with ]"),
    ("but found '<stream end>'", "the file ends too early", "close what is still open"),
    ("found undefined alias", "an alias (*name) without its anchor (&name)", 'put text that begins with "*" in quotes'),
    ("expected a single document", "a second document", "remove the line --- or ..."),
    ("found another document", "a second document", "remove the line --- or ..."),
    ("that cannot start any token", "a character that YAML keeps for itself", "put the text in quotes"),
    ("expected alphabetic or numeric", "a character that YAML keeps for itself", "put the text in quotes"),
)


class Broken(Exception):  # noqa: N818 - says what the file is
    """The text is no YAML; `index` is where reading stopped."""

    def __init__(self, index: int, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.index, self.message, self.hint = index, message, hint


def compose(text: str) -> Node | None:
    """Read the one document of a YAML text into nodes; None if it holds nothing. Raises Broken."""
    try:
        yaml = YAML(typ="safe", pure=True)
        yaml.composer.warn_double_anchors = False  # YAML lets a later anchor take a name over
        node: Node | None = yaml.compose(text)
    except ReaderError as error:
        code = error.character if isinstance(error.character, int) else ord(str(error.character)[:1] or "\0")
        raise Broken(error.position, f"an unprintable character (U+{code:04X})", "remove it") from error
    except MarkedYAMLError as error:
        raise _explained(error, text) from error
    except RecursionError as error:
        raise Broken(0, "brackets nested too deeply") from error
    except (YAMLError, ValueError, ArithmeticError, LookupError, TypeError, AttributeError, AssertionError) as error:
        # the parser stumbles over some garbage (an escape beyond Unicode, an odd directive) in its own ways
        beyond = _BEYOND.search(text)
        raise Broken(beyond.start() if beyond else 0, f"not YAML: {error}") from error
    return node


def _explained(error: MarkedYAMLError, text: str) -> Broken:
    said = str(error.problem or error.context or "")
    message, hint = next(
        ((words, way) for needle, words, way in _WORDS if needle in said or needle in str(error.context or "")),
        (said, ""),
    )
    mark = error.problem_mark or error.context_mark
    index = mark.index if mark is not None else 0
    before = text[text.rfind("\n", 0, index) + 1 : index]  # of the line on which the parser stopped
    if message == _UNLIKE and before.strip():
        message, hint = "more text behind a value that is complete", "put the whole value in quotes"
    elif message == _COLONS and ":" not in before:
        message, hint = "a line that goes on with the one above", "line it up with that one; after a colon goes a space"
        index -= len(before.lstrip())
    elif error.context_mark is not None and _began_earlier(message, text, error.context_mark.index, index):
        index = error.context_mark.index
    return Broken(min(index, len(text.rstrip())), f"not YAML: {message}", hint)


def _began_earlier(message: str, text: str, began: int, stopped: int) -> bool:
    """Tell whether the mistake stands where something began, and not where the parser stopped, maybe lines below.

    A bracket is open for certain where the text goes on no deeper than its own line: YAML indents what is inside.
    """
    if "never closed" in message or message.startswith("a key without"):
        return True
    open_still = "not closed" in message or "too early" in message
    below = "\n" in text[began:stopped] and _indent(text, stopped) <= _indent(text, began)
    return open_still and (below or not text[stopped:].strip())


def _indent(text: str, index: int) -> int:
    start = text.rfind("\n", 0, index) + 1
    line = text[start:].partition("\n")[0]
    return len(line) - len(line.lstrip())
