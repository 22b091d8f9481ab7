"""Which addresses may be dialled: one row per network and per way of wrapping one address in another."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefing import address

REFUSED = {
    "this host": "0.0.0.0",
    "this network": "0.1.2.3",
    "private ten, first": "10.0.0.0",
    "private ten, last": "10.255.255.255",
    "carrier, first": "100.64.0.0",
    "carrier, a cloud's metadata": "100.100.100.200",
    "carrier, last": "100.127.255.255",
    "loopback": "127.0.0.1",
    "loopback, last": "127.255.255.255",
    "cloud metadata on a public address": "168.63.129.16",
    "link-local metadata": "169.254.169.254",
    "private 172, first": "172.16.0.0",
    "private 172, last": "172.31.255.255",
    "protocols": "192.0.0.1",
    "another cloud's metadata": "192.0.0.192",
    "documentation 1": "192.0.2.1",
    "6to4 relay": "192.88.99.1",
    "private 192": "192.168.0.1",
    "benchmarks, first": "198.18.0.0",
    "benchmarks, last": "198.19.255.255",
    "documentation 2": "198.51.100.7",
    "documentation 3": "203.0.113.9",
    "multicast": "224.0.0.1",
    "multicast, last": "239.255.255.255",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
    "v6 this host": "::",
    "v6 loopback": "::1",
    "v6 loopback written out": "0:0:0:0:0:0:0:1",
    "v4-mapped loopback": "::ffff:127.0.0.1",
    "v4-mapped loopback in hex": "::ffff:7f00:1",
    "v4-mapped private": "::ffff:10.0.0.1",
    "v4-mapped with a scope": "::ffff:127.0.0.1%1",
    "v4-compatible loopback": "::127.0.0.1",
    "v4-compatible public": "::8.8.8.8",
    "v4-translated": "::ffff:0:127.0.0.1",
    "NAT64 to loopback": "64:ff9b::7f00:1",
    "NAT64 to metadata": "64:ff9b::169.254.169.254",
    "local NAT64": "64:ff9b:1::1",
    "local NAT64 to a public address": "64:ff9b:1::8.8.8.8",
    "6to4 of loopback": "2002:7f00:1::",
    "6to4 of private": "2002:a00:1::1",
    "Teredo of a private client": "2001:0:808:808::f5ff:fffe",
    "Teredo by a private server": "2001:0:a00:1::f7f7:f7f7",
    "discard": "100::1",
    "unassigned below global unicast": "200::1",
    "v6 benchmarks": "2001:2::1",
    "ORCHID": "2001:10::1",
    "ORCHID 2": "2001:20::1",
    "protocols 2001::/23": "2001:1ff::1",
    "v6 documentation": "2001:db8::1",
    "v6 documentation, the larger": "3fff::1",
    "SRv6": "5f00::1",
    "unassigned": "4000::1",
    "ULA, first half": "fc00::1",
    "ULA, a cloud's metadata": "fd00:ec2::254",
    "v6 link-local": "fe80::1",
    "v6 link-local with a scope": "fe80::1%eth0",
    "site-local": "fec0::1",
    "v6 multicast": "ff02::1",
    "not an address: a name": "example.org",
    "not an address: short form": "127.1",
    "not an address: a number": "2130706433",
    "not an address: hex": "0x7f000001",
    "not an address: octal": "0177.0.0.1",
    "not an address: brackets": "[::1]",
    "not an address: nothing": "",
}
ALLOWED = {
    "public": "8.8.8.8",
    "below ten": "9.255.255.255",
    "above ten": "11.0.0.0",
    "below carrier": "100.63.255.255",
    "above carrier": "100.128.0.0",
    "below private 172": "172.15.255.255",
    "above private 172": "172.32.0.0",
    "above protocols": "192.0.1.0",
    "above benchmarks": "198.20.0.0",
    "last before multicast": "223.255.255.255",
    "v6 public": "2606:4700::6810:84e5",
    "v6 just above 2001::/23": "2001:200::1",
    "v4-mapped public": "::ffff:8.8.8.8",
    "NAT64 to public": "64:ff9b::808:808",
    "6to4 of public": "2002:808:808::1",
    "Teredo between public addresses": "2001:0:808:808::f7f7:f7f7",
}


@pytest.mark.parametrize("ip", REFUSED.values(), ids=REFUSED.keys())
def test_an_address_of_the_block_list_is_refused_in_words(ip: str) -> None:
    assert address.refusal(ip)


@pytest.mark.parametrize("ip", ALLOWED.values(), ids=ALLOWED.keys())
def test_a_public_address_is_not_refused(ip: str) -> None:
    assert address.refusal(ip) is None


def test_the_refusal_says_what_the_address_is() -> None:
    assert address.refusal("10.0.0.1") == "10.0.0.1 is a private address"
    assert address.refusal("::ffff:7f00:1") == "::ffff:7f00:1 is a loopback address inside IPv6"


@given(st.ip_addresses(v=4))
def test_wrapping_an_address_never_changes_the_verdict(inner: IPv4Address) -> None:
    verdict = address.refusal(str(inner)) is None
    bits = int(inner)
    wrapped = {
        "mapped": (0xFFFF << 32) | bits,
        "NAT64": (0x64FF9B << 96) | bits,
        "6to4": (0x2002 << 112) | (bits << 80),
        "Teredo client": (0x20010000 << 96) | (0x08080808 << 64) | (bits ^ 0xFFFFFFFF),
        "Teredo server": (0x20010000 << 96) | (bits << 64) | (0x08080808 ^ 0xFFFFFFFF),
    }
    for way, value in wrapped.items():
        assert (address.refusal(str(IPv6Address(value))) is None) == verdict, way


@pytest.mark.parametrize("port", [80, 443, 8080, 8443])
def test_web_ports_may_be_dialled(port: int) -> None:
    assert address.port_refusal(port) is None


@pytest.mark.parametrize("port", [0, 22, 25, 6379, 9200, 11211, 65535])
def test_other_ports_are_refused(port: int) -> None:
    assert address.port_refusal(port) == f"port {port} is not a web port (80, 443, 8080, 8443)"
