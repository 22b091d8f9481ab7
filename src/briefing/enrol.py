"""Shell 4: put people on lists and take them off, on a word that is kept.

What if we die here? Each function writes in one transaction of the caller's: the person is on the list with the
source of their consent, or nothing happened; a whole file of people is enrolled, or nobody of it; somebody is
forgotten everywhere, or nowhere.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email
from sqlmodel import Session

from briefing.config.grammar import AudienceList
from briefing.edit import consent as consents
from briefing.errors import BriefingError
from briefing.model import Enrolled, Enrolment, Erased, Outcome, Subscription
from briefing.store import audience, erasure
from briefing.store.batch import slices

LONGEST = 320  # characters of an address, by RFC 3696
# What needs no second look before the @, so that a file of thousands has its domains checked and not each address.
_ORDINARY = re.compile(r"[a-z0-9_+-]+(\.[a-z0-9_+-]+)*")
_LOCAL, _DOMAIN = 64, 180  # with these no address is too long


class EnrolError(BriefingError):
    """The person cannot be put on, or taken off, the list."""


def add(
    session: Session,
    *,
    lists: Mapping[str, AudienceList],
    address: str,
    to: str,
    consent: str,
    now: datetime,
    locale: str | None = None,
) -> bool:
    """Subscribe an address to a list; tell whether it had been erased, which a new consent undoes.

    EnrolError when the address, the list or the consent is no good.
    """
    if to not in lists:
        known = ", ".join(lists) or "none; add one under lists: in feeds.yaml"
        raise EnrolError(f'no list named "{to}"; known: {known}')
    if not consent.strip():
        raise EnrolError('say where they agreed, such as --consent "form of 3 May 2026"')
    normal = normalised(address)
    back = audience.readmit(session, address=normal)
    audience.add(session, address=normal, list=to, consent=consent.strip(), now=now, locale=locale)
    return back


def remove(session: Session, *, address: str, to: str | None, now: datetime) -> int:
    """Unsubscribe an address from one list or all; return from how many."""
    normal = normalised(address)
    mine = [
        s.list for s in audience.listing(session, list=to) if audience.mailbox(s.address) == audience.mailbox(normal)
    ]
    count = sum(audience.remove(session, address=normal, list=name, now=now) for name in mine)
    if not count:
        raise EnrolError(f"{address} is not subscribed to {to or 'any list'}")
    return count


def enrol(
    session: Session,
    *,
    wanted: Iterable[Enrolment],
    now: datetime,
    resubscribe: bool = False,
    write: bool = True,
    seen: Callable[[int], object] = lambda _: None,
) -> Enrolled:
    """Put many people on their lists and say what became of each; without `write`, say what would.

    No two may be the same mailbox on the same list. Whoever unsubscribed stays so; `resubscribe` lets a consent that
    is dated after that count. Whoever was erased is left out. `seen` hears how many are done, batch by batch.
    """
    result = Enrolled()
    by_list: dict[str, list[Enrolment]] = defaultdict(list)
    for one in wanted:
        by_list[one.list].append(one)
    for name, people in by_list.items():
        for part in slices(people):
            _enrol(session, name, part, result, now=now, resubscribe=resubscribe, write=write)
            seen(len(part))
    return result


def _enrol(
    session: Session,
    name: str,
    wanted: Sequence[Enrolment],
    result: Enrolled,
    *,
    now: datetime,
    resubscribe: bool,
    write: bool,
) -> None:
    addresses = [one.address for one in wanted]
    barred = audience.suppressed(session, addresses=addresses)
    erased = audience.erased(session, addresses=barred)
    stored = audience.standing(session, addresses=addresses, list=name)
    changes = []
    for one in wanted:
        before = stored.get(audience.mailbox(one.address))
        outcome = consents.outcome(one, before, erased=one.address in erased, resubscribe=resubscribe)
        result.outcomes[outcome].append(one.address)
        result.suppressed += outcome is not Outcome.ERASED and (one.suppressed or one.address in barred)
        if consents.changes(one, before, outcome):
            changes.append(Subscription(one.address, name, one.state, one.consent, one.since or now))
    if write:
        audience.put(session, subscriptions=changes, now=now)
        for one in wanted:
            if one.suppressed and one.address not in erased:
                audience.suppress(session, address=one.address, reason="suppressed where it came from", now=now)
        for locale in {one.locale for one in wanted if one.locale is not None}:
            audience.speak(session, addresses=[one.address for one in wanted if one.locale == locale], locale=locale)


def erase(session: Session, *, address: str, now: datetime) -> Erased:
    """Forget a person everywhere, and never write to the address again unless they subscribe anew.

    EnrolError when it is no address.
    """
    return erasure.erase(session, spellings=spellings(address), now=now)


def spellings(address: str) -> frozenset[str]:
    """Return the ways in which mail writes an address: as it is, and in ASCII; EnrolError when it is none."""
    normal = normalised(address)
    checked = validate_email(normal, check_deliverability=False)
    return frozenset({address.strip(), normal, checked.ascii_email or normal})


def normalised(address: str) -> str:
    """Return an address as it is stored; EnrolError when it is none."""
    if len(address) > LONGEST:
        raise EnrolError(f'"{address[:40]}…" is not an e-mail address: it is longer than {LONGEST} characters')
    local, _, domain = address.rpartition("@")
    try:
        if len(local) <= _LOCAL and _ORDINARY.fullmatch(local) and len(domain) <= _DOMAIN:
            return f"{local}@{_domain(domain)}"
        return validate_email(address, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise EnrolError(f'"{address}" is not an e-mail address: {error}') from error


@lru_cache(maxsize=10_000)
def _domain(domain: str) -> str:
    return validate_email(f"a@{domain}", check_deliverability=False).domain
