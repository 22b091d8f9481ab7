"""Templates: an operator's own win by name, and a mistake in one is told with its place."""

from dataclasses import replace
from pathlib import Path

import pytest

from briefing.errors import RenderError
from briefing.model import Recipient
from briefing.render.email import Renderer, check_template
from tests.unit.render.samples import DESK, FULL, issue


def write(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text, encoding="utf-8")
    return folder.parent


@pytest.mark.parametrize("name", ["digest", "weekly"])
def test_the_packaged_templates_are_sound(name: str) -> None:
    check_template(name, None)


def test_an_operators_file_wins_and_the_rest_is_ours(tmp_path: Path) -> None:
    own = write(tmp_path / "digest", subject_txt="Mine: {{ issue.change }}")
    check_template("digest", own)
    sent = Renderer(own).issue(issue(FULL), desk=DESK, recipient=Recipient("a@example.com"))
    assert sent.subject == "Mine: Part 2 is out, 17 days after it was promised"
    assert "STILL AWAITED" in sent.text


def test_a_folder_of_ones_own_may_extend_ours(tmp_path: Path) -> None:
    html = (
        '{% extends "digest/body.html" %}{% block opening %}<tr><td><h1>{{ _("Hello") }}</h1></td></tr>{% endblock %}'
    )
    own = write(tmp_path / "mine", body_html=html)
    check_template("mine", own)
    sent = Renderer(own).issue(issue(FULL, template="mine"), desk=DESK, recipient=Recipient("a@example.com"))
    assert "Hello" in sent.html


MISTAKES = {
    "an unknown name": ("one\n{{ isue.change }}", "body.txt:2: undefined: 'isue' is undefined"),
    "an unknown attribute": ("{{ issue.chnge }}", "body.txt:1: undefined:"),
    "a syntax error": ("one\ntwo\n{% for x %}", "body.txt:3: "),
    "an unknown filter": ("{{ issue.change|shout }}", "body.txt:1: "),
    "an unknown template": ("{% include 'nowhere.txt' %}", "no template named nowhere.txt"),
    "a forbidden attribute": ("{{ issue.__class__.__mro__ }}", "body.txt:1: forbidden:"),
    "a division": ("\n{{ 1 // 0 }}", "body.txt:2: ZeroDivisionError"),
    "a type mistake": ("{{ issue.number + 'x' }}", "body.txt:1: TypeError"),
    "a mistake in a section": ("{% for s in issue.stories %}\n{{ s.nope }}{% endfor %}", "body.txt:2: undefined:"),
}


@pytest.mark.parametrize(("text", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_with_its_file_and_line(tmp_path: Path, text: str, message: str) -> None:
    own = write(tmp_path / "mine", body_txt=text)
    with pytest.raises(RenderError) as refused:
        check_template("mine", own)
    assert message in str(refused.value)


@pytest.mark.parametrize("name", ["nowhere", "frame", "../digest", ""])
def test_a_folder_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(RenderError, match="no template folder"):
        check_template(name, None)


def test_markup_in_an_operators_html_escapes_feed_text(tmp_path: Path) -> None:
    own = write(tmp_path / "mine", body_html="<p>{{ issue.stories[0].title }}</p>")
    hostile = issue(replace(FULL, title="<b>x</b>"), template="mine")
    sent = Renderer(own).issue(hostile, desk=DESK, recipient=Recipient("a@example.com"))
    assert "&lt;b&gt;x&lt;/b&gt;" in sent.html


def test_a_version_changes_with_any_file_a_template_uses(tmp_path: Path) -> None:
    ours = Renderer().version("weekly")
    assert ours == Renderer().version("weekly")
    assert ours != Renderer().version("digest")
    own = write(tmp_path / "frame", style_css="p { color: red; }")
    assert Renderer(own).version("weekly") != ours
