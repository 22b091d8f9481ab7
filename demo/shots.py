"""Draw the pictures: what the demo sent, for the README; a message of each kind in every app, for the channels."""

import base64
import shutil
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from demo import cards, palette

ROOT = Path(__file__).parents[1]
OUT, IMAGES = ROOT / "demo" / "out", ROOT / "docs" / "images"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
SCHEMES = ("light", "dark")
PIXELS = """async picture => {
  const bitmap = await createImageBitmap(await (await fetch("data:image/png;base64," + picture)).blob());
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
  canvas.drawImage(bitmap, 0, 0);
  const { data } = canvas.getImageData(0, 0, bitmap.width, bitmap.height);
  let text = "";
  for (let at = 0; at < data.length; at += 32768) text += String.fromCharCode(...data.subarray(at, at + 32768));
  return [bitmap.width, bitmap.height, btoa(text)];
}"""


def main() -> None:
    """Write docs/images/*.png; needs chromium and a demo that has been played."""
    mail = max((OUT / "inbox").glob("*-ada.html"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        _beside(browser, [_shot(browser, mail, "body", scheme) for scheme in SCHEMES], "mail.png")
        alerts = [_shot(browser, OUT / "index.html", "#slack-3", scheme) for scheme in SCHEMES]
        _beside(browser, alerts, "slack.png")
        for app in cards.APPS:
            _card(browser, app)
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
    _save(tab, name)


def _card(browser: Browser, app: str) -> None:
    tab = browser.new_page(viewport={"width": 920, "height": 300}, color_scheme="light")
    tab.set_content(cards.picture(app))
    _save(tab, f"channel-{app}.png")


def _save(tab: Page, name: str) -> None:
    picture = base64.b64encode(tab.screenshot(full_page=True)).decode()
    width, height, pixels = tab.evaluate(PIXELS, picture)
    (IMAGES / name).write_bytes(palette.png(width, height, base64.b64decode(pixels)))
    tab.close()


if __name__ == "__main__":
    main()
