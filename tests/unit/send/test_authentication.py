"""What the DNS texts of a sender's domain are judged to mean, one record a case."""

import base64

import pytest

from briefing.model import Level
from briefing.send import authentication

OK, WARN, FAIL = Level.OK, Level.WARN, Level.FAIL
ELEVEN = " ".join(f"include:s{n}.example.net" for n in range(11))

SPF = {
    "no texts": ((), WARN, "does not say which servers"),
    "texts about other things": (("google-site-verification=x", "v=spf10 all"), WARN, "does not say which servers"),
    "one record among others": (("x=y", "v=spf1 mx -all"), OK, "ends with -all"),
    "capitals": (("V=SPF1 MX ~ALL",), OK, "ends with ~ALL"),
    "two records": (("v=spf1 mx -all", "v=spf1 a -all"), FAIL, "2 SPF records"),
    "anybody may send": (("v=spf1 +all",), FAIL, "+all"),
    "anybody may send, without a sign": (("v=spf1 mx all",), FAIL, "+all"),
    "undecided": (("v=spf1 mx ?all",), WARN, "forbids nobody"),
    "no end": (("v=spf1 mx",), WARN, "forbids nobody"),
    "nothing": (("v=spf1",), WARN, "forbids nobody"),
    "nobody may send": (("v=spf1 -all",), OK, "ends with -all"),
    "goes on elsewhere": (("v=spf1 redirect=_spf.example.net",), OK, "redirect="),
    "all that may be written": (
        ("v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 a mx:m.news.net/24 a/24//64 exists:%{i}.x.net exp=e.x.net ~all",),
        OK,
        "~all",
    ),
    "ten names": ((f"v=spf1 {ELEVEN.rpartition(' ')[0]} -all",), OK, "-all"),
    "eleven names": ((f"v=spf1 {ELEVEN} -all",), FAIL, "asks for 11 names"),
    "ten names and a redirect": ((f"v=spf1 {ELEVEN.rpartition(' ')[0]} redirect=x.net",), FAIL, "asks for 11 names"),
    "a slip": (("v=spf1 mx inlcude:x.net -all",), FAIL, '"inlcude:x.net" in its SPF record'),
    "an include of nothing": (("v=spf1 include: -all",), FAIL, '"include:"'),
    "no IPv4 address": (("v=spf1 ip4:192.0.2.256 -all",), FAIL, '"ip4:192.0.2.256"'),
    "the other kind of address": (("v=spf1 ip4:2001:db8::1 -all",), FAIL, '"ip4:2001:db8::1"'),
    "letters outside ASCII": (("v=spf1 include:bücher.example -all",), FAIL, "bücher"),
    "a comma": (("v=spf1 mx, -all",), FAIL, '"mx,"'),
    "two spaces": (("v=spf1  mx   -all ",), OK, "-all"),
}


@pytest.mark.parametrize(("texts", "level", "words"), SPF.values(), ids=SPF.keys())
def test_spf(texts: tuple[str, ...], level: Level, words: str) -> None:
    found = authentication.spf("news.example.net", texts)

    assert (found.name, found.level) == ("spf", level), found
    assert words in found.fact
    assert bool(found.mend) == (level is not OK)


def key(size: int) -> str:
    """Return so many bytes as a record writes them; what a key says is not read."""
    return base64.b64encode(b"\x30" * size).decode()


DKIM = {
    "none": ((), FAIL, "there is no key at"),
    "2048 bits": ((f"v=DKIM1; k=rsa; p={key(294)}",), OK, "2048 bits or more"),
    "2048 bits, the key alone": ((f"p={key(270)}",), OK, "2048 bits or more"),
    "4096 bits": ((f"v=DKIM1; p={key(550)};",), OK, "2048 bits or more"),
    "spaces in the key": ((f"v=DKIM1; p={key(294)[:50]} {key(294)[50:]}",), OK, "2048 bits or more"),
    "1536 bits": ((f"v=DKIM1; p={key(226)}",), WARN, "less than 2048"),
    "1024 bits": ((f"v=DKIM1; p={key(162)}",), WARN, "less than 2048"),
    "1024 bits, the key alone": ((f"v=DKIM1; p={key(140)}",), WARN, "less than 2048"),
    "768 bits": ((f"v=DKIM1; p={key(126)}",), FAIL, "less than 1024"),
    "512 bits": ((f"v=DKIM1; p={key(94)}",), FAIL, "less than 1024"),
    "revoked": (("v=DKIM1; p=",), FAIL, "is revoked"),
    "cut": ((f"v=DKIM1; p={key(294)[:101]}",), FAIL, "not in base64"),
    "no base64": (("v=DKIM1; p=-----BEGIN",), FAIL, "not in base64"),
    "ed25519": ((f"v=DKIM1; k=ed25519; p={key(32)}",), OK, "Ed25519"),
    "ed25519 of another size": ((f"v=DKIM1; k=ed25519; p={key(44)}",), FAIL, "no Ed25519 key"),
    "of a new kind": ((f"v=DKIM1; k=ml-dsa; p={key(44)}",), WARN, "ml-dsa"),
    "a test": ((f"v=DKIM1; t=s:y; p={key(294)}",), WARN, "marked as a test"),
    "no key in it": (("v=DKIM1; k=rsa",), FAIL, "is no key"),
    "another version": ((f"v=DKIM2; p={key(294)}",), FAIL, "is no key"),
    "a policy": (("v=DMARC1; p=none",), FAIL, "is no key"),
    "some words": (("hello",), FAIL, "is no key"),
    "a tag twice": ((f"p={key(294)}; p={key(294)}",), FAIL, "is no key"),
    "two texts": ((f"p={key(294)}", "hello"), FAIL, "2 texts"),
    "outside ASCII": (("v=DKIM1; p=ключ",), FAIL, "not in base64"),
}


@pytest.mark.parametrize(("texts", "level", "words"), DKIM.values(), ids=DKIM.keys())
def test_dkim(texts: tuple[str, ...], level: Level, words: str) -> None:
    name = authentication.dkim_name("example.net", "mail2026")
    found = authentication.dkim(name, texts)

    assert (found.name, found.level) == ("dkim", level), found
    assert "mail2026._domainkey.example.net" in found.fact
    assert words in found.fact
    assert bool(found.mend) == (level is not OK)


OWN, ABOVE, TOP = "_dmarc.a.news.net", "_dmarc.news.net", "_dmarc.net"
DMARC = {
    "none": ({}, WARN, "a.news.net has no DMARC policy"),
    "other texts": ({OWN: ("v=spf1 -all",), ABOVE: ("v=DMARC12; p=none",)}, WARN, "no DMARC policy"),
    "reject": ({OWN: ("v=DMARC1; p=reject",)}, OK, f"{OWN} is reject"),
    "in capitals": ({OWN: ("v=DMARC1; P=x; p=Quarantine",)}, OK, "is quarantine"),
    "only reports": ({OWN: ("v=DMARC1; p=none; rua=mailto:a@news.net",)}, OK, "refuse nothing"),
    "reports without a policy": ({OWN: ("v=DMARC1; rua=mailto:a@news.net",)}, OK, "is none"),
    "no policy": ({OWN: ("v=DMARC1",)}, FAIL, "not understood"),
    "a slip": ({OWN: ("v=DMARC1; p=rejct",)}, FAIL, "not understood"),
    "no tags": ({OWN: ("v=DMARC1; p none",)}, FAIL, "not understood"),
    "two": ({OWN: ("v=DMARC1; p=none", "v=DMARC1; p=reject")}, FAIL, "2 policies"),
    "from above": ({ABOVE: ("v=DMARC1; p=reject",)}, OK, f"{ABOVE} is reject"),
    "from above, for what is below": ({ABOVE: ("v=DMARC1; p=reject; sp=none",)}, OK, f"{ABOVE} is none"),
    "its own before those above": ({OWN: ("v=DMARC1; p=none",), ABOVE: ("v=DMARC1; p=reject",)}, OK, f"{OWN} is none"),
    "the shortest above": ({ABOVE: ("v=DMARC1; p=none",), TOP: ("v=DMARC1; p=reject",)}, OK, f"{TOP} is reject"),
    "above, but not a registry's": (
        {ABOVE: ("v=DMARC1; p=none",), TOP: ("v=DMARC1; p=reject; psd=y",)},
        OK,
        f"{ABOVE} is none",
    ),
    "above, where it says it ends": (
        {ABOVE: ("v=DMARC1; p=none; psd=n",), TOP: ("v=DMARC1; p=reject",)},
        OK,
        f"{ABOVE} is none",
    ),
    "a registry's if there is no other": ({TOP: ("v=DMARC1; p=reject; psd=y",)}, OK, f"{TOP} is reject"),
}


@pytest.mark.parametrize(("answers", "level", "words"), DMARC.values(), ids=DMARC.keys())
def test_dmarc(answers: dict[str, tuple[str, ...]], level: Level, words: str) -> None:
    asked = {name: answers.get(name, ()) for name in authentication.dmarc_names("a.news.net")}
    assert tuple(asked) == (OWN, ABOVE, TOP)
    found = authentication.dmarc("a.news.net", asked)

    assert (found.name, found.level) == ("dmarc", level), found
    assert words in found.fact
    assert bool(found.mend) == (level is not OK)


def test_a_long_name_is_walked_for_seven_labels_at_its_end() -> None:
    names = authentication.dmarc_names("a.b.c.d.e.f.g.h.i.j")
    assert [name.count(".") for name in names] == [10, 7, 6, 5, 4, 3, 2, 1]


EXAMPLES = {
    "example.org": True,
    "mail.example.com": True,
    "desk.test": True,
    "host.invalid": True,
    "localhost": True,
    "example.net": True,
    "myexample.org": False,
    "example.org.uk": False,
    "test.de": False,
}


@pytest.mark.parametrize(("domain", "is_one"), EXAMPLES.items())
def test_domains_for_examples_are_told_apart(domain: str, is_one: bool) -> None:
    assert (authentication.example(domain) is not None) is is_one


def test_a_domain_is_asked_for_in_its_ascii_form() -> None:
    assert authentication.domain_of("desk@Bücher.de") == "xn--bcher-kva.de"
