"""What becomes of a channel as a whole: its standing is kept, and the operator is told elsewhere.

Apart from `relay`, which asks whether a lane rests, and from `standing`, which decides: this joins them with the store.

What if we die here? Each call is one transaction: the standing and what tells of it, or neither.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import SecretStr
from sqlmodel import Session

from briefing import standing
from briefing.config.alerts import Channel, MailChannel
from briefing.model import Standing, Verdict
from briefing.store import channels, outbox
from briefing.tell import Teller


def judge(session: Session, *, channel: str, verdict: Verdict, teller: Teller, now: datetime) -> Standing:
    """Return how a channel stands after a verdict."""
    before = channels.standing(session, channel=channel)
    after = standing.after(before, verdict, now)
    if after != before:
        channels.put(session, channel=channel, standing=after)
        _tell(session, channel, before, after, teller, now)
    return after


def enable(session: Session, *, channel: str, teller: Teller, now: datetime) -> Standing:
    """Make a channel live again, and return how it stood."""
    before = channels.standing(session, channel=channel)
    channels.put(session, channel=channel, standing=Standing())
    _tell(session, channel, before, Standing(), teller, now)
    return before


def align(session: Session, *, teller: Teller, now: datetime) -> None:
    """Know the channels of the configuration; one that leads elsewhere than before is live again."""
    addresses = {n: _address(c) for n, c in teller.channels.items() if not isinstance(c, MailChannel)}
    for name, before in channels.align(session, addresses=addresses).items():
        _tell(session, name, before, Standing(), teller, now)


def _tell(session: Session, channel: str, before: Standing, after: Standing, teller: Teller, now: datetime) -> None:
    event = standing.event(channel, before, after, now=now)
    if event is None or not outbox.tell(session, events=[event]):
        return
    down = {name for name, one in channels.standings(session).items() if standing.trouble(one)}
    outbox.enqueue(session, deliveries=teller.deliveries(event, but={channel, *down}), now=now)


def _address(channel: Channel) -> str:
    """Return all that says where a channel leads, secrets in the clear; how fast it may be written to does not."""
    return json.dumps(_clear(channel.model_dump(exclude={"rate"})), sort_keys=True)


def _clear(value: Any) -> Any:
    match value:
        case SecretStr():
            return value.get_secret_value()
        case Mapping():
            return {name: _clear(inner) for name, inner in value.items()}
        case _:
            return str(value)
