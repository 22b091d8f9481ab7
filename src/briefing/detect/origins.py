"""Whose report an item rests on, how many publishers and origins a development has, and what is denied or hedged.

Apart from `syndication`, which finds a text told twice: here a text of its own says where it has its story from. Ten
outlets that cite one report are ten publishers over one origin. Nothing here says that a report is true.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise

from briefing.detect.citations import CUES, Cues
from briefing.detect.credits import credit
from briefing.detect.publishers import Mention, Publishers
from briefing.model import Claim, ClaimKind, Corroboration, FeedId, Item, ItemId, Origin

__all__ = ["claims", "corroboration", "origin"]

_FIRST = 3_000  # characters: what a report rests on is said early
_AROUND = 90  # characters beside a name in which a cue must stand
_LONGEST = 1_000  # of a sentence
_MOST = 6  # claims of one item
_PLAIN = str.maketrans("\u00a0\u202f’ʼ", "  ''")  # typography, letter for letter, so that places stay
_END = re.compile(r"(?<!\b[A-Z])(?<!\b(?:Mr|Ms|Dr|St))(?<!\bMrs)(?<!\bNo)[.!?…؟][\"'”’»)]*\s+|[。！？][」』”]*|\n+")
_OUTLET = (
    r"(?:[A-Z][\w'’-]+ ){1,4}(?:Times|Post|News|Journal|Herald|Tribune|Gazette|Chronicle|Courier|Observer|Telegraph"
    r"|Star|Examiner|Dispatch|Register|Sentinel|Daily|Weekly|Magazine|Review|Zeitung|Nachrichten|Anzeiger|Radio|TV|Press)\b"
)
_UNLISTED = re.compile(
    rf"(?<!\w)(?:[Aa]ccording to|[Cc]iting|told|[Rr]eported by|[Ll]aut|[Ss]elon|[Ss]egún|[Ss]econdo|[Ss]egundo)"
    rf"\s+(?:the |The |der |dem |le |el |o |il )?(?P<before>{_OUTLET})"
    rf"|\b(?P<after>{_OUTLET})(?= (?:first )?(?:reported|reports|berichtet))"
)


def origin(item: Item, publishers: Publishers) -> Origin:
    """Name the family whose report `item` rests on, with the words that say so; its own where it cites none.

    A credited agency comes first, then the first publisher cited that is not the item's own.
    """
    own = publishers.family(item.source, item.url)
    if (agency := credit(item, publishers)) and agency != own:
        return Origin(agency, "")
    for cited in _cited(_composed(f"{item.title}.\n{item.text[:_FIRST]}"), _cues(item.lang), publishers):
        if cited.family != own:
            return cited
    return Origin(own)


def corroboration(
    items: Sequence[Item],
    publishers: Publishers,
    copies: Mapping[ItemId, ItemId],
    origins: Mapping[ItemId, Origin],
    dependent: Collection[FeedId] = (),
) -> Corroboration:
    """Count the publishers of a development and the origins they rest on.

    `copies` lead from items to their originals, `origins` are those of `origin`; items of `dependent` feeds (configured
    as not independent) are copies of who knows what: publishers, but origins only if there is no other.
    """
    family = {item.id: publishers.family(item.source, item.url) for item in items}
    rests: dict[str, str] = {}  # from a family to whose report it rests on; to itself if one of its items is its own
    for item in items:
        if item.id not in copies and item.feed not in dependent:
            on = origins[item.id].family
            rests[family[item.id]] = on if rests.get(family[item.id], on) == on else family[item.id]
    found = {_source(one, rests) for one in rests}
    for item in items:
        original = copies.get(item.id)
        if original is not None and original not in family:  # the original is in another development, or gone
            found.add(origins[item.id].family)
    return Corroboration(tuple(sorted(set(family.values()))), tuple(sorted(found or {*family.values()})))


def _source(family: str, rests: Mapping[str, str]) -> str:
    """Follow who cites whom to the end."""
    passed = [family]
    while (further := rests.get(passed[-1], passed[-1])) not in passed:
        passed.append(further)
    return passed[-1] if further == passed[-1] else min(passed[passed.index(further) :])


def claims(item: Item) -> tuple[Claim, ...]:
    """List the sentences of an item that deny or hedge, word for word, at most six; the title is one of them."""
    cues = _cues(item.lang)
    found: dict[str, ClaimKind] = {}
    for sentence in _sentences(_composed(f"{item.title}\n{item.text[:_FIRST]}")):
        plain = sentence.translate(_PLAIN)
        for cue in cues:
            if cue.denial.search(plain):
                found.setdefault(sentence, ClaimKind.DENIAL)
            elif cue.hedge.search(plain):
                found.setdefault(sentence, ClaimKind.HEDGE)
    return tuple(Claim(kind, sentence) for sentence, kind in [*found.items()][:_MOST])


def _composed(text: str) -> str:
    """Give letters and their accents one form, without soft hyphens; it reads as before."""
    return unicodedata.normalize("NFC", text).replace("\u00ad", "")


def _cues(lang: str | None) -> Sequence[Cues]:
    """Choose the cues of a language; of an unknown one, all: their words hardly meet."""
    known = CUES.get((lang or "").lower()[:2])
    return (known,) if known else tuple(CUES.values())


def _cited(text: str, cues: Sequence[Cues], publishers: Publishers) -> Iterator[Origin]:
    plain = text.translate(_PLAIN)
    found = [(mention.start, mention) for mention in publishers.mentions(plain) if _is_cited(plain, mention, cues)]
    for unlisted in _UNLISTED.finditer(plain):
        group = "before" if unlisted["before"] else "after"
        name = unlisted[group].removeprefix("The ")
        family = publishers.family(name)
        found.append((unlisted.start(group), Mention(unlisted.start(group), unlisted.end(group), family)))
    for _, mention in sorted(found, key=lambda each: each[0]):
        yield Origin(mention.family, _sentence_at(text, mention.start))


def _is_cited(text: str, mention: Mention, cues: Sequence[Cues]) -> bool:
    before = text[max(0, mention.start - _AROUND) : mention.start]
    after = text[mention.end : mention.end + _AROUND]
    return any((cue.before.search(before) and not _OF_A_THING.match(after)) or cue.after.match(after) for cue in cues)


_OF_A_THING = re.compile(
    r"(?:['’]s)?\s+(?:Building|Tower|House|headquarters|employees|staff|workers|executives?|owner|boss|chief)\b"
)


def _sentences(text: str) -> Iterator[str]:
    ends = [0, *(end.end() for end in _END.finditer(text)), len(text)]
    for start, end in pairwise(ends):
        if sentence := text[start:end].strip():
            yield sentence[:_LONGEST]


def _sentence_at(text: str, place: int) -> str:
    ends = [0, *(end.end() for end in _END.finditer(text)), len(text)]
    return next(text[start:end].strip()[:_LONGEST] for start, end in pairwise(ends) if start <= place < end)
