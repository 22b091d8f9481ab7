"""What the DNS texts of the sender's domain tell receivers about our mail: SPF, DKIM and DMARC. Pure.

Apart from `dns`, which fetches the texts. Only what a receiver would stumble over is judged: whether mail really comes
from where the records say is known by the mail server alone.

Sources: RFC 7208 (SPF), RFC 6376, 8301 and 8463 (DKIM), RFC 7489 (DMARC). The domain above that speaks for a subdomain
is found by the tree walk of DMARC's revision (draft-ietf-dmarc-dmarcbis section 4.10) and not by a list of public
suffixes, which would age with the installation.
"""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from ipaddress import ip_network

from email_validator import validate_email

from briefing.model import Finding, Level

_EXAMPLES = ("example", "test", "invalid", "localhost", "example.com", "example.net", "example.org")  # RFC 2606, 6761
_LOOKUPS = 10  # RFC 7208 section 4.6.4
_WALK = 7  # labels; of a longer name, only so many at its end are walked
_TAG = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_MODIFIER = re.compile(r"[a-z][a-z0-9_.-]*=\S+", re.IGNORECASE)
_MECHANISM = re.compile(
    r"[+?~-]?(?:all|(?:include|exists):[^\s:]+|(?:a|mx)(?::[^\s:/]+)?(?:/\d{1,2})?(?://\d{1,3})?|ptr(?::[^\s:]+)?"
    r"|ip[46]:\S+)",
    re.IGNORECASE,
)
_ASKING = re.compile(r"[+?~-]?(?:include|exists|a|mx|ptr)(?:[:/]|$)", re.IGNORECASE)
# A key is little more than its modulus, so its length tells the size: 140 or 162 bytes for 1024 bits, 270 or 294 for
# 2048, as it is written alone or with the name of its algorithm (RFC 6376 section 3.6.1 and what most publish).
_BYTES_OF_1024, _BYTES_OF_2048 = 138, 262


def domain_of(address: str) -> str:
    """Return the domain of an address, as it is asked for."""
    return validate_email(address, check_deliverability=False).ascii_domain.lower()


def example(domain: str) -> Finding | None:
    """Say that a domain is set apart for examples, if it is: nobody can own it, and no records can stand there."""
    if not any(domain == one or domain.endswith(f".{one}") for one in _EXAMPLES):
        return None
    fact = f"{domain} is a domain for examples: receivers take no mail from it"
    return Finding("domain", Level.WARN, fact, "give an address of your own as site.from")


def spf(domain: str, texts: Sequence[str]) -> Finding:
    """Judge which servers may send in the domain's name (RFC 7208)."""
    records = [text for text in texts if re.match(r"v=spf1( |$)", text, re.IGNORECASE)]
    if not records:
        mend = f'add a TXT record to {domain}: "v=spf1 … -all", with what your mail provider says for …'
        return Finding("spf", Level.WARN, f"{domain} does not say which servers may send its mail", mend)
    if len(records) > 1:
        fact = f"{domain} has {len(records)} SPF records, so that none counts (permerror)"
        return Finding("spf", Level.FAIL, fact, "make one of them")
    terms = records[0].split()[1:]
    flaw = _spf_flaw(terms)
    if flaw:
        return Finding("spf", flaw[0], f"{domain}: {flaw[1]}", flaw[2])
    return Finding("spf", Level.OK, f"{domain} says which servers may send its mail, and ends with {terms[-1]}")


def reverse(host: str, names: Mapping[str, Sequence[str]]) -> Finding:
    """Judge the names of a mail server's addresses, those alone that lead back to them (RFC 8601 section 3, iprev)."""
    nameless = [address for address, own in names.items() if not own]
    if nameless:
        fact = f"{nameless[0]}, an address of {host}, has no name that leads back to it: many receivers refuse its mail"
        return Finding("ptr", Level.WARN, fact, "have whoever gave you the address set its reverse name (PTR)")
    told = ", ".join(f"{address} is {own[0]}" for address, own in names.items())
    return Finding("ptr", Level.OK, f"{told}, and back")


def _spf_flaw(terms: Sequence[str]) -> tuple[Level, str, str] | None:
    wrong = next((term for term in terms if not _spf_term(term)), None)
    if wrong is not None:
        return Level.FAIL, f'"{wrong}" in its SPF record is not understood (permerror)', "correct it, or take it out"
    lookups = sum(bool(_ASKING.match(term)) or term.lower().startswith("redirect=") for term in terms)
    if lookups > _LOOKUPS:
        fact = f"its SPF record asks for {lookups} names, and receivers stop at {_LOOKUPS} (permerror)"
        return Level.FAIL, fact, "write ip4: and ip6: in place of names"
    ends = [term.lower() for term in terms if term.lower().lstrip("+?~-") == "all"]
    if ends and ends[0] in ("all", "+all"):
        return Level.FAIL, "its SPF record ends with +all: anybody may send in its name", "end it with -all or ~all"
    if ends[:1] == ["?all"] or not (ends or any(term.lower().startswith("redirect=") for term in terms)):
        return Level.WARN, "its SPF record forbids nobody to send in its name", "end it with -all or ~all"
    return None


def _spf_term(term: str) -> bool:
    if not term.isascii():
        return False
    if not _MECHANISM.fullmatch(term):
        return bool(_MODIFIER.fullmatch(term))
    kind, _, value = term.lstrip("+?~-").partition(":")
    if kind.lower() not in ("ip4", "ip6"):
        return True
    try:
        return ip_network(value, strict=False).version == int(kind[2])
    except ValueError:
        return False


def dkim_name(domain: str, selector: str) -> str:
    """Return where a signature's key stands (RFC 6376 section 3.6.2.1)."""
    return f"{selector}._domainkey.{domain}"


def dkim(name: str, texts: Sequence[str]) -> Finding:
    """Judge the public key that receivers check our mail server's signatures with (RFC 6376 section 3.6.1)."""
    if not texts:
        mend = "publish the key your mail server signs with, or correct site.dkim_selector"
        return Finding("dkim", Level.FAIL, f"there is no key at {name}", mend)
    if len(texts) > 1:
        return Finding(
            "dkim", Level.FAIL, f"{name} has {len(texts)} texts, and a key is one", "take out all but the key"
        )
    tags = _tags(texts[0])
    if tags is None or "p" not in tags or tags.get("v", "DKIM1") != "DKIM1":
        return Finding("dkim", Level.FAIL, f"the text at {name} is no key", 'it has the form "v=DKIM1; k=rsa; p=…"')
    level, fact, mend = _key(tags)
    if level is Level.OK and "y" in tags.get("t", "").split(":"):
        level, fact = Level.WARN, "is marked as a test: receivers take the mail for unsigned"
        mend = "take t=y out of it once signing works"
    return Finding("dkim", level, f"the key at {name} {fact}", mend)


def _key(tags: Mapping[str, str]) -> tuple[Level, str, str]:
    """Say of a key how it is: level, the rest of a sentence, mend."""
    kind, text = tags.get("k", "rsa"), re.sub(r"\s", "", tags["p"])
    try:
        size = len(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        return Level.FAIL, "is not in base64", "publish it again, whole"
    if not size:
        return Level.FAIL, "is revoked: its p= is empty", "publish a new key under a new selector"
    if kind == "ed25519":
        right = (Level.OK, "is an Ed25519 key; sign with RSA too, for not all receivers know it", "")
        return right if size == 32 else (Level.FAIL, "is no Ed25519 key: that has 32 bytes", "publish it again, whole")
    if kind != "rsa":
        return Level.WARN, f"is of a kind that few receivers know: {kind}", "sign with RSA too"
    if size < _BYTES_OF_1024:
        return Level.FAIL, "has less than 1024 bits, and receivers refuse it", "make one of 2048 bits"
    if size < _BYTES_OF_2048:
        return Level.WARN, "has less than 2048 bits", "make one of 2048 bits, under a new selector"
    return Level.OK, "has 2048 bits or more", ""


def dmarc_names(domain: str) -> tuple[str, ...]:
    """Return where a policy for the domain may stand: its own place first, then those above it."""
    labels = domain.split(".")
    above = [".".join(labels[i:]) for i in range(max(1, len(labels) - _WALK), len(labels))]
    return tuple(f"_dmarc.{name}" for name in (domain, *above))


def dmarc(domain: str, answers: Mapping[str, Sequence[str]]) -> Finding:
    """Judge what receivers shall do with mail that fails the two others; `answers` are the texts of `dmarc_names`."""
    found = {name: records for name, texts in answers.items() if (records := _policies(texts))}
    name = _speaking(f"_dmarc.{domain}", {name: records[0] for name, records in found.items()})
    if name is None:
        mend = f'add a TXT record to _dmarc.{domain}: "v=DMARC1; p=none; rua=mailto:…", with your address for …'
        return Finding("dmarc", Level.WARN, f"{domain} has no DMARC policy, which large receivers ask for", mend)
    if len(found[name]) > 1:
        fact = f"{name} has {len(found[name])} policies, so that none counts"
        return Finding("dmarc", Level.FAIL, fact, "make one of them")
    tags, own = found[name][0], name == f"_dmarc.{domain}"
    policy = tags.get("p", "none" if "rua" in tags else "")
    policy = policy if own else tags.get("sp", policy)
    if policy.lower() not in ("none", "quarantine", "reject"):
        mend = 'it has the form "v=DMARC1; p=none; rua=mailto:…"'
        return Finding("dmarc", Level.FAIL, f"the policy at {name} is not understood", mend)
    note = ": receivers report, and refuse nothing" if policy.lower() == "none" else ""
    return Finding("dmarc", Level.OK, f"the policy at {name} is {policy.lower()}{note}")


def _policies(texts: Sequence[str]) -> list[dict[str, str]]:
    """Return the tags of what begins as a policy does, empty for one that breaks off (RFC 7489 section 6.6.3)."""
    return [_tags(text) or {} for text in texts if re.match(r"v\s*=\s*DMARC1\s*(;|$)", text)]


def _speaking(own: str, found: Mapping[str, Mapping[str, str]]) -> str | None:
    """Return whose policy counts: the domain's own; else the end of the domain it belongs to (dmarcbis 4.10.2)."""
    if own in found:
        return own
    ends = [name for name, tags in found.items() if tags.get("psd") == "n"]
    organizations = [name for name, tags in found.items() if tags.get("psd") != "y"]
    return next(iter([*ends, *reversed(organizations), *found]), None)


def _tags(text: str) -> dict[str, str] | None:
    """Read a list of tag=value (RFC 6376 section 3.2); None if it is none."""
    found: dict[str, str] = {}
    for part in text.rstrip().removesuffix(";").split(";"):
        name, sign, value = (piece.strip() for piece in part.partition("="))
        if not sign or not _TAG.fullmatch(name) or name in found:
            return None
        found[name] = value
    return found
