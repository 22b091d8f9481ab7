"""Boolean queries: from an operator's words to a tree that says whether an item matches.

Apart from `match`, which runs all queries over an item at once: here is what one query means. luqum reads the syntax;
what of Lucene we do not mean (fuzziness, boosts, ranges, regular expressions, other fields) is refused with a hint.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from luqum import tree
from luqum.exceptions import ParseError
from luqum.thread import parse

from briefing.detect.text import is_unspaced, spaced
from briefing.errors import BriefingError

_LONGEST = 10_000  # characters
_DEEPEST = 50  # nested parentheses
_STRAIGHT = str.maketrans("“”„«»", '"' * 5)
_FOREIGN = re.compile(r"""[~^\[\]{}/\\<>?]|(?<![^\s(])[-+!](?=[^\s)])|&&|\|\|""")
_HINTS = {
    "~": "fuzzy search is not supported; list the spellings with OR",
    "^": "there is no ranking, so nothing to boost",
    "-": "write NOT before the word",
    "!": "write NOT before the word",
    "+": "words side by side are all required; leave the + out",
    "&&": "write AND",
    "||": "write OR",
    "?": "the only wildcard is * at a word's end",
}


class QueryError(BriefingError):
    """A query cannot be used; `offset` counts characters from its start, `hint` is the way out."""

    def __init__(self, message: str, *, hint: str = "", offset: int = 0) -> None:
        super().__init__(message)
        self.hint = hint
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Term:
    """A word as `pattern` finds it in spaced text; `written` is the operator's spelling."""

    pattern: str
    written: str
    title_only: bool = False


@dataclass(frozen=True, slots=True)
class Phrase(Term):
    """Words in this order, nothing between them."""


@dataclass(frozen=True, slots=True)
class Prefix(Term):
    """Words that begin so."""


@dataclass(frozen=True, slots=True)
class And:
    """All of these."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of these."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Not this."""

    part: "Node"


Node = Term | And | Or | Not


@dataclass(frozen=True, slots=True)
class Query:
    """A query that can be run; `text` is what the operator wrote."""

    text: str
    tree: Node

    def terms(self) -> tuple[Term, ...]:
        """List every term of the query in the order written, those under NOT too."""
        return tuple(_terms(self.tree))


def compile(query: str) -> Query:  # noqa: A001 - as in re.compile, and like it used with its module's name
    """Compile a boolean query: AND OR NOT, parentheses, "phrases", prefix*, title:word; side by side means AND.

    Raises QueryError with the offset of the mistake and a hint.
    """
    text = query.translate(_STRAIGHT)
    _refuse_foreign(text)
    try:
        node = _node(parse(text), text, title_only=False)
    except ParseError as error:
        raise _syntax_error(text, error) from error
    if holds(node, lambda _term: False) is not None:
        raise QueryError(
            "the query matches items that have none of its words",
            hint="require a word beside NOT, such as: Iran AND NOT football",
        )
    return Query(query, node)


def holds(node: Node, found: Callable[[Term], bool]) -> tuple[Term, ...] | None:
    """Return the terms that make `node` true, () if their absence does, None if it is false."""
    match node:
        case Term():
            return (node,) if found(node) else None
        case Not(part):
            return () if holds(part, found) is None else None
        case And(parts):
            return _all(parts, found)
        case Or(parts):
            held = [terms for part in parts if (terms := holds(part, found)) is not None]
            return tuple(term for terms in held for term in terms) if held else None


def required(node: Node) -> tuple[Term, ...]:
    """List terms of which an item must have at least one, as few as the query allows; () if absence can be enough."""
    match node:
        case Term():
            return (node,)
        case Not():
            return ()
        case And(parts):
            covers = [cover for part in parts if (cover := required(part))]
            return min(covers, key=lambda cover: (len(cover), -min(len(term.pattern) for term in cover)), default=())
        case Or(parts):
            covers = [required(part) for part in parts]
            return tuple(term for cover in covers for term in cover) if all(covers) else ()


def _all(parts: tuple[Node, ...], found: Callable[[Term], bool]) -> tuple[Term, ...] | None:
    together: tuple[Term, ...] = ()
    for part in parts:
        held = holds(part, found)
        if held is None:
            return None
        together += held
    return together


def _terms(node: Node) -> Iterator[Term]:
    match node:
        case Term():
            yield node
        case Not(part):
            yield from _terms(part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from _terms(part)


# --- what we refuse before luqum sees it --------------------------------------------------------------------------


def _refuse_foreign(text: str) -> None:
    if not text.strip():
        raise QueryError("the query is empty", hint='write words, "phrases", AND, OR, NOT; or leave the key out')
    if len(text) > _LONGEST:
        raise QueryError(f"the query is longer than {_LONGEST:,} characters", hint="split the story in two")
    bare = _without_phrases(text)
    if found := _FOREIGN.search(bare):
        sign = found[0]
        hint = _HINTS.get(sign, f'quote what contains it, such as "{_word_at(text, found.start())}"')
        raise QueryError(f'"{sign}" has no meaning in a query', hint=hint, offset=found.start())
    depth = 0
    for offset, sign in enumerate(bare):
        depth += (sign == "(") - (sign == ")")
        if depth > _DEEPEST:
            raise QueryError("too many nested parentheses", hint="flatten the query", offset=offset)


def _without_phrases(text: str) -> str:
    """Blank out what stands in quotes, keeping every offset."""
    if text.count('"') % 2:
        raise QueryError("a quote is not closed", hint='add the closing "', offset=text.rindex('"'))
    return re.sub(r'"[^"]*"', lambda phrase: "_" * len(phrase[0]), text)


def _word_at(text: str, offset: int) -> str:
    start = max(text.rfind(sign, 0, offset) for sign in ' ("') + 1
    return re.split(r'[\s)"]', text[start:], maxsplit=1)[0]


def _syntax_error(text: str, error: ParseError) -> QueryError:
    place = re.search(r"at position (\d+)", str(error))
    offset = int(place[1]) if place else len(text)
    if text.count("(") != text.count(")"):
        hint = "every ( needs its )"
    elif re.search(r"\w:\s*(\)|$)", text):
        hint = 'write the word right after the field: title:word, title:"two words"'
    else:
        hint = "AND and OR stand between two words, NOT before one"
    word = re.match(r"\s*([()]|[^\s()]*)", text[offset:])
    what = f'"{word[1]}" does not fit here' if word and word[1] else "the query ends too early"
    return QueryError(what, hint=hint, offset=offset)


# --- from luqum's tree to ours ------------------------------------------------------------------------------------


def _node(item: tree.Item, text: str, *, title_only: bool) -> Node:
    match item:
        case tree.Word() | tree.Phrase():
            return _term(item, title_only=title_only)
        case tree.Group() | tree.FieldGroup():
            return _node(item.children[0], text, title_only=title_only)
        case tree.SearchField():
            return _node(_title_field(item, text), text, title_only=True)
        case tree.Not():
            return Not(_node(item.children[0], text, title_only=title_only))
        case tree.AndOperation():
            return And(tuple(_node(part, text, title_only=title_only) for part in item.children))
        case tree.OrOperation():
            return Or(tuple(_node(part, text, title_only=title_only) for part in item.children))
        case tree.UnknownOperation():
            return _side_by_side(item, text, title_only=title_only)
    raise QueryError(f"{item} is not supported", hint="quote it to search for these words", offset=item.pos or 0)


def _side_by_side(item: tree.Item, text: str, *, title_only: bool) -> Node:
    """Read words side by side as AND, which binds closer than OR (luqum lets them bind loosest)."""
    ways: list[list[Node]] = [[]]
    for part in item.children:
        first, *others = part.children if isinstance(part, tree.OrOperation) else (part,)
        ways[-1].append(_node(first, text, title_only=title_only))
        ways.extend([_node(other, text, title_only=title_only)] for other in others)
    ands = tuple(And(tuple(way)) if len(way) > 1 else way[0] for way in ways)
    return Or(ands) if len(ands) > 1 else ands[0]


def _title_field(item: tree.SearchField, text: str) -> tree.Item:
    offset = item.pos or 0
    if item.name == "title":
        return item.expr
    if item.name.lower() == "title":
        raise QueryError(f'unknown field "{item.name}"', hint="did you mean title:?", offset=offset)
    raise QueryError(
        f'unknown field "{item.name}"',
        hint=f'the only field is title:; to search for these words quote them: "{_word_at(text, offset)}"',
        offset=offset,
    )


def _term(item: tree.Term, *, title_only: bool) -> Term:
    offset, quoted = item.pos or 0, isinstance(item, tree.Phrase)
    inner = item.value[1:-1] if quoted else item.value
    if not quoted and inner in {"and", "or", "not"}:
        raise QueryError(
            f'"{inner}" in small letters is a word', hint=f"write {inner.upper()}, or quote it", offset=offset
        )
    starred = inner.endswith("*")
    if "*" in inner[:-1] or (starred and quoted):
        raise QueryError(
            "* stands at a word's end only", hint="such as: protest*", offset=offset + item.value.index("*")
        )
    run = spaced(inner)
    if not run:
        raise QueryError(f"{item.value} holds no letters or digits", hint="write a word", offset=offset)
    written = ("title:" if title_only else "") + item.value
    kind = Prefix if starred else Phrase if " " in run else Term
    return kind(_pattern(run, open_ended=starred), written, title_only)


def _pattern(run: str, *, open_ended: bool) -> str:
    """Pad with the spaces that make whole words; scripts without spaces get none."""
    before = "" if is_unspaced(run[0]) else " "
    after = "" if open_ended or is_unspaced(run[-1]) else " "
    return before + run + after
