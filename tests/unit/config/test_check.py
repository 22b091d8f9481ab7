"""What only a stage can tell comes back to its place in the file."""

from pathlib import Path

import pytest

from briefing.check import Checked, check

HEAD = (
    "version: 1\nsite: {from: a@example.org}\n"
    "stories:\n  s: {title: S, query: %s}\ndigests:\n  d: {stories: [s], to: a@b.org, %s}\n"
)

CASES = (
    ("an open bracket in a query", "'(a OR b'", "at: '7:00'", "4", "stories.s.query"),
    ("an unknown field in a query", "'tilte:a'", "at: '7:00'", "4", "stories.s.query"),
    ("a cron of four fields", "a", "cron: 0 7 * *", "6", "digests.d.cron"),
    ("an hour that is none", "a", "cron: 0 25 * * *", "6", "digests.d.cron"),
    ("a template that is none", "a", "at: '7:00', template: dgest", "6", "digests.d.template"),
)


@pytest.mark.parametrize(("query", "digest", "line", "path"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_a_stages_error_stands_at_its_place(query: str, digest: str, line: str, path: str, tmp_path: Path) -> None:
    (problem,) = checked_from(tmp_path, HEAD % (query, digest)).problems
    assert (str(problem.line), problem.path, problem.severity) == (line, path, "error")
    assert problem.hint


def test_a_stages_error_points_into_the_value(tmp_path: Path) -> None:
    (problem,) = checked_from(tmp_path, HEAD % ("a", 'cron: "0 25 * * *"')).problems
    assert problem.source[problem.col - 1 :].startswith("25 *")


def test_a_query_that_could_not_be_filled_in_is_told_once(tmp_path: Path) -> None:
    (problem,) = checked_from(tmp_path, HEAD % ('"(${WORDS}"', "at: '7:00'")).problems
    assert "WORDS is not set" in problem.message


def test_stages_are_asked_even_when_the_shape_is_wrong(tmp_path: Path) -> None:
    text = HEAD % ("'(a'", "at: '7:00', max_itms: 3")
    assert [p.path for p in checked_from(tmp_path, text).problems] == ["stories.s.query", "digests.d.max_itms"]


def test_an_alert_template_of_the_operator_is_rendered_too(tmp_path: Path) -> None:
    folder = tmp_path / "templates" / "alert"
    folder.mkdir(parents=True)
    (folder / "subject.txt").write_text("{{ nope.nope }}")
    path = tmp_path / "feeds.yaml"
    path.write_text("version: 1\nsite: {from: a@example.org}\n")
    (problem,) = check(path, {}).problems
    assert (problem.severity, problem.path) == ("error", "site")
    assert "templates/alert/subject.txt:1" in problem.message


def test_a_template_of_the_operator_is_rendered_on_a_sample(tmp_path: Path) -> None:
    own = tmp_path / "templates" / "mine"
    own.mkdir(parents=True)
    (own / "subject.txt").write_text("{{ no_such_word }}")
    (problem,) = checked_from(tmp_path, HEAD % ("a", "at: '7:00', template: mine")).problems
    assert problem.path == "digests.d.template"
    (own / "subject.txt").write_text("Mine")
    assert checked_from(tmp_path, HEAD % ("a", "at: '7:00', template: mine")).ok


@pytest.mark.parametrize("secret", ["word", "whsec_c2hvcnQ=", "whsec_!!!"])
def test_a_signing_secret_that_cannot_sign_is_told_without_being_shown(secret: str, tmp_path: Path) -> None:
    text = 'channels:\n  c: {type: webhook, url: "https://h.org", secret: "${SECRET}"}\n'
    (problem,) = checked_from(tmp_path, "version: 1\nsite: {from: a@example.org}\n" + text, SECRET=secret).problems
    assert (problem.line, problem.path) == (4, "channels.c.secret")
    assert secret not in problem.message


def checked_from(folder: Path, text: str, **environ: str) -> Checked:
    path = folder / "feeds.yaml"
    path.write_text(text)
    return check(path, environ)
