"""Whole items as mail and as plain text."""

import pytest

from briefing.render import markup
from briefing.render.locale import Words

WORDS = Words("en", "UTC")
TEXTS = {
    "paragraphs": ("<p>One.</p><p>Two.</p>", "One.\n\nTwo."),
    "loose text between blocks": ("Loose <b>words</b><p>One.</p>tail <i>end</i>", "Loose words\n\nOne.\n\ntail end"),
    "a list": ("<ul><li>a</li><li>b</li></ul>", "- a\n\n- b"),
    "a quotation": ("<blockquote>said</blockquote>", "> said"),
    "breaks": ("<p>a<br>b</p>", "a\nb"),
    "a link": (
        '<p>See <a href="https://x.example/a?b=1&amp;c=2">this</a>.</p>',
        "See this.\nhttps://x.example/a?b=1&c=2",
    ),
    "a link that is none": ('<p><a href="javascript:x">this</a></p>', "this"),
    "nested blocks": ("<div><div><p>In.</p></div>out</div>", "In.\n\nout"),
    "nothing": ("", ""),
    "only space": ("<p> </p>", ""),
    "entities": ("<p>&lt;b&gt; &amp; more</p>", "<b> & more"),
    "a table": (
        "<table><tr><td>a</td><td>b</td></tr><tr><td>1</td></tr></table>",
        "Table from Gulf Desk, as published\na  b\n-  -\n1",
    ),
}


@pytest.mark.parametrize(("html", "text"), TEXTS.values(), ids=TEXTS)
def test_markup_reads_as_plain_text(html: str, text: str) -> None:
    assert markup.for_text("Gulf Desk", html, WORDS) == text


def test_a_table_is_credited_once_and_cells_know_their_column() -> None:
    table = "<table><tr><th>A</th><th>B</th><th>C</th></tr><tr><td>1</td><td>2</td><td>3</td></tr></table>"
    html = markup.for_mail("Gulf Desk", table, None, WORDS)
    assert html.count("Table from Gulf Desk, as published") == 1
    assert '<span class="label">B</span>2' in html
    assert '<span class="label">A</span>' not in html


@pytest.mark.parametrize(
    "table",
    [
        "<table><tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table>",
        '<table><tr><th colspan="3">A</th></tr><tr><td>1</td><td>2</td><td>3</td></tr></table>',
        "<table><tr><th>A</th><th>B</th><th>C</th></tr></table>",
        "<table></table>",
        "<table><tr></tr></table>",
    ],
    ids=["narrow", "spanned", "one row", "empty", "an empty row"],
)
def test_a_table_that_cannot_be_told_by_row_is_left_as_it_is(table: str) -> None:
    assert "label" not in markup.for_mail("Gulf Desk", table, None, WORDS)


def test_a_table_in_a_table_is_credited_with_it() -> None:
    html = markup.for_mail("X", "<table><tr><td><table><tr><td>in</td></tr></table></td></tr></table>", None, WORDS)
    assert html.count("as published") == 1


def test_text_after_a_table_stays_after_it() -> None:
    html = markup.for_mail("X", "<table><tr><td>1</td></tr></table> tail", None, WORDS)
    assert html.index("tail") > html.index("</table>")


def test_blocks_of_a_persian_item_run_right_to_left() -> None:
    html = markup.for_mail("X", "<p>گزارش تازه</p><ul><li>یک</li></ul>", "fa", WORDS)
    assert html.count('dir="rtl"') == 2


def test_the_credit_is_text_even_if_the_publisher_is_markup() -> None:
    html = markup.for_mail("<img src=x>", "<table><tr><td>1</td></tr></table>", None, WORDS)
    assert "<img" not in html


def test_attributes_of_a_feed_never_meet_our_styles() -> None:
    html = markup.for_mail(
        "X",
        '<p class="preheader" id="a" title="<img>" style="x" lang="fa">a <a href="javascript:x">b</a></p>',
        None,
        WORDS,
    )
    assert html == "<div><p>a <a>b</a></p></div>"
