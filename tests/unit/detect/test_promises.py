"""Promises: what a sentence announces, and what it only seems to."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from briefing.detect.promises import announcements, related

CORPUS = Path(os.environ.get("BRIEFING_CORPUS") or Path(__file__).parents[4] / "shared" / "corpus")
SENTENCES = CORPUS / "series" / "titles.dev.jsonl"
SEED = (
    "The only question remaining is whether the crew will go down with the vessel.\n"
    "Related Read: Protests Spread to 50 Cities Accross Iran\n"
    "Coming up in Part 2: The Praetorian Guard’s Dilemma—the likelihood of an internal IRGC coup. Will the Generals "
    "sacrifice the Clerics to save the Republic, or will they fracture into warlordism?"
)
DILEMMA = "The Praetorian Guard's Dilemma"


def test_the_promise_of_a_real_article() -> None:
    (found,) = announcements(SEED, "The Moscow Contingency")
    assert found.quote == "Coming up in Part 2: The Praetorian Guard’s Dilemma—the likelihood of an internal IRGC coup."
    assert found.part == 2
    assert found.title == "The Praetorian Guard’s Dilemma"
    assert found.topic == "the likelihood of an internal IRGC coup"


@pytest.mark.parametrize(
    ("text", "part", "title", "topic"),
    [
        (f"Coming up in Part 2: {DILEMMA}.", 2, DILEMMA, None),
        (f"Coming up in Part 2. {DILEMMA}", 2, DILEMMA, None),
        (f"Coming up in Part 2\n{DILEMMA}", 2, DILEMMA, None),
        (f"Up next, Part III: “{DILEMMA}”, on the Guard's loyalty.", 3, DILEMMA, "the Guard's loyalty"),
        (f"— Coming up in our next instalment, Part 2: {DILEMMA}", 2, DILEMMA, None),
        (f"Editor's note: coming up in Part 2: {DILEMMA}", 2, DILEMMA, None),
        ("Tomorrow: Part 3", 3, None, None),
        ("Don't miss Part 2 of our series next week.", 2, None, None),
        ("Stay tuned for part two where we look at the IRGC.", 2, None, "the IRGC"),
        ("Stay tuned for Part 3... it's coming soon!", 3, None, None),
        (f"In our next instalment: {DILEMMA}.", None, DILEMMA, None),
        ("In our next installment, we will follow the money.", None, None, "the money"),
        (
            "In the next episode, Ada Example visits the Caspian port.",
            None,
            None,
            "Ada Example visits the Caspian port",
        ),
        (f"Next week: {DILEMMA}.", None, DILEMMA, None),
        ("Next month, we’ll be looking at oil exports in depth.", None, None, "oil exports in depth"),
        ("We will turn to the generals in part four.", 4, None, "the generals"),
        ("The oil trade will be covered in the next article.", None, None, None),
        ("Our next post will explain the sanctions.", None, None, "the sanctions"),
        ("Part 2 will be out on Friday.", 2, None, None),
        ("The second part of this series will appear next week.", 2, None, None),
        ("To be continued…", None, None, None),
        ("Our investigation continues in Part 2: The Money Trail", 2, "The Money Trail", None),
        ("As we saw in Part 1, a plan exists; in Part 3 we’ll follow the money.", 3, None, "the money"),
        ("Next in this series: how the rial fell", None, None, "how the rial fell"),
    ],
)
def test_announcements(text: str, part: int | None, title: str | None, topic: str | None) -> None:
    (found,) = announcements(text, "The Moscow Contingency")
    assert (found.part, found.title) == (part, title)
    if topic:
        assert found.topic == topic


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Stay tuned for more details.",
        "Stay tuned for future airings.",
        "Related Read: Part 2 of our guide is coming soon",
        "Read also: Part 2: The fall",
        "Read more: coming up in Part 2",
        "In part 2 you have learnt how to read a feed.",
        "As discussed in Part 2, the plan was leaked.",
        "Here in Part 2, we will look at the generals.",
        "In part 4 of a series on storage, we take a look at buckets.",
        "To summarize, in part three of this series, we discussed replication.",
        "The second part of the trial will begin on Monday.",
        "The second part of this project concerns collaboration.",
        "The next part of the negotiations will be held in Oman.",
        "In the next chapter of the crisis, Tehran will face unrest.",
        "Next week, the Senate will vote on the bill.",
        "“Next week, we will explore all options,” he said.",
        "Public hearings will start next week.",
        "In part I will concede that he is right.",
        "The next report will be published in March.",
        "It ends with “stay tuned for Part 2”.",
        "Part 2 is available here.",
    ],
)
def test_what_announces_nothing(text: str) -> None:
    assert announcements(text, "The Moscow Contingency") == ()


def test_a_part_announces_neither_itself_nor_those_before_it() -> None:
    text = "Coming up in Part 2: Oil. Stay tuned for Part 3. Coming up in Part 1: The plan."
    assert [one.part for one in announcements(text, "The Moscow Contingency, Part 2")] == [3]


def test_an_unnumbered_next_instalment_follows_the_part_of_the_title() -> None:
    (found,) = announcements("In our next instalment: The Generals.", "Exit Plans, Part 2")
    assert found.part == 3


def test_several_sentences_about_one_part_are_one_announcement() -> None:
    text = "In our next instalment we will follow the money.\nComing up in Part 2: The Money Trail."
    (found,) = announcements(text, "Exit Plans")
    assert (found.part, found.title, found.topic) == (2, "The Money Trail", "the money")


def test_a_series_of_announcements_keeps_its_order() -> None:
    text = "Coming up in Part 2: The Oil Trade.\nComing up in Part 3: The Money Trail."
    assert [(one.part, one.title) for one in announcements(text, "")] == [(2, "The Oil Trade"), (3, "The Money Trail")]


def test_a_date_is_kept_as_written() -> None:
    (found,) = announcements("Part 2 will appear next week.", "")
    assert found.when == "next week"


def test_related_reading_is_listed() -> None:
    assert related(SEED) == ("Protests Spread to 50 Cities Accross Iran",)


@settings(deadline=None)  # a tongue is compiled when it is first met
@given(st.text(max_size=200))
def test_quotes_are_word_for_word(text: str) -> None:
    for found in announcements(f"{text}\nComing up in Part 2: {text}", ""):
        assert found.quote


@pytest.mark.parametrize("text", ["part " * 40_000, "in part 2 " * 20_000, "we will " * 20_000 + "next", "'" * 50_000])
def test_long_texts_are_read_quickly(text: str) -> None:
    assert announcements(text, text[:1_000]) == ()


@pytest.mark.skipif(not SENTENCES.is_file(), reason="the corpus is not here")
def test_english_sentences_of_the_corpus() -> None:
    rows = [row for row in map(json.loads, SENTENCES.read_text(encoding="utf-8").splitlines()) if row["lang"] == "en"]
    rows = [row for row in rows if row["unit"] == "sentence" and not row["ambiguous"]]
    read = [(row, announcements(row["text"], "")) for row in rows]
    assert not [row["text"] for row, found in read if bool(found) != row["is_promise"]]
    assert all(found[0].part == row["promised_part"] for row, found in read if row["promised_part"])
