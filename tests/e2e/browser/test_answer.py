"""An alert is acknowledged and muted in a real browser: the page fits, reads well, loads and runs nothing, and acts."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.browser.test_look import CONTRAST, VIEWS
from tests.integration.test_again import more
from tests.integration.test_answer import THREE, TOLD, browsing, free, with_pages
from tests.integration.world import World, play

SEEN: dict[str, dict[str, Any]] = {
    **VIEWS,
    "small": {"color_scheme": "dark", "viewport": {"width": 320, "height": 640}},
}


@contextmanager
def told(folder: Path, extra: str = "") -> Iterator[tuple[str, str]]:
    """Run a service that told an alert, beside this thread; return the links to acknowledge and to mute."""
    port, links = free(), list[str]()
    ready, ended = threading.Event(), threading.Event()

    async def lived(world: World) -> None:
        await more(world, *THREE)
        async with browsing(world, port) as it:
            links.extend([*it.links(), *it.links("mute")])
            ready.set()
            await asyncio.to_thread(ended.wait, 60)

    running = threading.Thread(target=play, args=(folder, with_pages(TOLD, port, extra), lived))
    running.start()
    try:
        assert ready.wait(30)
        yield links[0], links[1]
    finally:
        ended.set()
        running.join(30)


def opened(browser: Browser, url: str, asked: list[str], **settings: Any) -> Page:
    page = browser.new_context(**settings).new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: asked.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: asked.append(f"error: {error}"))
    page.goto(url)
    return page


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert page.evaluate(CONTRAST) >= 4.5
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).fontSize") == "22px"  # its style is let in


def test_a_button_acknowledges_and_another_takes_it_back(browser: Browser, tmp_path: Path) -> None:
    asked: list[str] = []
    with told(tmp_path) as (url, _):
        page = opened(browser, url, asked)
        fits(page)
        page.get_by_label("Your name").fill("Ann <b>")
        page.get_by_role("button", name="Acknowledge").click()
        assert page.get_by_role("status").inner_text() == "Acknowledged by Ann <b>, 12:00"
        fits(page)
        page.get_by_role("button", name="Undo").click()
        assert page.get_by_role("status").inner_text() == "It was taken back."
        assert {one for one in asked if not one.endswith("/favicon.ico")} == {url}
        assert page.context.cookies() == []
        page.context.close()


def test_a_subject_is_muted_by_keyboard_alone(browser: Browser, tmp_path: Path) -> None:
    with told(tmp_path) as (_, url):
        page = opened(browser, url, [])
        page.get_by_label("8 hours").focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")
        page.keyboard.type("Ann")
        page.keyboard.press("Enter")
        assert page.get_by_role("status").inner_text() == "Muted by Ann until 6 November, 12:00"
        page.context.close()


@pytest.mark.parametrize("locale", ["en", "de", "fa"])
def test_every_page_fits_and_reads_well(browser: Browser, tmp_path: Path, locale: str) -> None:
    asked: list[str] = []
    with told(tmp_path, f"  locale: {locale}\n") as links:
        for view, settings in SEEN.items():
            for name, url in zip(("acknowledge", "mute", "refused"), (*links, links[0][:-5]), strict=True):
                page = opened(browser, url, asked, **settings)
                page.screenshot(path=str(tmp_path / f"{name}-{locale}-{view}.png"), full_page=True)
                fits(page)
                assert page.evaluate("document.dir") == ("rtl" if locale == "fa" else "ltr")
                page.context.close()
    assert not [one for one in asked if one.startswith(("console: Refused", "error"))]
