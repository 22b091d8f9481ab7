"""A page of a browser on which hostile markup is put, and everything that is heard of it.

Apart from `canary`, which only sees what goes over a wire: here are calls, dialogs, popups and requests of any scheme,
and what the browser itself makes of a page. `stage.js` is this module's other half.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request

from tests.e2e.browser.canary import Canary, listening

_SCRIPT = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
_SETTLED = 60  # milliseconds for what a page still has under way after its load and after being poked


@dataclass  # without slots: playwright hangs marks of its own on whose methods it calls
class Stage:
    """A page, the canary beside it, and what was heard of both; `scripts` says whether they may run."""

    page: Page
    canary: Canary
    scripts: bool
    calls: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def show(self, pages: Mapping[str, tuple[str, str]]) -> None:
        """Load pages, each in a frame of its own; poke every element of each if scripts run."""
        self.page.goto(self.canary.board(pages))
        if self.scripts:
            self.page.evaluate("__stage.poke()")
        self.page.wait_for_timeout(_SETTLED)

    def seen(self) -> Sequence[dict[str, list[str]]]:
        """Return what stands in each frame: elements and attributes, links, comments, styles."""
        return list(self.page.evaluate("__stage.seen()"))

    def shown(self, act: str, texts: Sequence[object]) -> dict[str, list[str]]:
        """Let a client of stage.js show texts, each in a place of its own; return what stood there."""
        found = dict(self.page.evaluate(f"__stage.{act}", list(texts)))
        self.page.wait_for_timeout(_SETTLED)
        return found

    def alarms(self) -> list[str]:
        """Return everything that should not have happened, and forget it."""
        expected = re.compile(rf"http://{re.escape(self.canary.address)}/(board|page/[^/]+)")
        foreign = [url for url in self.requests if not expected.fullmatch(url)]
        found = [*self.calls, *foreign, *self.canary.asked]
        self.calls.clear(), self.requests.clear(), self.canary.asked.clear()
        return found

    def numbers(self) -> set[int]:
        """Return the numbers of the vectors that were heard of, and forget them."""
        number = re.compile(rf"FIRED (\d+)|(?:http://{re.escape(self.canary.address)})?/(\d+)\b.*")
        said = map(number.fullmatch, self.alarms())
        return {int(found[1] or found[2]) for found in said if found}

    def _said(self, message: ConsoleMessage) -> None:
        if message.text.startswith("FIRED "):
            self.calls.append(message.text)

    def _asked(self, request: Request) -> None:
        self.requests.append(request.url)

    def _opened(self, page: Page) -> None:
        if page is not self.page:
            self.calls.append(f"popup {page.url}")

    def _dialog(self, dialog: Dialog) -> None:
        self.calls.append(f"dialog {dialog.message}")
        dialog.dismiss()


@contextmanager
def stage(browser: Browser, *, scripts: bool = True) -> Iterator[Stage]:
    """Open a page in a context of its own, with a canary beside it."""
    with listening() as canary:
        context = browser.new_context(java_script_enabled=scripts)
        context.add_init_script(_SCRIPT)
        opened = Stage(context.new_page(), canary, scripts)
        context.on("page", opened._opened)
        context.on("request", opened._asked)
        context.on("console", opened._said)
        context.on("dialog", opened._dialog)
        yield opened
        context.close()
