"""An item, and anybody's words, as a template sees them.

Apart from `view`, which lays out a whole issue: an alert shows words the same way.
"""

import re
from dataclasses import dataclass, replace
from datetime import date

from markupsafe import Markup

from briefing.model import ItemLine
from briefing.render import markup
from briefing.render.links import web
from briefing.render.locale import Words, direction
from briefing.render.plain import clip

_TAG = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*")
TITLE = 300
_SENTENCE = 400
_SENTENCES = 2


@dataclass(frozen=True, slots=True)
class Passage:
    """Somebody else's words, with the language and direction they are set in."""

    text: str
    dir: str = "ltr"
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item: `html` and `plain` hold all of it where the feed's rights allow, else they are empty."""

    title: Passage
    url: str | None
    source: Passage
    when: str
    sentences: tuple[Passage, ...]
    html: Markup
    plain: str
    minutes: int | None
    changed: bool


def passage(text: str, lang: str | None, limit: int = _SENTENCE) -> Passage:
    """Clip somebody's words and say how they run."""
    short = clip(text, limit)
    return Passage(short, direction(short, lang), lang.replace("_", "-") if lang and _TAG.fullmatch(lang) else None)


def own(text: str, words: Words) -> Passage:
    """Lay out a sentence of ours around somebody's words: as our language runs, or from the left as most letters do."""
    said = passage(text, None)
    return replace(said, dir=words.dir) if words.dir == "rtl" else said


def item_view(item: ItemLine, today: date, words: Words) -> ItemView:
    """Lay out one item."""
    return ItemView(
        title=passage(item.title, item.lang, TITLE),
        url=web(item.url),
        source=passage(item.source, None, TITLE),
        when=words.moment(item.at, today),
        sentences=tuple(passage(s, item.lang) for s in item.excerpt[:_SENTENCES]),
        html=Markup(markup.for_mail(item.source, item.html, item.lang, words) if item.html else ""),  # noqa: S704  # nh3 cleaned it
        plain=markup.for_text(item.source, item.html, words, indent=3) if item.html else "",
        minutes=item.minutes,
        changed=item.changed,
    )
