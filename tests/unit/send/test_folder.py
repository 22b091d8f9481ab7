"""The folder that takes mail when there is no mail server."""

from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from briefing.model import Delivered, Retry
from briefing.send.folder import Folder


def message(identity: str, html: str | None = "<p>سلام</p>") -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["Message-ID"] = identity
    mail["Subject"] = "Hello"
    mail.set_content("words")
    if html is not None:
        mail.add_alternative(html, subtype="html")
    return mail.as_bytes()


def put(folder: Folder, content: bytes, recipient: str = "me@example.org") -> Path:
    verdict = folder.send(content, sender="desk@example.org", recipient=recipient)
    assert isinstance(verdict, Delivered)
    assert verdict.detail.startswith("written to ")
    return Path(verdict.detail.removeprefix("written to "))


def test_a_mail_is_written_byte_for_byte_with_its_page_beside_it(tmp_path: Path) -> None:
    content = message("<1@x>")
    path = put(Folder(tmp_path / "outbox"), content)
    assert path.read_bytes() == content
    assert "<p>سلام</p>" in path.with_suffix(".html").read_text(encoding="utf-8")
    assert path.name.startswith("0001-me@example.org-")
    assert not list(tmp_path.rglob("*.part"))


def test_a_mail_without_a_page_has_none_beside_it(tmp_path: Path) -> None:
    assert not put(Folder(tmp_path), message("<1@x>", None)).with_suffix(".html").exists()


def test_the_same_message_again_overwrites_and_another_gets_the_next_number(tmp_path: Path) -> None:
    first, again, other = (put(Folder(tmp_path), message(one)) for one in ("<1@x>", "<1@x>", "<2@x>"))
    assert first == again
    assert other.name.startswith("0002-")
    assert len(list(tmp_path.glob("*.eml"))) == 2


def test_a_recipient_cannot_choose_the_place(tmp_path: Path) -> None:
    path = put(Folder(tmp_path / "outbox"), message("<1@x>"), "../../etc/x\0y@example.org")
    assert path.parent == tmp_path / "outbox"


def test_threads_never_share_a_number(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as threads:
        paths = list(threads.map(lambda n: put(Folder(tmp_path), message(f"<{n}@x>")), range(12)))
    assert len({path.name[:4] for path in paths}) == 12


def test_a_folder_that_cannot_be_made_is_a_retry(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    verdict = Folder(tmp_path / "file" / "outbox").send(message("<1@x>"), sender="a@b.org", recipient="c@d.org")
    assert isinstance(verdict, Retry)
    assert verdict.stop_channel


@pytest.mark.parametrize("content", [b"", b"no headers at all", b"Message-ID: \r\n\r\nx"])
def test_a_mail_without_an_identity_is_written_all_the_same(tmp_path: Path, content: bytes) -> None:
    assert put(Folder(tmp_path), content).read_bytes() == content
