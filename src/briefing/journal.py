"""What the log says of attempts: each that failed, and each that was sent or, when they are many, how many were.

Apart from `attempt`, which judges. Who reads logs looks for what went wrong: a thousand lines a second of what went
well hide it, and journald drops whatever comes after 10,000 lines in 30 seconds. Each delivery is in the ledger.
"""

import asyncio
from collections import Counter
from datetime import datetime

import structlog

from briefing.model import Delivered, Delivery, Retry, Verdict

log = structlog.get_logger()
EACH = 20  # deliveries sent that are told one by one, of those within so many seconds
SECONDS = 1.0


class Journal:
    """Writes the lines of one relay."""

    def __init__(self) -> None:
        self._told = 0
        self._more = Counter[str]()  # sent, and not told one by one; by channel
        self._due: asyncio.TimerHandle | None = None

    def tell(self, delivery: Delivery, verdict: Verdict, again: datetime | None, *, kept: bool) -> None:
        """Tell what became of an attempt, on its loop; `kept` says that it could be put on record."""
        if kept and isinstance(verdict, Delivered) and self._is_one_of_many():
            self._more[delivery.channel] += 1
            return
        about = {"delivery": delivery.id, "channel": delivery.channel, "attempt": delivery.attempts}
        if not kept:
            log.warning("delivery.fenced", **about, reason="another worker holds it now")
        elif isinstance(verdict, Delivered):
            log.info("delivery.sent", **about)
        elif again is not None and isinstance(verdict, Retry):
            log.warning("delivery.retry", **about, reason=verdict.reason, next_attempt_at=again.isoformat())
        else:
            log.error("delivery.dead", **about, reason=verdict.reason)

    def sum_up(self) -> None:
        """Tell how many more were sent since they were last told."""
        for channel, count in self._more.items():
            log.info("deliveries.sent", channel=channel, more=count)
        if self._due is not None:
            self._due.cancel()
        self._told, self._more, self._due = 0, Counter(), None

    def _is_one_of_many(self) -> bool:
        if self._due is None:
            self._due = asyncio.get_running_loop().call_later(SECONDS, self.sum_up)
        self._told += 1
        return self._told > EACH
