"""What only a stage can tell comes back to its place in the file."""

from pathlib import Path

import pytest

from briefing.check import Checked, check

HEAD = (
    "version: 1\nsite: {from: a@example.org}\n"
    "stories:\n  s: {title: S, query: %s}\ndigests:\n  d: {stories: [s], to: a@b.org, %s}\n"
)


def test_a_template_of_the_operator_is_rendered_on_a_sample(tmp_path: Path) -> None:
    own = tmp_path / "templates" / "mine"
    own.mkdir(parents=True)
    (own / "subject.txt").write_text("{{ no_such_word }}")
    (problem,) = checked_from(tmp_path, HEAD % ("a", "at: '7:00', template: mine")).problems
    assert problem.path == "digests.d.template"
    (own / "subject.txt").write_text("Mine")
    assert checked_from(tmp_path, HEAD % ("a", "at: '7:00', template: mine")).ok


def test_a_feed_given_by_address_can_be_named_by_a_route(tmp_path: Path) -> None:
    text = (
        "version: 1\nsite: {from: a@example.org}\n"
        "stories: {s: {title: S, feeds: [https://www.example.org/analysis/rss]}}\n"
        "channels: {c: {type: mail, to: a@example.org}}\n"
        "routes: [{to: c, when: {feed: example-org-analysis-rss}}]\n"
    )
    assert checked_from(tmp_path, text).problems == ()


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
