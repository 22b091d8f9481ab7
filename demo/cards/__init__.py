"""Messages as the apps show them: what a channel's own code wrote, drawn in the manner of its app.

Pure: from a payload to HTML, by one template an app; `demo.shots` makes pictures of it. No logo and no font of a vendor
is used, and nothing is said that is not in the payload.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from briefing.config.alerts import WebhookChannel
from briefing.render.email import Desk, Renderer
from briefing.send.channels import CHANNELS
from demo.cards.notices import ZONE, Message, messages

APPS = (*CHANNELS, "mail")
DESK = Desk("Briefing", "Briefing", "Briefing <briefing@example.org>", zone=ZONE)
HOOK = WebhookChannel.model_validate(
    {
        "type": "webhook",
        "url": "https://hooks.example.org/in",
        "secret": "whsec_c2FtcGxlLXNlY3JldC1mb3ItdGhlLWRlbW8tb25seSE=",
    }
)
_MARKDOWN = MarkdownIt("commonmark", {"breaks": True, "html": False})
_SLACK_DATE = re.compile(r"<!date\^(\d+)\^{date_short_pretty} {time}\|[^>]*>")
_LEAF = re.compile(r"{[^{}\[\]]*}")
_TEAMS_DATE = re.compile(r"{{DATE\(([^,]+), SHORT\)}} {{TIME\(\1\)}}")


def picture(app: str) -> str:
    """Return the page of one app: what it shows of a message of every kind."""
    shown = [(payload(app, message), message.at) for message in messages().values()]
    return _ENVIRONMENT.get_template("frame.html").render(app=f"{app}.html", messages=shown)


def payload(app: str, message: Message) -> dict[str, Any]:
    """Return what the channel's code makes of a message, as it comes back from the outbox."""
    if app == "mail":
        mail = Renderer().notice_mail(message.notice, desk=DESK)
        return {"subject": mail.subject, "sender": DESK.sender.partition(" <")[0], "html": mail.html}
    written: dict[str, Any] = json.loads(json.dumps(CHANNELS[app].payload(message.notice, message.key)))
    return written


def _request(payload: Mapping[str, Any], at: datetime) -> dict[str, str]:
    """Return the headers under which a webhook goes out."""
    return dict(CHANNELS["webhook"].request(HOOK, payload, "msg_1", at).headers)


def _local(at: datetime) -> datetime:
    return at.astimezone(ZoneInfo(ZONE))


def _recent(at: datetime, now: datetime) -> str:
    """Name a day as Slack and Discord do."""
    return "Today" if _local(at).date() == _local(now).date() else f"{_local(at):%-d %b %Y}"


def _slack(text: str, now: datetime) -> str:
    """Put our one piece of markup, a date, as its reader sees it."""

    def said(found: re.Match[str]) -> str:
        at = datetime.fromtimestamp(int(found[1]), UTC)
        return f"{_recent(at, now)} {_clock(at)}"

    return _SLACK_DATE.sub(said, text)


def _teams(text: str) -> str:
    return _TEAMS_DATE.sub(lambda found: f"{_local(datetime.fromisoformat(found[1])):%a, %-d %b %Y %H:%M}", text)


def _discord(stamp: str, now: datetime) -> str:
    at = datetime.fromisoformat(stamp)
    return f"{_recent(at, now)} at {_clock(at)}"


def _clock(at: datetime) -> str:
    return f"{_local(at):%H:%M}"


def _markdown(text: str) -> Markup:
    return Markup(_MARKDOWN.render(text))


def _marked(text: str) -> Markup:
    return Markup(text)  # the little HTML that the app reads: the channel wrote and escaped it


def _json(value: object) -> list[str]:
    """Return the lines of JSON, an object that holds nothing but plain values on one."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return _LEAF.sub(lambda found: " ".join(found[0].split()), text).splitlines()


_ENVIRONMENT = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined)
_ENVIRONMENT.filters |= {"slack": _slack, "teams": _teams, "discord": _discord, "clock": _clock}
_ENVIRONMENT.filters |= {"markdown": _markdown, "marked": _marked, "as_json": _json, "request": _request}
