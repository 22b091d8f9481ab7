"""Markers: which part of which series a title says it is, and what only looks like one."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from briefing.detect.markers import Marker, marker

CORPUS = Path(os.environ.get("BRIEFING_CORPUS") or Path(__file__).parents[4] / "shared" / "corpus")
TITLES = CORPUS / "series" / "titles.dev.jsonl"


@pytest.mark.parametrize(
    ("title", "part", "total", "series"),
    [
        ("The Moscow Contingency, Part 2: The Praetorian Guard’s Dilemma", 2, None, "The Moscow Contingency"),
        ("The Moscow Contingency – Part II", 2, None, "The Moscow Contingency"),
        ("The Moscow Contingency (Part Two)", 2, None, "The Moscow Contingency"),
        ("The Moscow Contingency [Part 3: The Generals]", 3, None, "The Moscow Contingency"),
        ("The Moscow Contingency: Pt. 4", 4, None, "The Moscow Contingency"),
        ("The Moscow Contingency Part 2 of 5", 2, 5, "The Moscow Contingency"),
        ("The Moscow Contingency (2/5)", 2, 5, "The Moscow Contingency"),
        ("The Moscow Contingency (2 of 5)", 2, 5, "The Moscow Contingency"),
        ("[2/5] The Moscow Contingency", 2, 5, "The Moscow Contingency"),
        ("Part Two: The Praetorian Guard's Dilemma", 2, None, ""),
        ("Part 4. Who pays", 4, None, ""),
        ("Part 2 of our series on tax reform: Who pays", 2, None, "series on tax reform"),
        ("Exit Plans, Chapter Three: Caspian Corridor", 3, None, "Exit Plans"),
        ("Chapter 12: Closing Credits", 12, None, ""),
        ("Another Round, Episode 25: Stop", 25, None, "Another Round"),
        ("Revue Faire — no. 56 (Reading)", 56, None, "Revue Faire"),
        ("Letters from Tehran, Vol. 3", 3, None, "Letters from Tehran"),
        ("Practising Redux, Part 0: Introduction", 0, None, "Practising Redux"),
        ("“The Moscow Contingency, Part 2”", 2, None, "The Moscow Contingency"),
        ("Par\u200bt 2: The c\u00adoup", 2, None, ""),
        ("On the Road: Day Three", 3, None, "On the Road"),
        ("Inside the Guard, Part XIV", 14, None, "Inside the Guard"),
        ("Inside the Guard, part twenty", 20, None, "Inside the Guard"),
    ],
)
def test_instalments(title: str, part: int, total: int | None, series: str) -> None:
    found = marker(title)
    assert found
    assert (found.part, found.total, found.series_title) == (part, total, series)


@pytest.mark.parametrize(
    "title",
    [
        "",
        "Sbarro files for Chapter 11",
        "Mt. Gox Files for Chapter 15 Bankruptcy Protection in US",
        "Phase 3 trial is essential, experts say",
        "What the FCC can and can't do to Section 230",
        "Education Secretary issues new Title IX rules",
        "18 years later, America vows to never forget 9/11",
        "Victims of terror remembered (9/11)",
        "Emma, available 24/7",
        "Trump and his lawyers part ways",
        "Wall must be part of border deal",
        "Issue of the week (21/2020)",
        "Giant Bombcast 07/19/2016",
        "AP Source: trade for No. 2 pick",
        "No. 8 Marquette Sends Notre Dame to Fourth Straight Loss",
        "World War II veteran honoured",
        "Which “Mockingjay, Part 2” character are you?",
        "79 Thoughts While Watching 'Star Wars: Episode V' For The First Time",
        "Game of Thrones season 4 trailer",
        "'The Voice' Season 6, Part 5: Waiting for Great",
        "On Day 1, Mets Ace Exams",
        "Noyer Says Strong Euro Creates Pressure (1)",
        "2020: The year in pictures",
        "The part I remember",
        "World Series: game one tonight",
        "Australia celebrates Australia Day 2009",
    ],
)
def test_what_only_looks_like_an_instalment(title: str) -> None:
    assert marker(title) is None


def test_a_part_has_a_title_of_its_own() -> None:
    found = marker("The Moscow Contingency, Part 2: The Praetorian Guard’s Dilemma")
    assert found == Marker(2, None, "The Moscow Contingency", "The Praetorian Guard’s Dilemma")


@pytest.mark.parametrize(
    ("title", "part"),
    [
        ("The Moscow Contingency (Part 3, final)", 3),
        ("The Moscow Contingency: The Final Part", None),
        ("The Moscow Contingency, Part 5 of 5", 5),
        ("The Moscow Contingency: Conclusion", None),
    ],
)
def test_a_final_part_says_so(title: str, part: int | None) -> None:
    found = marker(title)
    assert found
    assert (found.part, found.series_title, found.final) == (part, "The Moscow Contingency", True)


def test_growing_totals_are_read_as_they_come() -> None:
    found = [marker(f"Docker targets hack ({part}/{total})") for part, total in ((1, 3), (2, 4), (5, 5))]
    assert [(one.part, one.total) for one in found if one] == [(1, 3), (2, 4), (5, 5)]


@settings(deadline=None)  # a tongue is compiled when it is first met
@given(st.text(max_size=80))
def test_any_title_is_read_without_error(title: str) -> None:
    found = marker(f"{title} Part 2")
    assert found is None or found.part is None or found.part >= 0


@pytest.mark.skipif(not TITLES.is_file(), reason="the corpus is not here")
def test_english_titles_of_the_corpus() -> None:
    rows = [row for row in map(json.loads, TITLES.read_text(encoding="utf-8").splitlines()) if row["lang"] == "en"]
    titles = [(row, marker(row["text"])) for row in rows if row["unit"] == "title"]
    assert not [row["text"] for row, found in titles if row["kind"] == "dated" and found and found.part is not None]
    titles = [(row, found) for row, found in titles if not row["ambiguous"]]
    hits = [(row, found) for row, found in titles if row["is_instalment"] and found]
    said = sum(found is not None for _, found in titles)
    wanted = [row for row, _ in titles if row["is_instalment"]]
    assert len(hits) / said >= 0.98
    assert len(hits) / len(wanted) >= 0.98
    assert all(found.part == row["part_number"] for row, found in hits if row["part_number"] is not None)
