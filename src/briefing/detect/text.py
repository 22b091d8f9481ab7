"""Text as we compare it: one spelling for what readers take for the same words.

Apart from `match`, which asks where words stand: here is only what a word is. Nothing folded is ever shown.
"""

import re
import unicodedata
from functools import lru_cache

# Ye, kaf, alef, he and their kin are one letter typed on different keyboards (after Lucene's Arabic and Persian
# normalisers); curly apostrophes and quotes are typography.
_LETTERS = (
    ("يىےېئ", "ی"),
    ("كڪ", "ک"),
    ("أإآٱ", "ا"),
    ("ةۀەہۂۃ", "ه"),
    ("ؤ", "و"),
    ("‘’ʼ′", "'"),
    ("“”„«»", '"'),
)
# Tatweel, harakat, Koranic marks, Hebrew points, and the dot that casefolding İ leaves behind.
_MARKS = (0x0640, 0x0670, 0x0307, *range(0x064B, 0x0660), *range(0x06D6, 0x06EE), *range(0x0591, 0x05C8))


class _Folding(dict[int, str | None]):
    """A table for str.translate that learns each other character when it first meets it."""

    def __missing__(self, code: int) -> str | None:
        letter = chr(code)
        kind = unicodedata.category(letter)
        # Formatting characters (ZWNJ, bidi marks, soft hyphens) are invisible: they part no word.
        self[code] = None if kind == "Cf" else str(unicodedata.decimal(letter)) if kind == "Nd" else letter
        return self[code]


_FOLDING = _Folding({ord(variant): letter for variants, letter in _LETTERS for variant in variants})
_FOLDING.update(dict.fromkeys(_MARKS))

# Letters of scripts that write without spaces: Thai, Lao, Burmese, Khmer, Kana, Han.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
# Everything that is no letter, digit or vowel sign (which `re` does not count as letters).
_GAP = re.compile(r"(?:[^\w\u0300-\u036f\u0900-\u109f\u1780-\u17ff]|_)+")
_SEAM = re.compile(f"(?<=[{_UNSPACED}])(?=[^{_UNSPACED} ])|(?<=[^{_UNSPACED} ])(?=[{_UNSPACED}])")
_UNSPACED_LETTER = re.compile(f"[{_UNSPACED}]")
_PLAIN = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}  # ASCII, folded and parted
_OFTEN = 8_000  # characters; longer texts are not kept
_POSSESSIVE = re.compile(r"(?<=\w)['’]s\b")


def fold(text: str) -> str:
    """Fold away case, letter variants, invisible characters and digit forms (NFKC, casefold); idempotent."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKC", text).casefold()
    folded = unicodedata.normalize("NFKC", folded).translate(_FOLDING)
    # A dropped character may have kept a letter and its accent apart.
    return folded if unicodedata.is_normalized("NFKC", folded) else fold(folded)


def spaced(text: str) -> str:
    """Fold `text` into words parted by single spaces; scripts without spaces stay in one piece, apart from others."""
    return _spaced(text) if len(text) > _OFTEN else _spaced_lately(text)


def _spaced(text: str) -> str:
    if text.isascii():
        return " ".join(text.translate(_PLAIN).split())
    run = _GAP.sub(" ", fold(text)).strip()
    return run if run.isascii() else _SEAM.sub(" ", run)


_spaced_lately = lru_cache(maxsize=256)(_spaced)  # queries, copies and names ask for the words of the same item


def is_unspaced(letter: str) -> bool:
    """Say whether `letter` belongs to a script that writes without spaces between words."""
    return _UNSPACED_LETTER.match(letter) is not None


def words(text: str) -> tuple[str, ...]:
    """List the folded words of `text` without possessive endings."""
    return tuple(spaced(_POSSESSIVE.sub("", text)).split())
