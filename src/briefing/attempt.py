"""One attempt at a delivery: what a step that failed means, and when the next one is due.

Apart from `relay`, which decides whose turn it is, and from `journal`, which tells of it.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeVar, assert_never

import structlog

from briefing import retry
from briefing.errors import BriefingError, StoreError
from briefing.model import Dead, Delivered, Delivery, Retry, Verdict

T = TypeVar("T")
log = structlog.get_logger()


async def judged(delivery: Delivery, step: Callable[[Delivery], Awaitable[T]]) -> T | Verdict:
    """Return what a step of an attempt brings, or what it means that it failed."""
    try:
        return await step(delivery)
    except StoreError as error:  # the issue could not be read: trouble of ours, which passes
        return Retry(str(error))
    except BriefingError as error:
        return Dead(str(error))
    except Exception as error:
        # The edge of an attempt: a mistake of ours is recorded and retried, the other deliveries go on.
        log.exception("relay.broke", delivery=delivery.id)
        return Retry(f"internal error: {type(error).__name__}")


def next_attempt(delivery: Delivery, verdict: Verdict, now: datetime) -> datetime | None:
    """Return when to try again; None when the verdict is final or patience has run out."""
    match verdict:
        case Delivered() | Dead():
            return None
        case Retry(after=after):
            by_mail = delivery.recipient is not None
            wait = retry.mail_wait(delivery.attempts) if by_mail else retry.delivery_wait(delivery.attempts)
            return None if wait is None else now + max(wait, after or timedelta(0))
    assert_never(verdict)
