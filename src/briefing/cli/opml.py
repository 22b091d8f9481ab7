"""opml: feeds from other readers into feeds.yaml, and from it to them.

Apart from `feeds`, which edits one by name: here many come at once from a stranger's file, and each is judged.

What if we die here? feeds.yaml is changed in one step, an exported file takes its name in one.
"""

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from briefing.cli import output
from briefing.cli.failure import Exit, Failure
from briefing.cli.options import CONFIG, ConfigPath, Json, amend, count, open_config

if TYPE_CHECKING:
    from briefing.collect.opml import Outline

app = typer.Typer(help="Feeds from other readers, and to them.", no_args_is_help=True)
SECONDS = 10.0  # to read a list, in a child that is killed after them
SHOWN = 3  # of what is named in a line
_ASKED_BY_NAME = re.compile(r"^feed:(//)?(?=https?://)", re.IGNORECASE)
_ASKED = re.compile(r"^feed:(?=//)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sorted:
    """What becomes of the feeds of a list: new ones by id, and addresses with the id that has them, or the reason."""

    added: "dict[str, Outline]" = field(default_factory=dict)
    there: list[tuple[str, str]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


@app.command("import", epilog="Example: briefing opml import subscriptions.opml --dry-run")
def import_(
    source: Annotated[str, typer.Argument(metavar="FILE", help="An OPML file; - reads standard input.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be added; nothing is written.")] = False,
    config: ConfigPath = CONFIG,
    json: Json = False,
) -> None:
    """Add the feeds of an OPML file to feeds.yaml, in one step; comments stay, and nothing is fetched.

    What is there already stays as it is. Without a feeds.yaml one is begun, with a story over all its feeds.
    """
    from briefing.config import edit, effective

    outlines, standing = _read(source), {}
    if there := config.exists():
        standing = {str(name): str(feed.url) for name, feed in effective.feeds(open_config(config)).items()}
    found = sort(outlines, standing)
    new = {name: (feed.url, feed.title) for name, feed in found.added.items()}
    if found.added and not dry_run:
        blank = edit.blank(address="you@example.org", zone="UTC")
        amend(config, lambda text: edit.add_feeds(blank if text is None else text, new))
    if json:
        output.as_json({"config": config, "dry_run": dry_run, **_told(found)})
    else:
        _print(found, config, dry_run=dry_run)
    if not dry_run:
        _advise(found, config, undo="briefing feeds remove ID takes one out" if there else f"delete {config}")
    if found.refused:
        raise typer.Exit(Exit.PARTLY if found.added or found.there else Exit.FAILED)


def _read(source: str) -> "Sequence[Outline]":
    import asyncio

    from briefing.collect.opml import MAX_BYTES
    from briefing.errors import ParseError

    if source == "-":
        body = sys.stdin.buffer.read(MAX_BYTES + 1)
    else:
        with Path(source).open("rb") as file:
            body = file.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        raise Failure(f"{source}: larger than {MAX_BYTES // 2**20} MiB", hint="nothing was added")
    try:
        return asyncio.run(_outlines(body))
    except ParseError as error:
        raise Failure(f"{source}: {error}", hint="nothing was added") from error


async def _outlines(body: bytes) -> "Sequence[Outline]":
    from briefing.collect.isolate import Isolate
    from briefing.model import Fetched, Validators

    async with Isolate(workers=1, seconds=SECONDS) as isolate:
        return await isolate.outlines(Fetched("", body, content_type=None, validators=Validators()))


def sort(feeds: "Iterable[Outline]", standing: Mapping[str, str]) -> Sorted:
    """Tell which feeds of a list are new; `standing` are the ids and addresses that are there."""
    from briefing.collect.urls import canonical
    from briefing.config import effective
    from briefing.config.identity import same_address

    found = Sorted()
    held = {canonical(url) or url: name for name, url in standing.items()}
    taken = set(standing)
    for feed in feeds:
        asked = _ASKED.sub("http:", _ASKED_BY_NAME.sub("", feed.url))
        url = same_address(asked)
        key = canonical(url) or url
        if url is None or key is None:
            web = asked.lower().startswith(("http:", "https:"))
            found.refused.append((feed.url, "this is no web address" if web else "only http and https are polled"))
        elif key in held:
            found.there.append((url, held[key]))
        else:
            held[key] = effective.id_of(url, taken)
            taken.add(held[key])
            found.added[held[key]] = replace(feed, url=url)
    return found


def _inner(url: str) -> bool:
    """Tell whether an address lies in a private network, as far as it says so without a look-up."""
    from briefing.address import refusal

    host = (urlsplit(url).hostname or "").rstrip(".")
    try:
        return refusal(str(ip_address(host))) is not None
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _told(found: Sorted) -> dict[str, Any]:
    from briefing.config.mask import address

    return {
        "added": [
            {"feed": name, "url": address(feed.url), "title": feed.title, "folder": feed.folder or None}
            for name, feed in found.added.items()
        ],
        "there": [{"feed": name, "url": address(url)} for url, name in found.there],
        "refused": [{"url": address(url), "reason": reason} for url, reason in found.refused],
        "private": [name for name, feed in found.added.items() if _inner(feed.url)],
    }


def _print(found: Sorted, config: Path, *, dry_run: bool) -> None:
    from briefing.config.mask import address

    if dry_run and found.added:
        rows = [(name, feed.title, address(feed.url)) for name, feed in found.added.items()]
        output.table(rows, empty="")
    words = [f"{'would add' if dry_run else 'added'} {count(len(found.added), 'feed')} to {config}"]
    words += [f"{len(found.there):,} {'was' if len(found.there) == 1 else 'were'} there"] if found.there else []
    why = [f"{address(url)[:80]}: {reason}" for url, reason in found.refused]
    words += [f"{len(why):,} refused ({_few(why, '; ')})"] if why else []
    output.say(output.plain("; ".join(words)))


def _advise(found: Sorted, config: Path, *, undo: str) -> None:
    """Say what an operator would else find out later."""
    inner = [name for name, feed in found.added.items() if _inner(feed.url)]
    folders = list(dict.fromkeys(feed.folder for feed in found.added.values() if feed.folder))
    if inner:
        told = f"{count(len(inner), 'feed')} in a private network ({_few(inner)})"
        output.note(f"{told}: not polled without allow_private: true in {config}")
    if folders:
        output.note(output.plain(f"folders are not kept ({_few(folders)}); a story can name its feeds"))
    if found.added:
        output.note(f"undo: {undo}; next: briefing check, briefing poll")


def _few(names: Sequence[str], by: str = ", ") -> str:
    more = f"{by}and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return by.join(names[:SHOWN]) + more


@app.command("export", epilog="Example: briefing opml export subscriptions.opml")
def export(
    target: Annotated[str, typer.Argument(metavar="FILE", help="Where to; - writes to standard output.")] = "-",
    with_secrets: Annotated[
        bool, typer.Option("--with-secrets", help="Also feeds whose address holds a password or key.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")] = False,
    config: ConfigPath = CONFIG,
    json: Json = False,
) -> None:
    """Write the feeds as OPML; those whose address holds a secret are left out and named."""
    from briefing.clock import utc_now
    from briefing.collect import opml
    from briefing.config import effective
    from briefing.config.mask import address

    if json and target == "-":
        raise Failure("--json needs a FILE: standard output holds the OPML", code=Exit.USAGE)
    checked = open_config(config)
    feeds = {str(name): opml.Outline(str(feed.url), feed.title) for name, feed in effective.feeds(checked).items()}
    kept = [name for name, feed in feeds.items() if not with_secrets and address(feed.url) != feed.url]
    told = [feed for name, feed in feeds.items() if name not in kept]
    _put(target, opml.write(told, title="Feeds of briefing", created=utc_now()), config, force=force)
    if json:
        output.as_json({"exported": len(told), "left_out": kept, "file": target})
    elif target != "-":
        output.say(f"wrote {count(len(told), 'feed')} to {target}")
    if kept:
        output.note(f"left out, for the address holds a secret: {', '.join(kept)} (--with-secrets includes them)")


def _put(target: str, document: bytes, config: Path, *, force: bool) -> None:
    if target == "-":
        sys.stdout.write(document.decode())
    elif Path(target).resolve() == config.resolve():
        raise Failure(f"{target} is the configuration", hint="name another file", code=Exit.USAGE)
    elif Path(target).exists() and not force:
        raise Failure(f"{target} is there already", hint="--force overwrites a file", code=Exit.USAGE)
    else:
        output.put(Path(target), lambda file: file.write(document.decode()))
