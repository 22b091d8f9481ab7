"""explain --item: what became of one stored item, and why.

Apart from `replay`, which judges items of a file: this one is in the database, and may have been told already.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from briefing.cli import output
from briefing.cli.failure import Failure
from briefing.cli.items import withdrawal_words
from briefing.cli.ledger import MARKS
from briefing.cli.options import count, open_config, open_store

if TYPE_CHECKING:
    from briefing.model import ItemLine
    from briefing.trace import Belonging, Grouped, Issued, Part, Trace


def explain_item(config: Path, database: str, item: int, *, json: bool) -> None:
    """Say of a stored item which stories it belongs to and why, whom it copies, who reports the same, who is told."""
    found = _traced(config, database, item)
    if found is None and _tell_withdrawn(database, item, json=json):
        return
    if found is None:
        raise Failure(f"no item {item}", hint="briefing items lists what is stored, ids first")
    if json:
        output.as_json(found)
        return
    for line in _lines(found):
        output.say(output.plain(line))


def _tell_withdrawn(database: str, item: int, *, json: bool) -> bool:
    """Say of an item that was withdrawn that it was, and who is told; False if it was not."""
    from briefing.clock import utc_now
    from briefing.model import ItemId
    from briefing.store import traces, withdrawals

    with open_store(database) as store, store.reading() as session:
        gone = withdrawals.listing(session, item=ItemId(item))
        told = traces.deliveries(session, events=[f"withdrawn:{item}"])
    if json and gone:
        output.as_json({"withdrawn": gone[0], "told": told})
    elif gone:
        output.say(output.plain(f"item {item}  {gone[0].source}: {gone[0].title}"))
        output.say(output.plain(withdrawal_words(gone[0], utc_now())))
        for one in told:
            output.say(output.plain(f"  told {one.recipient.address if one.recipient else one.channel} {one.state}"))
    return bool(gone)


def _traced(config: Path, database: str, item: int) -> "Trace | None":
    from briefing import compiled, corroborate, publish
    from briefing.cli.logs import keep_quiet
    from briefing.clock import utc_now
    from briefing.model import ItemId
    from briefing.trace import trace

    keep_quiet()
    checked, now = open_config(config), utc_now()
    letters = compiled.letters(checked, config.resolve().parent, compiled.unstored)
    plans = compiled.plans(checked, letters, compiled.teller(checked, letters, b""))
    with open_store(database) as store, store.reading() as session:
        reaches = [publish.reach(session, plan, now=now) for plan in plans]
        return trace(session, checked, corroborate.sources(checked), item=ItemId(item), reaches=reaches)


def _lines(found: "Trace") -> Iterator[str]:
    yield f"item {_named(found.item)}  ({found.feed}, {found.item.at:%Y-%m-%d %H:%M}Z)  {found.item.url or ''}".rstrip()
    if found.copy:
        original = _named(found.copy.original) if found.copy.original else "an item that is no longer stored"
        yield f"copy of {original}  ({found.copy.evidence})"
    for copy in found.copies:
        yield f"copied by {_named(copy)}"
    yield from _origin(found)
    if not found.stories:
        yield "in no story"
    for belonging in found.stories:
        yield from _story(belonging)
    for issued in found.digests:
        yield f"digest {issued.digest}: {_issued(issued)}"


def _origin(found: "Trace") -> Iterator[str]:
    if found.origin.family != found.family:
        yield f"rests on {found.origin.family}" + (f": “{found.origin.quote}”" if found.origin.quote else ", credited")
    elif not found.copy:
        yield f"an own report of {found.family}"


def _story(one: "Belonging") -> Iterator[str]:
    yield f"story {one.story}: {'by ' + ', '.join(one.terms) if one.terms else 'takes every item'}"
    if one.development:
        yield from _development(one.development)
    for part in one.parts:
        yield from _part(part)
    for key in one.told:
        went = [f"{sent.address or sent.channel} {sent.state}" for sent in one.sent if sent.event == key]
        yield f"  told {key} → {', '.join(went) or 'nobody: no route takes it'}"
    if one.silent:
        yield f"  not told: {one.silent}"
    yield f"  its routes name {', '.join(one.channels) or 'no channel'}"


def _development(one: "Grouped") -> Iterator[str]:
    publishers, origins = len(one.corroboration.publishers), len(one.corroboration.origins)
    words = f"reported by {count(publishers, 'publisher')}, {count(origins, 'origin')}"
    copies = f", {count(one.copies, 'item')} of it copied" if one.copies else ""
    yield f"  development {one.id}: {words}{copies}{', told as such' if one.told else ''}"
    for other in one.others:
        yield f"    with {_named(other)}{'  (leads)' if other.item == one.lead else ''}"
    for claim in one.claims:
        yield f"    {claim.kind}: “{claim.quote}”"


def _part(one: "Part") -> Iterator[str]:
    yield f"  series {one.series}" + (f", part {one.part or '?'}" if one.joined else "")
    for promise in one.kept:
        yield f"    ● keeps: “{promise.quote}”"
    for promise in one.made:
        yield f"    {MARKS[promise.state]} {promise.state}: “{promise.quote}”"


def _issued(one: "Issued") -> str:
    if one.issue is not None:
        return f"issue {one.issue} shows it"
    if one.dealt:
        return "counted in an issue, not shown"
    return "the next issue deals with it" if one.coming else "no issue will: it is no news, or too old for the next"


def _named(line: "ItemLine") -> str:
    return f"{line.item}  {line.source}: {line.title}"
