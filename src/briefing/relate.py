"""What arrives beside what is stored: whose copy an item is, and with which others of a story it reports the same.

    fold:  bands | who shares them, and their families | compare | links that changed
    place: the story's grouping, from memory or the store | place in order of time | members and words that changed

Joins `detect`, which compares, and `store`, which remembers; below `remember`, in whose transaction it runs. Apart from
`corroborate`, which judges what was grouped.
"""

from collections import Counter, OrderedDict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from briefing.config.grammar import Config
from briefing.detect import syndication
from briefing.detect.developments import Grouping, Tuning, aliases_of
from briefing.detect.publishers import Publishers
from briefing.model import Copy, Item, ItemId, Member, StoryId
from briefing.store import copies, developments, items

CROWDED = 40  # texts with the same band, beyond which it tells nothing
LATE = syndication.WINDOW  # an item may come so long after its date and still find what it is a copy of
OPEN = Tuning().window + timedelta(days=1)  # longer than developments are, so that it is never this that closes one
KEPT = 5_000  # members whose groupings stay in memory between arrivals, in all stories together


def fold(session: Session, publishers: Publishers, arrived: Sequence[Item], *, changed: Collection[ItemId]) -> None:
    """Fold items with what is stored; of those `changed`, texts that grew unlike part."""
    bands = {item: syndication.bands(item) for item in arrived}
    near = _near(session, bands)
    standing = copies.families(session, items={*near, *changed})
    copies.put_bands(session, bands=bands)
    known = {*near, *standing, *standing.values()} - {item.id for item in arrived}
    loose = _without(standing, changed)
    folded = syndication.fold(arrived, items.get(session, items=known), publishers, loose)
    after: dict[ItemId, ItemId | None] = {**loose, **{copy.item: copy.original for copy in folded}}
    reasons = {copy.item: copy.evidence for copy in (*copies.of_items(session, items=standing), *folded)}
    differing = [one for one in {*standing, *after} if standing.get(one) != after.get(one)]
    copies.save(session, changed=[Copy(one, after.get(one), reasons.get(one, "")) for one in sorted(differing)])


def _near(session: Session, bands: Mapping[Item, Sequence[int]]) -> set[ItemId]:
    """Return the stored items that share enough bands with one of these within the window."""
    times = [item.at for item in bands]
    since, until = min(times) - syndication.WINDOW, max(times) + syndication.WINDOW
    every = {band for some in bands.values() for band in some}
    sharing = copies.sharing(session, bands=every, since=since, until=until, crowd=CROWDED)
    near: set[ItemId] = set()
    for item, some in bands.items():
        others = (other for band in some for other in sharing.get(band, ()))
        met = Counter(one for one, at in others if one != item.id and abs(at - item.at) <= syndication.WINDOW)
        near.update(one for one, shared in met.items() if shared >= syndication.SHARED)
    return near


def _without(standing: Mapping[ItemId, ItemId], changed: Collection[ItemId]) -> dict[ItemId, ItemId]:
    """Take items out of their families; what was folded with one of them stays together under another."""
    heads: dict[ItemId, ItemId] = {}
    for copy, original in sorted(standing.items()):
        if copy not in changed and original in changed:
            heads.setdefault(original, copy)
    kept = {copy: heads.get(original, original) for copy, original in standing.items() if copy not in changed}
    return {copy: original for copy, original in kept.items() if copy != original}


def expire(session: Session, *, now: datetime) -> None:
    """Drop what items were found and grouped by, once nothing can be near them any more."""
    copies.expire(session, before=now - syndication.WINDOW - LATE)
    developments.expire(session, before=now - OPEN)


def aliases(config: Config) -> Mapping[StoryId, Mapping[str, str]]:
    """Compile the names that stories know by several spellings."""
    return {StoryId(name): aliases_of(story.terms) for name, story in config.stories.items() if story.terms}


class Groupings:
    """The groupings of stories, a few of them kept in memory while nobody else changes them.

    What is kept bears the stamp that the store had with it. A transaction that fails leaves the older stamp in the
    store, and another process a newer one: then it is loaded again.
    """

    def __init__(self, aliases: Mapping[StoryId, Mapping[str, str]]) -> None:
        """Take the names of each story, as of `aliases`."""
        self._aliases = aliases
        self._kept: OrderedDict[StoryId, tuple[str, Grouping]] = OrderedDict()

    def place(self, session: Session, *, story: StoryId, arrived: Sequence[Item]) -> frozenset[ItemId]:
        """Place items in a story's developments; return which of these gained an item."""
        placed = developments.of_items(session, story=story, items=[item.id for item in arrived])
        fresh = sorted((item for item in arrived if item.id not in placed), key=lambda item: (item.at, item.id))
        if not fresh:
            return frozenset()
        grouping = self._taken(session, story)
        before = grouping.counts
        members = _placed(grouping, fresh)
        own = {item.id for item in fresh}
        moved = [member for member in members.values() if member.item not in own]
        new = [member for member in members.values() if member.item in own]
        left = developments.of_items(session, story=story, items=[member.item for member in moved])
        stamp = developments.save(session, story=story, before=before, counts=grouping.counts, new=new, moved=moved)
        _inherit(session, story, {left[member.item]: member.development for member in moved if member.item in left})
        self._keep(story, stamp, grouping)
        return frozenset(member.development for member in members.values())

    def _taken(self, session: Session, story: StoryId) -> Grouping:
        """Take a grouping out of memory: if placing fails half-way, nobody is to use it again."""
        stamp, grouping = self._kept.pop(story, (None, None))
        if grouping is not None and stamp == developments.stamp(session, story=story):
            return grouping
        counts, members = developments.load(session, story=story)
        return Grouping(counts, members, aliases=self._aliases.get(story))

    def _keep(self, story: StoryId, stamp: str, grouping: Grouping) -> None:
        self._kept[story] = (stamp, grouping)
        sizes = {one: len(kept.members) for one, (_, kept) in self._kept.items()}
        while len(self._kept) > 1 and sum(sizes.values()) > KEPT:
            oldest, _ = self._kept.popitem(last=False)
            del sizes[oldest]


def _placed(grouping: Grouping, fresh: Sequence[Item]) -> dict[ItemId, Member]:
    """Place items; return them, and those that moved because of them, as they stand in the end."""
    members: dict[ItemId, Member] = {}
    for item in fresh:
        placement = grouping.place(item)
        members |= {member.item: member for member in (placement.member, *placement.moved)}
    return members


def _inherit(session: Session, story: StoryId, merged: Mapping[ItemId, ItemId]) -> None:
    """Let a development that took in all of one that was told count as told."""
    told = developments.corroborated(session, story=story, developments=merged)
    left = developments.members(session, story=story, developments=told)
    gone = {merged[one]: at for one, at in told.items() if one not in left}
    developments.corroborate(session, story=story, told=gone)
