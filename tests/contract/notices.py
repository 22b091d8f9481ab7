"""Notices to try on every channel: the five kinds that are told, and what is too much, too little or hostile."""

from datetime import UTC, datetime
from typing import Any

from briefing.edit.summary import summary
from briefing.model import AnswerLinks, EventKind, Link, Notice
from briefing.render.notice import notice as told
from tests.unit.render import samples

NOW = datetime(2026, 11, 22, 8, 12, tzinfo=UTC)
KEY = "instalment:moscow-contingency:2"
LINKS = AnswerLinks("https://b.example.org/acknowledge/" + "a" * 300, "https://b.example.org/mute/" + "m" * 300)
OK = {"https://ok.example/", "https://ok.example/context", "https://ok.example/action"}  # the links of one such
HOSTILE = "<!channel> @everyone <https://evil.example|Read> <@U123> &lt; *bold* `code` :skull: https://evil.example"


def notice(**changes: Any) -> Notice:
    words: dict[str, Any] = {
        "kind": EventKind.INSTALMENT,
        "headline": "Part 2 is out: The Praetorian Guard's Dilemma — Caspian Review, 2 min ago",
        "url": "https://review.example/part-2",
        "at": NOW,
        "source": "Caspian Review",
        "story": "The Moscow Contingency",
        "sentences": ("One sentence from the article.", "And a second."),
        "context": (Link("promised 5 November in Part 1", "https://review.example/part-1"),),
        "actions": (Link("Read", "https://review.example/part-2"),),
        "lang": "en",
    }
    return Notice(**(words | changes))


def hostile(headline: str) -> Notice:
    """Write a headline everywhere, with links that are right and links that are not."""
    words = (headline, headline)
    bad = (Link(headline, "javascript:alert(1)"), Link(headline, "https://u:p@ok.example/"), Link(headline))
    return notice(
        headline=headline,
        url="https://ok.example/",
        sentences=words,
        source=headline,
        story=headline,
        context=(Link(headline, "https://ok.example/context"), *bad),
        actions=(Link(headline, "https://ok.example/action"), Link(headline, "file:///etc/passwd")),
    )


NOTICES = {
    "the usual": notice(),
    "the least": Notice(EventKind.TEST, "A test"),
    "no words": notice(headline="", sentences=("",), source="", context=(Link("", None),), actions=(Link("", "x"),)),
    "hostile": notice(
        headline=HOSTILE,
        sentences=(HOSTILE, HOSTILE),
        source=HOSTILE,
        story=HOSTILE,
        context=(Link(HOSTILE, "javascript:alert(1)"), Link(HOSTILE, "https://ok.example/>|<!channel>")),
        actions=(Link(HOSTILE, "https://ok.example/"), Link(HOSTILE, "file:///etc/passwd")),
    ),
    "far too long": notice(
        headline="word " * 4000,
        url="https://review.example/" + "x" * 5000,
        source="s" * 3000,
        story="s" * 3000,
        sentences=("word " * 3000,) * 60,
        context=(Link("word " * 1000, "https://review.example/" + "x" * 2900),) * 60,
        actions=(Link("word " * 100, "https://review.example/" + "x" * 2900),) * 60,
    ),
    "Persian": notice(headline="سپاه پاسداران، بخش دوم " * 60, sentences=("سپاه " * 3000,) * 9, lang="fa"),
    "quotes and controls": notice(headline='"\\\n\x00' * 900, sentences=('"\\\x01' * 5000,) * 9),
    "no encoding": notice(headline="half \ud83d of an emoji"),
}


def _told(kind: EventKind, answers: AnswerLinks | None = None, **more: Any) -> Notice:
    return told(samples.event(kind, **({"item": None} | more)), locale="en", zone="Europe/London", answers=answers)


KINDS = {
    "an instalment": _told(EventKind.INSTALMENT, part=samples.PART),
    "a widely reported development": _told(EventKind.CORROBORATED, development=samples.SEVERAL),
    "a feed that died": _told(
        EventKind.FEED_DOWN, detail="answered 410 Gone", final=True, story=None, story_title=None
    ),
    "an issue's news": told(
        summary(samples.issue(samples.FULL, samples.story(developments=(samples.SEVERAL,))), "Daily Iran"),
        locale="en",
        zone="Europe/London",
    ),
    "an overdue promise": _told(EventKind.OVERDUE, promise=samples.OWED_2),
    "a summary": notice(
        kind=EventKind.MISSED,
        headline="14 alerts, missed while away",
        url=None,
        sentences=(),
        context=(
            *(Link(f"Wire North reports: event {n}", f"https://wire.example/{n}") for n in range(9)),
            Link("5 more"),
        ),
        actions=(),
        rest=5,
    ),
}
NOTICES |= KINDS | {"one to answer": _told(EventKind.CORROBORATED, LINKS, development=samples.SEVERAL)}
