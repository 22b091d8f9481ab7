"""Defuses and mends the bytes of an XML feed before feedparser sees them.

Apart from `parse`, because it works on bytes. Each rule answers a document that makes feedparser hang, raise or
misread; `isolate` guards against the ones we have not met. Only encodings that keep ASCII are touched, others become
UTF-8 first.
"""

import codecs
import re
from html.entities import html5

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
_DECLARATION = re.compile(rb"""^(\s*<\?xml\b[^<>]{0,200}?\sencoding\s*=\s*["'])([\w.:-]{1,40})(["'])""")
# Codecs of Python that are no character sets, or hide markup (UTF-7), or take quadratic time (punycode).
_NO_CHARSET = re.compile(r"punycode|idna|utf-?_?7|.*unicode.?escape|undefined|.*_codec|rot.?13|mbcs|oem|palmos")
_SHIFTING = re.compile(r"iso2022|hz")
_CONTROLS = bytes(code for code in range(32) if code not in (9, 10, 13))
_PREAMBLE = re.compile(rb"^(?:\xef\xbb\xbf)?(?:\s++|<!--(?:(?!-->).)*+-->){0,50}(?=<\?xml\b)", re.DOTALL)
_PAIR = re.compile(rb"&#(xd[89ab][0-9a-f]{2}|5[56]\d{3});&#(xd[c-f][0-9a-f]{2}|5[67]\d{3});", re.IGNORECASE)
# What is never closed reaches to the end, so that looking for its end from each start stays linear.
_SECTION = rb"<!\[CDATA\[(?:.*?\]\]>|.*)|<!--(?:.*?-->|.*)"
_ENTITY = re.compile(_SECTION + rb"|&(?!#|(?:amp|lt|gt|quot|apos);)(?:([a-zA-Z][a-zA-Z0-9]{1,31});)?", re.DOTALL)
_CHARREF = re.compile(rb"&#(x[0-9a-f]+|[0-9]+);", re.IGNORECASE)
_LONG_TAG = re.compile(rb"<[a-zA-Z][^<>]{4096,}+>?")
_ATTRIBUTES = 64
_DIGITS = 8  # of a character reference
_AUTHOR = re.compile(
    rb"(<(?:author|managingEditor|webMaster|dc:creator|dc:publisher|dc:contributor|itunes:author|itunes:email|name|email)"
    rb"(?:\s[^<>]*)?>\s*(?:<!\[CDATA\[)?[^<\]]{500})[^<\]]*",
    re.IGNORECASE,
)
_TOLD_LINK = re.compile(rb"<link\s[^<>]*[^<>/]>(\s*https?://[^<>\s]+\s*</link>)")
_ITEM = re.compile(_SECTION + rb"|<(/?)(?:item|entry)(?:\s[^<>]*)?(?<!/)>", re.DOTALL)


def repaired(body: bytes) -> bytes:
    """Return the document without what harms its reader; what a well-formed feed says stays as it is."""
    plain = _PREAMBLE.sub(b"", _cleared(_ascii_based(body)))
    plain = _CHARREF.sub(_character, _PAIR.sub(_joined, plain))
    if b"<!ENTITY" not in plain:
        plain = _ENTITY.sub(_named, plain)
    plain = _LONG_TAG.sub(_stripped, plain)
    plain = _TOLD_LINK.sub(rb"<link>\1", _AUTHOR.sub(rb"\1", plain))
    return _whole(plain)


def declared(body: bytes) -> str | None:
    """Return the encoding an XML declaration names."""
    found = _DECLARATION.match(body[:400])
    return found[2].decode("ascii").lower() if found else None


def _ascii_based(body: bytes) -> bytes:
    for start, charset in _BOMS:
        if body.startswith(start):
            return _as_utf8(body, charset)
    charset = _codec(declared(body))
    if _SHIFTING.match(charset):
        return _as_utf8(body, charset)
    return _redeclared(body) if _NO_CHARSET.fullmatch(charset) else body


def _codec(label: str | None) -> str:
    """Return Python's name of a declared encoding, the label itself if it has none."""
    try:
        return codecs.lookup(label).name if label else ""
    except (LookupError, ValueError):
        return label or ""


def _as_utf8(body: bytes, charset: str) -> bytes:
    return _redeclared(body.decode(charset, "replace").encode("utf-8", "replace"))


def _redeclared(body: bytes) -> bytes:
    return _DECLARATION.sub(rb"\1utf-8\3", body.removeprefix(codecs.BOM_UTF8))


def _cleared(body: bytes) -> bytes:
    return body.translate(None, _CONTROLS)


def _joined(pair: re.Match[bytes]) -> bytes:
    """Return a character that was written as the two halves UTF-16 has for it."""
    high, low = (_code(half) for half in pair.groups())
    if not (0xD800 <= high < 0xDC00 <= low < 0xE000):
        return pair[0]
    return b"&#%d;" % (0x10000 + ((high - 0xD800) << 10) + low - 0xDC00)


def _character(reference: re.Match[bytes]) -> bytes:
    """Return a character reference if XML allows its character; control characters go, others are replaced."""
    if len(reference[1]) > _DIGITS:
        return b"&#65533;"
    code = _code(reference[1])
    if code < 32 and code not in (9, 10, 13):
        return b""
    return reference[0] if code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000 else b"&#65533;"


def _code(digits: bytes) -> int:
    return int(digits[1:], 16) if digits[:1] in b"xX" else int(digits)


def _named(found: re.Match[bytes]) -> bytes:
    """Return HTML's named characters as XML knows them, and an ampersand that is no more than that as such."""
    if not found[0].startswith(b"&"):
        return found[0]
    name = (found[1] or b"").decode()
    characters = html5.get(f"{name};")
    return "".join(f"&#{ord(c)};" for c in characters).encode() if characters else b"&amp;" + found[0][1:]


def _stripped(tag: re.Match[bytes]) -> bytes:
    """Return a tag flooded with attributes without any; feedparser's time is quadratic in their number."""
    if tag[0].count(b"=") <= _ATTRIBUTES:
        return tag[0]
    name = tag[0][1:200].split()[0].rstrip(b"/>")
    return b"<" + name + (b"/>" if tag[0].endswith(b"/>") else b">")


def _whole(body: bytes) -> bytes:
    """Return the document without items inside items, and without the one at its end that was cut off.

    The former are quotations or errors, never news of their own; the latter would come back under another identity.
    Where tags do not balance otherwise, nobody can say what is inside what, and all stays.
    """
    kept: list[bytes] = []
    depth = start = opened = closed = 0
    for tag in _ITEM.finditer(body):
        if tag[1] is None:
            continue
        depth += -1 if tag[1] else 1
        if depth < 0:
            return body
        if tag[1]:
            closed += 1
            start = tag.end() if depth == 1 else start
        elif depth == 1:
            opened = tag.start()
        elif depth == 2:
            kept.append(body[start : tag.start()])
    if depth == 1 and closed and not kept:
        return body[:opened]
    return b"".join([*kept, body[start:]]) if kept and depth == 0 else body
