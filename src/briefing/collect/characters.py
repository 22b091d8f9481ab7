"""Takes out of text what no reader needs and some receivers choke on or are fooled by.

Apart from `sanitize`, because titles, names and URLs are no HTML but need the same: NUL (PostgreSQL refuses it), other
control characters, bidi overrides that reverse what follows, lone surrogates that cannot be encoded.
"""

import re
import unicodedata

# C0 but tab and line ends, DEL, C1, bidi embeddings, overrides and isolates, surrogates, BOM, noncharacters.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufdd0-\ufdef\ufffe\uffff]"
)
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_BREAKS = re.compile("\r\n?|[\u2028\u2029]")
ELLIPSIS = "…"


def clean(text: str) -> str:
    """Return the text without unwanted characters; line ends become a newline."""
    if text.isascii() and text.isprintable():
        return text
    joined = _PAIR.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)
    return _UNWANTED.sub("", _BREAKS.sub("\n", joined))


def line(text: str, limit: int) -> str:
    """Return the text on one line, without unwanted characters, cut at `limit` characters with an ellipsis."""
    return cut(" ".join(clean(text).split()), limit)


def cut(text: str, limit: int) -> str:
    """Cut a text between words where that costs less than half of it, never before a mark that hangs on a letter."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    space = head.rfind(" ")
    if space >= limit // 2:
        return head[:space].rstrip() + ELLIPSIS
    end = len(head)
    while end > limit // 2 and _joins(text[end]):
        end -= 1
    return text[:end].rstrip() + ELLIPSIS


def words(text: str) -> frozenset[str]:
    """Return a written-out word list as a set."""
    return frozenset(text.split())


def _joins(character: str) -> bool:
    """Tell whether a character hangs on the one before: combining marks, joiners, variation and flag tag signs."""
    return bool(unicodedata.combining(character)) or character in "\u200d\ufe0e\ufe0f" or character >= "\U000e0020"
