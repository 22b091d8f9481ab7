"""Which addresses may lead out of a message, and how they are written in markup.

Apart from collect's rules, which decide what is stored: this is the last gate, whatever the store holds.
"""

# HTML allows these inside an attribute, mail clients that mend HTML by pattern do not (RFC 3986 never did).
_NOT_IN_URLS = str.maketrans({c: f"%{ord(c):02X}" for c in ' "<>\\^`{|}'})


def web(url: str | None) -> str | None:
    """Return an address a reader may follow; nothing but http and https leads out of a message."""
    if url is None or not url.lower().startswith(("http://", "https://")):
        return None
    return url.translate(_NOT_IN_URLS)
