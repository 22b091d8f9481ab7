"""Reads a collection of feeds, compares with what other parsers agree on, prints each difference and the time.

    python bench/parse_corpus.py DIR        (default: $BRIEFING_CORPUS/feeds, else ../shared/corpus/feeds)

DIR holds `expected.jsonl`, one object a file: {"file", "entries", "first": {"title", "id", "link", "published"}}; null
is a fact without agreement. `entries` serves the collection's own checker too. What remains, and who is right, is in
docs/feeds-corpus.md.
"""

import html
import json
import os
import re
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from briefing.collect import parse
from briefing.errors import ParseError

URL = "https://feed.example/x"  # where no file came from
ALL = 1_000_000


def entries(body: bytes, content_type: str | None, url: str) -> list[dict[str, Any]]:
    """Return a document's items as the checker wants them; a body that is refused has none."""
    try:
        feed = parse.feed(body, content_type, url, max_items=ALL)
    except ParseError:
        return []
    return [{"title": i.title, "id": i.guid, "link": i.url, "published": i.published} for i in feed.items]


def differences(row: dict[str, Any], found: list[dict[str, Any]]) -> Iterator[tuple[str, Any, Any]]:
    """Yield (what, expected, found) for one file."""
    if len(found) != row["entries"]:
        yield "entries", row["entries"], len(found)
    elif found:
        for name, expected in row["first"].items():
            if expected is not None and _same(name, expected) != _same(name, found[0][name]):
                yield name, expected, found[0][name]


def _same(name: str, value: Any) -> Any:
    """Return a fact in the form in which equal ones are equal."""
    if name == "title":
        text = re.sub(r"<[^>]+>", "", html.unescape(html.unescape(str(value or ""))))
        return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()
    if name == "published" and value:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        return moment.astimezone(UTC).replace(microsecond=0)
    return value


def main(folder: Path) -> int:
    """Print the differences, then counts and times; return how many documents raised or were miscounted for real."""
    tally: Counter[tuple[str, str]] = Counter()
    times: list[float] = []
    size = 0
    for line in (folder / "expected.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        body = (folder / row["file"]).read_bytes()
        kind, size = row["file"].split("/")[0], size + len(body)
        started = time.perf_counter()
        found = entries(body, None, URL)
        times.append(time.perf_counter() - started)
        tally[kind, "documents"] += 1
        for what, expected, got in differences(row, found):
            tally[kind, what] += 1
            name = row["file"].split("__")[-1][:48]
            print(f"{what:9} {name:48} expected {str(expected)[:60]!r}, found {str(got)[:60]!r}")
    for (kind, what), count in sorted(tally.items()):
        print(f"{kind:10} {what:10} {count}")
    print(f"{len(times)} documents, {size / 2**20:.1f} MiB, {sum(times):.2f} s, slowest {max(times) * 1000:.0f} ms")
    return tally["real", "entries"]


if __name__ == "__main__":
    home = Path(os.environ.get("BRIEFING_CORPUS") or Path(__file__).parents[2] / "shared" / "corpus")
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else home / "feeds") > 0)
