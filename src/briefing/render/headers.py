"""Text that is safe to stand in a mail header, whoever wrote it.

Apart from `mime`, which says which headers a mail has. Python's email package decodes encoded words inside plain
values and writes what they hold, line breaks included (CVE-2024-6923's class; true of 3.11.7): so `=?` never
gets through, and what was built is parsed again by `mime` before it is sent. The same package also encodes ids that
are longer than a line and loses spaces where it folds other scripts, so folding is done here.
"""

import re
import unicodedata
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.utils import format_datetime

from email_validator import EmailNotValidError, validate_email

from briefing.errors import RenderError
from briefing.model import plain
from briefing.render.plain import clip

FIELD = 240  # characters; four bytes each in base64 stay far below a header's limits
JOINER = "\u2060"
_UNSAFE = frozenset({"Cc", "Cs", "Cn", "Co", "Zl", "Zp"})
_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\ufeff")
_ID = re.compile(r"<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+>")
_UTF8 = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\x80-\U0010ffff-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\x80-\U0010ffff-]+)*")
_MAILTO = re.compile(r"mailto:[A-Za-z0-9!$'*+/?^_`{|}~.&=;:@%-]+")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_IDS = frozenset({"Message-ID", "In-Reply-To", "References", "List-Unsubscribe"})
_LONGEST = 900  # bytes of one unbreakable word; RFC 5322 ends a line at 998


def text(value: str, limit: int = FIELD) -> str:
    """Make any words safe: one line, no control characters, no encoded words, no longer than the limit."""
    calm = "".join(" " if unicodedata.category(c) in _UNSAFE else c for c in value if c not in _OVERRIDES)
    once = clip(" ".join(calm.split()), limit)
    return once.replace("=?", f"={JOINER}?").replace("?=", f"?{JOINER}=")


def phrase(value: str, limit: int = FIELD) -> str:
    """Make any words safe beside an address in angle brackets."""
    return text(re.sub(r'["\\<>(),;:@\[\]]', " ", value), limit)


def address(value: str, name: str = "", *, utf8: bool = False) -> Address:
    """Build an address from validated parts, its domain in ASCII; RenderError if it is none.

    Before the @ it may hold letters outside ASCII (RFC 6532) only where `utf8` says so: the server must take them.
    """
    if sides := plain(value):
        return Address(phrase(name), *sides)
    try:
        parts = validate_email(value, check_deliverability=False, globally_deliverable=False, allow_smtputf8=utf8)
    except EmailNotValidError as error:
        raise _not_an_address(value, str(error)) from error
    assert parts.ascii_domain is not None
    if parts.smtputf8:
        _demand_one_reading(value, parts.local_part)
    return Address(phrase(name), parts.ascii_local_part or parts.local_part, parts.ascii_domain)


def _demand_one_reading(value: str, local: str) -> None:
    """Refuse letters that are an encoded word, or "@", "," and the like, to who reads them loosely (as NFKC does)."""
    loosely = unicodedata.normalize("NFKC", local)
    if "=?" in loosely or not _UTF8.fullmatch(loosely):
        raise _not_an_address(value, "what stands before the @-sign could be read in two ways")


def _not_an_address(value: str, why: str) -> RenderError:
    return RenderError(f"not a mail address we can write: {text(value, 80)!r}: {why}")


def mailbox(value: str) -> Address:
    """Build an address from "Name <address>", or from an address alone."""
    name, bracket, rest = value.rpartition("<")
    return address(rest.rstrip("> ") if bracket else value.strip(), name.strip())


def message_ids(*values: str) -> str:
    """Join Message-IDs; RenderError if one is not of the form <left@right>."""
    for value in values:
        if not _ID.fullmatch(value) or len(value) > _LONGEST:
            raise RenderError(f"not a Message-ID: {text(value, 80)!r}")
    return " ".join(values)


def mailto(value: str) -> str:
    """Return an address to write to as a link in angle brackets, from a mailto: link or an address."""
    link = value if value.startswith("mailto:") else f"mailto:{address(value).addr_spec}"
    if not _MAILTO.fullmatch(link) or len(link) > _LONGEST:
        raise RenderError(f"not a mailto: link: {text(value, 80)!r}")
    return f"<{link}>"


def written(name: str, value: str | Address | datetime) -> str:
    """Encode (RFC 2047) and fold a safe value as it stands behind its header's name."""
    match value:
        case datetime():
            return format_datetime(value)
        case Address():
            shown = _encoded(value.display_name, name, quoted=True) if value.display_name else ""
            return f"{shown} <{value.addr_spec}>" if shown else value.addr_spec
    title, bracket, rest = value.rpartition("<")
    if name == "List-Id" and bracket:
        return f"{_encoded(title.strip(), name)} <{rest}".lstrip()
    if name in _IDS:
        return "\r\n ".join(value.split())
    return _encoded(value, name)


def _encoded(words: str, name: str, *, quoted: bool = False) -> str:
    """Write words in lines of 76; ASCII stays readable, in quotes if it stands beside an address."""
    if words.isascii():
        plain = f'"{words}"' if quoted and words and not _ATOMS.fullmatch(words) else words
        return Header(plain, "us-ascii", header_name=name).encode(linesep="\r\n")
    return Header(words, "utf-8", header_name=name).encode(linesep="\r\n")
