"""Hostile markup, from every field of every kind of feed into every message, in a browser that lets it do what it can.

What a message is to a browser:

- mail HTML is a document of its own, with scripts on (no mail program does that, so none does worse) and once more with
  scripts off, where `noscript` is markup. Alerts differ in a few words alone and stand many in one document;
- mail text is shown as text/plain, and as clients without HTML show it: escaped, with its addresses made into links;
- a Slack message is what Slack makes of it: three entities are read and the result is text, never markup; a link is its
  words and its address. No `<…>` of Slack's own markup may come from a feed.

Every element is poked with the events that a reader's hand, a loading page or an animation would raise. The controls
show the same vectors raw: what this stage cannot hear, it cannot vouch for.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

import pytest
from playwright.sync_api import Browser

from briefing.collect import sanitize
from briefing.errors import ParseError
from briefing.model import EventKind, Notice, ParsedFeed
from tests.e2e.browser import hostile_feeds, hostile_mail
from tests.e2e.browser.canary import HTML, TEXT
from tests.e2e.browser.hostile_mail import Letter
from tests.e2e.browser.stage import Stage, stage
from tests.html_vectors import CORPUS, Vector, own, public

FAMILIES = {family: tuple(vectors) for family, vectors in groupby(own(), lambda vector: vector.family)}
LOADING = ("svg", "raw text and comments", "frames and plug-ins", "head elements", "styles", "sources that load")
AT_ONCE = 100  # public vectors in one document
TOGETHER = 6  # raw vectors in one frame: they disturb each other, but a frame each takes a browser twice as long
HEARD, ASKED = 280, 40  # of ours raw, with scripts and without; measured 318 and 55

CLEAN = {"p", "br", "a", "em", "strong", "b", "i", "blockquote", "ul", "ol", "li", "pre", "code", "sub", "sup"}
CLEAN |= {"table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption", "figure", "figcaption"}
CLEAN |= {f"h{level}" for level in range(1, 7)}
CLEAN_ATTRIBUTES = {"a href", "a rel", "td colspan", "td rowspan", "th colspan", "th rowspan"}
FRAME = {"html", "head", "meta", "title", "style", "body", "div", "span"}
FRAME_ATTRIBUTES = {
    *(f"{tag} {name}" for tag in CLEAN | {"div", "span", "body", "html"} for name in ("class", "style", "dir", "lang")),
    *(f"table {name}" for name in ("role", "width", "cellpadding", "cellspacing", "border", "align")),
    *(f"div {name}" for name in ("role", "aria-roledescription", "aria-label")),
    *("meta charset", "meta name", "meta content", "td align"),
}
MAIL = CLEAN | CLEAN_ATTRIBUTES | FRAME | FRAME_ATTRIBUTES
TEXT_PAGE = {"html", "head", "meta", "meta name", "meta content", "body", "pre", "pre style"}  # how text is shown
WORDS = {"div", "a", "a href", "span"}
# A link's protocol as the browser reads it, and all of it as written.
LINK = re.compile(r"https?: https?://[^/\s]\S*|mailto: mailto:[^/\s]\S*")
HARM = re.compile(r"url\(|@import|expression|javascript|behavio|binding|image-set|\\", re.IGNORECASE)
OUTLOOK = re.compile(r"\[if mso\]>(<table [^<>]*><tr><td>|</td></tr></table>)<!\[endif\]")
SLACK_DATE = re.compile(r"<!date\^\d+\^[^<>]*\|[\d :-]+ UTC>")


def foreign(seen: Mapping[str, Sequence[str]], marks: set[str]) -> list[str]:
    """Return what must not stand in a message: other marks, links that lead elsewhere, styles that load, comments."""
    return [
        *(mark for mark in seen["marks"] if mark not in marks),
        *(link for link in seen["links"] if not LINK.fullmatch(link)),
        *(style for style in seen["styles"] if HARM.search(style)),
        *(comment for comment in seen["comments"] if not OUTLOOK.fullmatch(comment)),
    ]


def feeds(vectors: Sequence[str]) -> Iterator[ParsedFeed]:
    """Yield what is read of the vectors in each kind of document."""
    for write in hostile_feeds.FORMATS:
        yield hostile_mail.read(write(vectors))
    yield from filter(None, map(_unescaped, vectors))


def _unescaped(vector: str) -> ParsedFeed | None:
    """Read a vector that stands as it is in a document of its own, for it may break it; None if it does."""
    try:
        return hostile_mail.read(hostile_feeds.rss_raw([vector]))
    except ParseError:
        return None


def alerts(told: Sequence[Notice]) -> list[Letter]:
    """Return the mails of each vector's alert: in turn that a part appeared, and that one was promised."""
    series = [notice for notice in told if notice.kind in (EventKind.INSTALMENT, EventKind.PROMISE)]
    chosen = [notice for number, notice in enumerate(series) if number % 4 in (0, 3)]
    return [hostile_mail.letter(notice) for notice in (*chosen, *told[::20])]


def runs(payload: object) -> Iterator[dict[str, str | None]]:
    """Yield the words of a Slack message as its client is given them; the only markup among them is our date."""
    if isinstance(payload, list):
        for part in payload:
            yield from runs(part)
    elif isinstance(payload, dict):
        text = payload.get("text")
        if isinstance(text, str) and payload.get("type") == "mrkdwn":
            assert SLACK_DATE.fullmatch(text)
        elif isinstance(text, str):
            assert "type" in payload or not set("<>") & set(text)  # the message's own text is markup to Slack
            yield {"text": text, "url": payload.get("url")}
        yield from runs(list(payload.values()))


def hold(on: Stage, vectors: Sequence[str]) -> None:
    """Put messages made of the vectors on a stage; nothing may be heard of them, nor foreign marks stand in them."""
    items = hostile_mail.items(feeds(vectors))
    assert len(items) >= len(vectors)
    told = hostile_mail.notices(items)
    issues, others = list(hostile_mail.issues(items)), alerts(told)
    _mails(on, issues, others)
    letters = (*issues, *others)
    texts = [*(letter.text for letter in letters), *(letter.subject for letter in letters)]
    assert foreign(on.shown("text", texts), WORDS) == []
    chats = [list(runs(hostile_mail.slack_message(notice))) for notice in told]
    assert foreign(on.shown("chat", chats), WORDS) == []
    cleaned = {item.html for item in items} | set(map(sanitize.html, vectors))
    seen = on.shown("cleaned", sorted(cleaned))
    assert foreign(seen, {"div"} | CLEAN | CLEAN_ATTRIBUTES) == []
    assert seen["restless"] == []
    assert on.alarms() == []


def _mails(on: Stage, issues: Sequence[Letter], alerts: Sequence[Letter]) -> None:
    pages = {f"issue{number}": (HTML, issue.html) for number, issue in enumerate(issues)}
    texts = "\n".join(letter.text for letter in (*issues, *alerts))
    on.show(pages | {"alerts": (HTML, _joined(alerts)), "texts": (TEXT, texts)})
    *mails, shown = on.seen()
    assert len(mails) == len(issues) + 1
    assert [wrong for seen in mails for wrong in foreign(seen, MAIL)] == []
    assert set(shown["marks"]) <= TEXT_PAGE


def _joined(letters: Sequence[Letter]) -> str:
    return "\n".join(letter.html for letter in letters)


def armed(on: Stage, vectors: Sequence[Vector]) -> list[str]:
    return [vector.armed(on.canary.address) for vector in vectors]


@pytest.mark.parametrize("family", FAMILIES)
def test_nothing_of_a_vector_runs_asks_or_leads_elsewhere(browser: Browser, family: str) -> None:
    with stage(browser) as on:
        hold(on, armed(on, FAMILIES[family]))


def test_nothing_is_asked_for_where_scripts_are_off(browser: Browser) -> None:
    with stage(browser, scripts=False) as on:
        for family in LOADING:
            items = hostile_mail.items([hostile_mail.read(hostile_feeds.rss(armed(on, FAMILIES[family])))])
            on.show({"all": (HTML, _joined(list(hostile_mail.issues(items))))})
        assert on.alarms() == []


def _raw(on: Stage, families: Sequence[str]) -> set[int]:
    """Show vectors as they are; return the numbers of those that were heard of."""
    for family in families:
        words = armed(on, FAMILIES[family])
        frames = ["\n".join(words[at : at + TOGETHER]) for at in range(0, len(words), TOGETHER)]
        on.show({str(number): (HTML, frame) for number, frame in enumerate(frames)})
    return on.numbers()


def test_control_most_vectors_run_or_ask_where_nothing_is_cleaned(browser: Browser) -> None:
    with stage(browser) as on:
        heard = _raw(on, list(FAMILIES))
    print(f"{len(heard)} of {len(own())} vectors were heard of")
    assert len(heard) >= HEARD
    assert all(heard & {vector.number for vector in vectors} for vectors in FAMILIES.values())


def test_control_what_loads_without_scripts_is_heard(browser: Browser) -> None:
    with stage(browser, scripts=False) as on:
        asked = _raw(on, LOADING)
    print(f"{len(asked)} vectors asked for something without a script")
    assert len(asked) >= ASKED


@pytest.mark.parametrize(
    "markup",
    [
        pytest.param("<img src=data:,>", id="an element"),
        pytest.param("<p id=x>a</p>", id="an attribute"),
        pytest.param("<svg></svg>", id="another namespace"),
        pytest.param("<a href=javascript:x>a</a>", id="a link that runs"),
        pytest.param("<a href=//news.example/>a</a>", id="a link without a scheme"),
        pytest.param("<a href=/page>a</a>", id="a relative link"),
        pytest.param("<p style=background:url(x)>a</p>", id="a style that loads"),
        pytest.param("<!-- a -->", id="a comment"),
    ],
)
def test_control_what_is_foreign_to_a_mail_is_seen(browser: Browser, markup: str) -> None:
    with stage(browser) as on:
        on.show({"one": (HTML, markup), "two": (HTML, "<p class=text>a <a href=https://news.example/>b</a></p>")})
        wrong, right = on.seen()
    assert foreign(wrong, MAIL)
    assert foreign(right, MAIL) == []


@pytest.mark.skipif(not CORPUS, reason="BRIEFING_XSS_CORPUS names no folder of public vectors")
@pytest.mark.timeout(3600)
def test_nothing_of_a_public_vector_runs_asks_or_leads_elsewhere(browser: Browser) -> None:
    vectors = public(CORPUS)
    assert vectors
    with stage(browser) as on:
        for at in range(0, len(vectors), AT_ONCE):
            hold(on, vectors[at : at + AT_ONCE])
    print(f"{len(vectors)} public vectors")
