"""YAML's own mistakes in an operator's words.

Apart from `positions`, which builds values: here text becomes nodes, or one `Broken` with the place and a way out.
"""

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import Node
from ruamel.yaml.reader import ReaderError

# what the parser says → what to tell the operator, and what to do; {context} is what it was reading
_WORDS = (
    ("found character '\\t'", "a tab where YAML takes spaces", "indent with spaces"),
    ("mapping values are not allowed", 'a second ": " in one line', 'put text that holds ": " in quotes'),
    ("found unexpected end of stream", "a quote that is never closed", "close it on the same line"),
    ("found unexpected document separator", "a quote that is never closed", "close it on the same line"),
    ("found unknown escape character", "a backslash in double quotes", "use single quotes"),
    ("could not find expected ':'", 'a key without ": "', "write key: value"),
    ("expected <block end>", "a line indented unlike its neighbours", "line it up with the lines above"),
    ("expected ',' or '}'", "a { that is not closed, or a comma left out", "separate by commas and close with }"),
    ("expected ',' or ']'", "a [ that is not closed, or a comma left out", "separate by commas and close with ]"),
    ("but found '<stream end>'", "the file ends too early", "close what is still open"),
    ("found undefined alias", "an alias (*name) without its anchor (&name)", 'put text that begins with "*" in quotes'),
    ("expected a single document", "a second document", "remove the line ---"),
    ("found another document", "a second document", "remove the line ---"),
    ("that cannot start any token", "a character that YAML keeps for itself", "put the text in quotes"),
    ("expected alphabetic or numeric", "a character that YAML keeps for itself", "put the text in quotes"),
    ("found duplicate anchor", "an anchor (&name) given twice", "give one of them another name"),
)


class Broken(Exception):  # noqa: N818 - says what the file is
    """The text is no YAML; `index` is where reading stopped."""

    def __init__(self, index: int, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.index, self.message, self.hint = index, message, hint


def compose(text: str) -> Node | None:
    """Read the one document of a YAML text into nodes; None if it holds nothing. Raises Broken."""
    try:
        node: Node | None = YAML(typ="safe", pure=True).compose(text)
    except ReaderError as error:
        code = error.character if isinstance(error.character, int) else ord(str(error.character)[:1] or "\0")
        raise Broken(error.position, f"an unprintable character (U+{code:04X})", "remove it") from error
    except MarkedYAMLError as error:
        raise _explained(error) from error
    except RecursionError as error:
        raise Broken(0, "brackets nested too deeply") from error
    except (YAMLError, ValueError, ArithmeticError, LookupError, TypeError, AttributeError, AssertionError) as error:
        # the parser stumbles over some garbage (an escape beyond Unicode, an odd directive) in its own ways
        raise Broken(0, f"not YAML: {error}") from error
    return node


def _explained(error: MarkedYAMLError) -> Broken:
    said = str(error.problem or error.context or "")
    mark = error.problem_mark or error.context_mark
    message, hint = next(
        ((words, way) for needle, words, way in _WORDS if needle in said or needle in str(error.context or "")),
        (said, ""),
    )
    if "never closed" in message and error.context_mark is not None:
        mark = error.context_mark
    return Broken(mark.index if mark is not None else 0, f"not YAML: {message}", hint)
