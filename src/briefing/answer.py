"""Shell: what whoever reads an alert answers to it: I look after this, or not now; and takes it back.

    the link | its event, and the delivery it came in | acknowledged, or a silence | one commit

`look` changes nothing, for mail scanners and previews follow every link. What if we die here? Each act is one
transaction: it was done, or nothing was, and doing it twice is doing it once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from briefing import acknowledged, mute
from briefing.edit import answers
from briefing.model import MAIL, Acknowledgement, Act, Action, Delivery, Event, Flaw, NewSilence, Silence
from briefing.send.text import fit, visible
from briefing.send.tokens import Links
from briefing.store import acknowledgements, deliveries, outbox, silences

NAME = 80  # characters of a name
LENGTHS = {"8h": timedelta(hours=8), "1d": timedelta(days=1), "7d": timedelta(days=7)}
_COMMENT = "from an alert"  # the beginning of what our silences say, so that no other is taken back
_TURNS = dict.fromkeys((0x061C, 0x200E, 0x200F, *range(0x2066, 0x206A)))  # what sets the direction of a text


@dataclass(frozen=True, slots=True)
class Answered:
    """What a link leads to: an event, who was told of it, and what was answered by now."""

    event: Event
    channel: str
    address: str | None
    acknowledged: Acknowledgement | None
    silence: Silence | None


def look(session: Session, links: Links, action: Action, token: str, *, now: datetime) -> Answered | Flaw:
    """Return what a link leads to, or why it does not work; change nothing."""
    claim = links.read(action, token, now)
    if isinstance(claim, Flaw):
        return claim
    events = outbox.events(session, keys=[claim.event])
    told = deliveries.telling(session, event=claim.event)
    mine = next((one for key, one in told.items() if links.ear(key) == claim.ear), None)
    if not events or mine is None or _withdrawn(session, mine):
        return Flaw.GONE
    (event,) = events
    address = mine.recipient.address if mine.recipient else None
    return Answered(event, mine.channel, address, acknowledged.by(session, event), _silence(session, event, now))


def acknowledge(session: Session, links: Links, token: str, *, name: str, now: datetime) -> Answered | Flaw:
    """Note who looks after what an alert is about, unless somebody does; the name is theirs to choose."""
    found = look(session, links, Action.ACKNOWLEDGE, token, now=now)
    if isinstance(found, Flaw) or found.acknowledged:
        return found
    subject, by = answers.subject(found.event), cleaned(name) or found.address
    assert subject is not None  # else the alert had no link
    acknowledgements.add(session, subject=subject, event=found.event.key, channel=found.channel, by=by, now=now)
    return look(session, links, Action.ACKNOWLEDGE, token, now=now)


def silence(
    session: Session, links: Links, token: str, *, name: str, lasting: timedelta, now: datetime
) -> Answered | Flaw:
    """Mute what an alert is about for so long, unless that was done."""
    found = look(session, links, Action.MUTE, token, now=now)
    if isinstance(found, Flaw) or found.silence:
        return found
    by = cleaned(name) or found.address or f"somebody in {found.channel}"
    comment = _COMMENT if found.channel == MAIL else f"{_COMMENT} in {found.channel}"
    new = NewSilence(answers.mutes(found.event), by, now, now + lasting, comment)
    mute.add(session, new=new, now=now)
    return look(session, links, Action.MUTE, token, now=now)


def undo(session: Session, links: Links, action: Action, token: str, *, now: datetime) -> Answered | Flaw:
    """Take back what was answered by this kind of link."""
    found = look(session, links, action, token, now=now)
    if isinstance(found, Flaw):
        return found
    if action is Action.ACKNOWLEDGE and found.acknowledged:
        acknowledgements.remove(session, ids=[found.acknowledged.id])
    if action is Action.MUTE and found.silence:
        silences.expire(session, silences=[found.silence.id], now=now)
    return look(session, links, action, token, now=now)


def cleaned(name: str) -> str:
    """Return a name on one line, without what nobody sees or what turns the text around it, and not too long."""
    return fit(visible(name[: 4 * NAME].translate(_TURNS)), NAME)


def _withdrawn(session: Session, told: Delivery) -> bool:
    return any(one.outcome == Act.WITHDRAWN for one in deliveries.attempts(session, delivery=told.id))


def _silence(session: Session, event: Event, now: datetime) -> Silence | None:
    wanted = answers.mutes(event)
    ours = (one for one in silences.active(session, now=now) if one.comment.startswith(_COMMENT))
    return next((one for one in ours if one.matchers == wanted), None)
