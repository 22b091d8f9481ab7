"""Draw the README's pictures from what the demo sent: the last issue, light beside dark, and its alert in Slack."""

import base64
import shutil
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[1]
OUT = ROOT / "demo" / "out"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
SCHEMES = ("light", "dark")


def main() -> None:
    """Write docs/images/*.png; needs chromium and a demo that has been played."""
    mail = max((OUT / "inbox").glob("*-ada.html"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        _beside(browser, [_shot(browser, mail, "body", scheme) for scheme in SCHEMES], "mail.png")
        alerts = [_shot(browser, OUT / "index.html", "#slack-3", scheme) for scheme in SCHEMES]
        _beside(browser, alerts, "slack.png")
        browser.close()


def _shot(browser: Browser, page: Path, part: str, scheme: str) -> bytes:
    context = browser.new_context(
        color_scheme="light" if scheme == "light" else "dark",
        viewport={"width": 660, "height": 600},
        device_scale_factor=2,
    )
    tab = context.new_page()
    tab.goto(page.as_uri())
    picture = tab.locator(part).first.screenshot()
    context.close()
    return picture


def _beside(browser: Browser, pictures: list[bytes], name: str) -> None:
    images = "".join(f"<img src='data:image/png;base64,{base64.b64encode(p).decode()}' width=660>" for p in pictures)
    tab = browser.new_page(viewport={"width": 1340, "height": 300})
    tab.set_content(f"<body style='margin:0;display:flex;gap:20px;align-items:start'>{images}</body>")
    tab.screenshot(path=str(ROOT / "docs" / "images" / name), full_page=True)


if __name__ == "__main__":
    main()
