"""The look, as far as numbers can tell: contrast in both schemes, and the words we never use."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import briefing

PACKAGE = Path(briefing.__file__).parent
TEMPLATES = PACKAGE / "templates"
CATALOGUES = sorted((PACKAGE / "render" / "catalogue").glob("*.po"))
CSS = (TEMPLATES / "frame" / "style.css").read_text(encoding="utf-8")
LIGHT, DARK = CSS.split("@media (prefers-color-scheme: dark)")
PAPER = re.compile(r"\.paper \{ background-color: (#\w{6})")
INK = re.compile(r"([^{}\n]+) \{[^}]*?(?<![-\w])color: (#\w{6})")
EXACT = 7.0  # WCAG 2.2 AAA for text


def luminance(colour: str) -> float:
    """Return WCAG's relative luminance."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


INKS = [
    pytest.param(paper.group(1), colour, id=f"{scheme}-{selector.strip()}")
    for scheme, css in (("light", LIGHT), ("dark", DARK))
    if (paper := PAPER.search(css))
    for selector, colour in INK.findall(css)
]


@pytest.mark.parametrize(("paper", "ink"), INKS)
def test_all_text_is_readable_on_its_paper(paper: str, ink: str) -> None:
    assert contrast(paper, ink) >= EXACT


def test_both_schemes_name_ink_grey_and_accent() -> None:
    for css in (LIGHT, DARK):
        assert {".ink", ".grey", ".accent"} <= {s.split(",")[0].strip() for s, _ in INK.findall(css)}


def test_our_arithmetic_is_wcags() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


def messages() -> set[str]:
    options = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
    places = [
        (PACKAGE / "render", "**.py", "python"),
        (TEMPLATES, "**.html", "jinja2.ext.babel_extract"),
        (TEMPLATES, "**.txt", "jinja2.ext.babel_extract"),
    ]
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2)}
    return {
        found[2] if isinstance(found[2], str) else found[2][0]
        for folder, pattern, method in places
        for found in extract_from_dir(folder, [(pattern, method)], {pattern: options}, keywords=keywords)
    }


def told(catalogue: Path) -> dict[str, Message]:
    with catalogue.open("rb") as source:
        return {m.id if isinstance(m.id, str) else m.id[0]: m for m in read_po(source, locale=catalogue.stem) if m.id}


def test_we_speak_english_german_and_persian() -> None:
    assert [catalogue.stem for catalogue in CATALOGUES] == ["de", "en", "fa"]


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: path.stem)
def test_a_catalogue_holds_every_word_of_ours_and_no_other(catalogue: Path) -> None:
    assert told(catalogue).keys() == messages()


@pytest.mark.parametrize("catalogue", [c for c in CATALOGUES if c.stem != "en"], ids=lambda path: path.stem)
def test_a_translation_is_whole_and_fills_in_what_the_english_does(catalogue: Path) -> None:
    named = re.compile(r"%\((\w+)\)s")
    for english, message in told(catalogue).items():
        forms = [message.string] if isinstance(message.string, str) else message.string
        assert all(forms), english
        assert not message.fuzzy, english
        for form in forms:
            assert sorted(named.findall(form)) == sorted(named.findall(english)), english
            assert "%" not in named.sub("", form), english


def test_nothing_we_say_is_ever_confirmed() -> None:
    """Reports are attributed; it is not ours to confirm them."""
    files = [*CATALOGUES, *(p for p in TEMPLATES.resolve().rglob("*") if p.suffix in (".html", ".txt", ".css"))]
    files += list((PACKAGE / "render").glob("*.py"))
    assert len(files) > 15
    for path in files:
        assert "confirm" not in path.read_text(encoding="utf-8").casefold(), path


def test_links_and_headings_are_told_apart_without_colour() -> None:
    for name in (".link", ".heading", ".article a"):
        rule = re.search(rf"^{re.escape(name)} \{{([^}}]*)", CSS, re.MULTILINE)
        assert rule
        assert "text-decoration: underline" in rule.group(1)


def test_render_imports_no_other_stage() -> None:
    for path in (PACKAGE / "render").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("briefing."):
                assert node.module.split(".")[1] in {"model", "errors", "clock", "render"}, path
