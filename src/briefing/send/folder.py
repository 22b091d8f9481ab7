"""A folder that takes mail when no mail server is configured: what would have been sent, to open and to look at.

Apart from `smtp`, which speaks to a server; it offers the same `send` and `close`.
"""

import hashlib
import os
import re
import threading
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from briefing.model import Delivered, Retry, Verdict

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9@._+-]")
_NUMBERED = re.compile(r"(\d{4,})-")
_numbering = threading.Lock()  # one folder, many threads: no two mails get one number


class Folder:
    """Writes `0001-me@example.org-5f3a90c1.eml` and the same name with `.html`; made when it is first needed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, *pieces: bytes, sender: str, recipient: str) -> Verdict:
        """Write a mail and its HTML part, whole or not at all; the same Message-ID again overwrites, never doubles."""
        del sender  # it stands in the message
        message = b"".join(pieces)
        mail = BytesParser(policy=policy.default).parsebytes(message)
        assert isinstance(mail, EmailMessage)
        try:
            with _numbering:
                path = self._place(recipient, str(mail["Message-ID"] or hashlib.sha256(message).hexdigest()))
                _write(path, message)
            page = mail.get_body(("html",))
            if page is not None:
                _write(path.with_suffix(".html"), str(page.get_content()).encode("utf-8", "replace"))
        except OSError as error:
            return Retry(f"could not write to {self._path}: {error.strerror}", stop_channel=True)
        return Delivered(f"written to {path}")

    def close(self) -> None:
        """Do nothing: no file stays open."""

    def _place(self, recipient: str, message_id: str) -> Path:
        self._path.mkdir(parents=True, exist_ok=True)
        name = _NOT_IN_A_NAME.sub("_", recipient)[:80]
        tail = f"-{name}-{hashlib.sha256(message_id.encode()).hexdigest()[:8]}.eml"
        names = [path.name for path in self._path.glob("*.eml")]
        known = next((found for found in names if found.endswith(tail)), None)
        last = max((int(found[1]) for found in map(_NUMBERED.match, names) if found), default=0)
        return self._path / (known or f"{last + 1:04d}{tail}")


def _write(path: Path, content: bytes) -> None:
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
