"""The story of the demo, told by the real service: real HTTP, SMTP and SQLite on loopback; only the clock is ours."""

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from briefing import app
from briefing.check import check
from briefing.enrol import add
from briefing.service import Service
from briefing.store.engine import Store
from demo import texts
from demo.chat_sink import ChatSink
from demo.feed_server import FeedServer
from demo.smtp_sink import SmtpSink

READERS = ("ada@example.org", "babak@example.org", "chidi@example.org")
LATER = "sara@example.org"  # subscribes between the two issues, and reads Persian
HOOK_SECRET = "whsec_" + "c2FtcGxlLXNlY3JldC1mb3ItdGhlLWRlbW8tb25seSE="
OUTLETS = {"gulf": "Gulf Post (sample)", "press": "Morning Press (sample)", "courier": "Courier (sample)"}
PART_ONE = datetime(2026, 11, 5, 17, 30, tzinfo=UTC)
PART_TWO = datetime(2026, 11, 22, 5, 10, tzinfo=UTC)


@dataclass(slots=True)
class World:
    """What the demo plays with: the clock, the servers and where it writes."""

    out: Path
    feeds: FeedServer
    mail: SmtpSink
    chat: ChatSink
    tell: Callable[[str], None]
    now: datetime = PART_ONE - timedelta(hours=1)
    facts: list[tuple[str, bool]] = field(default_factory=list)

    def clock(self) -> datetime:
        """Return the demo's time."""
        return self.now

    def fact(self, words: str, holds: bool) -> None:
        """Note a fact that must hold for the demo to succeed."""
        self.facts.append((words, holds))

    def say(self, words: str) -> None:
        """Tell a line of the story, dated."""
        self.tell(f"{self.now:%d %b %H:%M}  {words}")


async def play(out: Path, tell: Callable[[str], None], *, database: str | None = None) -> World:
    """Run the whole story, on SQLite unless told otherwise; return the world with its facts."""
    async with FeedServer() as feeds, ChatSink(HOOK_SECRET) as chat:
        with SmtpSink() as mail:
            world = World(out, feeds, mail, chat, tell)
            _publish_first(world)
            with closing(_store(database or f"sqlite:///{out / 'demo.db'}")) as store:
                _subscribe(store, *READERS, now=datetime(2026, 11, 3, 9, tzinfo=UTC))
                async with app.service(_setting(world), store) as service:
                    await _november(world, service, store)
    return world


def _setting(world: World) -> app.Setting:
    ports = {
        "FEEDS": world.feeds.url,
        "CHAT": world.chat.url,
        "SMTP_PORT": str(world.mail.port),
        "HOOK_SECRET": HOOK_SECRET,
    }
    checked = check(Path(__file__).with_name("feeds.yaml"), ports)
    if checked.config is None:
        raise SystemExit("\n".join(f"{p.path}: {p.message}" for p in checked.problems))
    return app.Setting(checked.config, world.out, clock=world.clock, jitter=lambda: 0.0)


def _store(database: str) -> Store:
    store = Store(database)
    store.upgrade()
    return store


def _subscribe(store: Store, *readers: str, now: datetime, locale: str | None = None) -> None:
    from briefing.config.grammar import AudienceList

    with store.transaction() as session:
        for reader in readers:
            add(
                session,
                lists={"iran": AudienceList(title="Iran")},
                address=reader,
                to="iran",
                consent="asked for it in the demo",
                now=now,
                locale=locale,
            )


def _publish_first(world: World) -> None:
    """Put up what the feeds hold on 5 November."""
    one = texts.part_one(PART_ONE)
    base = world.feeds.url
    world.feeds.put("/review.rss", texts.rss("Caspian Review (sample)", base, [one]))
    world.feeds.put(f"/{one.slug}", texts.page(one), content_type="text/html; charset=utf-8")
    world.feeds.put("/wire.rss", texts.rss("Sample Wire", base, [texts.wire(PART_ONE - timedelta(hours=3))]))
    world.feeds.put("/farsi.rss", texts.rss("نمونه‌خبر", base, [texts.persian(PART_ONE - timedelta(hours=5))], "fa"))
    world.feeds.put("/flaky.rss", b"busy", status=503, content_type="text/plain")
    for name, title in OUTLETS.items():
        world.feeds.put(f"/{name}.rss", texts.rss(title, base, []))
    world.feeds.put("/ledger.json", _json_feed(world, []), content_type="application/feed+json")


def _json_feed(world: World, samples: list[texts.Sample]) -> str:
    rows = [
        {
            "id": f"sample:{s.slug}",
            "url": f"{world.feeds.url}/{s.slug}",
            "title": s.title,
            "content_text": s.summary,
            "date_published": s.at.isoformat(),
        }
        for s in samples
    ]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "The Ledger (sample)", "items": rows})


async def _work(service: Service) -> None:
    await service.poll()
    await service.publish()
    await service.relay.drain()


async def _november(world: World, service: Service, store: Store) -> None:
    await _fifth(world, service)
    await _sixth(world, service)
    _subscribe(store, LATER, now=world.now + timedelta(days=4), locale="fa")
    await _waiting(world, service)
    await _twenty_second(world, service)


async def _fifth(world: World, service: Service) -> None:
    world.now = PART_ONE + timedelta(minutes=10)
    await _work(service)
    world.say("Part 1 found: “The Moscow Contingency: A Way Out for the Few” (its feed ships an excerpt)")
    promised = [p for p in world.chat.slack if "Part 2 is announced" in json.dumps(p, ensure_ascii=False)]
    world.say("its page was read to the last line: “Coming up in Part 2: The Praetorian Guard’s Dilemma …”")
    world.fact("the promise in the page was told to Slack at once", len(promised) == 1)
    world.say(f"Slack and a signed webhook told: {len(world.chat.slack)} + {len(world.chat.hooks)} messages")


async def _sixth(world: World, service: Service) -> None:
    world.now = datetime(2026, 11, 6, 6, 30, tzinfo=UTC)
    coup = texts.decoy(world.now - timedelta(minutes=20))
    world.feeds.put("/ledger.json", _json_feed(world, [coup]), content_type="application/feed+json")
    await _work(service)
    world.say("another outlet writes of an IRGC coup: close in words, but not the promised part")
    world.now = datetime(2026, 11, 6, 7, 0, 30, tzinfo=UTC)
    await _work(service)
    first = world.mail.issues(1)
    world.say(f"issue No. 1 mailed to {len(first)} subscribers: Part 2 STILL AWAITED")
    world.fact("issue 1 reached each reader once", sorted(m["To"] for m in first) == sorted(READERS))
    world.fact(
        "issue 1 says that Part 2 is still awaited", all("awaited" in world.mail.text(m).casefold() for m in first)
    )
    slack = [p for p in world.chat.slack if "Part 2 is out" in json.dumps(p, ensure_ascii=False)]
    world.fact("another outlet's coup story did not keep the promise", not slack)


async def _waiting(world: World, service: Service) -> None:
    """Sixteen days in which nothing is new: an edit, a feed that dies, no mail to readers."""
    edited = texts.edited(texts.part_one(PART_ONE))
    world.feeds.put("/review.rss", texts.rss("Caspian Review (sample)", world.feeds.url, [edited]))
    for day in range(7, 22):
        for hour in (5, 7, 15):
            world.now = datetime(2026, 11, day, hour, 1, tzinfo=UTC)
            await _work(service)
    told = world.mail.to("operator@example.org")
    world.say(f"15 quiet days: an edited item re-sent nothing; {len(told)} mail told the operator that a feed is down")
    world.fact("nothing was mailed to readers while nothing was new", len(world.mail.issues(2)) == 0)
    world.fact("the operator heard of the failing feed once", len(told) == 1)


async def _twenty_second(world: World, service: Service) -> None:
    one, two = texts.edited(texts.part_one(PART_ONE)), texts.part_two(PART_TWO)
    world.feeds.put("/review.rss", texts.rss("Caspian Review (sample)", world.feeds.url, [one, two]))
    world.feeds.put(f"/{two.slug}", texts.page(two), content_type="text/html; charset=utf-8")
    hooks_before = len(world.chat.hooks)
    world.now = PART_TWO + timedelta(minutes=2)
    await _work(service)
    out = [p for p in world.chat.slack if "Part 2 is out" in json.dumps(p, ensure_ascii=False)]
    world.say("Part 2 appears, without a number in its title; recognised as the promised part")
    hooked = len(world.chat.hooks) > hooks_before
    world.say("told two minutes after it was published: in Slack, and to a webhook whose signature was checked")
    world.fact("Slack was told that Part 2 is out, once", len(out) == 1)
    world.fact("the webhook was told too, every signature valid", hooked and world.chat.invalid == 0)
    await _bridge(world, service)
    world.now = datetime(2026, 11, 22, 7, 0, 30, tzinfo=UTC)
    await _work(service)
    _check_second(world)
    _check_bridge(world)


async def _bridge(world: World, service: Service) -> None:
    """One report, and what becomes of it: printed by one, cited by another, seen by a third, denied by a fourth."""
    base, at = world.feeds.url, PART_TWO + timedelta(minutes=30)
    told = {
        "gulf": texts.bridge_copy(at + timedelta(minutes=10)),
        "press": texts.bridge_cited(at + timedelta(minutes=20)),
        "courier": texts.bridge_denied(at + timedelta(minutes=40)),
    }
    world.feeds.put("/wire.rss", texts.rss("Sample Wire", base, [texts.bridge_wire(at)]))
    for name, sample in told.items():
        world.feeds.put(f"/{name}.rss", texts.rss(OUTLETS[name], base, [sample]))
    seen = texts.bridge_seen(at + timedelta(minutes=30))
    world.feeds.put("/ledger.json", _json_feed(world, [seen]), content_type="application/feed+json")
    world.now = at + timedelta(minutes=45)
    await _work(service)


def _check_bridge(world: World) -> None:
    issue = next((world.mail.text(m) for m in world.mail.issues(2)), "")
    said = " ".join(issue.split())
    told = [p for p in world.chat.slack if "publishers" in json.dumps(p)]
    world.say("five outlets on one bridge: one copies, one cites, one was there, one denies; 3 origins, said so")
    world.fact("Slack was told once that three origins report it", len(told) == 1)
    world.fact("issue 2 counts publishers and origins", "Reported by 5 publishers, 3 origins ▮▮▮▯▯" in said)
    world.fact("issue 2 folds the copy", "and 1 copy" in said and "bridge-copy" not in said)
    world.fact("issue 2 says who denies it", "Denied: “The provincial press office denied on Sunday" in said)


def _check_second(world: World) -> None:
    first, second = world.mail.issues(1), world.mail.issues(2)
    world.say(f"issue No. 2 mailed to {len(second) + len(world.mail.to(LATER))} subscribers, threaded under No. 1")
    world.say(f"its subject: {second[0]['Subject'] if second else 'none'}")
    world.fact("issue 2 reached each reader once", sorted(m["To"] for m in second) == sorted(READERS))
    roots = {m["References"] for m in (*first, *second)}
    world.fact("issue 2 threads with issue 1", len(roots) == 1 and None not in roots)
    world.fact("issue 2 names Part 2", all("Praetorian" in world.mail.text(m) for m in second))
    world.fact("issue 2 awaits Part 3", all("Part 3" in world.mail.text(m) for m in second))
    world.fact("issue 2 says what changed in issue 1", all("CORRECTIONS" in world.mail.text(m) for m in second))
    late = [world.mail.text(m) for m in world.mail.to(LATER)]
    world.say("Sara, who subscribed after No. 1, gets it in Persian; nothing of No. 1 is recalled or corrected to her")
    world.fact("Sara got issue 2 alone, in Persian", len(late) == 1 and "شمارهٔ ۲" in late[0] and "بخش ۳" in late[0])
    world.fact("what Sara was never sent is not corrected to her", not any("اصلاحیه" in text for text in late))
