"""Deliveries in lines for a terminal: what each carries, how it stands, what became of every attempt.

Apart from `deliveries`, whose commands print them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from briefing.cli import output
from briefing.cli.acks import named
from briefing.cli.options import count

if TYPE_CHECKING:
    from briefing.model import Acknowledgement, Attempt, Delivery, IssueId

    Names = Mapping[IssueId, tuple[str, int]]  # digest and number of issues


def row(one: "Delivery", names: "Names", now: datetime) -> tuple[object, ...]:
    """Say in one line how a delivery stands."""
    why = f"told in {one.carrier}" if one.carrier else one.last_error or ""
    return one.id, one.state, _to(one), _carries(one, names), count(one.attempts, "attempt"), _when(one, now), why


def lines(
    one: "Delivery",
    attempts: "Sequence[Attempt]",
    carried: "Sequence[Delivery]",
    names: "Names",
    now: datetime,
    heard: "Acknowledgement | None" = None,
) -> Iterator[str]:
    """Say all of a delivery: what it is, what it carries, every attempt in order of time."""
    yield f"{one.id}  {one.state}  {_to(one)}  {_carries(one, names)}"
    yield f"  made {_moment(one.created_at)} ({output.ago(one.created_at, now)}) as {one.message_id}"
    for each in attempts:
        took = f" in {each.duration / timedelta(seconds=1):.1f} s" if each.duration else ""
        yield f"  {_moment(each.at)}  {each.outcome}{took}  {each.detail}".rstrip()
    if one.carrier:
        yield f"  told with others in {one.carrier}, and stands as that does: briefing deliveries show {one.carrier}"
    for other in carried:
        yield f"  tells {other.id}  {_carries(other, names)}"
    if one.state in {"pending", "retry"} and not one.carrier:
        yield f"  next attempt {_moment(one.next_attempt_at)} ({_next(one, now)})"
    if heard:
        yield f"  acknowledged by {named(heard)} {output.ago(heard.at, now)}: briefing acks remove {heard.id}"
    if one.last_error and not attempts:
        yield f"  {one.last_error}"


def _to(one: "Delivery") -> str:
    return one.recipient.address if one.recipient else one.channel


def _carries(one: "Delivery", names: "Names") -> str:
    """Name the issue or event, without the moment that an event's key may end in."""
    if one.issue:
        digest, number = names.get(one.issue, ("issue", one.issue))
        return f"{digest} No. {number}"
    return re.sub(r":\d{4}-\d\d-\d\dT.*", "", one.event or "test").replace(":", " ")


def _when(one: "Delivery", now: datetime) -> str:
    match one.state:
        case "pending" if one.held and one.next_attempt_at > now:
            return f"held, goes {output.ago(one.next_attempt_at, now)}"
        case "retry":
            return _next(one, now)
        case "sent":
            return output.ago(one.sent_at, now)
        case _:
            return f"made {output.ago(one.created_at, now)}"


def _next(one: "Delivery", now: datetime) -> str:
    return f"again {output.ago(one.next_attempt_at, now)}" if one.next_attempt_at > now else "due"


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}Z"
