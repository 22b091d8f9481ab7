"""What becomes of a far end as a whole: how it stands is known, and kept if it is a channel; others are told of it.

Apart from `relay`, which asks whether a lane rests, and from `standing`, which decides: this joins them with the store.

What if we die here? Each step is one transaction: the standing, what tells of it and what is due again by it, or none.
How mail stands is not kept; what was put off then waits as long as it was to, and a failure is told after an hour more.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from pydantic import SecretStr
from sqlmodel import Session

from briefing import acknowledged, standing
from briefing.clock import Clock
from briefing.config.alerts import Channel, MailChannel
from briefing.errors import StoreError
from briefing.model import MAIL, WELL, Event, LaneStanding, NewDelivery, Verdict
from briefing.mute import mute
from briefing.store import channels, outbox
from briefing.store.writer import Writer
from briefing.tell import Teller

log = structlog.get_logger()


class Breaker:
    """How the far ends of a relay's lanes stand; which lanes lead to each, and which standings are `kept`."""

    def __init__(
        self, *, lanes: Mapping[str, Sequence[str]], kept: Collection[str], teller: Teller, write: Writer, clock: Clock
    ) -> None:
        self._lanes, self._kept, self._teller, self._write, self._clock = lanes, kept, teller, write, clock
        self._standings = dict.fromkeys(lanes, WELL)

    def stands(self, far_end: str) -> LaneStanding:
        """Return how a far end stands."""
        return self._standings[far_end]

    async def know(self) -> None:
        """Read how channels stand: at first, and because a person or another process may have changed it."""
        if not self._kept:
            return
        try:
            stored = await self._write(channels.standings)
        except StoreError as error:
            log.warning("breaker.know", error=str(error))
            return
        self._standings |= {name: stored[name] for name in self._kept if name in stored}

    async def judge(self, far_end: str, verdict: Verdict) -> LaneStanding:
        """Return how a far end stands after a verdict: worse at once, well once what it put off is due again."""
        before, now, kept = self._standings[far_end], self._clock(), far_end in self._kept
        after = standing.after(before, verdict, now, ends=kept)
        back = standing.is_back(before, after)
        if not back:
            self._standings[far_end] = after
        if after.until and after != before:
            log.warning("lane.rests", lane=far_end, until=after.until.isoformat(), reason=after.reason)
        if after != before and (kept or back or standing.trouble(after) > standing.trouble(before)):
            after = await self._step(far_end, before, verdict, after, now)
        self._standings[far_end] = after
        return after

    async def _step(
        self, far_end: str, before: LaneStanding, verdict: Verdict, after: LaneStanding, now: datetime
    ) -> LaneStanding:
        """Write down a step of a far end, and return how it stands by the database."""
        try:
            if far_end in self._kept:
                kept = partial(judge, channel=far_end, verdict=verdict, teller=self._teller, now=now)
                return await self._write(kept)
            lanes = self._lanes[far_end]  # of mail
            await self._write(lambda session: _stepped(session, MAIL, before, after, self._teller, now, lanes=lanes))
        except StoreError as error:  # it stands so for us, and the next verdict is kept
            log.warning("breaker.step", lane=far_end, error=str(error))
        except Exception:
            # The edge of a far end: a mistake of ours must not keep what became of the delivery off the record.
            log.exception("relay.broke", lane=far_end)
        return after


def judge(session: Session, *, channel: str, verdict: Verdict, teller: Teller, now: datetime) -> LaneStanding:
    """Return how a channel stands after a verdict."""
    before = channels.standing(session, channel=channel)
    after = standing.after(before, verdict, now)
    if after != before:
        channels.put(session, channel=channel, standing=after)
        _stepped(session, channel, before, after, teller, now)
    return after


def enable(session: Session, *, channel: str, teller: Teller, now: datetime) -> LaneStanding:
    """Make a channel live again, and return how it stood."""
    before = channels.standing(session, channel=channel)
    channels.put(session, channel=channel, standing=WELL)
    _stepped(session, channel, before, WELL, teller, now)
    return before


def align(session: Session, *, teller: Teller, now: datetime) -> None:
    """Know the channels of the configuration; one that leads elsewhere than before is live again."""
    addresses = {n: _address(c) for n, c in teller.channels.items() if not isinstance(c, MailChannel)}
    for name, before in channels.align(session, addresses=addresses).items():
        _stepped(session, name, before, WELL, teller, now)


def _stepped(
    session: Session,
    channel: str,
    before: LaneStanding,
    after: LaneStanding,
    teller: Teller,
    now: datetime,
    *,
    lanes: Sequence[str] = (),
) -> None:
    if standing.is_back(before, after):
        _bring_forward(session, lanes=lanes or [channel], before=before, now=now)
    changed = standing.event(channel, before, after, now=now)
    told = outbox.tell(session, events=acknowledged.noted(session, [changed] if changed else []))
    for event in told:
        down = {name for name, one in channels.standings(session).items() if standing.trouble(one)}
        outbox.enqueue(session, deliveries=_deliveries(teller, event, {channel, *down}), now=now)
    mute(session, told=told, now=now)


def _deliveries(teller: Teller, event: Event, but: Collection[str]) -> tuple[NewDelivery, ...]:
    """Return the rows that tell of a channel; how mail stands is told by no mail, which would come when it is over."""
    rows = teller.deliveries(event, but=but)
    return tuple(row for row in rows if row.channel != MAIL) if event.channel == MAIL else rows


def _bring_forward(session: Session, *, lanes: Sequence[str], before: LaneStanding, now: datetime) -> None:
    if before.since is not None:
        outbox.bring_forward(session, lanes=lanes, since=before.since, until=standing.reach(before, now), now=now)


def _address(channel: Channel) -> str:
    """Return all that says where a channel leads, secrets in the clear; how fast and in what manner does not.

    What is new in the grammar stands here only where it is used: else an upgrade would make each channel another one.
    """
    leads = channel.model_dump(exclude={"rate", "replies"})
    if not leads.get("forum"):
        leads.pop("forum", None)
    return json.dumps(_clear(leads), sort_keys=True)


def _clear(value: Any) -> Any:
    match value:
        case SecretStr():
            return value.get_secret_value()
        case Mapping():
            return {name: _clear(inner) for name, inner in value.items()}
        case _:
            return str(value)
