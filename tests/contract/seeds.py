"""Rows for every table of every revision of the schema, as plain SQL writes them: what migrations and backups carry.

A new revision adds one `Added`: what its new columns hold in the rows of older ones, and rows that only it can hold.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, inspect, text

Row = Mapping[str, Any]

AT, LATER = "2026-03-29 00:59:59.999999", "2026-11-22 08:00:00.000000"
STRANGE = "ی‌ک 𝄞 e\u0301 \u202eabc\u202c 'quoted' \"twice\" \\ % :name ${X}\r\n\ttab \ufeff \uffff"
LONG = "long ✂ " * 20_000
LASTING = {"corroborated", "overdue", "feed_down"}
MOST, HIGH = 2**31 - 1, 2_000_000_000


@dataclass(frozen=True, slots=True)
class Added:
    """What a revision adds: values of new columns by table, and rows."""

    revision: str
    rows: Mapping[str, Sequence[Row]]
    columns: Mapping[str, Mapping[str, Callable[[Row], Any]]] = field(default_factory=dict)
    gone: Mapping[str, frozenset[str]] = field(default_factory=dict)  # columns that it takes away


_DELIVERY: Row = {
    "id": 1, "key": "item:iran:1→hook", "channel": "hook", "lane": "hook", "message_id": "msg_1", "state": "pending",
    "epoch": 0, "owner": None, "attempts": 0, "created_at": AT, "next_attempt_at": LATER, "sent_at": None,
    "last_error": None, "address": None, "list": None, "since": None, "issue_id": None, "event": "item:iran:1",
    "payload": '{"text":"' + "سلام" * 50 + '"}',
}  # fmt: skip
_ITEM: Row = {
    "id": 1, "feed_id": "a", "key": "guid-1", "canonical_url": "https://a.example/1?ü=ß", "content_hash": "1:abc",
    "source": STRANGE, "title": STRANGE, "url": "https://a.example/1", "published": AT, "first_seen": AT,
    "changed_at": LATER, "excerpt": '["One.","دو."]', "html": "<p>&amp;</p>", "text": LONG, "authors": '["A"]',
    "lang": "fa", "news": True, "page_until": LATER,
}  # fmt: skip
_FEED: Row = {
    "id": "a", "configured": True, "configured_url": "https://a.example/", "url": "", "title": STRANGE,
    "next_poll_at": AT, "etag": '"e"', "last_modified": "x", "body_hash": "h", "last_poll_at": AT, "last_ok_at": LATER,
    "last_outcome": "new", "failures": MOST, "error": STRANGE, "down_since": AT, "moved_to": "https://b.example/",
    "moved_count": 2, "gone": True, "paused": True, "primed": True,
}  # fmt: skip
_PROMISE: Row = {
    "id": 4, "series_id": 7, "quote": STRANGE, "made_at": AT, "part": 2, "title": None, "topic": None, "made_by": 1,
    "state": "kept", "kept_by": HIGH, "kept_at": LATER, "evidence": "number",
}  # fmt: skip
_BARE = ("title", "etag", "last_modified", "body_hash", "last_poll_at", "last_ok_at", "last_outcome", "error")

ADDED = (
    Added(
        "0001",
        {
            "digests": [
                {"id": "new", "known_since": AT, "settled_nominal": None, "settled_slot": None, "settled_due": None},
                {"id": "old", "known_since": AT, "settled_nominal": "2026-11-22", "settled_slot": "07:00",
                 "settled_due": LATER},
            ],
            "events": [{"id": 1, "key": "item:iran:1", "kind": "item", "at": AT, "composed": '{"a":"سلام"}'}],
            "feeds": [_FEED, {**_FEED, **dict.fromkeys((*_BARE, "down_since", "moved_to")), "id": "b", "gone": False}],
            "issues": [
                {"id": HIGH, "digest": "old", "number": 1, "nominal": "2026-11-22", "slot": "07:00",
                 "composed": f'"{LONG}"'},
            ],
            "series": [{"id": 7, "story": "iran", "feed_id": None, "source": "S", "title": STRANGE, "authors": "[]"}],
            "settings": [{"name": "secret", "value": "ab" * 32}],
            "subscribers": [{"id": 3, "mailbox": "ada@example.org", "address": "Ada@example.org", "created_at": AT}],
            "suppressions": [{"mailbox": "bob@example.org", "reason": STRANGE, "at": AT}],
            "deliveries": [
                _DELIVERY,
                {**_DELIVERY, "id": 2, "key": "k2", "state": "sent", "sent_at": LATER, "attempts": 1, "event": None,
                 "payload": None, "address": "ada@example.org", "list": "iran", "since": AT, "issue_id": HIGH},
            ],
            "feed_moves": [{"id": 1, "feed_id": "a", "from_url": "", "to_url": "https://b.example/", "at": AT}],
            "items": [
                _ITEM,
                {**_ITEM, "id": HIGH, "feed_id": "b", "canonical_url": None, "url": None, "published": None,
                 "changed_at": None, "lang": None, "news": False, "page_until": None, "text": "", "html": ""},
            ],
            "issue_items": [{"digest": "old", "item_id": 1}],
            "subscriptions": [
                {"list": "iran", "subscriber_id": 3, "state": "confirmed", "consent": STRANGE, "since": AT},
            ],
            "attempts": [{"id": 9, "delivery_id": 2, "epoch": 1, "at": AT, "duration_ms": MOST, "outcome": "delivered",
                          "detail": "250 " + STRANGE}],
            "instalments": [{"series_id": 7, "item_id": 1, "part": None, "title": "P", "url": None, "at": AT}],
            "item_texts": [{"item_id": 1, "text": LONG, "expires_at": LATER}],
            "matches": [{"item_id": 1, "story": "iran", "terms": '["سپاه"]'}],
            "promises": [_PROMISE],
        },
    ),
    Added(
        "0002",
        {
            # The carrier was made last, so rows refer to one that follows them.
            "deliveries": [
                {**_DELIVERY, "id": 11, "key": "k11", "late": False, "carrier_id": 13},
                {**_DELIVERY, "id": 12, "key": "k12", "late": False, "carrier_id": 13, "state": "retry"},
                {**_DELIVERY, "id": 13, "key": "k13", "late": False, "carrier_id": None},
                {**_DELIVERY, "id": 14, "key": "k14", "late": True, "carrier_id": None},
            ]
        },
        {
            "items": {"last_seen": lambda row: row["first_seen"]},
            "deliveries": {"late": lambda _: False, "carrier_id": lambda _: None},
        },
    ),
    Added("0003", {}, {"feeds": {"epoch": lambda _: 0}}),
    Added(
        "0004",
        {
            "series": [
                {"id": 8, "story": "iran", "feed_id": "a", "source": "S", "title": "T", "authors": '["A"]',
                 "ruling": "rejected"},
            ],
            "instalments": [
                {"series_id": 8, "item_id": 1, "part": 2, "title": "P", "url": None, "at": AT, "news": True,
                 "by_hand": True, "refused": False},
                {"series_id": 8, "item_id": HIGH, "part": None, "title": "P", "url": None, "at": AT, "news": False,
                 "by_hand": True, "refused": True},
            ],
            "promises": [
                {**_PROMISE, "id": 5, "series_id": 8, "state": "rejected", "due_at": LATER, "opened_at": LATER,
                 "lapsed_at": LATER, "score": 95, "kept_url": "https://a.example/?ü", "key": STRANGE, "by_hand": True},
            ],
        },
        {
            "series": {"ruling": lambda _: None},
            "instalments": dict.fromkeys(("news", "by_hand", "refused"), lambda _: False),
            "promises": {
                **dict.fromkeys(("due_at", "lapsed_at", "score", "kept_url", "key"), lambda _: None),
                "opened_at": lambda row: row["made_at"],
                "by_hand": lambda _: False,
            },
        },
    ),
    Added(
        "0005",
        {
            "bands": [{"item_id": 1, "band": 2**40 - 1, "at": AT}, {"item_id": HIGH, "band": 0, "at": LATER}],
            "copies": [{"item_id": 1, "original_id": HIGH, "evidence": STRANGE}],
            "members": [
                {"item_id": 1, "story": "iran", "development": 404, "seen": AT, "at": None, "terms": None,
                 "names": 0.125, "lang": ""},
                {"item_id": 1, "story": "other", "development": 1, "seen": AT, "at": LATER,
                 "terms": '{"سپاه":0.1,"guard":1e-07}', "names": 0.3333333333333333, "lang": "fa"},
            ],
            "term_counts": [{"story": "iran", "term": STRANGE, "items": MOST}],
            "groupings": [{"story": "iran", "items": 3, "stamp": "ab" * 8}],
            "corroborated": [{"development": 404, "story": "iran", "at": LATER}],
        },
    ),
    Added(
        "0006",
        {
            "subscribers": [
                {"id": 5, "mailbox": "sara@example.org", "address": "sara@example.org", "created_at": AT,
                 "locale": "fa"},
            ]
        },
        {
            "subscribers": {"locale": lambda _: None},
            "deliveries": {"locale": lambda _: None, "recall": lambda _: None},
        },
    ),
    Added(
        "0007",
        {
            "items": [{**_ITEM, "id": 2, "key": "guid-2", "last_seen": AT, "number": 9999}],
            "feeds": [{**_FEED, "id": "c", "epoch": 0, "skip_hours": "[0,23]", "skip_days": "[6]"}],
        },
        {
            "items": {"number": lambda _: None},
            "feeds": {"skip_hours": lambda _: None, "skip_days": lambda _: None},
        },
    ),
    Added(
        "0008",
        {
            "withdrawals": [
                {"item_id": 1, "at": LATER, "by": "ann@desk", "words": STRANGE},
                {"item_id": HIGH, "at": AT, "by": "ann@desk", "words": None},
            ]
        },
    ),
    Added(
        "0009",
        {
            "deliveries": [
                {**_DELIVERY, "id": 15, "key": "k15", "late": True, "held": True, "carrier_id": None, "locale": None,
                 "recall": None},
            ]
        },
        {"deliveries": {"held": lambda _: False}},
    ),
    Added(
        "0010",
        {
            "silences": [
                {"id": 3, "matchers": '{"story":["iran"],"subject":["development:1"]}', "by": "ann@desk",
                 "comment": STRANGE, "starts": AT, "expires": LATER},
            ],
            "events": [
                {"id": 2, "key": "corroborated:iran:1", "kind": "corroborated", "at": AT, "composed": "{}",
                 "condition": "corroborated:iran:1"},
            ],
            "deliveries": [
                {**_DELIVERY, "id": 16, "key": "k16", "state": "silenced", "last_error": "silence 3 by ann@desk",
                 "late": False, "held": False, "carrier_id": None, "locale": None, "recall": None},
            ],
        },
        {"events": {"condition": lambda row: row["key"] if row["kind"] in LASTING else None}},
    ),
    Added(
        "0011",
        {
            "acknowledgements": [
                {"id": 1, "subject": "iran:development:1", "event": "item:iran:1", "at": AT, "channel": "mail",
                 "by": STRANGE},
                {"id": 2, "subject": STRANGE, "event": "item:iran:1", "at": LATER, "channel": "desk", "by": None},
            ]
        },
    ),
    Added(
        "0012",
        {
            "channels": [
                {"id": "hook", "address": "ab" * 32, "failures": 0, "since": None, "failed_at": None, "until": None,
                 "disabled_at": None, "reason": None},
                {"id": "desk", "address": "cd" * 32, "failures": MOST, "since": AT, "failed_at": LATER, "until": LATER,
                 "disabled_at": LATER, "reason": STRANGE},
            ]
        },
    ),
    Added(
        "0013",
        {"payloads": [{"delivery_id": number, "payload": _DELIVERY["payload"]} for number in (1, 11, 12, 13, 14)]},
        gone={"deliveries": frozenset({"payload"})},
    ),
    Added(
        "0014",
        {
            "threads": [
                {"channel": "hook", "thread": "iran", "reference": "18446744073709551615"},
                {"channel": STRANGE, "thread": STRANGE, "reference": STRANGE},
            ]
        },
        {"channels": {"relay": lambda _: None, "relay_until": lambda _: None}},
    ),
)  # fmt: skip
# What 0003 rewrites for good, and what 0013 puts elsewhere.
REWRITTEN: Mapping[str, frozenset[str]] = {
    "feeds": frozenset({"configured_url", "url", "moved_to", "moved_count"}),
    "feed_moves": frozenset({"from_url"}),
    "deliveries": frozenset({"payload"}),
}
REVISIONS = tuple(added.revision for added in ADDED)


def tables(revision: str) -> list[str]:
    """Return the tables of a revision, parents before those that refer to them."""
    return list(dict.fromkeys(table for added in ADDED[: REVISIONS.index(revision) + 1] for table in added.rows))


def sow(connection: Connection, revision: str) -> None:
    """Write all rows that a database of this revision can hold."""
    wanted = ADDED[: REVISIONS.index(revision) + 1]
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL TIME ZONE 'UTC'"))
    for table in tables(revision):
        rows = [dict(row) for added in wanted for row in added.rows.get(table, ())]
        for column, value in (pair for added in wanted for pair in added.columns.get(table, {}).items()):
            rows = [{column: value(row)} | row for row in rows]
        gone = frozenset[str]().union(*(added.gone.get(table, ()) for added in wanted))
        rows = [{column: value for column, value in row.items() if column not in gone} for row in rows]
        for row in sorted(rows, key=lambda row: row.get("carrier_id") is not None):
            names = ", ".join(f'"{name}"' for name in row)
            connection.execute(text(f"INSERT INTO {table} ({names}) VALUES (:{', :'.join(row)})"), row)


def reap(connection: Connection) -> dict[str, list[Row]]:
    """Read all rows of all tables, as the driver gives them, in an order that is always the same."""
    known = inspect(connection).get_table_names()
    return {
        table: sorted((dict(row) for row in connection.exec_driver_sql(f"SELECT * FROM {table}").mappings()), key=repr)
        for table in tables(REVISIONS[-1])
        if table in known
    }


def unsaid(rows: Mapping[str, Sequence[Row]]) -> dict[str, Sequence[Row]]:
    """Return rows as a schema before 0004 tells them, which cannot say what a person took out or rejected."""
    parts = [row for row in rows["instalments"] if not row["refused"]]
    promises = [{**row, "state": "lapsed"} if row["state"] == "rejected" else row for row in rows["promises"]]
    return {**rows, "instalments": parts, "promises": promises}
