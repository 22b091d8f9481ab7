"""Readers of one issue share its words; the day of consent is put where others stand for it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from briefing.errors import RenderError
from briefing.model import Mail, Recipient
from briefing.render import body, standin
from briefing.render.email import Desk, Renderer
from tests.unit.render import samples

DESK = Desk("Iran", "Briefing", "briefing@example.org", "leave@example.org", lists=(("iran", "A & B, 3 May, 30 May"),))
ISSUE = samples.issue(samples.story(items=(samples.item("What happened"),)))
START = datetime(2024, 5, 3, 12, tzinfo=UTC)


def reader(days: int, locale: str | None = None) -> Recipient:
    return Recipient("reader@example.com", "iran", START + timedelta(days=days), locale)


@pytest.mark.parametrize("locale", ["en", "fa", "de", "fr"])
def test_every_day_reads_as_it_would_if_it_were_written_for_its_reader(locale: str) -> None:
    renderer, obvious = Renderer(), Renderer()
    forms = set()
    for days in range(0, 700, 23):
        form = renderer.form(ISSUE, desk=DESK, recipient=reader(days, locale))
        meant = obvious.issue(ISSUE, desk=DESK, recipient=reader(days, locale))
        assert (standin.filled(form.text, form.own), standin.filled(form.html, form.own)) == (meant.text, meant.html)
        assert form.own
        forms.add(form.text)
        mine, alone = b"".join(body.body(form)), b"".join(body.body(meant))
        assert mine.splitlines()[4:-1] == [
            line.replace(boundary(alone), boundary(mine)) for line in alone.splitlines()[4:-1]
        ]
    assert len(forms) < 25


def boundary(message: bytes) -> bytes:
    return message.partition(b'boundary="')[2].partition(b'"')[0]


def test_a_template_that_puts_the_words_in_capitals_is_written_for_each_reader(tmp_path: Path) -> None:
    (tmp_path / "digest").mkdir()
    (tmp_path / "digest" / "body.txt").write_text("{{ why|upper }}\n")
    renderer = Renderer(tmp_path)
    form = renderer.form(ISSUE, desk=DESK, recipient=reader(1))
    assert form == renderer.issue(ISSUE, desk=DESK, recipient=reader(1))
    assert (form.own, "4 MAY" in form.text) == ((), True)


def test_a_stranger_who_writes_a_stand_in_is_shown_as_written() -> None:
    stood = standin.stand_in("4 May")
    assert stood is not None
    hostile = samples.issue(samples.story(items=(samples.item(f"Since {stood.standing} and before"),)))
    renderer = Renderer()
    form = renderer.form(hostile, desk=DESK, recipient=reader(1))
    meant = renderer.issue(hostile, desk=DESK, recipient=reader(1))
    assert (standin.filled(form.text, form.own), standin.filled(form.html, form.own)) == (meant.text, meant.html)


def test_words_that_html_would_write_in_another_way_are_not_stood_in_for() -> None:
    assert [standin.stand_in(words) for words in ("", "4  May", "4 <May>", "l'an 4")] == [None] * 4


def test_a_copy_that_does_not_read_as_meant_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    stood = standin.stand_in("4 May")
    assert stood is not None
    standing, own = stood.standing, stood.own
    mail = Mail("S", f"Since {standing}.\n", f"<p>Since {standing}.</p>\n", own=own)
    assert b"Since 4 May." in b"".join(body.body(mail))
    monkeypatch.setattr(body.binascii, "a2b_qp", lambda _: b"something else")
    with pytest.raises(RenderError, match="the body"):
        body.body(Mail("S", f"Then {standing}.\n", f"<p>Then {standing}.</p>\n", own=own))
