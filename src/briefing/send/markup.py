"""Words that an app shows as they are: no mention, link, hashtag, emoji or bold comes of what a feed wrote.

Pure. Apart from `text`, which makes words short: these rules are about what apps read in them. A break is a zero-width
space, which no app's patterns reach across and no reader sees (discord.py and others break mentions alike).
"""

import html
import re

_BREAK = "\u200b"
_LIVE = re.compile(
    r"@(?=\S)"  # a mention, an address for mail
    r"|(?<!\w)\#(?=\w)|(?<![\w/])[~/$!](?=[^\W\d])"  # a hashtag; a channel, a command, a cashtag
    r"|:(?=//)|:(?=[\w+-]+:)|(?<=\w):(?=[^\s\d])"  # a scheme, an emoji
    r"|(?<=\w)[.。．｡](?=[^\W\d_])"  # a bare domain
)
_MARKS = re.compile(r"[\\`*_\[\]<>~|$&]")
_AT_THE_START = re.compile(r"^(?=[-+=#>])|^(\d+)(?=[.)])")
_IN_A_TARGET = re.compile(r"[()\[\]\\|'`{}^]")


def inert(text: str) -> str:
    """Break what apps make links and mentions of by themselves, in plain text."""
    return _LIVE.sub(lambda found: found[0] + _BREAK, text)


def markdown(text: str) -> str:
    """Return a line that Markdown, as Discord and Mattermost read it, shows as the text stands."""
    escaped = _MARKS.sub(r"\\\g<0>", inert(text))
    return _AT_THE_START.sub(lambda found: (found[1] or "") + "\\", escaped)


def markdown_link(text: str, url: str) -> str:
    """Return words that lead to an address; brackets in them are round, for Discord counts them in spite of escapes."""
    target = _IN_A_TARGET.sub(lambda found: f"%{ord(found[0]):02X}", url)
    return f"[{label(text)}]({target})"


def label(text: str) -> str:
    """Return the words of a link in Markdown."""
    return markdown(text.translate({ord("["): "(", ord("]"): ")"}))


def html_text(text: str) -> str:
    """Return a text that HTML shows as it stands."""
    return html.escape(inert(text))


def html_link(text: str, url: str | None) -> str:
    """Return words in HTML that lead to an address, if there is one."""
    return f'<a href="{html.escape(url)}">{html_text(text)}</a>' if url else html_text(text)
