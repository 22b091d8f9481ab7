"""Makes URLs safe to show and fit to compare.

Apart from `sanitize`, because items, feeds and pages have URLs outside any markup. A URL is never dialled from here:
that is `fetch`, behind its address guard.
"""

import re
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

from w3lib.url import canonicalize_url

from briefing.collect.characters import clean, words

LONGEST = 2000  # what browsers, mail programs and databases agree on
_PORTS = {"http": 80, "https": 443}
_WITH_HOST = re.compile(r"https?://[^/]", re.IGNORECASE)
_UNSAFE = re.compile(r'[\s"<>^`{|}]|%(?![0-9A-Fa-f]{2})|[^\x00-\x7f]')
_HOST = re.compile(r"[a-z0-9_]([a-z0-9._-]*[a-z0-9_.])?|\[[0-9a-f:.]+\]")
# A URL like most: `absolute` would give it back as it is.
_USUAL = re.compile(
    r"https?://(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,24}"
    r"(?:[/?#](?:[A-Za-z0-9._~!$&'()*+,;=:@/?#-]|%[0-9A-Fa-f]{2})*)?"
)
_MAILBOX = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]+(\.[\w-]+)+", re.ASCII)

_TRACKER_PREFIXES = ("utm_", "at_custom", "mtm_", "pk_", "piwik_", "hsa_", "oly_", "vero_", "ns_")
_TRACKERS = words(
    "fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid ysclid twclid ttclid li_fat_id igshid igsh mc_cid mc_eid"
    " _hsenc _hsmi mkt_tok wickedid s_cid cmpid ncid xtor at_medium at_campaign at_link_id smid smtyp ref_src epik"
    " _openstat trk_contact trk_msg __twitter_impression phpsessid jsessionid"
)
_AMP_ENDING = re.compile(r"(/amp/?|(?<=[^./])\.amp)$", re.IGNORECASE)


def absolute(url: str, base: str | None = None) -> str | None:
    """Return an http or https URL as it may be shown: resolved, without user info, host in ASCII; None for any other.

    What a browser would ignore or read differently (tabs and line ends inside, backslashes) is settled here, so that
    the host seen is the host reached (WHATWG URL, section 4.4).
    """
    if len(url) <= LONGEST and _USUAL.fullmatch(url):
        return url
    joined = _joined(url, base)
    if joined is None or len(joined) > LONGEST:
        return None
    try:
        parts = urlsplit(joined)
        netloc = _netloc(parts)
    except ValueError:
        return None
    if netloc is None:
        return None
    path, query, fragment = (_UNSAFE.sub(_encoded, part) for part in (parts.path, parts.query, parts.fragment))
    shown = urlunsplit((parts.scheme, netloc, path, query, fragment))
    return shown if len(shown) <= LONGEST else None  # escapes are longer


def link(href: str, base: str | None = None) -> str | None:
    """Return a link's target for readers: `absolute` without trackers, or a plain mailto; None if neither."""
    if len(href) <= LONGEST and _USUAL.fullmatch(href):
        return untracked(href)
    bare = "".join(clean(href).split("\n")).strip()
    if bare[:7].lower() == "mailto:":
        address = bare[7:].partition("?")[0]
        return f"mailto:{address}" if _MAILBOX.fullmatch(address) else None
    url = absolute(href, base)
    return untracked(url) if url else None


def untracked(url: str) -> str:
    """Return the URL without parameters that only tell where the reader came from; the rest stays as it was written."""
    parts = urlsplit(url)
    if not parts.query:
        return url
    kept = "&".join(pair for pair in parts.query.split("&") if not _tracks(pair.partition("=")[0]))
    return urlunsplit(parts._replace(query=kept))


def canonical(url: str | None) -> str | None:
    """Return the URL's form for identity: two spellings of one address give one text; None if it is no web address.

    Never to be dialled or shown: https stands for http too; trackers, fragment, AMP ending and trailing slash are gone.
    """
    shown = absolute(url) if url else None
    if shown is None:
        return None
    try:
        parts = urlsplit(canonicalize_url(untracked(shown)))
    except ValueError:
        return None
    pairs = [
        (name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if not _is_amp(name, value)
    ]
    return urlunsplit(("https", parts.netloc, _canonical_path(parts.path), urlencode(pairs), ""))


def _joined(url: str, base: str | None) -> str | None:
    bare = "".join(part.strip("\t") for part in clean(url.replace("\t", "")).split("\n")).strip()
    if not bare:
        return None
    whole = bare.partition(":")[0].lower() in _PORTS
    if whole or bare[0] in "/\\":
        bare = bare.replace("\\", "/")
    if whole and not _WITH_HOST.match(bare):
        return None  # urljoin would fill in the host of the base
    try:
        return urljoin(base or "", bare)
    except ValueError:
        return None


def _netloc(parts: SplitResult) -> str | None:
    if parts.scheme not in _PORTS or not parts.hostname or len(parts.hostname) > 253:
        return None
    host = parts.hostname
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    host = f"[{host}]" if ":" in host else host
    if not _HOST.fullmatch(host):
        return None
    port = parts.port
    return host if port is None or port == _PORTS[parts.scheme] else f"{host}:{port}"


def _encoded(match: re.Match[str]) -> str:
    """Encode what may not stand in a URL, and what cannot be seen there; letters of any script stay."""
    sign = match[0]
    return sign if sign.isprintable() and not sign.isascii() else quote(sign)


def _tracks(name: str) -> bool:
    lower = name.lower()
    return lower in _TRACKERS or lower.startswith(_TRACKER_PREFIXES)


def _is_amp(name: str, value: str) -> bool:
    return (name.lower() == "amp" and value in ("", "1", "true")) or (name.lower(), value.lower()) == (
        "outputtype",
        "amp",
    )


def _canonical_path(path: str) -> str:
    shorter = re.sub(r"\.amp\.html$", ".html", path)
    previous = None
    while shorter != previous:
        previous, shorter = shorter, _AMP_ENDING.sub("", shorter.rstrip("/"))
    return shorter or "/"
