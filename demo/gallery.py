"""What the demo leaves behind: every mail as HTML, text and source, every chat payload, and a page that shows them."""

import json
import re
from collections.abc import Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from demo.scenario import World

HERE = Path(__file__).parent
DATE = re.compile(r"<!date\^[^|]*\|([^>]*)>")  # Slack shows the reader's own time; we show its fallback


def leave(world: World) -> Path:
    """Write everything into the demo's folder; return the page that shows it."""
    mails = [_mail(world.out / "inbox", number, message) for number, message in enumerate(world.mail.messages, 1)]
    _payloads(world.out / "chat", "slack", world.chat.slack)
    _payloads(world.out / "chat", "webhook", world.chat.hooks)
    environment = Environment(loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined)
    environment.filters["as_shown"] = lambda text: DATE.sub(r"\1", text)
    page = environment.get_template("gallery.html")
    index = world.out / "index.html"
    index.write_text(page.render(mails=mails, slack=world.chat.slack, hooks=world.chat.hooks), encoding="utf-8")
    return index


def _mail(inbox: Path, number: int, message: EmailMessage) -> dict[str, str]:
    inbox.mkdir(exist_ok=True)
    stem = f"{number:02}-{str(message['To']).partition('@')[0]}"
    (inbox / f"{stem}.eml").write_bytes(message.as_bytes())
    for kind, ending in (("html", "html"), ("plain", "txt")):
        part = message.get_body((kind,))
        if part is not None:
            (inbox / f"{stem}.{ending}").write_text(part.get_content(), encoding="utf-8")
    return {"stem": stem, "subject": str(message["Subject"]), "to": str(message["To"]), "date": str(message["Date"])}


def _payloads(folder: Path, name: str, payloads: Sequence[Any]) -> None:
    folder.mkdir(exist_ok=True)
    for number, payload in enumerate(payloads, 1):
        text = json.dumps(payload, ensure_ascii=False, indent=2)
        (folder / f"{number:02}-{name}.json").write_text(text, encoding="utf-8")
