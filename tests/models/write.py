"""Write every notice of the contract tests, as each channel sends it, for the vendors' own models to judge.

Where a vendor publishes types, a payload becomes a TypeScript literal, in which a field that is missing, misspelt or of
another kind is an error. So that this means something, one payload stands there again for each of its fields with that
field broken: `@ts-expect-error` is itself an error where the types find nothing wrong.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from briefing.model import Notice
from briefing.send.channels import CHANNELS
from briefing.send.channels.outgoing import THREAD, Outgoing
from briefing.send.text import as_json
from demo.chat_sink import SECRET, ChatSink
from tests.contract.headlines import HEADLINES
from tests.contract.notices import KEY, NOTICES, hostile, notice
from tests.contract.rows import ROWS, channel

PAYLOADS = Path(__file__).parent / "payloads"
OLD_SECRET = "whsec_" + "b2xk" * 8
MORE: dict[str, dict[str, Any]] = {"webhook": {"old_secret": OLD_SECRET}, "discord": {"thread": None, "forum": True}}
# Slack's type of a message also takes blocks of any kind, which would be no check; so the blocks it knows are named.
TYPES = {
    "slack": """import type { KnownBlock } from "@slack/types";
import type { IncomingWebhookSendArguments } from "@slack/webhook";
type Payload = Omit<IncomingWebhookSendArguments, "blocks"> & { blocks: KnownBlock[] };""",
    "discord": 'import type { RESTPostAPIWebhookWithTokenJSONBody as Payload } from "discord-api-types/v10";',
    "teams": """import type { IAdaptiveCard } from "@microsoft/teams.cards";
type Attachment = { contentType: string; contentUrl: null; content: IAdaptiveCard };
type Payload = { type: "message"; attachments: Attachment[] };""",
    "google_chat": """import type { chat_v1 } from "@googleapis/chat";
type Payload = chat_v1.Schema$Message;""",
    "telegram": """import type { ApiMethods } from "@grammyjs/types";
type Payload = Parameters<ApiMethods<never>["sendMessage"]>[0];""",
}


def notices(name: str) -> Iterator[tuple[str, Notice]]:
    """Yield what a channel is tried on, each with a name: all kinds, hostile headlines, each limit at its edge."""
    yield from NOTICES.items()
    yield from ((headline, hostile(headline)) for headline in HEADLINES)
    for limit, (field, _) in ROWS[name].edges.items():
        for length in (CHANNELS[name].LIMITS[limit] + over for over in (0, 1)):
            yield f"{limit} of {length}", notice(**{field: "x" * length})


def sent(name: str, words: Notice) -> Outgoing:
    """Return the request as it would be made now, by a channel with every option, after others of its story."""
    vendor = CHANNELS[name]
    payload = vendor.payload(words, KEY)
    if name == "telegram":
        payload[THREAD]["reference"] = "1234"
    return vendor.request(channel(name, ChatSink(), **MORE.get(name, {})), payload, "msg_1", datetime.now(UTC))


def broken(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield a payload twice for each of its fields: with that name misspelt, and with a list around its value."""
    if isinstance(value, list):
        for place, inner in enumerate(value):
            yield from ((f"[{place}]{path}", [*value[:place], one, *value[place + 1 :]]) for path, one in broken(inner))
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield f".{name} misspelt", {key + "_" * (key == name): one for key, one in value.items()}
            yield f".{name} in a list", value | {name: [inner]}
            yield from ((f".{name}{path}", value | {name: one}) for path, one in broken(inner))


def typescript(name: str) -> Iterator[str]:
    """Yield the lines of a channel's file."""
    yield TYPES[name]
    for what, words in notices(name):
        yield f"// {what!a}"
        yield f"({sent(name, words).body.decode()}) satisfies Payload;"
    for path, wrong in broken(json.loads(sent(name, notice()).body)):
        yield f"// @ts-expect-error {path}"
        yield f"({as_json(wrong).decode()}) satisfies Payload;"


def cards() -> dict[str, Any]:
    """Return every card for Teams by its name, and those that must be refused by what is wrong with them."""
    taken = {what: _card(sent("teams", words).body) for what, words in notices("teams")}
    return {"taken": taken, "refused": dict(broken(taken["the usual"]))}


def _card(body: bytes) -> Any:
    return json.loads(body)["attachments"][0]["content"]


def webhooks() -> dict[str, Any]:
    """Return every signed webhook by its name, and the two secrets, either of which must verify it."""
    posts = {what: sent("webhook", words) for what, words in notices("webhook")}
    signed = {what: {"body": post.body.decode(), "headers": dict(post.headers)} for what, post in posts.items()}
    return {"secrets": [SECRET, OLD_SECRET], "posts": signed}


def main() -> None:
    """Write a TypeScript file for each vendor with types, and the cards and webhooks for their own readers."""
    PAYLOADS.mkdir(exist_ok=True)
    for name in TYPES:
        (PAYLOADS / f"{name}.ts").write_text("\n".join([*typescript(name), ""]), encoding="utf-8")
    for name, read in (("cards", cards()), ("webhooks", webhooks())):
        (PAYLOADS / f"{name}.json").write_text(json.dumps(read), encoding="utf-8")


if __name__ == "__main__":
    main()
