"""The words of an alert: one line that stands alone, attributed, with what was promised where."""

from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest

from briefing.edit.summary import summary
from briefing.model import Event, EventKind, GapLine, Link, Standing
from briefing.render import mime
from briefing.render.email import Renderer
from briefing.render.notice import notice
from briefing.send.text import visible
from demo.cards.notices import messages
from tests.cases import every
from tests.contract import headlines
from tests.contract.apps import UNSEEN, balanced, readable
from tests.contract.notices import OK, hostile
from tests.unit.render import samples
from tests.unit.render.samples import (
    DESK,
    MARKS,
    OLD,
    OWED_2,
    OWED_3,
    PART,
    PART_1,
    PART_2,
    PERSIAN,
    SEVERAL,
    event,
    item,
)
from tests.unit.render.test_header_injection import sealed

K = EventKind
NOW = event(K.TEST).at
HEADLINES: dict[str, tuple[Event, str]] = {
    "an instalment": (
        event(K.INSTALMENT, part=PART),
        "Part 2 is out: The Praetorian Guard’s Dilemma — Iran Monitor",
    ),
    "an instalment without a number": (
        event(K.INSTALMENT, part=replace(PART, part=None)),
        "A new part is out: The Praetorian Guard’s Dilemma — Iran Monitor",
    ),
    "a promise": (
        event(K.PROMISE, promise=OWED_2, item=OLD),
        "Part 2 is announced: The Praetorian Guard’s Dilemma — Iran Monitor, in “Anatomy of an exit”",
    ),
    "a promise by topic": (
        event(K.PROMISE, promise=replace(OWED_2, title=None, part=None), item=None),
        "The next part is announced: the likelihood of an internal IRGC coup — Iran Monitor",
    ),
    "a promise of a bare number": (
        event(K.PROMISE, promise=OWED_3, item=None),
        "Part 3 is announced — Iran Monitor",
    ),
    "a new series": (
        event(K.NEW_SERIES, part=PART),
        "A new series: The Moscow Contingency — Iran Monitor",
    ),
    "a part that was passed over": (
        event(
            K.GAP,
            item=None,
            gap=GapLine("The Moscow Contingency", "Iran Monitor", 2, MARKS[0], replace(MARKS[1], part=3)),
        ),
        "Part 2 is missing, Part 3 is out: The Moscow Contingency — Iran Monitor",
    ),
    "an overdue part": (
        event(K.OVERDUE, item=None, promise=replace(OWED_2, overdue=True)),
        "Part 2 is overdue: The Praetorian Guard’s Dilemma — Iran Monitor",
    ),
    "an overdue part of a bare number": (
        event(K.OVERDUE, item=None, promise=replace(OWED_3, overdue=True)),
        "Part 3 is overdue: The Moscow Contingency — Iran Monitor",
    ),
    "an overdue part that a person awaits": (
        event(K.OVERDUE, item=None, promise=replace(OWED_2, source="", quote="", url=None, promised_in=None)),
        "Part 2 is overdue: The Praetorian Guard’s Dilemma",
    ),
    "an item": (event(K.ITEM), "Gulf Desk reports: Pensioners gather in three cities"),
    "a Persian item": (
        event(K.ITEM, item=PERSIAN),
        f"\u2068نامهٔ روز\u2069 reports: \u2068{PERSIAN.title}\u2069",
    ),
    "what several report": (
        event(K.CORROBORATED, development=SEVERAL, item=None),
        "Reported by 5 publishers, 3 origins: Pensioners gather in three cities",
    ),
    "what more report by now": (
        event(K.CORROBORATED, development=SEVERAL, item=None, before=Standing(3, 2)),
        "Now reported by 5 publishers, 3 origins (before 3, 2): Pensioners gather in three cities",
    ),
    "what several report still": (
        event(K.CORROBORATED, development=SEVERAL, item=None, before=Standing(5, 3)),
        "Still reported by 5 publishers, 3 origins: Pensioners gather in three cities",
    ),
    "an overdue part, once more": (
        event(K.OVERDUE, item=None, promise=replace(OWED_2, overdue=True), before=Standing()),
        "Part 2 is still awaited: The Praetorian Guard’s Dilemma — Iran Monitor",
    ),
    "a feed that is down for days": (
        event(K.FEED_DOWN, item=None, detail="503", since=NOW - timedelta(days=3.9), before=Standing()),
        "Feed analysis is still down, for 3 days: 503",
    ),
    "a feed that is down for hours": (
        event(K.FEED_DOWN, item=None, since=NOW - timedelta(hours=47.5), before=Standing()),
        "Feed analysis is still down, for 47 hours",
    ),
    "a feed that is down for minutes": (
        event(K.FEED_DOWN, item=None, since=NOW - timedelta(minutes=20), before=Standing()),
        "Feed analysis is still down, for 1 hour",
    ),
    "a dead feed": (
        event(K.FEED_DOWN, item=None, detail="503 since 09:10"),
        "Feed analysis is down: 503 since 09:10",
    ),
    "a dead feed without a reason": (event(K.FEED_DOWN, item=None), "Feed analysis is down"),
    "a feed that is back": (event(K.FEED_UP, item=None), "Feed analysis answers again"),
    "a test": (event(K.TEST, item=None, story=None, story_title=None, feed=None), "A test of this channel"),
}


def said(told: Event):
    return notice(told, locale="en", zone="Europe/London")


@pytest.mark.parametrize(("told", "headline"), HEADLINES.values(), ids=HEADLINES)
def test_the_headline_stands_alone(told: Event, headline: str) -> None:
    assert said(told).headline == headline


@pytest.mark.parametrize("told", [told for told, _ in HEADLINES.values()], ids=list(HEADLINES))
def test_every_event_makes_a_mail_that_says_the_same(told: Event) -> None:
    words = said(told)
    mail = Renderer().notice_mail(words, desk=DESK)
    assert mail.subject == words.headline
    assert words.headline in mail.html
    assert all(len(line) <= 76 or "://" in line for line in mail.text.splitlines())
    assert "set to receive alerts" in mail.text
    assert "set to receive alerts" in mail.html


def test_an_instalment_says_what_was_promised_where_and_what_is_next() -> None:
    words = said(event(K.INSTALMENT, part=PART))
    assert words.context == (Link("Promised 5 November in Part 1", PART_1), Link("Part 3 is awaited"))
    assert words.url == PART_2
    assert words.actions == (Link("Read", PART_2),)
    assert words.source == "Iran Monitor"
    assert words.story == "The Moscow Contingency"


def test_a_promise_is_quoted_word_for_word() -> None:
    assert said(event(K.PROMISE, promise=OWED_2, item=OLD)).sentences == (f"“{OWED_2.quote}”",)


def test_a_reminder_says_when_and_where_it_was_promised_and_that_it_is_the_only_one() -> None:
    words = said(event(K.OVERDUE, item=None, promise=replace(OWED_2, overdue=True)))
    first, second = words.context
    assert first == Link("Promised 5 November in Part 1, 17 days ago", PART_1)
    assert "only reminder" in second.text
    assert words.sentences == (f"“{OWED_2.quote}”",)


@pytest.mark.parametrize(
    ("changes", "last"),
    [
        ({"repeats": True}, "We remind you again while it is awaited"),
        ({"repeats": True, "before": Standing()}, "We remind you again while it is awaited"),
        ({"before": Standing()}, "Promised 5 November in Part 1, 17 days ago"),
    ],
    ids=["first", "again", "announced anew"],
)
def test_a_reminder_that_comes_again_says_so(changes: dict[str, Any], last: str) -> None:
    words = said(event(K.OVERDUE, item=None, promise=replace(OWED_2, overdue=True), **changes))
    assert words.context[-1].text == last


def test_a_reminder_of_what_a_person_awaits_says_since_when() -> None:
    words = said(event(K.OVERDUE, item=None, promise=replace(OWED_2, source="", quote="", url=None)))
    assert words.context[0].text == "Awaited since 5 November, 17 days ago"
    assert words.sentences == ()


def test_a_new_series_says_how_many_parts_are_out_and_what_is_awaited() -> None:
    words = said(event(K.NEW_SERIES, part=PART))
    assert words.sentences == ("2 parts are out",)
    assert Link("Part 3 is awaited") in words.context
    assert words.url == PART_2


def test_what_several_report_is_told_with_who_denies_it_and_who_holds_back() -> None:
    words = said(event(K.CORROBORATED, development=SEVERAL, item=None))
    assert words.context == (
        Link("Denied: “The ministry denied it.” — Wire North", "https://wire.example/2"),
        Link("With reserve: “It could not be verified.” — Gulf Desk", "https://gulf.example/a/3"),
        Link("Also in Wire North, Morning Press, Sample and \u2068نامهٔ روز\u2069"),
    )
    assert (words.url, words.source, words.sentences) == (SEVERAL.lead.url, "Gulf Desk", SEVERAL.lead.excerpt)


def test_the_line_that_counts_the_rest_of_an_issue_leads_where_its_message_does() -> None:
    told = summary(samples.issue(samples.FULL), "Daily Iran")
    assert told is not None
    words = said(told)
    assert (words.context[-1], words.url) == (Link("3 more", PART_2), PART_2)


def test_the_line_that_counts_what_was_missed_leads_nowhere() -> None:
    named = tuple(replace(event(K.ITEM), key=f"item:{number}") for number in range(3))
    words = said(event(K.MISSED, item=None, leading=named, total=14))
    assert (words.context[-1], words.url) == (Link("11 more"), None)
    assert [link.url for link in words.context[:-1]] == [item().url] * 3


def test_the_alerts_of_the_pictures_can_be_answered_and_the_summary_of_an_issue_cannot() -> None:
    pressed = {what: [link.text for link in told.notice.actions] for what, told in messages().items()}
    assert pressed.pop("an issue's summary") == ["Read"]
    assert len(pressed) == 4
    assert all(links[-2:] == ["Acknowledge", "Mute"] for links in pressed.values())


def test_at_most_two_sentences_are_told() -> None:
    assert said(event(K.ITEM, item=item(excerpt=("One.", "Two.", "Three.")))).sentences == ("One.", "Two.")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://x.example", None])
def test_only_web_addresses_are_offered(url: str | None) -> None:
    words = said(event(K.ITEM, item=item(url=url)))
    assert words.url is None
    assert words.actions == ()


def test_no_feed_text_is_markup_in_an_alert() -> None:
    hostile = '"><img src=x>'
    line = item(hostile, source=hostile, excerpt=(hostile,))
    mail = Renderer().notice_mail(said(event(K.ITEM, item=line, story_title=hostile)), desk=DESK)
    assert "<img" not in mail.html
    assert "&lt;img src=x&gt;" in mail.html
    assert hostile in mail.text


class Page(HTMLParser):
    """The tags of a mail, what they say of themselves but for direction and language, and its words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags, self.links, self.words = list[str](), set[str](), list[str]()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(f"{tag} {' '.join(name for name, _ in attrs if name != 'lang')}")
        self.links |= {value or "" for name, value in attrs if name == "href"}

    def handle_data(self, data: str) -> None:
        self.words.append(data)


PLAIN = Renderer().notice_mail(hostile("Plain words"), desk=DESK)


@every("headline", headlines.HEADLINES)
def test_a_hostile_headline_is_words_in_an_alerts_mail(headline: str) -> None:
    mail = Renderer().notice_mail(hostile(headline), desk=DESK)
    page, shown = Page(mail.html), readable(visible(headline))
    assert page.tags == Page(PLAIN.html).tags
    assert page.links - {"mailto:leave@example.org"} <= OK
    texts = (mail.subject, mail.preheader, mail.text, "".join(page.words))
    assert all(shown in readable(text) for text in texts)
    assert [found[0] for text in texts if (found := UNSEEN.search(text))] == []
    assert all(balanced(line) for text in texts for line in text.splitlines())


@every("headline", headlines.HEADLINES)
def test_a_hostile_headline_is_nothing_but_the_subject_among_an_alerts_headers(headline: str) -> None:
    mail = Renderer().notice_mail(hostile(headline), desk=DESK)
    body = {"subject": mail.subject, "text": mail.text, "html": mail.html, "preheader": mail.preheader}
    read = sealed(DESK, None, payload={**body, "root": mime.root_id("iran", "example.org")})
    assert readable(str(read["Subject"])) == readable(visible(headline))
