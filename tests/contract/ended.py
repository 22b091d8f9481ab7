"""One attempt that ends, for tests that end them one by one."""

from datetime import datetime, timedelta

from sqlmodel import Session

from briefing.model import Delivery, Verdict
from briefing.store import claimed


def on_record(
    session: Session,
    *,
    delivery: Delivery,
    owner: str,
    verdict: Verdict,
    next_attempt_at: datetime | None,
    now: datetime,
    duration: timedelta,
) -> bool:
    """Write down a verdict; False if the delivery is no longer its owner's."""
    (kept,) = claimed.record(session, [claimed.Ended(delivery, owner, verdict, next_attempt_at, now, duration)])
    return kept
