"""Says what a body that is no feed looks like, so that the operator knows what to do.

Apart from `parse`, which has given up by then.
"""

import re

_MAGIC = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "compressed data"),
)
_ROOT = re.compile(rb"<([a-zA-Z][\w:.-]*)")
_HTML = frozenset({"html", "head", "body", "meta", "title", "div", "p", "h1", "script", "center"})
_TITLE = re.compile(rb"<title[^<>]*>([^<]{1,80})", re.IGNORECASE)


def refusal(body: bytes, url: str) -> str:
    """Return one sentence on a body that could not be read as a feed."""
    start = body[:4096].lstrip(b"\xef\xbb\xbf \t\r\n\x00")
    if not start:
        return "the body is empty"
    for magic, name in _MAGIC:
        if start.startswith(magic):
            return f"this is {name}, not a feed"
    root = _root(start)
    if root in _HTML or b"<!doctype html" in start[:200].lower():
        return f"this is an HTML page{_called(start)}, not a feed; try: briefing follow {url or 'URL'}"
    if root == "opml":
        return "this is an OPML list of feeds, not a feed"
    if start[:1] in b"{[":
        return "this is JSON, but not a JSON Feed"
    return f"this is XML with the root <{root}>, not a feed" if root else "this is not a feed"


def _root(start: bytes) -> str:
    found = _ROOT.search(re.sub(rb"<!--.*?-->", b"", start, flags=re.DOTALL))
    return found[1].decode("ascii", "replace").lower()[:40] if found else ""


def _called(start: bytes) -> str:
    found = _TITLE.search(start)
    words = " ".join(found[1].decode("utf-8", "replace").split()) if found else ""
    return f" (“{words}”)" if words.isprintable() and words else ""
