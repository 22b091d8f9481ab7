"""Says whether an address or a port may be dialled on behalf of a stranger's document.

Floor 0, because both ends of the service dial out: feeds and webhooks. It judges the address itself; resolving names
and opening sockets is for whoever dials, who must ask about the very address dialled and not about the name.

The list is our own. `ipaddress.is_global` of Python 3.11 calls loopback in NAT64, 6to4 and IPv4-compatible form, the
metadata address 192.0.0.192 and site-local IPv6 global. Sources: the IANA special-purpose registries for IPv4 and IPv6.
"""

from collections.abc import Collection
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

PORTS = frozenset({80, 443, 8080, 8443})

_BLOCKED_V4 = tuple(
    (IPv4Network(network), why)
    for network, why in (
        ("0.0.0.0/8", "an address of this host"),
        ("10.0.0.0/8", "a private address"),
        ("100.64.0.0/10", "a carrier's shared address"),
        ("127.0.0.0/8", "a loopback address"),
        ("168.63.129.16/32", "a cloud's metadata address"),
        ("169.254.0.0/16", "a link-local address"),
        ("172.16.0.0/12", "a private address"),
        ("192.0.0.0/24", "an address for protocols"),
        ("192.0.2.0/24", "an address for documentation"),
        ("192.88.99.0/24", "a 6to4 relay's address"),
        ("192.168.0.0/16", "a private address"),
        ("198.18.0.0/15", "an address for benchmarks"),
        ("198.51.100.0/24", "an address for documentation"),
        ("203.0.113.0/24", "an address for documentation"),
        ("224.0.0.0/4", "a multicast address"),
        ("255.255.255.255/32", "the broadcast address"),
        ("240.0.0.0/4", "a reserved address"),
    )
)
_BLOCKED_V6 = tuple(
    (IPv6Network(network), why)
    for network, why in (
        ("::1/128", "a loopback address"),
        ("::/128", "an address of this host"),
        ("::/96", "an IPv4-compatible address"),
        ("::ffff:0:0:0/96", "an IPv4-translated address"),
        ("64:ff9b:1::/48", "a local NAT64 address"),
        ("100::/64", "a discard address"),
        ("2001:2::/48", "an address for benchmarks"),
        ("2001::/23", "an address for protocols"),
        ("2001:db8::/32", "an address for documentation"),
        ("3fff::/20", "an address for documentation"),
        ("5f00::/16", "a segment-routing address"),
        ("fc00::/7", "a private address"),
        ("fe80::/10", "a link-local address"),
        ("fec0::/10", "a site-local address"),
        ("ff00::/8", "a multicast address"),
    )
)
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")


def refusal(ip: str) -> str | None:
    """Say why this IP literal may not be dialled, such as "10.0.0.1 is a private address"; None if it may."""
    try:
        address = ip_address(ip)
    except ValueError:
        return f"{ip[:60]!r} is not an IP address"
    why = _why_v4(address) if isinstance(address, IPv4Address) else _why_v6(address)
    return f"{address} is {why}" if why else None


def port_refusal(port: int, allowed: Collection[int] = PORTS) -> str | None:
    """Say why this port may not be dialled, or None if it may; what is allowed to be private is not asked about."""
    if port in allowed:
        return None
    return f"port {port} is not a web port ({', '.join(map(str, sorted(allowed)))})"


def _why_v4(address: IPv4Address) -> str | None:
    return next((why for network, why in _BLOCKED_V4 if address in network), None)


def _why_v6(address: IPv6Address) -> str | None:
    inner = _embedded(address)
    if inner:
        # A gateway delivers these to the IPv4 address inside: that one decides.
        why = next(filter(None, map(_why_v4, inner)), None)
        return f"{why} inside IPv6" if why else None
    listed = next((why for network, why in _BLOCKED_V6 if address in network), None)
    return listed or (None if address in _GLOBAL_UNICAST else "an unassigned address")


def _embedded(address: IPv6Address) -> tuple[IPv4Address, ...]:
    """Return the IPv4 addresses that a mapped, 6to4, Teredo (server and client) or NAT64 address leads to."""
    if address.ipv4_mapped:
        return (address.ipv4_mapped,)
    if address.sixtofour:
        return (address.sixtofour,)
    if address.teredo:
        return address.teredo
    if address in _NAT64:
        return (IPv4Address(int(address) & 0xFFFFFFFF),)
    return ()
