"""Questions about mail: whether the server would take it from us, and what receivers find about its sender.

Apart from the other questions: these ask the network, unless they must not.
"""

import tempfile
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from briefing.config import effective
from briefing.doctor.case import Case, TroubleError
from briefing.model import Finding, Level
from briefing.send import authentication, dns
from briefing.send.probe import probe

_PATIENCE = 0.8  # of a question's time; then the answer can still say who was asked
_OF_SEVERAL = _PATIENCE / 3  # an address, its name, and that name's address


def smtp(case: Case) -> Finding | None:
    """Ask whether the mail server lets us in; without one, whether mail can be written to outbox/."""
    settings = case.config.site.smtp
    if settings is None:
        return _outbox(case.place.folder / "outbox")
    return None if case.place.offline else probe(settings, now=case.now, seconds=_PATIENCE * case.place.seconds)


def _outbox(folder: Path) -> Finding:
    try:
        tempfile.TemporaryFile(dir=folder if folder.exists() else folder.parent).close()
    except OSError as error:
        return Finding("smtp", Level.FAIL, f"mail cannot be written to {folder}: {error.strerror}", "make it writable")
    return Finding("smtp", Level.WARN, f"no server: mail is written to {folder}", "give site.smtp to have it sent")


def domain(case: Case) -> Finding | None:
    """Ask whether mail is sent in the name of a domain that there can be."""
    return authentication.example(_sender(case))


def spf(case: Case) -> Finding | None:
    """Ask which servers may send in the domain's name."""
    name = _asked(case)
    return authentication.spf(name, _texts(case, name)) if name else None


def dkim(case: Case) -> Finding | None:
    """Ask for the key that our mail server's signatures are checked with."""
    name, selector = _asked(case), case.config.site.dkim_selector
    if name is None:
        return None
    if selector is None:
        mend = "give site.dkim_selector: the s= in the DKIM-Signature of a mail that your server sent"
        return Finding("dkim", Level.WARN, "not checked: nothing says which key your mail server signs with", mend)
    key = authentication.dkim_name(name, selector)
    return authentication.dkim(key, _texts(case, key))


def dmarc(case: Case) -> Finding | None:
    """Ask what receivers shall do with mail that only claims to be ours."""
    name = _asked(case)
    if name is None:
        return None
    return authentication.dmarc(name, {place: _texts(case, place) for place in authentication.dmarc_names(name)})


def ptr(case: Case) -> Finding | None:
    """Ask what names the mail server's public addresses have, and whether these lead back to them."""
    settings = case.config.site.smtp
    if settings is None or case.place.offline:
        return None
    public = [one for one in _addresses(case, settings.host) if ip_address(one).is_global]
    named = {one: _said(dns.hosts(one, **_asking(case, _OF_SEVERAL))) for one in public}
    leading = {one: [name for name in names if one in _addresses(case, name)] for one, names in named.items()}
    return authentication.reverse(settings.host, leading) if leading else None


def _addresses(case: Case, host: str) -> tuple[str, ...]:
    try:
        return (str(ip_address(host)),)
    except ValueError:
        return _said(dns.addresses(host, **_asking(case, _OF_SEVERAL))) if "." in host else ()  # a name of this network


def _sender(case: Case) -> str:
    return authentication.domain_of(effective.sender_address(case.config))


def _asked(case: Case) -> str | None:
    """Return the sender's domain, if name servers may be asked about it and can know it."""
    name = _sender(case)
    return None if case.place.offline or authentication.example(name) else name


def _texts(case: Case, name: str) -> tuple[str, ...]:
    return _said(dns.texts(name, **_asking(case)))


def _asking(case: Case, share: float = _PATIENCE) -> dict[str, Any]:
    return {"nameserver": case.place.nameserver, "seconds": share * case.place.seconds}


def _said(answer: tuple[str, ...] | dns.Unanswered) -> tuple[str, ...]:
    if isinstance(answer, dns.Unanswered):
        raise TroubleError(Level.WARN, f"not checked: {answer.reason}", "see what this system asks, and ask again")
    return answer
