"""Asking name servers for the texts of a name, its addresses, and an address's names: the one home of dnspython.

Apart from `authentication`, which judges the answers and asks nobody. It blocks, and is told for how long it may.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import dns.exception
import dns.name
import dns.nameserver
import dns.rdata
import dns.rdatatype
import dns.rdtypes.txtbase
import dns.resolver
import dns.reversename

DNS_PORT = 53


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Nobody could say whether there is such a text, and why."""

    reason: str


def texts(name: str, *, nameserver: str | None = None, seconds: float = 4) -> tuple[str, ...] | Unanswered:
    """Return the TXT records of a name, the strings of each joined (RFC 7208 section 3.3); none if it has none.

    Aliases are followed. `nameserver` is an address with or without a port; default: what the system asks.
    """
    found = _records(name, dns.rdatatype.TXT, nameserver, seconds)
    return found if isinstance(found, Unanswered) else tuple(_text(record) for record in found)


def addresses(name: str, *, nameserver: str | None = None, seconds: float = 4) -> tuple[str, ...] | Unanswered:
    """Return the addresses of a host, of both families, as `texts` does."""
    every: list[str] = []
    for family in (dns.rdatatype.A, dns.rdatatype.AAAA):
        found = _records(name, family, nameserver, seconds / 2)
        if isinstance(found, Unanswered):
            return found
        every += [record.to_text() for record in found]
    return tuple(every)


def hosts(address: str, *, nameserver: str | None = None, seconds: float = 4) -> tuple[str, ...] | Unanswered:
    """Return the names that an address is registered under (PTR), as `texts` does."""
    name = dns.reversename.from_address(address).to_text()
    found = _records(name, dns.rdatatype.PTR, nameserver, seconds)
    return found if isinstance(found, Unanswered) else tuple(record.to_text().rstrip(".").lower() for record in found)


def _records(
    name: str, kind: dns.rdatatype.RdataType, nameserver: str | None, seconds: float
) -> Sequence[dns.rdata.Rdata] | Unanswered:
    what = {dns.rdatatype.TXT: "texts", dns.rdatatype.PTR: "names"}.get(kind, "addresses")
    try:
        resolver = _resolver(nameserver)
        answer = resolver.resolve(dns.name.from_text(name), kind, search=False, lifetime=seconds)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return ()
    except dns.exception.Timeout:
        return Unanswered(f"no name server told within {seconds:g} s what {what} {name} has")
    except dns.resolver.NoNameservers as error:
        return Unanswered(f"the name servers fail on {name}: {_codes(error)}")
    except dns.resolver.NoResolverConfiguration:
        return Unanswered("this system has no name server configured")
    except (dns.exception.DNSException, ValueError, OSError) as error:
        return Unanswered(f"{name} cannot be asked for: {type(error).__name__}")
    return tuple(answer)


def _resolver(nameserver: str | None) -> dns.resolver.Resolver:
    if nameserver is None:
        return dns.resolver.Resolver()
    place = urlsplit(f"//{nameserver}")
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers = [dns.nameserver.Do53Nameserver(place.hostname or "", place.port or DNS_PORT)]
    return resolver


def _text(record: object) -> str:
    assert isinstance(record, dns.rdtypes.txtbase.TXTBase)
    return b"".join(record.strings).decode("utf-8", "replace")


def _codes(error: dns.resolver.NoNameservers) -> str:
    said = {str(tried[3]) for tried in error.kwargs.get("errors", ())}
    return ", ".join(sorted(said)) or "no answer"
