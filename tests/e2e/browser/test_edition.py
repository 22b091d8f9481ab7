"""An issue in Persian, German and English as a browser lays it out; the Persian one is held against a picture.

The picture is compared in coarse grey squares, so that another version of a font passes and another layout does not.
To take a new one after a change that is meant, look at it first: GOLDEN=write pytest tests/e2e/browser/test_edition.py
"""

import base64
import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.browser.edition import mail
from tests.e2e.browser.test_look import CONTRAST, VIEWS

GOLDEN = Path(__file__).parents[2] / "data" / "golden" / "persian-issue.png"
SQUARE = 20  # pixels; a line of text is a little more
FAR = 16  # shades of 256 by which a square is another one
PAPER = 245
UNLIKE = 0.22  # of the squares with ink: another font changes a tenth of them, another direction a third
GREYS = """async ([url, square]) => {
  const picture = new Image(); picture.src = url; await picture.decode();
  const [wide, high] = [Math.floor(picture.width / square), Math.floor(picture.height / square)];
  const canvas = Object.assign(document.createElement('canvas'), { width: picture.width, height: picture.height });
  const brush = canvas.getContext('2d'); brush.drawImage(picture, 0, 0);
  const pixels = brush.getImageData(0, 0, picture.width, picture.height).data;
  return Array.from({ length: high }, (_, y) => Array.from({ length: wide }, (_, x) => {
    let sum = 0;
    for (let row = y * square; row < (y + 1) * square; row++)
      for (let at = row * picture.width + x * square; at < row * picture.width + (x + 1) * square; at++)
        sum += pixels[4 * at] + pixels[4 * at + 1] + pixels[4 * at + 2];
    return sum / (3 * square * square);
  }));
}"""


def shown(browser: Browser, locale: str, view: str) -> Page:
    page = browser.new_context(**VIEWS[view]).new_page()  # type: ignore[arg-type]
    page.set_content(mail(locale))
    return page


def greys(browser: Browser, picture: bytes) -> list[list[float]]:
    """Return how light each square of a picture is, row by row."""
    url = f"data:image/png;base64,{base64.b64encode(picture).decode()}"
    page = browser.new_page()
    try:
        return list(page.evaluate(GREYS, [url, SQUARE]))
    finally:
        page.close()


def unlike(now: list[list[float]], then: list[list[float]]) -> float:
    """Return the share of squares with ink in either picture that differ."""
    assert abs(len(now) - len(then)) <= 4, "the mail has another length"
    pairs = [pair for rows in zip(now, then, strict=False) for pair in zip(*rows, strict=True) if min(pair) < PAPER]
    return sum(abs(one - other) > FAR for one, other in pairs) / len(pairs)


def box(page: Page, selector: str) -> tuple[float, float]:
    """Return where the first of these begins and ends, from left to right."""
    found = page.locator(selector).first.bounding_box()
    assert found, selector
    return found["x"], found["x"] + found["width"]


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("locale", ["fa", "de", "en"])
def test_an_issue_fits_and_reads_well_in_every_language(browser: Browser, locale: str, view: str) -> None:
    page = shown(browser, locale, view)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert page.evaluate(CONTRAST) >= 4.5
    assert page.evaluate("document.documentElement.lang") == locale


@pytest.mark.parametrize("view", VIEWS)
def test_a_persian_issue_runs_from_the_right(browser: Browser, view: str) -> None:
    page = shown(browser, "fa", view)
    left, right = box(page, ".column")
    assert box(page, "h1")[1] == pytest.approx(right, abs=1)
    assert box(page, "h2.section")[1] == pytest.approx(right, abs=1)
    sides = page.locator("h1, h2, .kicker, .claim, .meta").evaluate_all(
        "all => all.map(one => [getComputedStyle(one).direction, getComputedStyle(one).textAlign].join())"
    )
    assert set(sides) <= {"rtl,right", "rtl,start"}, set(sides)
    number, headline = box(page, "td.number"), box(page, "h3.headline")
    assert number[0] >= headline[1] - 1
    marks = [mark["x"] for one in page.locator("td.mark").all() if (mark := one.bounding_box())]
    assert marks == sorted(marks, reverse=True)
    assert left < box(page, "td.mark")[0]


def test_what_is_in_english_runs_from_the_left_within_it(browser: Browser) -> None:
    page = shown(browser, "fa", "light")
    said = page.get_by_text("Rial steadies after a week of losses").locator("xpath=ancestor-or-self::h3")
    assert said.evaluate("one => getComputedStyle(one).direction + getComputedStyle(one).textAlign") == "ltrleft"


def test_letters_that_join_are_not_spaced_out(browser: Browser) -> None:
    page = shown(browser, "fa", "light")
    spaced = page.locator("h1, h2, h3, p, td").evaluate_all(
        "all => all.filter(one => !['normal', '0px'].includes(getComputedStyle(one).letterSpacing)).length"
    )
    assert spaced == 0


def test_a_persian_issue_looks_as_it_did(browser: Browser) -> None:
    picture = shown(browser, "fa", "light").screenshot(full_page=True)
    if os.environ.get("GOLDEN") == "write":
        GOLDEN.write_bytes(picture)
    assert unlike(greys(browser, picture), greys(browser, GOLDEN.read_bytes())) <= UNLIKE


def test_the_comparison_tells_another_layout(browser: Browser) -> None:
    """A mail that runs the other way is found unlike."""
    assert (
        unlike(
            greys(browser, shown(browser, "en", "light").screenshot(full_page=True)),
            greys(browser, GOLDEN.read_bytes()),
        )
        > UNLIKE
    )
