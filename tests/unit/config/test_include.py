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
    assert [route.when.feed for route in loaded.config.routes] == [None, "b"]


def test_a_mistake_stands_in_its_own_file(tmp_path: Path) -> None:
    loaded = files(
        tmp_path,
        MAIN + "routes: [{to: []}]\n",
        x="# more\nfeeds:\n  b: {url: https://b.org, evry: 5m}\nroutes:\n  - {to: nobody, when: {event: itm}}\n",
    )
    told = [(Path(p.file).name, p.line, p.col, p.path) for p in loaded.problems if p.severity == "error"]
    assert told == [
        ("feeds.yaml", 4, 11, "routes.0.to"),
        ("x.yaml", 3, 27, "feeds.b.evry"),
        ("x.yaml", 5, 10, "routes.1.to"),
        ("x.yaml", 5, 32, "routes.1.when.event"),
    ]


def test_an_id_in_two_files_is_told_with_both_places(tmp_path: Path) -> None:
    loaded = files(tmp_path, MAIN + "feeds: {a: {url: https://a.org}}\n", x="feeds:\n  a: {url: https://b.org}\n")
    (problem,) = loaded.problems
    assert (Path(problem.file).name, problem.line, problem.col) == ("x.yaml", 2, 3)
    assert problem.message == f'"a" stands already in {tmp_path}/feeds.yaml, line 4'


def test_a_section_that_is_no_mapping_of_ids_may_stand_in_one_file_only(tmp_path: Path) -> None:
    loaded = files(tmp_path, MAIN, x="site: {from: b@example.org}\n")
    assert ["stands already" in p.message for p in loaded.problems] == [True]


def test_a_pattern_that_fits_no_file_is_a_warning(tmp_path: Path) -> None:
    loaded = files(tmp_path, MAIN)
    assert [(p.severity, p.line, p.col, p.path) for p in loaded.problems] == [("warning", 3, 11, "include.0")]
    assert loaded.config is not None


def test_a_broken_included_file_is_told_without_the_references_it_leaves_dangling(tmp_path: Path) -> None:
    loaded = files(tmp_path, MAIN + "stories: {s: {title: S, feeds: [b]}}\n", x="feeds: {b: [\n")
    assert [Path(p.file).name for p in loaded.problems] == ["x.yaml"]


def test_an_included_file_includes_no_more(tmp_path: Path) -> None:
    loaded = files(tmp_path, MAIN, x="include: [y.yaml]\n")
    assert [p.message for p in loaded.problems] == ['"include" cannot stand in an included file']


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
