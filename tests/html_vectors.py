"""Markup that runs code or asks the network where it is let through: ours, in families, and whatever a folder holds.

Ours stands in `data/html_vectors.txt`, one vector a line, with marks for what differs from run to run. Each has a
number: it calls a dialog or `__fired` with it, or asks a canary for it, so that a listener knows which one worked.

    HOOK             a call that names the number; HEX and DEC are it as character references, PCT percent-encoded
    CANARY, HOST     the canary's address with the number, with and without its scheme
    B64              a script that makes the call, in base64
    {U+202E}         a character, {BYTE+C3} a byte that is no character, {300×<b>} a text three hundred times
"""

import base64
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path

VECTORS = Path(__file__).parent / "data" / "html_vectors.txt"
CORPUS = os.environ.get("BRIEFING_XSS_CORPUS", "")
_CALLS = ("__fired(%d)", "alert(%d)", "prompt(%d)", "confirm(%d)", "print(%d)")
_LONGEST = 64 * 2**10  # of a vector: what is longer is cut before anybody parses it

# HTML, 8.1.8.2, and the events of pointers, touch, animation and clipboard; two vectors a line.
_EVENTS = """
abort auxclick beforeinput beforematch beforetoggle
blur cancel canplay canplaythrough change
click close command contextlost contextmenu
contextrestored copy cuechange cut dblclick
drag dragend dragenter dragleave dragover
dragstart drop durationchange emptied ended
error focus formdata input invalid
keydown keypress keyup load loadeddata
loadedmetadata loadstart mousedown mouseenter mouseleave
mousemove mouseout mouseover mouseup paste
pause play playing progress ratechange
reset resize scroll scrollend securitypolicyviolation
seeked seeking select slotchange stalled
submit suspend timeupdate toggle volumechange
waiting wheel mousewheel focusin focusout
animationstart animationend animationiteration animationcancel webkitanimationstart
transitionrun transitionstart transitionend transitioncancel webkittransitionend
pointerdown pointerup pointermove pointerover pointerenter
pointercancel pointerrawupdate gotpointercapture lostpointercapture fullscreenchange
touchstart touchmove touchend selectstart selectionchange
begin end repeat search interest
afterprint beforeprint beforeunload hashchange languagechange
message messageerror offline online pagehide
pagereveal pageshow pageswap popstate rejectionhandled
storage unhandledrejection unload
"""
_TAGS = (
    "p",
    "b",
    "a href=#",
    "td",
    "img src=x",
    "li",
    "input",
    "video src=x",
    "details open",
    "x-y",
    "blockquote",
    "h2",
)


@dataclass(frozen=True, slots=True)
class Vector:
    """One line of markup; `number` is what its call and its request name."""

    number: int
    family: str
    markup: str

    def armed(self, canary: str) -> str:
        """Return it with its marks filled in; `canary` is an address without a scheme, such as 127.0.0.1:9."""
        call = _CALLS[self.number % len(_CALLS)] % self.number
        host = f"{canary}/{self.number}"
        marks = {
            "HOOK": call,
            "CANARY": f"http://{host}",
            "HOST": host,
            "HEX": "".join(f"&#x{ord(sign):x};" for sign in call),
            "DEC": "".join(f"&#{ord(sign):07}" for sign in call),
            "PCT": "".join(f"%{ord(sign):02x}" for sign in call),
            "B64": base64.b64encode(f"<script>{call}</script>".encode()).decode(),
        }
        grown = re.sub(r"\{(\d+)×(.*?)\}", lambda found: int(found[1]) * found[2], self.markup)
        filled = re.sub("|".join(marks), lambda found: marks[found[0]], grown)
        signs = re.sub(r"\{U\+([0-9A-F]+)\}", lambda found: chr(int(found[1], 16)), filled)
        return re.sub(r"\{BYTE\+([0-9A-F]{2})\}", lambda found: chr(0xDC00 + int(found[1], 16)), signs)


def own() -> tuple[Vector, ...]:
    """Return our own vectors, in order."""
    numbers, family, found = count(1), "", []
    for line in VECTORS.read_text(encoding="utf-8").splitlines():
        if line.startswith("== "):
            family = line.removeprefix("== ")
        elif line:
            found.append(Vector(next(numbers), family, line))
    return (*found, *(Vector(next(numbers), "every event", markup) for markup in _handlers()))


def public(folder: str) -> tuple[str, ...]:
    """Return the vectors of a folder, each once: lines of its *.txt, strings in its *.json, its *.html as a whole."""
    found: dict[str, None] = {}
    for path in sorted(Path(folder).rglob("*")):
        if read := _READERS.get(path.suffix):
            text = path.read_text(encoding="utf-8", errors="surrogateescape")
            found |= dict.fromkeys(vector[:_LONGEST] for vector in read(text) if vector.strip())
    return tuple(found)


def _handlers() -> Iterator[str]:
    """Yield the handlers of every event, each on two elements, those of windows on the body too."""
    for place, line in enumerate(_EVENTS.split("\n")[1:-1]):
        handlers = " ".join(f"on{event}=HOOK" for event in line.split())
        for tag in (_TAGS[place % len(_TAGS)], "body" if "print" in line or "page" in line else "section"):
            yield f"<{tag} {handlers} tabindex=1>words"


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)


_READERS: Mapping[str, Callable[[str], Iterable[str]]] = {
    ".txt": str.splitlines,
    ".json": lambda text: _strings(json.loads(text)),
    ".html": lambda text: [text],
}
