"""The whole service on loopback with a clock of ours: what the tests of the shells play with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from briefing import app
from briefing.check import check
from briefing.service import Service
from briefing.store.engine import Store
from demo.chat_sink import SECRET, ChatSink
from demo.feed_server import FeedServer
from demo.smtp_sink import SmtpSink

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)


@dataclass(slots=True)
class World:
    """A running service, the servers around it, and its clock."""

    service: Service
    store: Store
    feeds: FeedServer
    chat: ChatSink
    mail: SmtpSink
    folder: Path
    clock: list[datetime] = field(default_factory=lambda: [NOON])

    def later(self, **by: float) -> None:
        """Move the clock on."""
        self.clock[0] += timedelta(**by)

    async def work(self) -> None:
        """Do all that is due now, as `briefing run --once` does."""
        await self.service.poll()
        await self.service.publish()
        await self.service.relay.drain()


@asynccontextmanager
async def world(folder: Path, config: str, *, feeds: FeedServer | None = None) -> AsyncIterator[World]:
    """Start the service with a feeds.yaml that may use ${FEEDS}, ${HOOK}, ${SLACK}, ${SECRET} and ${SMTP_PORT}."""
    async with FeedServer() as own, ChatSink() as chat:
        server = feeds or own
        with SmtpSink() as mail:
            path = folder / "feeds.yaml"
            path.write_text(config, encoding="utf-8")
            ports = {"FEEDS": server.url, "HOOK": chat.webhook_url, "SLACK": chat.slack_url, "SECRET": SECRET}
            checked = check(path, {**ports, "SMTP_PORT": str(mail.port)})
            assert checked.config is not None, checked.problems
            clock = [NOON]
            with closing(Store(f"sqlite:///{folder / 'test.db'}")) as store:
                store.upgrade()
                setting = app.Setting(checked.config, folder, clock=lambda: clock[0], jitter=lambda: 0.0)
                async with app.service(setting, store) as service:
                    yield World(service, store, server, chat, mail, folder, clock)
