"""What the demo leaves behind: every mail as HTML, text and source, every chat payload, and a page that shows them."""

import json
from email.message import EmailMessage
from html import escape
from pathlib import Path

from demo.scenario import World

STYLE = """
:root{color-scheme:light dark;--ink:#1a1a1a;--paper:#fff;--rule:#d8d8d4;--meta:#5c5c58;--accent:#8c2f1b}
@media(prefers-color-scheme:dark){:root{--ink:#ecebe7;--paper:#161615;--rule:#3a3a37;--meta:#a3a29c;--accent:#f0997d}}
body{font:16px/26px system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:1040px;margin:40px auto;padding:0 16px}
h1,h2{font-family:Georgia,serif;font-weight:normal}a{color:var(--accent)}small{color:var(--meta)}
iframe{width:100%;height:720px;border:1px solid var(--rule)}pre{white-space:pre-wrap;border-left:2px solid var(--rule);padding-left:16px;font-size:13px;line-height:20px}
"""


def leave(world: World) -> Path:
    """Write everything into the demo's folder; return the page that shows it."""
    inbox, chat = world.out / "inbox", world.out / "chat"
    inbox.mkdir(exist_ok=True)
    chat.mkdir(exist_ok=True)
    rows = [_mail(inbox, number, message) for number, message in enumerate(world.mail.messages, 1)]
    for name, payloads in (("slack", world.chat.slack), ("webhook", world.chat.hooks)):
        for number, payload in enumerate(payloads, 1):
            path = chat / f"{number:02}-{name}.json"
            path.write_text(json.dumps(payload, ensure_ascii=False, indent=2), encoding="utf-8")
            rows.append(f"<h2>{name} {number}</h2><pre>{escape(path.read_text(encoding='utf-8'))}</pre>")
    index = world.out / "index.html"
    head = f"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'><title>briefing demo</title><style>{STYLE}</style>"
    index.write_text(head + "<h1>What the demo sent</h1>" + "".join(rows), encoding="utf-8")
    return index


def _mail(inbox: Path, number: int, message: EmailMessage) -> str:
    who = str(message["To"]).partition("@")[0]
    stem = f"{number:02}-{who}"
    (inbox / f"{stem}.eml").write_bytes(message.as_bytes())
    for kind, ending in (("html", "html"), ("plain", "txt")):
        part = message.get_body((kind,))
        if part is not None:
            (inbox / f"{stem}.{ending}").write_text(part.get_content(), encoding="utf-8")
    links = " · ".join(
        f"<a href='inbox/{stem}.{e}'>{n}</a>" for e, n in (("html", "HTML"), ("txt", "text"), ("eml", "source"))
    )
    return (
        f"<h2>{escape(str(message['Subject']))}</h2><small>to {escape(str(message['To']))}, {escape(str(message['Date']))} · {links}</small>"
        f"<iframe src='inbox/{stem}.html' sandbox title='mail {number}'></iframe>"
    )
