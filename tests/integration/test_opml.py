"""Feeds of other readers go into feeds.yaml, and come out again; nothing is fetched."""

import difflib
import json
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from briefing.cli.failure import Exit
from briefing.cli.opml import sort
from briefing.collect import opml
from briefing.collect.opml import Outline
from tests.integration.command import call, write_config

MINE = """<opml version="1.0"><head><title>Mine</title></head><body>
<outline text="News"><outline text="The $A &amp; B" xmlUrl="https://a.example/rss?x=1&amp;y=2"/></outline>
<outline text="B" xmlUrl="feed://b.example/rss"/>
<outline text="Review" xmlUrl="https://127.0.0.1:9/review.rss/"/>
<outline text="Inner" xmlUrl="http://10.0.0.1/rss"/>
<outline text="Evil" xmlUrl="file:///etc/passwd"/>
</body></opml>"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.opml").write_text(MINE, encoding="utf-8")
    return tmp_path


def held(path: Path) -> dict[str, dict[str, str]]:
    feeds: dict[str, dict[str, str]] = YAML(typ="safe").load(path)["feeds"]
    return feeds


def test_new_feeds_are_lines_more_and_nothing_else_and_the_rest_is_told(folder: Path) -> None:
    config = write_config(folder)
    before = config.read_text().splitlines()

    told = call("opml", "import", "mine.opml")

    assert told.exit_code == Exit.PARTLY
    expected = (
        "added 3 feeds to feeds.yaml; 1 was there; 1 refused (file:///etc/passwd: only http and https are polled)"
    )
    assert told.stdout == expected + "\n"
    assert "1 feed in a private network (10-0-0-1-rss)" in told.stderr
    assert "folders are not kept (News)" in told.stderr
    assert "undo: briefing feeds remove" in told.stderr
    changed = [line for line in difflib.ndiff(before, config.read_text().splitlines()) if line[0] in "+-?"]
    assert [line[0] for line in changed] == ["+"] * 3
    assert held(config)["b-example-rss"] == {"url": "http://b.example/rss", "title": "B"}
    again = call("opml", "import", "mine.opml")
    assert again.stdout.startswith("added 0 feeds to feeds.yaml; 4 were there; 1 refused")
    assert call("check").exit_code == Exit.DONE


def test_a_dry_run_says_the_same_and_writes_nothing(folder: Path) -> None:
    told = call("opml", "import", "-", "--dry-run", typed=MINE)

    assert "would add 4 feeds to feeds.yaml; 1 refused" in told.stdout
    assert not (folder / "feeds.yaml").exists()


def test_without_a_feeds_yaml_one_is_begun_that_holds_and_tells_of_all_feeds(folder: Path) -> None:
    told = call("opml", "import", "mine.opml", "--json")

    facts = json.loads(told.stdout)
    assert [row["feed"] for row in facts["added"]][1:] == ["b-example-rss", "127-0-0-1-review-rss", "10-0-0-1-rss"]
    assert [row["url"] for row in facts["refused"]] == ["file:///etc/passwd"]
    assert facts["private"] == ["127-0-0-1-review-rss", "10-0-0-1-rss"]
    assert "ok · 4 feeds · 1 story · 1 digest" in call("check").stdout
    assert "delete feeds.yaml" in told.stderr


def test_out_and_in_again_addresses_and_titles_are_the_same(folder: Path) -> None:
    config = write_config(folder)
    call("opml", "import", "mine.opml")
    call("feeds", "add", "https://untitled.example/rss")

    assert call("opml", "export", "out.opml", "--with-secrets").stdout == "wrote 6 feeds to out.opml\n"
    assert call("opml", "import", "out.opml", "--config", "other.yaml").exit_code == Exit.DONE
    told = call("opml", "export", "--with-secrets", "--config", "other.yaml").stdout.encode()

    assert set(opml.read(told)) == set(opml.read((folder / "out.opml").read_bytes()))
    titles = {one.get("title") for one in held(config).values()}
    assert {one.get("title") for one in held(folder / "other.yaml").values()} == titles


def test_an_address_that_holds_a_secret_stays_at_home_unless_it_is_asked_for(folder: Path) -> None:
    write_config(folder)

    told = call("opml", "export")

    assert "feed-secret" not in told.stdout
    assert [feed.title for feed in opml.read(told.stdout.encode())] == ["The Review"]
    assert "left out, for the address holds a secret: wire (--with-secrets" in told.stderr
    assert "feed-secret" in call("opml", "export", "--with-secrets").stdout


REFUSED = {
    "too large": ("x" * (10 * 2**20 + 1), "mine.opml: larger than 10 MiB"),
    "no list": ("<rss></rss>", "mine.opml: this is not OPML"),
}


@pytest.mark.parametrize(("text", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_list_adds_nothing(text: str, said: str, folder: Path) -> None:
    (folder / "mine.opml").write_text(text)

    told = call("opml", "import", "mine.opml")

    assert told.exit_code == Exit.FAILED
    assert said in told.stderr
    assert not (folder / "feeds.yaml").exists()


def test_the_configuration_is_no_place_to_export_to(folder: Path) -> None:
    before = write_config(folder).read_bytes()

    assert call("opml", "export", "./feeds.yaml").exit_code == Exit.USAGE
    assert (folder / "feeds.yaml").read_bytes() == before


ADDRESSES = {
    "feed://x.example/rss": "http://x.example/rss",
    "FEED:https://x.example/rss": "https://x.example/rss",
    "feed://https://x.example/rss": "https://x.example/rss",
    "HTTPS://X.example:443/rss": "https://x.example/rss",
    "http://0x7f.1/rss": "http://127.0.0.1/rss",
    "feed:x.example/rss": None,
    "feed:file:///etc/passwd": None,
    "javascript:alert(1)": None,
    "data:text/xml,x": None,
    "x.example/rss": None,
    "//x.example/rss": None,
    "https://": None,
    "http://[::1": None,
    "http://x.example:99999/": None,
    "": None,
}


@pytest.mark.parametrize(("asked", "dialled"), ADDRESSES.items())
def test_what_an_address_means_to_us(asked: str, dialled: str | None) -> None:
    found = sort([Outline(asked, None)], {})

    assert [feed.url for feed in found.added.values()] == ([dialled] if dialled else [])
    assert [url for url, _ in found.refused] == ([] if dialled else [asked])


THERE = (
    "http://x.example/rss",
    "https://X.example/rss/",
    "https://x.example/rss?utm_source=a",
    "feed://x.example/rss#f",
)


@pytest.mark.parametrize("url", THERE)
def test_another_spelling_of_an_address_is_the_same_feed(url: str) -> None:
    assert [name for _, name in sort([Outline(url, "X")], {"x": "https://x.example/rss"}).there] == ["x"]


def test_ids_are_made_from_addresses_and_none_twice() -> None:
    twins = [Outline(f"https://x.example/{path}", None) for path in ("a-b", "a_b", "a.b")]

    first, *more = sort(twins, {"x-example-a-b": "https://elsewhere.example/"}).added

    assert len({first, *more}) == 3
    assert all(name.startswith("x-example-a-b-") for name in (first, *more))
