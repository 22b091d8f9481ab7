"""Which stories an item belongs to: every term of every query searched in one pass over the item.

Apart from `query`, which says what one query means. One Aho-Corasick automaton finds all terms; only the queries with
a term in the item are then evaluated, so a thousand stories cost little more than one.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import ahocorasick

from briefing.detect.query import Query, QueryError, Term, compile, holds, required  # noqa: A004 - as in re.compile
from briefing.detect.suggest import suggest
from briefing.detect.text import spaced
from briefing.model import FeedId, Match, StoryId

__all__ = ["Matcher", "Query", "QueryError", "StoryRule", "compile", "suggest"]


@dataclass(frozen=True, slots=True)
class StoryRule:
    """What belongs to a story: items of `feeds` (None: of any) that match `query` (None: all) and not `exclude`."""

    feeds: frozenset[FeedId] | None = None
    query: Query | None = None
    exclude: Query | None = None


class Matcher:
    """All stories' rules, ready to run; built once per configuration."""

    def __init__(self, rules: Mapping[StoryId, StoryRule]) -> None:
        self._rules = dict(rules)
        self._open = [story for story, rule in self._rules.items() if rule.query is None]
        self._asking: dict[str, list[StoryId]] = defaultdict(list)
        self._automaton = ahocorasick.Automaton()
        for story, rule in self._rules.items():
            for query in (rule.query, rule.exclude):
                for term in query.terms() if query else ():
                    self._automaton.add_word(term.pattern, term.pattern)
            if rule.query:
                terms = required(rule.query.tree) or rule.query.terms()
                for pattern in {term.pattern for term in terms}:
                    self._asking[pattern].append(story)
        self._order = {story: place for place, story in enumerate(self._rules)}
        if len(self._automaton):
            self._automaton.make_automaton()

    def stories(self, feed: FeedId, title: str, text: str) -> tuple[Match, ...]:
        """List the stories of an item of `feed`, in the order of the rules, with the terms that made each match."""
        in_title, anywhere = self._patterns(title, text)
        asked = {story for pattern in anywhere for story in self._asking.get(pattern, ())}
        matches = (self._match(story, feed, in_title, anywhere) for story in self._sorted(asked))
        return tuple(match for match in matches if match)

    def _sorted(self, asked: set[StoryId]) -> list[StoryId]:
        return sorted(asked.union(self._open), key=self._order.__getitem__)

    def _patterns(self, title: str, text: str) -> tuple[set[str], set[str]]:
        """Find every term's pattern: in the title, and in title or text."""
        if not len(self._automaton):
            return set(), set()
        head = f" {spaced(title)} "
        hits = list(self._automaton.iter(f"{head}\n {spaced(text)} "))  # the newline parts: no phrase spans both
        return {hit for end, hit in hits if end < len(head)}, {hit for _, hit in hits}

    def _match(self, story: StoryId, feed: FeedId, in_title: set[str], anywhere: set[str]) -> Match | None:
        rule = self._rules[story]
        if rule.feeds is not None and feed not in rule.feeds:
            return None

        def found(term: Term) -> bool:
            return term.pattern in (in_title if term.title_only else anywhere)

        if rule.exclude and holds(rule.exclude.tree, found) is not None:
            return None
        terms = holds(rule.query.tree, found) if rule.query else ()
        return None if terms is None else Match(story, _written(terms))


def _written(terms: Iterable[Term]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(term.written for term in terms))
