"""Every mail of the demo in light, dark and on a phone: nothing overflows, loads or runs."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

VIEWS = {
    "light": {"color_scheme": "light", "viewport": {"width": 760, "height": 900}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 760, "height": 900}},
    "phone": {"color_scheme": "light", "viewport": {"width": 360, "height": 740}, "device_scale_factor": 2},
}
CONTRAST = """() => {
  const lum = c => { const v = c.map(x => (x /= 255) <= .03928 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4);
                     return .2126 * v[0] + .7152 * v[1] + .0722 * v[2] };
  const rgb = s => (s.match(/[\\d.]+/g) || []).map(Number);
  const ground = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor);
                        if (c.length && (c.length < 4 || c[3] > 0)) return c } return [255, 255, 255] };
  let worst = 21;
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    const shown = e.getClientRects().length && !e.closest('[aria-hidden],style,script');
    if (!walk.currentNode.data.trim() || !shown) continue;
    const [a, b] = [lum(rgb(getComputedStyle(e).color)), lum(ground(e))].sort((x, y) => y - x);
    worst = Math.min(worst, (a + .05) / (b + .05));
  }
  return worst;
}"""


def opened(browser: Browser, path: Path, view: str, asked: list[str]) -> Page:
    """Open a file as a reader would see it, noting every request and every error."""
    settings: dict[str, Any] = VIEWS[view]
    page = browser.new_context(**settings).new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: asked.append(f"error: {error}"))
    page.goto(path.as_uri())
    return page


@pytest.mark.parametrize("view", VIEWS)
def test_every_mail_fits_reads_well_and_asks_for_nothing(browser: Browser, played: Path, view: str) -> None:
    mails = sorted((played / "inbox").glob("*.html"))
    shots = played / "shots"
    shots.mkdir(exist_ok=True)

    for mail in mails:
        asked: list[str] = []
        page = opened(browser, mail, view, asked)
        page.screenshot(path=str(shots / f"{mail.stem}-{view}.png"), full_page=True)
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

        assert overflow <= 0, f"{mail.name} overflows by {overflow} px"
        assert asked == [mail.as_uri()]
        assert page.evaluate(CONTRAST) >= 4.5
        assert page.evaluate("document.images.length") == 0
        page.context.close()
    assert mails


@pytest.mark.parametrize("view", VIEWS)
def test_the_gallery_shows_what_was_sent(browser: Browser, played: Path, view: str) -> None:
    asked: list[str] = []
    page = opened(browser, played / "index.html", view, asked)
    page.screenshot(path=str(played / "shots" / f"gallery-{view}.png") if (played / "shots").is_dir() else None)

    assert page.locator("iframe").count() == len(list((played / "inbox").glob("*.html")))
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert all(url.startswith("file:") for url in asked)
    page.context.close()
