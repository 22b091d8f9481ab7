"""Who copied or cited whom, and which items report the same thing.

Apart from `items`, which says what a single item is: here are the values that come from comparing several.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from briefing.model.ids import ItemId, StoryId
from briefing.model.items import Item


@dataclass(frozen=True, slots=True)
class Copy:
    """An item whose text is another source's; `original` None says that it is a copy no more."""

    item: ItemId
    original: ItemId | None
    evidence: str = ""  # why: the shared credit, the share of words


@dataclass(frozen=True, slots=True)
class Origin:
    """The report that an item rests on: whose it is, and the words that say so (empty: the item's own)."""

    family: str
    quote: str = ""


class ClaimKind(StrEnum):
    """How a sentence holds back from what it tells."""

    DENIAL = "denial"
    HEDGE = "hedge"


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence that denies or hedges, word for word."""

    kind: ClaimKind
    quote: str


@dataclass(frozen=True, slots=True)
class Corroboration:
    """How many publishers report a development, over how many origins; both as sorted family names."""

    publishers: tuple[str, ...]
    origins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """An item in a development, with all that grouping later items needs of it."""

    item: ItemId
    development: ItemId  # named after the item that opened it
    seen: datetime
    at: datetime | None  # None where neither feed nor text gives a date
    terms: dict[str, float] = field(repr=False)
    names: float = 0.0  # how much of its terms' length is names: what other languages share
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """In how many items of a story each term was met: what tells common terms from telling ones."""

    items: int = 0
    of: Mapping[str, int] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an item went, and the items that changed their development because of it."""

    member: Member
    moved: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True)
class Development:
    """Items of a story that report the same, judged: who copied whom, who rests on whom, who denies it.

    `items` are in order of time, copies too; `lead` is the most independent of them, of these the most complete.
    """

    story: StoryId
    id: ItemId  # of the item that opened it
    lead: ItemId
    items: tuple[Item, ...]
    copies: Mapping[ItemId, ItemId]  # to originals, which may stand elsewhere
    families: Mapping[ItemId, str]  # whose publisher's each item is
    corroboration: Corroboration
    claims: tuple[tuple[ItemId, Claim], ...] = ()
