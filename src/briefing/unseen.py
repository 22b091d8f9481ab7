"""Characters that nobody sees, and those that turn words around: what mail and chat alike let through.

Vocabulary, because two stages need the same rule, and stages share no code sideways. Pure.
"""

import re

# Control characters, what takes no room, bidi embeddings and overrides, tags. Left are the joiners that Persian and
# emoji need, the marks of direction, and isolates, with which `render` fences words that run the other way.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u202a-\u202e\u2060-\u2065"
    "\u206a-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_OPEN, _CLOSE = "\u2066\u2067\u2068", "\u2069"


def without(text: str) -> str:
    """Return the text without characters that nobody sees or that turn what follows around."""
    return _UNSEEN.sub("", text)


def fenced(text: str) -> str:
    """Return the text with every isolate closed that it opens, as a cut may not, and no other."""
    if _CLOSE not in text and not any(mark in text for mark in _OPEN):
        return text
    kept, deep = "", 0
    for character in text:
        deep += (character in _OPEN) - (character == _CLOSE)
        kept, deep = (kept + character, deep) if deep >= 0 else (kept, 0)
    return kept + _CLOSE * deep
