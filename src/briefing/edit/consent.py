"""Decides what a consent that is brought in means beside what stands: whoever left stays away. Pure."""

from briefing.model import Enrolment, Outcome, Subscription, SubscriptionState


def outcome(wanted: Enrolment, stored: Subscription | None, *, erased: bool, resubscribe: bool) -> Outcome:
    """Decide what becomes of an enrolment; of two words that contradict each other the later counts.

    A no without a date is taken for the later one. A yes after a no counts only if it is dated after it and
    `resubscribe` says so.
    """
    if erased:
        return Outcome.ERASED
    later = stored is None or (wanted.since is not None and wanted.since > stored.since)
    if wanted.state is SubscriptionState.UNSUBSCRIBED:
        return Outcome.UNSUBSCRIBED if later or wanted.since is None or _left(stored) else Outcome.KNOWN
    if stored is None:
        return Outcome.NEW
    agrees = wanted.state is SubscriptionState.CONFIRMED
    if _left(stored):
        return Outcome.RESUBSCRIBED if agrees and later and resubscribe else Outcome.UNSUBSCRIBED
    return Outcome.NEW if agrees and stored.state is SubscriptionState.UNCONFIRMED else Outcome.KNOWN


def changes(wanted: Enrolment, stored: Subscription | None, became: Outcome) -> bool:
    """Tell whether what is stored is to become what was wanted."""
    if became is Outcome.UNSUBSCRIBED:
        return wanted.state is SubscriptionState.UNSUBSCRIBED and not _left(stored)
    return became in {Outcome.NEW, Outcome.RESUBSCRIBED}


def _left(stored: Subscription | None) -> bool:
    return stored is not None and stored.state is SubscriptionState.UNSUBSCRIBED
