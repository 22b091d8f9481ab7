"""What the service would send of a feed document: each item in an issue, in an alert by mail and in one to Slack.

The stages are joined as `remember`, `publish`, `tell` and `post` join them, without the store between: hundreds of
vectors in seven kinds of document are too many for a transaction each.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from itertools import cycle
from typing import Any

from briefing.collect import parse
from briefing.config.grammar import Digest
from briefing.detect import dedupe, match, series
from briefing.edit import alert
from briefing.edit.digest import StoryDesk, compose
from briefing.model import (
    FeedId,
    Issue,
    Item,
    ItemId,
    Mail,
    Match,
    Notice,
    Occurrence,
    ParsedFeed,
    ParsedItem,
    Progress,
    Recipient,
    Series,
    StoryId,
)
from briefing.render import mime
from briefing.render.email import Desk, Renderer
from briefing.render.notice import notice
from briefing.send.channels import slack
from tests.e2e.browser.hostile_feeds import NOON

FEED, STORY = FeedId("hostile"), StoryId("all")
READER = Recipient("reader@example.org")
DESK = Desk("All of it", "Briefing", "Briefing <briefing@example.org>", "leave@example.org", "1 Example Street")
ROOM = 65_000  # bytes of an issue that its items may take: beyond its limit an issue would leave some out
_FRAME = 2_500  # bytes around an item's words; a part of a series stands twice, with what it owes
_MATCHER = match.Matcher({STORY: match.StoryRule()})
_RENDERER = Renderer()


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as its reader gets it."""

    subject: str
    html: str
    text: str


def read(document: bytes, content_type: str = "application/xml") -> ParsedFeed:
    """Return what a document holds, as a child of `isolate` would."""
    return parse.feed(document, content_type, "https://news.example/feed")


def items(feeds: Iterable[ParsedFeed]) -> tuple[Item, ...]:
    """Return what is news in feeds as the store would, markup kept as under full rights; what reads the same, once."""
    found: dict[tuple[object, ...], tuple[ParsedItem, ParsedFeed]] = {}
    for feed in feeds:
        for new in dedupe.sieve(feed, (), primed=True, since=timedelta(days=1), now=NOON).new:
            if new.news:
                said = (new.parsed.title, new.parsed.url, new.parsed.html, new.parsed.text)
                found.setdefault(said, (new.parsed, feed))
    return tuple(_stored(number, *each) for number, each in enumerate(found.values(), 1))


def issues(items: Sequence[Item]) -> Iterator[Letter]:
    """Yield issues that show every item whole, with its series and what it owes: in turn a daily and a weekly."""
    for batch, template in zip(_batches(items), cycle(("digest", "weekly"))):
        issue = _issue(batch, template)
        letter = _posted(_RENDERER.issue(issue, desk=DESK, recipient=READER))
        shown = letter.html.count('<div class="article')
        assert len(batch) == 1 or shown == sum(bool(item.html) for item in batch), "an issue left something out"
        yield letter


def notices(items: Sequence[Item]) -> tuple[Notice, ...]:
    """Return what is told at once of every item, each wording once."""
    found: dict[Notice, None] = {}
    for item in items:
        progress = _progress(item)
        told = alert.events(item, _matches(item), {STORY: progress} if progress else {}, {STORY: item.title}, NOON)
        found |= dict.fromkeys(notice(event, locale="en", zone="UTC") for event in told)
    return tuple(found)


def letter(words: Notice) -> Letter:
    """Return an alert's mail, as written: its bytes are made as an issue's are."""
    mail = _RENDERER.notice_mail(words, desk=DESK)
    return Letter(mail.subject, mail.html, mail.text)


def slack_message(words: Notice) -> dict[str, Any]:
    """Return an alert's message to Slack."""
    return slack.payload(words, words.headline)


def _stored(number: int, parsed: ParsedItem, feed: ParsedFeed) -> Item:
    return Item(
        id=ItemId(number),
        feed=FEED,
        source=feed.title or FEED,
        title=parsed.title,
        url=parsed.url,
        published=parsed.published,
        first_seen=NOON,
        excerpt=parsed.excerpt,
        html=parsed.html,
        text=parsed.text,
        authors=parsed.authors,
        lang=parsed.lang or feed.lang,
    )


def _matches(item: Item) -> tuple[Match, ...]:
    return _MATCHER.stories(FEED, item.title, item.text)


def _progress(item: Item) -> Progress | None:
    return series.advance((), item, story=STORY, text=item.text, now=NOON)


def _batches(items: Sequence[Item]) -> Iterator[tuple[Item, ...]]:
    batch: tuple[Item, ...] = ()
    for item in items:
        if batch and sum(map(_weight, (*batch, item))) > ROOM:
            yield batch
            batch = ()
        batch += (item,)
    if batch:
        yield batch


def _weight(item: Item) -> int:
    frame = 2 * _FRAME if _progress(item) else _FRAME
    return (
        frame
        + 2 * len(item.html.encode())
        + len(item.title) * 3
        + (len("".join(item.excerpt)) + len(item.url or "")) * 4
    )


def _issue(items: tuple[Item, ...], template: str) -> Issue:
    ledger: tuple[Series, ...] = tuple(step.series for item in items if (step := _progress(item)))
    issue = compose(
        digest_id="all",
        digest=Digest(stories=["all"], to=["reader@example.org"], at="12:00", template=template, max_items=200),
        stories=[StoryDesk(STORY, items[0].title, items, series=ledger, full_rights=frozenset(i.id for i in items))],
        occurrence=Occurrence(NOON.date(), "12:00", NOON),
        number=1,
        zone="UTC",
        locale="en",
        since=NOON - timedelta(days=1),
        until=NOON,
        previous=None,
    )
    assert issue is not None
    return issue


def _posted(mail: Mail) -> Letter:
    """Return a mail as it is read from the bytes that go out."""
    headers = mime.MailHeaders(DESK.sender, READER.address, "<x@example.org>", NOON, list_unsubscribe=DESK.unsubscribe)
    message = message_from_bytes(mime.build(mail, headers), policy=default)
    html, text = message.get_body(("html",)), message.get_body(("plain",))
    assert html is not None
    assert text is not None
    return Letter(str(message["subject"]), html.get_content(), text.get_content())
