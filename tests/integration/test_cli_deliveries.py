"""Who got what, and sending it again or not at all, as an operator says it."""

import json
import os
import re
from collections.abc import Sequence
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from briefing.cli.failure import Exit
from briefing.clock import utc_now
from briefing.model import ISSUES, Dead, Delivered, Issue, NewDelivery, Queue, Recipient, Retry, Verdict
from briefing.store import issues, outbox
from briefing.store.engine import Store
from tests import databases
from tests.contract.ended import on_record
from tests.integration.command import LITERALS, SECRETS, call, write_config

NOW = utc_now() - timedelta(hours=1)
PEOPLE: dict[str, Verdict] = {"ann": Delivered("250 OK"), "bob": Dead("550 no such user"), "eve": Retry("451 later")}
HOOKS: dict[str, Verdict] = {"first": Delivered("204"), "second": Dead("410 gone")}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand beside a configuration and a database in which two issues went out, and two alerts, a few days ago."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOGNAME", "ann")
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    write_config(tmp_path, more=LITERALS.replace("routes:", "  desk: {type: mail, to: Ann@x.example}\nroutes:"))
    databases.put(tmp_path / "briefing.db")
    with closing(Store("sqlite:///briefing.db")) as store:
        put_issue(store, 1, now=NOW - timedelta(days=3))
        put_issue(store, 12, now=NOW)
        hooks = [NewDelivery(name, "hook", f"msg_{name}", payload={"text": name}) for name in HOOKS]
        send(store, hooks, HOOKS, "hook", NOW)
    return tmp_path


def put_issue(store: Store, number: int, *, now: datetime) -> None:
    composed = Issue("daily", number, date(2026, 11, number), "07:00", "UTC", "en", "digest", now, now, ())
    with store.transaction() as session:
        stored = issues.add(session, issue=composed).id
    rows = [
        NewDelivery(f"{who}{number}", "mail", f"<{who}{number}@x.example>", Recipient(f"{who}@x.example"), issue=stored)
        for who in PEOPLE
    ]
    send(store, rows, PEOPLE, ISSUES, now)


def send(store: Store, rows: Sequence[NewDelivery], fates: dict[str, Verdict], lane: str, now: datetime) -> None:
    with store.transaction() as session:
        outbox.enqueue(session, deliveries=rows, now=now)
        due = outbox.claim(session, owner="me", now=now, lease=timedelta(minutes=1), limit=9, queue=Queue((lane,)))
        for one, verdict in zip(due, fates.values(), strict=False):
            again = now + timedelta(days=9) if isinstance(verdict, Retry) else None
            ended: dict[str, Any] = {"next_attempt_at": again, "now": now, "duration": timedelta(seconds=1.5)}
            assert on_record(session, delivery=one, owner="me", verdict=verdict, **ended)


def ids(*words: str) -> list[int]:
    return [row["id"] for row in json.loads(call("deliveries", "list", "--json", *words).stdout)]


def by_id() -> dict[int, dict[str, Any]]:
    return {row["id"]: row for row in json.loads(call("deliveries", "list", "--json").stdout)}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", [8, 7, 6, 5, 4, 3, 2, 1]),
        ("--failed", [8, 6, 5, 3, 2]),
        ("--failed --issue 12", [6, 5]),
        ("--issue daily/1", [3, 2, 1]),
        ("--channel hook", [8, 7]),
        ("--channel mail --since 2d", [6, 5, 4]),
        ("--channel desk", []),
        ("--to BOB@x.example", [5, 2]),
        ("--limit 1", [8]),
        ("--channel nowhere", []),
    ],
)
def test_a_listing_says_who_did_and_did_not_get_what(words: str, found: list[int]) -> None:
    assert ids(*words.split()) == found


def test_a_channel_of_addresses_means_the_alerts_to_them() -> None:
    with closing(Store("sqlite:///briefing.db")) as store, store.transaction() as session:
        rows = [NewDelivery(who, "mail", f"<{who}>", Recipient(f"{who}@x.example")) for who in ("ann", "bob")]
        outbox.enqueue(session, deliveries=rows, now=NOW)
    assert ids("--channel", "desk") == [9]
    assert call("deliveries", "cancel", "--channel", "desk").stdout == "1 cancelled\n"


def test_a_listing_is_a_line_a_delivery_and_counts_what_it_leaves_out() -> None:
    told = call("deliveries", "list", "--limit", "3")
    lines = [re.sub(r"  +", " | ", line) for line in told.stdout.splitlines()]
    assert lines == [
        "8 | dead | hook | test | 1 attempt | made 1 h ago | 410 gone",
        "7 | sent | hook | test | 1 attempt | 1 h ago",
        "6 | retry | eve@x.example | daily No. 12 | 1 attempt | again in 8 d | 451 later",
    ]
    assert told.stderr == "3 of 8: 3 sent · 2 retry · 3 dead\n"


def test_one_is_shown_with_every_attempt_and_who_did_what() -> None:
    call("deliveries", "retry", "5")
    told = call("deliveries", "show", "5")
    lines = [re.sub(r"[-\d]{10} [:\d]{8}Z", "AT", line) for line in told.stdout.splitlines()]
    assert lines == [
        "5  retry  bob@x.example  daily No. 12",
        "  made AT (1 h ago) as <bob12@x.example>",
        "  AT  dead in 1.5 s  550 no such user",
        f"  AT  retried  by ann@{os.uname().nodename}",
        "  next attempt AT (due)",
    ]
    facts = json.loads(call("deliveries", "show", "5", "--json").stdout)
    assert [(one["outcome"], one["epoch"]) for one in facts["attempts"]] == [("dead", 1), ("retried", 2)]
    assert (facts["delivery"]["message_id"], facts["carries"]) == ("<bob12@x.example>", [])


@pytest.mark.parametrize(
    ("words", "done", "touched"),
    [
        ("retry --all", {"retried": 3, "missed": 0}, {2: "retry", 5: "retry", 8: "retry"}),
        ("retry --issue 12", {"retried": 1, "missed": 0}, {5: "retry"}),
        ("retry --since 2d --channel hook", {"retried": 1, "missed": 0}, {8: "retry"}),
        ("replay --channel hook --since 2d", {"replayed": 2, "missed": 0}, {7: "retry", 8: "retry"}),
        ("replay 1 7", {"replayed": 2, "missed": 0}, {1: "retry", 7: "retry"}),
        ("cancel --issue daily/12", {"cancelled": 1, "missed": 0}, {6: "dead"}),
        ("cancel --since 1d", {"cancelled": 1, "missed": 0}, {6: "dead"}),
    ],
)
def test_an_act_touches_what_its_options_name(words: str, done: dict[str, int], touched: dict[int, str]) -> None:
    before = by_id()
    told = call("deliveries", *words.split(), "--json")
    assert (told.exit_code, json.loads(told.stdout)) == (Exit.DONE, done), told.stderr
    assert {one: row["state"] for one, row in by_id().items() if row != before[one]} == touched
    assert {row["message_id"] for row in by_id().values()} == {row["message_id"] for row in before.values()}


def test_ids_that_no_far_end_has_seen_are_given_only_if_asked_for() -> None:
    call("deliveries", "replay", "1", "7", "--new-id")
    assert [by_id()[one]["message_id"] for one in (1, 7, 4)] == [
        "<ann1_2@x.example>",
        "msg_first_2",
        "<ann12@x.example>",
    ]


def test_more_than_a_few_are_asked_about() -> None:
    with closing(Store("sqlite:///briefing.db")) as store, store.transaction() as session:
        rows = [NewDelivery(str(n), "mail", f"<{n}@x.example>", Recipient("zoe@x.example")) for n in range(11)]
        outbox.enqueue(session, deliveries=rows, now=NOW)
    unasked = call("deliveries", "cancel", "--to", "zoe@x.example")
    assert (unasked.exit_code, "Send 11 deliveries to nobody? [y/N]" in unasked.stderr) == (Exit.FAILED, True)
    assert {row["state"] for row in by_id().values() if row["id"] > 8} == {"pending"}
    assert call("deliveries", "cancel", "--to", "zoe@x.example", typed="y\n").stdout == "11 cancelled\n"
    assert call("deliveries", "cancel", "--to", "zoe@x.example", "--yes").stdout == "nothing waits\n"


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        ("retry", Exit.USAGE, "name the deliveries, or say --all, or which"),
        ("retry 5 --all", Exit.USAGE, "name the deliveries"),
        ("retry --all --issue 12", Exit.USAGE, "name the deliveries"),
        ("retry 4", Exit.FAILED, "none of these is dead or being retried"),
        ("retry 5 4 99", Exit.PARTLY, "4, 99: not dead, nor being retried"),
        ("replay --since 2d", Exit.USAGE, "say --issue, --channel or --to"),
        ("replay", Exit.USAGE, "name the deliveries"),
        ("replay 6", Exit.FAILED, "none of these is sent or dead"),
        ("cancel", Exit.USAGE, "name the deliveries"),
        ("cancel 4", Exit.FAILED, "none of these is waiting"),
        ("show 99", Exit.FAILED, "no delivery 99"),
        ("list --issue 7", Exit.FAILED, "no issue 7"),
        ("list --issue weekly/12", Exit.FAILED, "no issue weekly/12 hint: which one: daily/12"),
        ("list --issue daily", Exit.USAGE, '"daily" names no issue'),
        ("list --since soon", Exit.USAGE, "soon"),
    ],
)
def test_what_cannot_be_done_says_so(words: str, status: Exit, said: str) -> None:
    told = call("deliveries", *words.split())
    assert (told.exit_code, "Traceback" in told.stderr) == (status, False), told.stderr
    assert said in " ".join(told.stderr.split())
