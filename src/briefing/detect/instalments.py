"""Which part of which series an item is, by all that it says of itself.

Apart from `markers`, which reads a title alone: here the address, the feed's own number and the first lines add what a
title leaves out. The title wins. First lines can say by themselves that an item is a part; an address cannot, because
"-part-2" in one may be a film's, nor can a number, which counts a show's episodes.
"""

import re
from dataclasses import dataclass, replace
from urllib.parse import unquote

from briefing.detect.grammar import grammars
from briefing.detect.markers import Marker, marker
from briefing.detect.markers import number as read_number
from briefing.detect.tongue import straight, visible
from briefing.detect.tongues.english import ENGLISH
from briefing.detect.works import is_work

_LEAD = 600  # characters in which an item introduces itself
_SLUG = re.compile(
    r"(?:^|(?P<series>.+)-)(?:part|pt|teil|partie|parte|puntata|entrega|bolum|chast|qesmat|bakhsh)"
    r"-(?P<n>\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|i{1,3}|iv|vi{0,3}|ix|x)"
    r"(?:-of-(?P<total>\d{1,2}))?(?:-.*)?$"
)


@dataclass(frozen=True, slots=True)
class _Told:
    """What something besides the title says."""

    part: int
    total: int | None = None
    series: str = ""


def instalment(title: str, *, url: str | None = None, number: int | None = None, lead: str = "") -> Marker | None:
    """Read which part of a series an item is; None if nothing sure says that it is one.

    `number`: the feed's own, such as itunes:episode, which counts where the title names a series before its own name
    or the address agrees; `lead`: how its text begins, as much of it as there is.
    """
    plain = straight(visible(lead[:_LEAD]))
    said, told, slug = marker(title), _introduced(plain), _in_address(url or "")
    if said is None and told is None and slug and (slug.part == number or _is_mentioned(slug.part, plain)):
        told = slug
    if said is None:
        return _joined(Marker(told.part, own_title=title.strip()), told, slug) if told else None
    joined = _joined(_joined(said, told, slug), slug, None)
    if number is None or joined.part is not None or joined.final or not joined.own_title:
        return joined
    return replace(joined, part=number, by_feed=True)


def _joined(said: Marker, told: _Told | None, other: _Told | None) -> Marker:
    """Add to what is said what is told of the same part."""
    if told is None or said.part not in {None, told.part}:
        return said
    series = told.series or (other.series if other and other.part == told.part else "")
    total = said.total or told.total
    return replace(
        said,
        part=told.part,
        total=total,
        series_title=said.series_title or series,
        final=said.final or told.part == total,
    )


def _introduced(plain: str) -> _Told | None:
    """Read "This is the second part of a series on …" in the first lines."""
    for grammar in grammars(plain):
        if found := grammar.tongue.own_part.search(plain):
            told = {name.rstrip("23"): text for name, text in found.groupdict().items() if text}
            part = read_number(told.get("n") or told.get("nth") or "", grammar.tongue)
            total = read_number(told.get("total", ""), grammar.tongue)
            if part is not None and (total is None or part <= total):
                return _Told(part, total, told.get("series", "").strip(" \"'"))
    return None


def _in_address(url: str) -> _Told | None:
    """Read the last piece of an address: "moscow-contingency-part-2"."""
    path = re.split(r"[?#]", url, maxsplit=1)[0].split("/")[3:]  # behind "https:", "" and the host
    pieces = [piece for piece in unquote("/".join(path)).lower().split("/") if piece]
    found = _SLUG.match(re.sub(r"[_+.\s]", "-", re.sub(r"\.\w{2,5}$", "", pieces[-1]))) if pieces else None
    series = (found["series"] or "").replace("-", " ").strip() if found else ""
    part = read_number(found["n"], ENGLISH) if found else None
    if found is None or part is None or is_work(series):
        return None
    return _Told(part, int(found["total"]) if found["total"] else None, series)


def _is_mentioned(part: int, plain: str) -> bool:
    """Say whether the first lines speak of a part of this number."""
    return any(
        read_number(found["n"], grammar.tongue) == part
        for grammar in grammars(plain)
        for pattern in grammar.numbered
        for found in pattern.finditer(plain)
        if found["part"]
    )
