"""Each single mistake, in an operator's words and at its place."""

from pathlib import Path

import pytest

from briefing.config.load import Loaded, load

HEAD = "version: 1\nsite: {from: a@example.org}\n"

# id, text below the head, line:col, words of the message, words of the hint
CASES = (
    ("an unknown section", "fedds: {}", "3:1", 'unknown key "fedds"', 'did you mean "feeds"?'),
    ("an unknown key far from any", "zzz: 1", "3:1", 'unknown key "zzz"', "known here: version, site"),
    ("an unknown key in a channel", "channels: {c: {type: mail, too: x}}", "3:28", '"too"', 'did you mean "to"?'),
    ("a key left out", "feeds: {a: {every: 5m}}", "3:9", '"url" is missing', "url: Address of the RSS"),
    ("a channel without a type", "channels: {c: {to: x@example.org}}", "3:12", '"type" is missing', "slack"),
    ("a wrong type of channel", "channels: {c: {type: emil}}", "3:22", '"emil" is not one of', 'did you mean "mail"'),
    ("an empty section", "feeds:", "3:1", '"feeds" is empty', "remove the line"),
    ("an empty value", "feeds: {a: {url: }}", "3:13", '"url" is empty', "give it a value"),
    ("a list for a mapping", "feeds: [a]", "3:1", '"feeds" must hold keys and values, not a list', ""),
    ("text for a mapping", "feeds: {a: https://example.org}", "3:12", "not text", "keys here: url"),
    ("a mapping for text", "stories: {s: {title: {a: b}}}", "3:15", '"title" must be text, not a mapping', ""),
    ("text for a list", "stories: {s: {title: S, feeds: a}}", "3:32", '"feeds" must be a list, not text', "write [one"),
    ("a number for text", "stories: {s: {title: 7}}", "3:22", '"title" must be text, not a number', 'quotes: "7"'),
    ("true for text", "stories: {s: {title: true}}", "3:22", "not true or false", 'quotes: "true"'),
    ("an id in capitals", "stories: {Iran: {title: S}}", "3:11", '"Iran" is not an id', 'did you mean "iran"?'),
    ("an id with a dot", "lists: {a.b: {title: S}}", "3:9", '"a.b" is not an id', 'did you mean "a-b"?'),
    ("no address", "feeds: {a: {url: example.org}}", "3:18", "is not an address", "begins with https://"),
    ("an address of another kind", "feeds: {a: {url: 'file:///x'}}", "3:18", "is not a web address", "https://"),
    ("an address cut off", "feeds: {a: {url: 'https://'}}", "3:18", "is not an address", ""),
    ("a duration in words", "defaults: {since: two days}", "3:19", '"two days" is not a duration', ""),
    ("a duration without a unit", "feeds: {a: {url: https://a.org, every: 5}}", "3:40", '"5" is not a duration', ""),
    ("a duration beyond time", "defaults: {since: 99999999999999d}", "3:19", "longer than ten years", ""),
    ("a size without a unit", "defaults: {poll: {max_size: 2 MB}}", "3:29", '"2 MB" is not a size', ""),
    ("a share without a sign", "defaults: {poll: {jitter: 20}}", "3:27", '"20" is not a percentage', ""),
    ("a share above all", "defaults: {poll: {jitter: 7.5}}", "3:27", '"7.5" is not a percentage', ""),
    ("a number in words", "defaults: {poll: {per_host: two}}", "3:29", '"two" is not a whole number', ""),
    ("a number too large", "defaults: {poll: {per_host: 11}}", "3:29", '"per_host" must be at most 10', ""),
    ("a number too small", "defaults: {poll: {per_host: 0}}", "3:29", '"per_host" must be at least 1', ""),
    ("half a number", "defaults: {poll: {per_host: 1.5}}", "3:29", "is not a whole number", ""),
    ("a word of no list", "defaults: {rights: excerpts}", "3:20", '"excerpts" is not one of', 'mean "excerpt"?'),
    (
        "neither true nor false",
        "feeds: {a: {url: https://a.org, independent: 7}}",
        "3:46",
        "neither true nor false",
        "",
    ),
    ("a tag", "feeds: !secret x", "3:8", "tags such as !secret mean nothing", "${NAME}"),
    ("a key that is a list", "? [a]\n: b", "3:3", "a key must be plain text", ""),
    ("an alias within itself", "feeds: &f {a: *f}", "3:8", "an alias inside the very thing", ""),
    ("a control character", 'lists: {a: {title: "a\\0b"}}', "3:20", "unprintable character (U+0000)", ""),
    ("half a surrogate pair", 'lists: {a: {title: "\\ud83d"}}', "3:20", "unprintable character (U+D83D)", ""),
    ("an odd reference", 'lists: {a: {title: "x ${A-b} y"}}', "3:23", "is neither ${NAME}", "$$"),
    ("an open reference", 'lists: {a: {title: "x ${A"}}', "3:23", "${ without its }", "$${"),
)


@pytest.mark.parametrize(("text", "at", "message", "hint"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_a_mistake_is_told_at_its_place(text: str, at: str, message: str, hint: str, tmp_path: Path) -> None:
    loaded = loaded_from(tmp_path, HEAD + text + "\n")
    told = [(f"{p.line}:{p.col}", p.message, p.hint) for p in loaded.problems if p.severity == "error"]
    assert any(a == at and message in m and hint in h for a, m, h in told), told
    assert loaded.config is None


SCHEDULES = (
    ("no address", "at: '7:00', to: nobody", "4:45", '"nobody" is not an e-mail address'),
    ("no reader", "at: '7:00', to: []", "4:41", '"to" needs at least one'),
    ("no zone", "at: '7:00', to: a@b.org, timezone: Iran/Tehran", "4:64", 'no time zone named "Iran/Tehran"'),
    ("a time of twelve hours", "at: 7am, to: a@b.org", "4:33", '"7am" is not a time of day'),
    ("a schedule twice", "at: '7:00', cron: 0 7 * * *, to: a@b.org", "4:11", "give either at"),
    ("days with cron", "cron: 0 7 * * *, days: [mon], to: a@b.org", "4:11", "days goes with at"),
    ("a list among addresses", "at: '7:00', to: [[a]]", "4:46", '"to" takes an address or {list: id}, not a list'),
)


@pytest.mark.parametrize(("rest", "at", "message"), [c[1:] for c in SCHEDULES], ids=[c[0] for c in SCHEDULES])
def test_a_mistake_in_a_digest_is_told_at_its_place(rest: str, at: str, message: str, tmp_path: Path) -> None:
    text = HEAD + "stories: {s: {title: S}}\n" + f"digests: {{d: {{stories: [s], {rest}}}}}\n"
    loaded = loaded_from(tmp_path, text)
    told = [(f"{p.line}:{p.col}", p.message) for p in loaded.problems]
    assert any(a == at and message in m for a, m in told), told


REFERENCES = (
    ("a feed", "feeds: {wire: {url: https://a.org}}\nstories: {s: {title: S, feeds: [wre]}}", "4:33", "feed", "wire"),
    ("a story of a digest", "digests: {d: {stories: [iran], at: '7:00', to: a@b.org}}", "3:25", "story", None),
    ("a channel", "channels: {desk: {type: mail, to: a@b.org}}\nroutes: [{to: dsk}]", "4:15", "channel", "desk"),
    ("a story of a route", "stories: {s: {title: S}}\nroutes: [{to: [], when: {story: t}}]", "4:33", "story", None),
    ("a feed of a route", "routes: [{to: [], when: {feed: t}}]", "3:32", "feed", None),
)


@pytest.mark.parametrize(("text", "at", "noun", "meant"), [c[1:] for c in REFERENCES], ids=[c[0] for c in REFERENCES])
def test_an_id_that_names_nothing_is_told(text: str, at: str, noun: str, meant: str | None, tmp_path: Path) -> None:
    loaded = loaded_from(tmp_path, HEAD + text + "\n")
    found = [p for p in loaded.problems if f"{p.line}:{p.col}" == at]
    assert [p.message.startswith(f"no {noun} named") for p in found] == [True]
    assert meant is None or meant in found[0].hint


def test_a_misspelt_section_is_one_mistake_not_one_for_each_reference_into_it(tmp_path: Path) -> None:
    text = HEAD + "fedes: {a: {url: https://a.org}}\nstories: {s: {title: S, feeds: [a]}, t: {title: T, feeds: [a]}}\n"
    assert [p.path for p in loaded_from(tmp_path, text).problems] == ["fedes"]


def test_a_feed_given_by_address_can_be_named_by_a_route(tmp_path: Path) -> None:
    text = HEAD + (
        "stories: {s: {title: S, feeds: [https://www.example.org/analysis/rss]}}\n"
        "channels: {c: {type: mail, to: a@example.org}}\n"
        "routes: [{to: c, when: {feed: example-org-analysis-rss}}]\n"
    )
    assert loaded_from(tmp_path, text).problems == ()


def test_a_merged_mapping_is_checked_where_it_was_written(tmp_path: Path) -> None:
    text = HEAD + "feeds:\n  a: &a {url: https://a.org, evry: 5m}\n  b: {<<: *a, url: https://b.org}\n"
    told = [(p.line, p.col, p.path) for p in loaded_from(tmp_path, text).problems]
    assert told == [(4, 30, "feeds.a.evry"), (4, 30, "feeds.b.evry")]


def test_values_of_a_repeated_section_still_count(tmp_path: Path) -> None:
    text = HEAD + "feeds: {a: {url: https://a.org}}\nstories: {s: {title: S, feeds: [a, b]}}\n"
    loaded = loaded_from(tmp_path, text + "feeds: {b: {url: https://b.org}}\n")
    assert [(p.line, p.message) for p in loaded.problems] == [(5, '"feeds" stands twice, on lines 3 and 5')]


def loaded_from(folder: Path, text: str) -> Loaded:
    path = folder / "feeds.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path, {})
