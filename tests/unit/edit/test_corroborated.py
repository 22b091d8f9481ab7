"""When so many report the same: told once they do, and never more surely than that."""

import pytest

from briefing.edit.alert import corroborated
from briefing.model import Claim, ClaimKind, Corroboration, Development, Event, EventKind
from tests.unit.edit.desk import NOW, STORY, item

REPORTS = tuple(item(9 - number, source=f"Paper {number}") for number in range(4))
DEVELOPMENT = Development(
    story=STORY,
    id=REPORTS[0].id,
    lead=REPORTS[2].id,
    items=REPORTS,
    copies={REPORTS[1].id: REPORTS[0].id},
    families={one.id: one.source for one in REPORTS},
    corroboration=Corroboration(("a", "b", "c", "d"), ("a", "c", "d")),
    claims=((REPORTS[3].id, Claim(ClaimKind.DENIAL, "He denied it.")),),
)


def told(reached: int, sources: int = 3) -> Event | None:
    return corroborated(DEVELOPMENT, reached, sources=sources, title="Contingency", now=NOW)


@pytest.mark.parametrize(("reached", "sources", "tells"), [(2, 3, False), (3, 3, True), (4, 3, True), (3, 4, False)])
def test_it_takes_as_many_origins_as_asked(reached: int, sources: int, tells: bool) -> None:
    assert (told(reached, sources) is not None) is tells


def test_the_event_says_who_reports_it_and_who_denies_it() -> None:
    event = told(3)
    assert event is not None
    assert (event.kind, event.key) == (EventKind.CORROBORATED, f"corroborated:{STORY}:{REPORTS[0].id}")
    assert (event.story, event.story_title, event.at) == (STORY, "Contingency", NOW)
    line = event.development
    assert line is not None
    assert (line.lead.item, line.origins, line.copies, line.told) == (REPORTS[2].id, 3, 1, False)
    assert line.publishers == ("Paper 0", "Paper 1", "Paper 2", "Paper 3")
    assert [(claim.quote, claim.source) for claim in line.claims] == [("He denied it.", "Paper 3")]
