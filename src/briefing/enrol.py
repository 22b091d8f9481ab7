"""Shell 4: put people on lists and take them off, on a word that is kept.

What if we die here? Each function writes in one transaction of the caller's: the person is on the list with the
source of their consent, or nothing happened.
"""

from collections.abc import Mapping
from datetime import datetime

from email_validator import EmailNotValidError, validate_email
from sqlmodel import Session

from briefing.config.grammar import AudienceList
from briefing.errors import BriefingError
from briefing.store import audience


class EnrolError(BriefingError):
    """The person cannot be put on, or taken off, the list."""


def add(
    session: Session, *, lists: Mapping[str, AudienceList], address: str, to: str, consent: str, now: datetime
) -> None:
    """Subscribe an address to a list; EnrolError when the address, the list or the consent is no good."""
    if to not in lists:
        known = ", ".join(lists) or "none; add one under lists: in feeds.yaml"
        raise EnrolError(f'no list named "{to}"; known: {known}')
    if not consent.strip():
        raise EnrolError('say where they agreed, such as --consent "form of 3 May 2026"')
    audience.add(session, address=_normalised(address), list=to, consent=consent.strip(), now=now)


def remove(session: Session, *, address: str, to: str | None, now: datetime) -> int:
    """Unsubscribe an address from one list or all; return from how many."""
    normal = _normalised(address)
    mine = [
        s.list for s in audience.listing(session, list=to) if audience.mailbox(s.address) == audience.mailbox(normal)
    ]
    count = sum(audience.remove(session, address=normal, list=name, now=now) for name in mine)
    if not count:
        raise EnrolError(f"{address} is not subscribed to {to or 'any list'}")
    return count


def _normalised(address: str) -> str:
    try:
        return validate_email(address, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise EnrolError(f'"{address}" is not an e-mail address: {error}') from error
