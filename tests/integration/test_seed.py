"""The promise at the end of an article, from the page it stands in to the day it is kept: by each of three ways.

The text is our own, written like the article that this service was thought up for; where that article lies beside the
repository, it is played too.
"""

from dataclasses import dataclass
from datetime import timedelta
from html import escape
from itertools import product
from pathlib import Path

import pytest

from tests.integration.documents import HTML, Entry, page, rss
from tests.integration.world import NOON, SITE, World, play

CONFIG = (
    SITE
    + """
feeds:
  review: {url: "${FEEDS}/review.rss", allow_private: true, title: Caspian Review}
  ledger: {url: "${FEEDS}/ledger.rss", allow_private: true, title: The Ledger}
stories:
  contingency: {title: The Contingency, query: 'contingency OR IRGC OR protests OR "Part 2"', series: {}}
digests:
  daily: {stories: [contingency], at: "13:00", to: [reader@example.org]}
routes:
  - {to: [slack, desk]}
"""
)


@dataclass(frozen=True, slots=True)
class Case:
    """An article that promises a second part, and three titles under which that part could appear."""

    title: str
    paragraphs: tuple[str, ...]
    promised: str
    number: str
    own_title: str
    topic: str


OWN = Case(
    title="The Caspian Contingency: A Way Out for the Few",
    paragraphs=tuple(
        """\
This is a sample article. A plan reportedly describes who would leave the capital, by which route, and who would stay.
Whether such a plan exists is disputed; nobody outside has been able to verify it. What it leaves out matters most.
The debate has consequences all the same: those who are not on the list can count, and some command the IRGC’s tanks.
Related Read: Protests Spread to Fifty Cities
That is a question for another day: what do the guardians do when they learn that there is a way out?
Coming up in Part 2: The Palace Guard’s Choice—the odds of a mutiny inside the IRGC. Will the colonels follow, or sell?
""".splitlines()
    ),
    promised="The Palace Guard’s Choice",
    number="The Caspian Contingency, Part 2: Counting the Seats",
    own_title="The Palace Guard’s Choice",
    topic="Weighing the odds of a mutiny inside the IRGC",
)
SEED = next((Path(__file__).parents[3] / "shared" / "seed").glob("*.txt"), None)
CASES = {"our own article": OWN}
if SEED is not None:
    CASES["the seed"] = Case(
        title="The Moscow Contingency: Tehran Looks for the Exit",
        paragraphs=tuple(line for line in SEED.read_text(encoding="utf-8").splitlines() if line.strip(" -")),
        promised="The Praetorian Guard’s Dilemma",
        number="The Moscow Contingency, Part 2: Who Stays Behind",
        own_title="The Praetorian Guard’s Dilemma",
        topic="How likely is an internal IRGC coup?",
    )
WAYS = {
    "number": "it is part 2 of the same series",
    "own_title": "its title matches the promised",
    "topic": "it speaks of what was promised",
}


async def publish(world: World, outlet: str, *entries: Entry) -> None:
    """Put these items up at an outlet, whose feed ships excerpts, an hour later; let the service do its work."""
    world.later(hours=1)
    world.feeds.put(f"/{outlet}.rss", rss(*entries, base=world.feeds.url))
    await world.work()


def entry(world: World, slug: str, title: str, text: str = "A few words of it …") -> Entry:
    return Entry(slug, title, world.now - timedelta(minutes=5), text)


def headlines(world: World) -> list[str]:
    return [message["text"] for message in world.chat.slack]


@pytest.mark.parametrize(("name", "way"), [*product(CASES, WAYS)])
def test_a_promise_is_found_awaited_kept_and_told(tmp_path: Path, name: str, way: str) -> None:
    case = CASES[name]

    async def story(world: World) -> None:
        world.feeds.put("/ledger.rss", rss())
        world.feeds.put("/one", page(case.title, *case.paragraphs), content_type=HTML)
        one = entry(world, "one", case.title, "A plan reportedly describes who would leave, and by which route …")
        await publish(world, "review", one)
        found_and_told(world, case)
        decoys = await decoys_appear(world, case, one)
        await next_issue(world, 1)
        (awaiting,) = world.mail.issues(1)
        assert "STILL AWAITED" in world.text(awaiting)
        assert case.promised in " ".join(world.text(awaiting).split())
        before = len(world.chat.slack)
        await publish(world, "review", entry(world, "two", getattr(case, way)), *decoys)
        kept_and_told(world, case, way, before)
        await next_issue(world, 2)
        (kept,) = world.mail.issues(2)
        assert "◉ PART 2 IS NEW" in " ".join(world.text(kept).split())
        assert "promised 5 November in Part 1" in " ".join(world.text(kept).split())
        assert "STILL AWAITED" not in world.text(kept)
        assert "Part 2 is out" in str(kept["Subject"])
        assert kept["References"] == awaiting["References"]

    play(tmp_path, CONFIG, story)


def found_and_told(world: World, case: Case) -> None:
    """Check that the promise in the page was read and told, and the related link taken for what it is."""
    assert world.rows("SELECT state FROM promises") == ["awaited"]
    assert world.rows("SELECT title FROM promises") == [case.promised]
    assert world.rows("SELECT part FROM promises") == [2]
    assert world.rows("SELECT part FROM instalments") == [1]
    (told,) = [line for line in headlines(world) if "announced" in line]
    assert told.startswith("Part 2 is announced")
    assert case.promised in told
    (mail,) = [mail for mail in world.mail.messages if "announced" in str(mail["Subject"])]
    assert mail["To"] == "desk@example.org"
    assert "Coming up in Part 2" in " ".join(world.text(mail).split())


async def decoys_appear(world: World, case: Case, one: Entry) -> list[Entry]:
    """Publish all that comes close; nothing of it keeps the promise."""
    told = len(world.chat.slack)
    foreign = [entry(world, f"ledger-{n}", title) for n, title in enumerate((case.topic, case.own_title, case.number))]
    await publish(world, "ledger", *foreign)
    other = [
        entry(world, "other-1", "Oil and Water, Part 1: The Wells of the IRGC"),
        entry(world, "other-2", "Oil and Water, Part 2: The Taps"),
        entry(world, "related", "Protests Spread to Fifty Cities"),
        entry(world, "weather", "A contingency of weather"),
    ]
    await publish(world, "review", *other, one)
    assert world.rows("SELECT state FROM promises") == ["awaited"]
    assert len(world.items()) == 8
    assert sorted(line for line in headlines(world)[told:] if line.endswith("Caspian Review")) == [
        "Part 1 is out: Oil and Water, Part 1: The Wells of the IRGC — Caspian Review",
        "Part 2 is out: Oil and Water, Part 2: The Taps — Caspian Review",
    ]
    return [*other, one]


def kept_and_told(world: World, case: Case, way: str, before: int) -> None:
    """Check that the part was recognised for the right reason, and told once to chat and mail."""
    assert world.rows("SELECT state FROM promises WHERE part = 2") == ["kept"]
    (evidence,) = world.rows("SELECT evidence FROM promises")
    assert WAYS[way] in evidence
    title = getattr(case, way)
    (told,) = headlines(world)[before:]
    assert told == f"Part 2 is out: {title} — Caspian Review"
    body = str(world.chat.slack[-1])
    assert "Promised 5 November in Part 1" in body
    mail = world.mail.to("desk@example.org")[-1]
    assert str(mail["Subject"]) == told
    assert "Promised 5 November in Part 1" in " ".join(world.text(mail).split())


async def next_issue(world: World, number: int) -> None:
    """Let the next 13:00 come."""
    world.until(13)
    await world.work()
    assert len(world.mail.issues(number)) == 1


TABLE = """<table><tr><th>Economic Indicator</th><th>2025</th><th>2026</th></tr>
<tr><td>Real Inflation Rate</td><td>~40%</td><td>&gt;62%</td></tr></table>"""


def as_html(case: Case) -> str:
    """Write an article as a feed of whole texts ships it: lines with pipes are rows of its table."""
    rows = [line.strip("| ").split(" | ") for line in case.paragraphs if line.startswith("|")]
    cells = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    table = f"<table>{cells}</table>" if rows else TABLE
    return "".join(f"<p>{escape(line)}</p>" for line in case.paragraphs if not line.startswith("|")) + table


@pytest.mark.parametrize("name", CASES)
def test_a_table_is_republished_verbatim_where_rights_allow(tmp_path: Path, name: str) -> None:
    case = CASES[name]

    async def story(world: World) -> None:
        await world.service.publish()
        whole = Entry("one", case.title, NOON - timedelta(hours=1), html=as_html(case))
        world.feeds.put("/review.rss", rss(whole, base=world.feeds.url))
        world.feeds.put("/ledger.rss", rss())
        await world.work()
        await next_issue(world, 1)
        (mail,) = world.mail.issues(1)
        part = mail.get_body(("html",))
        assert part is not None
        text = " ".join(world.text(mail).split())
        assert all(cell in str(part.get_content()) for cell in ("Economic Indicator", "Real Inflation Rate", "~40%"))
        assert all(cell in text for cell in ("Economic", "Real Inflation", "~40%", ">62%"))
        assert "Table from Caspian Review, as published" in text
        assert "confirmed" not in text.casefold()

    play(tmp_path, CONFIG.replace("title: Caspian Review}", "title: Caspian Review, rights: full}"), story)
