"""Asking name servers for the texts of a name: the one home of dnspython.

Apart from `authentication`, which reads the texts and asks nobody. It blocks, and is told for how long it may.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

import dns.exception
import dns.name
import dns.nameserver
import dns.rdatatype
import dns.rdtypes.txtbase
import dns.resolver

DNS_PORT = 53


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Nobody could say whether there is such a text, and why."""

    reason: str


def texts(name: str, *, nameserver: str | None = None, seconds: float = 4) -> tuple[str, ...] | Unanswered:
    """Return the TXT records of a name, the strings of each joined (RFC 7208 section 3.3); none if it has none.

    Aliases are followed. `nameserver` is an address with or without a port; default: what the system asks.
    """
    try:
        resolver = _resolver(nameserver)
        answer = resolver.resolve(dns.name.from_text(name), dns.rdatatype.TXT, search=False, lifetime=seconds)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return ()
    except dns.exception.Timeout:
        return Unanswered(f"no name server told within {seconds:g} s what texts {name} has")
    except dns.resolver.NoNameservers as error:
        return Unanswered(f"the name servers fail on {name}: {_codes(error)}")
    except dns.resolver.NoResolverConfiguration:
        return Unanswered("this system has no name server configured")
    except (dns.exception.DNSException, ValueError, OSError) as error:
        return Unanswered(f"{name} cannot be asked for: {type(error).__name__}")
    return tuple(_text(record) for record in answer)


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
