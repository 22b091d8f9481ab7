"""What an issue says, in both bodies, and what it never lets through."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from lxml import html as markup

from briefing.model import DevelopmentLine, ItemLine, Link, Recipient
from briefing.render.email import LIMIT, Renderer, unsubscribe
from tests.unit.render.samples import (
    CORRECTED,
    DESK,
    FULL,
    OLD,
    OWED_2,
    OWED_3,
    PART,
    PART_1,
    PART_2,
    PERSIAN,
    SEVERAL,
    alone,
    at,
    issue,
    item,
    story,
)

READER = Recipient("reader@example.com", "iran", at(3))
RENDERER = Renderer()
TABLE = (
    "<p>Before.</p><table><tr><th>Indicator</th><th>2025</th><th>Effect</th></tr>"
    "<tr><td>Inflation</td><td>~40%</td><td>&gt;62% &amp; rising</td></tr></table><p>After <a href='https://x.example/m'>this</a>.</p>"
)
HOSTILE = ['"><img src=x>', "<script>alert(1)</script>", "{{ 7*7 }}", "{% include 'x' %}", "&lt;b&gt;", "' onclick='x"]


def mail(*stories, reader=READER, desk=DESK, **more):
    return RENDERER.issue(issue(*stories, **more), desk=desk, recipient=reader)


def words(html: str) -> str:
    return " ".join(markup.fromstring(html.encode()).text_content().split())


SUBJECTS = {
    "a promise kept": (story(parts=(PART,)), "Part 2 is out, 17 days after it was promised"),
    "kept on its day": (
        story(parts=(replace(PART, kept=replace(OWED_2, promised_at=at(22))),)),
        "Part 2 is out, on the day it was promised",
    ),
    "kept on the next day": (
        story(parts=(replace(PART, kept=replace(OWED_2, promised_at=at(21))),)),
        "Part 2 is out, 1 day after it was promised",
    ),
    "a part nobody promised": (
        story(parts=(replace(PART, kept=None),)),
        "Part 2 is out: The Praetorian Guard’s Dilemma",
    ),
    "two parts at once": (story(parts=(PART, replace(PART, part=3, kept=None))), "Parts 2 and 3 are out"),
    "parts without numbers": (
        story(parts=(replace(PART, part=None), replace(PART, part=None))),
        "2 new parts are out",
    ),
    "an announcement before reports": (story(items=(item(),), awaited=(OWED_3,)), "Part 3 is announced"),
    "a report": (story(items=(item(),)), "Gulf Desk reports: Pensioners gather in three cities"),
    "a report of several": (
        story(developments=(SEVERAL,)),
        "5 publishers report: Pensioners gather in three cities",
    ),
    "a report that all took from one": (
        story(developments=(replace(SEVERAL, origins=1),)),
        "Gulf Desk reports: Pensioners gather in three cities",
    ),
    "a Persian report": (story(items=(PERSIAN,)), f"\u2068نامهٔ روز\u2069 reports: \u2068{PERSIAN.title}\u2069"),
    "only corrections": (story(corrections=(CORRECTED,)), "1 report was changed after we sent it"),
    "only an awaited part": (story(awaited=(OWED_2,)), "Part 2 is still awaited, promised 17 days ago"),
    "an awaited part without a number": (
        story(awaited=(replace(OWED_2, part=None),)),
        "The next part is still awaited, promised 17 days ago",
    ),
    "nothing": (story(), "Nothing new"),
}


@pytest.mark.parametrize(("share", "change"), SUBJECTS.values(), ids=SUBJECTS)
def test_the_subject_says_what_changed_then_the_story(share, change) -> None:
    sent = mail(share)
    assert sent.subject == f"{change} — The Moscow Contingency"
    assert change in words(sent.html)
    assert change.replace(" ", "") in re.sub(r"\s", "", sent.text)


def test_an_issue_without_stories_still_has_a_subject() -> None:
    assert mail().subject == "Nothing new — The Moscow Contingency"


def test_the_preheader_is_the_second_most_important_thing() -> None:
    assert mail(FULL).preheader == "Part 3 is announced"
    assert mail(story(items=(item(),))).preheader == "Small crowds stood outside pension offices."
    assert mail(story(awaited=(OWED_2,))).preheader == OWED_2.quote


def test_every_section_is_there_in_order_in_both_bodies() -> None:
    sent = mail(FULL)
    for text in (words(sent.html).casefold(), sent.text.casefold()):
        places = [
            text.rindex(name)
            for name in ("part 2 is new", "developments", "still awaited", "previously", "corrections", "you get this")
        ]
        assert places == sorted(places)


SECTIONS = {
    "developments": replace(FULL, developments=()),
    "still awaited": replace(FULL, awaited=()),
    "previously": replace(FULL, previously=()),
    "corrections": replace(FULL, corrections=()),
    "is new": replace(FULL, parts=()),
    "more report": replace(FULL, more=0),
}


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_with_nothing_to_say_is_not_there(name: str) -> None:
    sent, bare = mail(FULL), mail(SECTIONS[name])
    assert name in words(sent.html).casefold()
    assert name in sent.text.casefold()
    assert name not in words(bare.html).casefold()
    assert name not in bare.text.casefold()


def test_an_issue_with_only_an_awaited_part_is_three_lines_long() -> None:
    body = mail(story(awaited=(OWED_3,))).text.split("-" * 72)[0]
    assert len([line for line in body.splitlines() if line.strip("=-\n ")]) <= 8


def test_what_is_overdue_says_so() -> None:
    for line, overdue in ((OWED_3, False), (replace(OWED_3, overdue=True), True)):
        sent = mail(story(awaited=(line,)))
        assert (" · overdue" in sent.text, " · overdue" in words(sent.html)) == (overdue, overdue)


def test_what_a_person_awaits_is_nobodys_promise() -> None:
    by_hand = replace(OWED_2, quote="", url=None, promised_in=None)
    sent = mail(story(awaited=(by_hand,)))
    for text in (sent.text, words(sent.html)):
        assert "Awaited since 5 November" in text
        assert "Promised by" not in text
    assert "Part 2 is still awaited" in sent.subject
    kept = mail(story(parts=(replace(PART, kept=by_hand),)))
    assert "awaited since 5 November" in words(kept.html)
    assert "after it was promised" not in kept.subject + kept.text


def test_a_new_part_shows_where_the_series_stands_and_what_was_promised() -> None:
    sent = mail(FULL)
    assert "●───◉───◌" in sent.text
    for text in (words(sent.html), sent.text):
        assert "promised 5 November in Part 1" in text
        assert "08:12 · 9 min read" in text
    assert f'href="{PART_1}"' in sent.html
    assert f'href="{PART_2}"' in sent.html


def test_every_report_names_its_publisher() -> None:
    sent = mail(FULL)
    for source in ("Gulf Desk", "نامهٔ روز"):
        assert f"Reported by {source}" in words(sent.html)
    assert "Reported by Gulf Desk · 06:40" in sent.text
    assert "Reported by \u2068نامهٔ روز\u2069" in sent.text


SAID_OF_SEVERAL = [
    "Pensioners gather in three cities",
    "More on what we sent on 21 November",
    "Small crowds stood outside pension offices.",
    "Reported by 5 publishers, 3 origins ▮▮▮▯▯ · first 06:40",
    "Gulf Desk, Wire North and 2 copies",
    "Update, 08:00: Pensioners: what is known — Gulf Desk",
    "Denied: “The ministry denied it.” — Wire North",
    "With reserve: “It could not be verified.” — Gulf Desk",
    "Related: What pensions buy",
    "A year of protest",
]


def test_a_development_says_who_reports_who_copies_who_denies_alike_in_both_bodies() -> None:
    sent = mail(story(developments=(SEVERAL,)))
    plain = " ".join(line.strip() for line in sent.text.splitlines())
    for text in (words(sent.html).partition("Developments")[2], plain.partition("DEVELOPMENTS")[2]):
        places = [text.find(said) for said in SAID_OF_SEVERAL]
        assert places == sorted(places), text
        assert min(places) >= 0, SAID_OF_SEVERAL[places.index(-1)]
    links = markup.fromstring(sent.html.encode()).xpath("//a/@href")
    assert {"https://wire.example/2", "https://gulf.example/a/3", "https://gulf.example/a/9"} <= set(links)


def test_a_hedge_is_never_called_a_denial() -> None:
    hedged = replace(SEVERAL, claims=SEVERAL.claims[1:])
    sent = mail(story(developments=(hedged,)))
    assert "Denied" not in sent.text + sent.html


@pytest.mark.parametrize(
    ("publishers", "origins", "marks"), [(2, 2, "▮▮"), (12, 1, "▮" + "▯" * 11), (13, 4, "")], ids=str
)
def test_marks_are_as_many_as_the_eye_can_count(publishers: int, origins: int, marks: str) -> None:
    names = tuple(f"Source {n}" for n in range(publishers))
    sent = mail(story(developments=(replace(SEVERAL, publishers=names, origins=origins),)))
    assert "".join(sign for sign in sent.text if sign in "▮▯") == marks


def test_a_development_is_counted_with_all_its_reports_in_a_week() -> None:
    assert "5 reports" in mail(story(developments=(SEVERAL,)), template="weekly").text


def test_another_language_changes_our_words_and_nobody_elses() -> None:
    sent = mail(story(developments=(SEVERAL,)), reader=replace(READER, locale="de"))
    assert "Berichtet von 5 Medien aus 3 Quellen ▮▮▮▯▯ · zuerst 06:40" in sent.text
    assert "Dementiert: „The ministry denied it.“ — Wire North" in sent.text
    assert sent.subject.startswith("5 Medien berichten: Pensioners gather in three cities")


def test_a_persian_mail_runs_from_the_right_and_fences_foreign_names() -> None:
    sent = mail(FULL, reader=replace(READER, locale="fa"))
    tree = markup.fromstring(sent.html.encode())
    assert (tree.get("dir"), tree.get("lang")) == ("rtl", "fa")
    assert "text-align: right" in tree.xpath("//h2[contains(@class,'section')]/..")[0].get("style")
    assert "گزارش \u2068Gulf Desk\u2069 · ۰۶:۴۰" in sent.text
    assert not tree.xpath("//a/@dir | //td/@dir")


def _said_by(hostile: str, line: ItemLine) -> DevelopmentLine:
    """Build a development in which everything is hostile."""
    claims = tuple(replace(claim, quote=hostile, source=hostile, url=line.url) for claim in SEVERAL.claims)
    return replace(
        SEVERAL,
        lead=line,
        also=(line, replace(line, source=hostile + "2")),
        publishers=(hostile, "another"),
        claims=claims,
        related=(Link(hostile, line.url),),
    )


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_from_a_feed_is_markup_or_template(hostile: str) -> None:
    line = item(hostile, source=hostile, excerpt=(hostile,), url="https://x.example/?q=" + hostile)
    owed = replace(OWED_3, quote=hostile, title=hostile, source=hostile, series=hostile)
    share = replace(
        story(
            parts=(replace(PART, item=line, series=hostile),),
            developments=(_said_by(hostile, line), alone(line)),
            awaited=(owed,),
            previously=(line,),
            corrections=(line,),
        ),
        title=hostile,
    )
    sent = mail(share, desk=replace(DESK, digest_title=hostile, site_name=hostile, postal_address=hostile))
    tree = markup.fromstring(sent.html.encode())
    assert not tree.xpath("//img | //script | //@onclick | //b[not(ancestor::a)]")
    assert hostile in tree.text_content()
    assert hostile in sent.text


def test_no_attribute_holds_markup_of_a_feed() -> None:
    """Browsers read it as text; mail clients that mend HTML by pattern might not."""
    line = item('"><img src=x>', source='"><img src=x>', lang='"><img>', url='https://x.example/"><img src=x>')
    assert "<img" not in mail(story(items=(line,), previously=(line,)), story(corrections=(line,))).html


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "/relative", "", None])
def test_only_web_addresses_become_links(url: str | None) -> None:
    line = item(url=url)
    sent = mail(story(items=(line,), parts=(replace(PART, item=line, kept=None, parts=()),), previously=(line,)))
    links = markup.fromstring(sent.html.encode()).xpath("//a/@href")
    assert [link for link in links if not link.startswith("mailto:leave@example.org")] == []


def test_right_to_left_words_run_right_to_left_and_say_their_language() -> None:
    tree = markup.fromstring(mail(story(items=(PERSIAN,))).html.encode())
    for tag in ("h3", "p"):
        block = tree.xpath(f"//{tag}[@lang='fa']")[0]
        assert block.get("dir") == "rtl"
        assert "text-align: right" in block.get("style")
    assert not tree.xpath("//a/@dir | //td/@dir")


def test_a_whole_item_keeps_its_table_and_names_its_publisher() -> None:
    sent = mail(story(items=(item(html=TABLE, excerpt=("Not shown.",)),)))
    tree = markup.fromstring(sent.html.encode())
    cells = tree.xpath("//div[contains(@class,'article')]//td")
    assert ["~40%" in c.text_content() for c in cells] == [False, True, False]
    assert all("border" in c.get("style") and "padding" in c.get("style") for c in cells)
    assert "Table from Gulf Desk, as published" in words(sent.html)
    assert "Table from Gulf Desk, as published" in sent.text
    assert "   Indicator  2025  Effect\n" in sent.text
    assert "   Inflation  ~40%  >62% & rising\n" in sent.text
    assert "Not shown." not in sent.text


def test_items_without_full_rights_bring_no_markup() -> None:
    assert 'class="article' not in mail(FULL).html


def test_plain_text_is_narrow_but_never_breaks_an_address() -> None:
    long = "https://x.example/" + "a" * 200
    sent = mail(story(items=(item("word " * 50, url=long, excerpt=("語" * 300, f"See {long} now.")), PERSIAN)))
    assert all(len(line) <= 76 or "://" in line for line in sent.text.splitlines())
    assert f"   {long}\n" in sent.text


@pytest.mark.parametrize("items", [0, 1, 30, 120, 400])
def test_the_html_stays_under_75_kib_and_counts_what_it_leaves_out(items: int) -> None:
    lines = tuple(item(f"Headline number {n} of quite a long day", url=f"https://x.example/{n}") for n in range(items))
    sent = mail(story(items=lines, more=2))
    assert len(sent.html.encode()) < LIMIT
    shown = len(
        re.findall(r"Headline number \d+ of", words(sent.html).split("DEVELOPMENTS")[-1].split("Developments")[-1])
    )
    left_out = items - shown + 2
    assert f"And {left_out} more reports, not shown here." in words(sent.html)
    assert f"And {left_out} more reports, not shown here." in sent.text


def test_whole_items_shrink_to_excerpts_before_any_item_is_left_out() -> None:
    lines = tuple(item(f"Item {n}", html="<p>" + "long " * 4_000 + "</p>") for n in range(8))
    sent = mail(story(items=lines))
    assert len(sent.html.encode()) < LIMIT
    assert "not shown here" not in sent.html
    assert sent.html.count("Small crowds") == 5


def test_even_absurd_parts_and_titles_stay_under_the_limit() -> None:
    line = item("t" * 1_000, source="s" * 1_000, excerpt=("e" * 65_536, "f" * 65_536))
    parts = tuple(replace(PART, item=line, part=n) for n in range(8))
    sent = mail(story(parts=parts, items=(line,) * 100, previously=(line,) * 3, corrections=(line,) * 100))
    assert len(sent.html.encode()) < LIMIT


def test_many_parts_that_each_promise_another_stay_under_the_limit() -> None:
    line = item("t" * 200, excerpt=("e" * 400, "f" * 400))
    parts = tuple(replace(PART, item=line, part=n) for n in range(60))
    owed = tuple(replace(OWED_3, part=n, quote="q" * 400) for n in range(60))
    sent = mail(story(parts=parts, awaited=owed))
    assert len(sent.html.encode()) < LIMIT
    assert "more reports, not shown here." in sent.text


def test_the_same_issue_is_the_same_mail_from_any_renderer_or_thread() -> None:
    first = mail(FULL)
    with ThreadPoolExecutor(4) as threads:
        others = threads.map(
            lambda n: (RENDERER if n % 2 else Renderer()).issue(issue(FULL), desk=DESK, recipient=READER), range(8)
        )
        assert all(other == first for other in others)


REASONS = {
    "a subscription": (READER, "because you subscribed to “Iran” on 3 November."),
    "an older one": (replace(READER, since=at(3, year=2024)), "subscribed to “Iran” on 3 November 2024."),
    "one without a date": (replace(READER, since=None), "because you subscribed to “Iran”."),
    "a list without a title": (replace(READER, list="uk"), "subscribed to “uk” on 3 November."),
    "the configuration": (Recipient("a@example.com"), "named in the configuration of Briefing."),
}


@pytest.mark.parametrize(("reader", "reason"), REASONS.values(), ids=REASONS)
def test_the_foot_says_why_and_how_to_leave(reader, reason: str) -> None:
    sent = mail(FULL, reader=reader)
    for text in (words(sent.html), " ".join(sent.text.split())):
        assert reason in text
        assert "12 Sample Lane, London" in text
    assert unsubscribe(DESK, reader) in sent.text
    assert unsubscribe(DESK, reader) in sent.html


def test_a_desk_without_a_mailbox_or_postal_address_shows_neither() -> None:
    sent = mail(FULL, desk=replace(DESK, unsubscribe=None, postal_address=None))
    assert "nsubscribe" not in sent.html + sent.text
    assert "None" not in sent.html + sent.text


def test_several_stories_stand_under_their_own_headings() -> None:
    sent = mail(FULL, replace(story(items=(item(),)), title="Caspian shipping"))
    assert markup.fromstring(sent.html.encode()).xpath("//h2[contains(@class,'story')]//text()") == [
        "The Moscow Contingency",
        "Caspian shipping",
    ]
    assert "CASPIAN SHIPPING\n=" in sent.text


def test_a_week_opens_with_its_period_and_counts() -> None:
    sent = mail(FULL, template="weekly")
    assert sent.subject == "The week: Part 2 is out, 17 days after it was promised — The Moscow Contingency"
    for text in (words(sent.html), sent.text):
        assert "21–22 November · 6 reports · 1 new part · 1 awaited" in text


def test_a_part_of_a_long_series_shows_the_last_few_marks() -> None:
    marks = tuple(replace(PART.parts[0], part=n) for n in range(1, 30))
    assert "●───●───●───●\n" in mail(story(parts=(replace(PART, parts=marks),))).text


def test_the_mail_needs_no_other_document_and_tracks_nobody() -> None:
    html = mail(FULL).html
    tree = markup.fromstring(html.encode())
    assert not tree.xpath("//img | //link | //script | //iframe | //form")
    assert "url(" not in html
    assert len(tree.xpath("//style")) == 1
    assert len(tree.xpath("//style")[0].text) < 2_048
    assert all(t.get("role") == "presentation" for t in tree.xpath("//table"))
    assert OLD.title in html
