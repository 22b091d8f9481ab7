"""Several files as one configuration, each mistake in its own file."""

from pathlib import Path

from briefing.config.load import Loaded, load

MAIN = "version: 1\nsite: {from: a@example.org}\ninclude: [feeds.d/*.yaml]\n"


def test_sections_of_included_files_join_in_the_order_of_their_names(tmp_path: Path) -> None:
    loaded = files(
        tmp_path,
        MAIN + "feeds: {a: {url: https://a.org}}\nroutes: [{to: c, continue: true}]\n",
        b="feeds: {b: {url: https://b.org}}\nroutes: [{to: c, when: {feed: b}}]\n",
        a="version: 1\nchannels: {c: {type: mail, to: a@example.org}}\n",
    )
    assert loaded.problems == ()
    assert loaded.config is not None
    assert list(loaded.config.feeds) == ["a", "b"]
    assert [route.when.feed for route in loaded.config.routes] == [[], ["b"]]


def test_a_pattern_that_fits_no_file_is_a_warning(tmp_path: Path) -> None:
    loaded = files(tmp_path, MAIN)
    assert [(p.severity, p.line, p.col, p.path) for p in loaded.problems] == [("warning", 3, 11, "include.0")]
    assert loaded.config is not None


def test_a_file_that_includes_itself_is_read_once(tmp_path: Path) -> None:
    loaded = files(tmp_path, "version: 1\nsite: {from: a@example.org}\ninclude: ['*.yaml']\nfeeds: {}\n")
    assert loaded.config is not None


def test_values_of_included_files_are_filled_in_and_secrets_in_them_starred(tmp_path: Path) -> None:
    text = 'channels:\n  a: {type: slack, url: "${HOOK}"}\n  b: {type: slack, url: "https://hooks.example.org/key"}\n'
    loaded = files(tmp_path, MAIN, HOOK="https://hooks.example.org/x", x=text)
    (problem,) = loaded.problems
    assert (problem.severity, problem.line) == ("warning", 3)
    assert "key" not in problem.source


def files(folder: Path, main: str, /, HOOK: str = "", **more: str) -> Loaded:  # noqa: N803 - a variable's name
    (folder / "feeds.yaml").write_text(main)
    (folder / "feeds.d").mkdir()
    for name, text in more.items():
        (folder / "feeds.d" / f"{name}.yaml").write_text(text)
    return load(folder / "feeds.yaml", {"HOOK": HOOK})
