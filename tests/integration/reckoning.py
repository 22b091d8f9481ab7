"""What must hold, whatever happens: a second set of books, kept from what the far ends offered and took.

Apart from `far_ends`, which do as they are told: this knows nothing of the service but its tables, which it reads
beside it, so that it sees what is committed and nothing else.
"""

import json
import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.integration.documents import Entry

WORD = re.compile(r"kex[a-z]+")
WEBHOOK_ATTEMPTS = 8
SINCE = timedelta(hours=48)  # how far back a first poll looks
STANDING = """
    SELECT coalesce(carrier.message_id, mine.message_id), mine.state, mine.channel, mine.address, mine.last_error
    FROM deliveries mine LEFT JOIN deliveries carrier ON carrier.id = mine.carrier_id
"""
STALE = """
    SELECT * FROM attempts first JOIN attempts second
    ON first.delivery_id = second.delivery_id AND first.id < second.id AND first.epoch >= second.epoch
"""
ALERTED = "All of it"  # the story whose every piece is told at once
STORIES = {"one": frozenset({"all", "parts"}), "two": frozenset({"all"})}


@dataclass
class Message:
    """One message as the far ends know it."""

    takes: list[bytes] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    allowed: int = 1  # copies that crashes and lost answers excuse
    owed: bool = False  # it was taken and said so; the row must say it too
    edition: int = 0  # of the configuration that rendered it


@dataclass
class Piece:
    """One piece of news, known by its word, as a site offered it."""

    feed: str
    at: datetime | None
    kept: bool = False  # it is in the database
    news: bool = False
    alerts: frozenset[str] = frozenset()  # stories that it was told of at once
    stories: frozenset[str] = frozenset()  # stories whose digests must tell it


class Reckoning:
    """The books, and the complaints when they do not agree."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self.messages: dict[str, Message] = defaultdict(Message)
        self.pieces: dict[str, Piece] = {}
        self.readers: set[str] = set()
        self.fixed: set[str] = set()  # readers by the configuration
        self.digests: Mapping[str, Collection[str]] = {}  # their stories, as configured now
        self.stories: Collection[str] = ()  # as configured now
        self.suppressed: set[str] = set()
        self.refused: set[str] = set()  # said by the mail server; the record of it may not stand yet
        self.ever_refused: set[str] = set()
        self.doubtful: set[str] = set()  # ids of messages that a stopped process holds
        self.sent: set[str] = set()
        self.dead: set[str] = set()
        self.edition = 0
        self.told: dict[tuple[str, str], int] = {}
        self._offers: dict[str, datetime | None] = {}  # offered and not yet stored: when, if on a feed's first poll
        self.issues: dict[int, frozenset[str]] = {}
        self._numbers: Counter[str] = Counter()
        self._occurrences: set[tuple[str, str, str]] = set()
        self._settled: dict[str, tuple[str, str] | None] = {}
        self._hooked: dict[tuple[str, ...], str] = {}

    def rows(self, query: str, *values: object) -> list[Any]:
        """Return what is committed."""
        return self._database.execute(query, values).fetchall()

    # --- what the far ends saw --------------------------------------------------------------------------------------

    def offer(self, word: str, feed: str, at: datetime | None) -> None:
        """Note that a site put up a piece."""
        self.pieces[word] = Piece(feed, at and at.replace(microsecond=0))  # as a document writes it

    def offered(self, feed: str, entries: Sequence[Entry], now: datetime) -> None:
        """Note that a site gave its document; a process that is stopped with it may store it days later."""
        primed = self.rows("SELECT primed FROM feeds WHERE id = ?", feed)[0][0]
        self._offers |= dict.fromkeys(words(entry.title for entry in entries), None if primed else now)

    def unchanged(self, feed: str, entries: Sequence[Entry]) -> None:
        """See that all is stored of a document that a site says we know."""
        stored = self._stored(feed)
        missed = [word for word in words(entry.title for entry in entries) if word not in stored]
        assert not missed, f"{feed} answered 'unchanged', but these were never stored: {missed}"

    def _stored(self, feed: str) -> dict[str, datetime]:
        rows = self.rows("SELECT title, first_seen FROM items WHERE feed_id = ?", feed)
        return {
            word: datetime.fromisoformat(seen).replace(tzinfo=UTC) for title, seen in rows for word in words([title])
        }

    def addressed(self, identity: str, address: str) -> None:
        """See that an address that the mail server hears of is not suppressed."""
        barred = address.casefold() in self.suppressed and identity not in self.doubtful
        assert not barred, f"{address} is suppressed, and was written to"

    def take(self, identity: str, body: bytes, *, address: str | None = None, lost: bool) -> None:
        """Note that a far end took a message, if it might be sent; `lost`: it will not say so."""
        message = self.messages[identity]
        rows = self.rows("SELECT state, issue_id FROM deliveries WHERE message_id = ?", identity)
        assert rows, f"{identity} was sent without a row"
        state, issue = rows[0]
        assert state == "sending" or identity in self.doubtful, f"{identity} was sent while its row said {state}"
        if issue is not None:
            self._see_issues()
            assert address in self.issues[issue], f"{address} was no reader when issue {issue} was written"
        if message.takes and (message.edition == self.edition or address is None):
            assert message.takes[0] == body, f"{identity} differs from its first copy"
        message.edition = message.edition if message.takes else self.edition
        message.takes.append(body)
        assert len(message.takes) <= message.allowed, f"{identity} came {len(message.takes)} times"
        message.allowed += lost
        message.owed = not lost
        if address is None:
            self._hook(identity, body)

    def _hook(self, identity: str, body: bytes) -> None:
        told = json.loads(body)["data"]
        for word in words([told["headline"]]):
            first = self._hooked.setdefault((told["kind"], told["story"] or "", word), identity)
            assert first == identity or told["kind"] == "promise", f"{told['kind']} of {word} was told twice"

    def answered(self, identity: str, kind: str, *, refused: str | None = None) -> None:
        """Note an answer: delivered, retry or dead; `refused` is an address that does not exist."""
        self.messages[identity].answers[kind] += 1
        if refused is not None and identity not in self.doubtful:
            self.refused.add(refused.casefold())
        if refused is not None:
            self.ever_refused.add(refused.casefold())

    # --- what became of a process -----------------------------------------------------------------------------------

    def lost_power(self) -> None:
        """Excuse a copy of what was taken and is not recorded; what was refused may be asked again."""
        self._excuse({number for number, message in self.messages.items() if message.owed})
        self.refused.clear()
        self.look(whole=False)

    def stopped(self) -> None:
        """Excuse a copy of what a stopped process holds: it may come from it, and from another."""
        held = {number for (number,) in self.rows("SELECT message_id FROM deliveries WHERE state = 'sending'")}
        self.doubtful |= held
        self._excuse(held | {number for number, message in self.messages.items() if message.owed})
        self.refused.clear()
        self.look(whole=False)

    def _excuse(self, numbers: Iterable[str]) -> None:
        sent = {number for (number,) in self.rows("SELECT message_id FROM deliveries WHERE state = 'sent'")}
        for number in numbers:
            self.messages[number].allowed += number not in sent
            self.messages[number].owed = False

    # --- the books --------------------------------------------------------------------------------------------------

    def look(self, *, whole: bool = True) -> None:
        """Compare after a step; `whole`: the process did all it was told to."""
        if whole:
            self.suppressed |= self.refused
            self.refused.clear()
            self._recorded()
        owed = {digest: self.owed(digest) for digest in self.digests}
        self._see_states()
        self._see_issues()
        self._see_settled(owed)
        self._keep()

    def _recorded(self) -> None:
        for identity, message in self.messages.items():
            if message.owed and identity not in self.doubtful:
                state = self.rows("SELECT state FROM deliveries WHERE message_id = ?", identity)[0][0]
                assert state == "sent", f"{identity} was taken, and its row says {state}"
            message.owed = False

    def _see_states(self) -> None:
        states = dict(self.rows("SELECT message_id, state FROM deliveries WHERE state IN ('sent', 'dead')"))
        sent = {number for number, state in states.items() if state == "sent"}
        dead = states.keys() - sent
        assert self.sent <= sent, f"they were sent, and are not any more: {self.sent - sent}"
        assert self.dead <= dead, f"they were dead, and nobody had them tried again: {self.dead - dead}"
        self.sent, self.dead = sent, set(dead)

    def _see_issues(self) -> None:
        last = max(self.issues, default=0)
        query = "SELECT id, digest, number, nominal, slot, composed FROM issues WHERE id > ? ORDER BY id"
        for issue, digest, number, nominal, slot, composed in self.rows(query, last):
            assert number == self._numbers[digest] + 1, f"issue {number} of {digest} after {self._numbers[digest]}"
            self._numbers[digest] = number
            occurrence = (digest, nominal, slot)
            assert occurrence not in self._occurrences, f"two issues for {occurrence}"
            self._occurrences.add(occurrence)
            self.issues[issue] = frozenset(self.readers | self.fixed)
            for word in _told(json.loads(composed)):
                before = self.told.setdefault((digest, word), issue)
                assert before == issue, f"{digest} told {word} in issues {before} and {issue}"

    def _see_settled(self, owed: Mapping[str, Collection[str]]) -> None:
        for digest, nominal, slot in self.rows("SELECT id, settled_nominal, settled_slot FROM digests"):
            issued = [(on, at) for name, on, at in self._occurrences if name == digest]
            settled = None if nominal is None else (nominal, slot)
            assert not issued or (settled and settled >= max(issued)), f"{digest}: an issue that is not settled"
            if settled != self._settled.get(digest):
                self._settled[digest] = settled
                left = [word for word in owed.get(digest, ()) if (digest, word) not in self.told]
                assert not left, f"{digest} settled {settled} without {left}"

    def owed(self, digest: str) -> list[str]:
        """Return what a digest has yet to tell."""
        mine = frozenset(self.digests[digest])
        news = ((word, piece) for word, piece in self.pieces.items() if piece.kept and piece.news)
        return [word for word, piece in news if piece.stories & mine and (digest, word) not in self.told]

    def _keep(self) -> None:
        """Note what is stored by now: on a feed's first poll, what is undated or old, then or by now, is no news."""
        stored = {feed: self._stored(feed) for feed in {self.pieces[word].feed for word in self._offers}}
        for word, first in [*self._offers.items()]:
            piece = self.pieces[word]
            if seen := stored[piece.feed].get(word):
                del self._offers[word]
                if not piece.kept:
                    recent = first and piece.at and piece.at >= max(first, seen) - SINCE
                    piece.kept, piece.news = True, first is None or bool(recent)
                    piece.alerts = piece.stories = STORIES[piece.feed] & frozenset(self.stories)

    def leave_out(self, stories: Collection[str]) -> None:
        """Stories left the configuration: what they have not told yet is past when they come back."""
        for piece in self.pieces.values():
            piece.stories &= frozenset(stories)

    def at_rest(self) -> bool:
        """Tell whether nothing is left to do."""
        left = self.rows("SELECT count(*) FROM deliveries WHERE state NOT IN ('sent', 'dead')")[0][0]
        return not left and not any(self.owed(digest) for digest in self.digests)

    def final(self) -> None:
        """Compare once all is well again and time has passed."""
        assert self.rows("PRAGMA integrity_check") == [("ok",)]
        assert self.rows("PRAGMA foreign_key_check") == []
        assert self.rows(STALE) == [], "an attempt was recorded under an old epoch"
        for digest in self.digests:
            assert not self.owed(digest), f"{digest} never told {self.owed(digest)}"
        for identity, state, channel, address, reason in self.rows(STANDING):
            assert state in ("sent", "dead"), f"{identity} is still {state}: {reason}"
            if state == "sent":
                assert self.messages[identity].takes, f"{identity} says sent, and nobody took it"
            else:
                self._has_died(self.messages[identity], channel, address, reason)
        self._all_told()

    def _has_died(self, message: Message, channel: str, address: str | None, reason: str) -> None:
        barred = address is not None and address.casefold() in self.suppressed | self.ever_refused
        tired = channel == "hook" and message.answers["retry"] >= WEBHOOK_ATTEMPTS
        assert barred or tired or message.answers["dead"], f"dead for no reason: {reason}, {message.answers}"

    def _all_told(self) -> None:
        dead = self.rows(
            "SELECT payload FROM payloads JOIN deliveries ON id = delivery_id WHERE state = 'dead' AND channel = 'hook'"
        )
        given_up = frozenset(words(payload for (payload,) in dead))
        told = {word for _, story, word in self._hooked if story == ALERTED}
        owed = (word for word, piece in self.pieces.items() if piece.kept and piece.news and piece.alerts)
        missing = [word for word in owed if word not in told | given_up]
        assert not missing, f"these were never told to the hook: {missing}"


def words(texts: Iterable[str]) -> Iterator[str]:
    """Yield the words that pieces are known by."""
    return (word for text in texts for word in WORD.findall(text))


def _told(composed: Mapping[str, Any]) -> set[str]:
    stories = composed["stories"]
    lines = [part["item"] for story in stories for part in story["parts"]]
    lines += [line for story in stories for one in story["developments"] for line in (one["lead"], *one["also"])]
    return set(words(line["title"] for line in lines))
