"""What the log says of attempts: all that failed, and of what was sent each or how many."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from briefing import journal
from briefing.journal import EACH, Journal
from briefing.model import Dead, Delivered, Delivery, DeliveryId, DeliveryState, Retry

NOW = datetime(2026, 11, 29, 8, 0, tzinfo=UTC)


def delivery(number: int, channel: str = "desk") -> Delivery:
    return Delivery(DeliveryId(number), channel, f"msg_{number}", DeliveryState.SENDING, 1, 1, NOW, NOW)


def lines(story: Callable[[Journal], Any]) -> list[dict[str, Any]]:
    """Return what a story of a journal logs, on a loop that then ends."""

    async def told() -> list[Any]:
        with capture_logs() as logs:
            waits = story(Journal())
            if waits is not None:
                await waits
        return [*logs]

    return asyncio.run(told())


def sent(made: Journal, *numbers: int, channel: str = "desk") -> None:
    for number in numbers:
        made.tell(delivery(number, channel), Delivered(), None, kept=True)


def test_a_few_are_told_one_by_one() -> None:
    logs = lines(lambda made: sent(made, *range(EACH)))
    assert [(line["event"], line["delivery"]) for line in logs] == [("delivery.sent", n) for n in range(EACH)]


def test_of_many_the_rest_is_told_as_a_number_for_each_channel() -> None:
    def story(made: Journal) -> None:
        sent(made, *range(EACH + 30))
        sent(made, 100, 101, channel="other")
        made.sum_up()
        sent(made, 200)

    logs = lines(story)
    assert [line["event"] for line in logs[:EACH]] == ["delivery.sent"] * EACH
    assert [(line["event"], line["channel"], line.get("more")) for line in logs[EACH:]] == [
        ("deliveries.sent", "desk", 30),
        ("deliveries.sent", "other", 2),
        ("delivery.sent", "desk", None),
    ]


def test_what_failed_is_always_told() -> None:
    def story(made: Journal) -> None:
        sent(made, *range(EACH + 1))
        made.tell(delivery(1), Retry("it is away"), NOW + timedelta(minutes=5), kept=True)
        made.tell(delivery(2), Retry("it is away"), None, kept=True)
        made.tell(delivery(3), Dead("no such channel"), None, kept=True)
        made.tell(delivery(4), Delivered(), None, kept=False)

    logs = lines(story)[EACH:]
    assert [(line["event"], line["delivery"]) for line in logs] == [
        ("delivery.retry", 1),
        ("delivery.dead", 2),
        ("delivery.dead", 3),
        ("delivery.fenced", 4),
    ]


def test_the_number_is_told_by_itself_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "SECONDS", 0.01)

    async def story(made: Journal) -> None:
        sent(made, *range(EACH + 5))
        await asyncio.sleep(0.05)

    assert lines(story)[-1] == {"event": "deliveries.sent", "log_level": "info", "channel": "desk", "more": 5}
