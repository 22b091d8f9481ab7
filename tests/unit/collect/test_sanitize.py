"""Markup from strangers: what passes, what reads well as text, and what a first sentence is."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefing.collect import sanitize
from briefing.collect.sanitize import DEEPEST, LONGEST, html, plain, sentences

BASE = "https://news.example/a/"
REL = 'rel="noopener noreferrer nofollow ugc"'
SEED = next((p for p in (Path(__file__).parents[4] / "shared" / "seed").glob("*.txt")), None)


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        pytest.param("<p>a <b>b</b> &amp; c</p>", "<p>a <b>b</b> &amp; c</p>", id="plain markup stays"),
        pytest.param('<p style="x" class="y" id="z" onclick="w">a</p>', "<p>a</p>", id="no attributes"),
        pytest.param("a<script>alert(1)</script>b", "ab", id="script goes with its text"),
        pytest.param("<style>p{}</style><iframe src=x>y</iframe>a", "a", id="style and frames too"),
        pytest.param("<svg onload=x><title>t</title></svg><math>m</math>a", "a", id="svg and math too"),
        pytest.param('<img src="https://p.example/1.gif" alt="The quay">', "The quay", id="a picture is its words"),
        pytest.param("<img src=x onerror=y>", "", id="a picture without words is nothing"),
        pytest.param("<img src=x alt='<script>y</script>'>a", "a", id="words of a picture are markup too"),
        pytest.param('<a href="b?utm_source=x">l</a>', f'<a href="{BASE}b" {REL}>l</a>', id="a relative link"),
        pytest.param('<a href="javascript&colon;alert(1)">l</a>', "l", id="script in a link"),
        pytest.param('<a href="//evil.example/x">l</a>', f'<a href="https://evil.example/x" {REL}>l</a>', id="//"),
        pytest.param('<a href="ssh://a.example">l</a><a name=x>m</a>', "lm", id="links to nowhere are text"),
        pytest.param("<div>a<div>b</div></div>", "<p>a</p><p>b</p>", id="boxes are paragraphs"),
        pytest.param("<div>a</div><div>b</div>", "<p>a</p><p>b</p>", id="neighbours do not melt"),
        pytest.param("<p></p><p>&#8203;<p> <br> </p>a", "<p>\u200b</p>a", id="empty paragraphs go"),
        pytest.param("a<br><br><br><br>b", "a<br><br>b", id="many breaks are two"),
        pytest.param("<td>a</td>", "a", id="a cell without a table"),
        pytest.param("x &#x202e;y&#8;z\x00", "x yz", id="bidi and control characters go"),
        pytest.param("one\ntwo\n\nthree", "<p>one<br>two</p><p>three</p>", id="text without tags keeps its lines"),
        pytest.param("3 < 4 & 5 > 2", "3 &lt; 4 &amp; 5 &gt; 2", id="comparisons are text"),
        pytest.param("<h2>T</h2><pre>a\n  b</pre>", "<h2>T</h2><pre>a\n  b</pre>", id="headings and code"),
        pytest.param('<td colspan="2">', "", id="nothing"),
    ],
)
def test_only_the_little_we_let_through_comes_out(markup: str, expected: str) -> None:
    assert html(markup, BASE) == expected


def test_a_table_survives_with_its_cells_word_for_word() -> None:
    markup = '<table border=1><tr><th colspan="2" style="x">~40%</th></tr><tr><td>&gt;62%</td></tr></table>'
    assert html(markup) == ('<table><tbody><tr><th colspan="2">~40%</th></tr><tr><td>&gt;62%</td></tr></tbody></table>')


PIPES = "| Indicator | 2025 |\n|---|---:|\n| Inflation | >62% |\n| Rial / $ | ~1,470,000 |"
DRAWN = (
    "<table><thead><tr><th>Indicator</th><th>2025</th></tr></thead><tbody><tr><td>Inflation</td><td>&gt;62%</td></tr>"
    "<tr><td>Rial / $</td><td>~1,470,000</td></tr></tbody></table>"
)


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        pytest.param(PIPES, DRAWN, id="text"),
        pytest.param("<p>" + PIPES.replace("\n", "<br>\n") + "</p>", DRAWN, id="one paragraph"),
        pytest.param("<p>" + PIPES.replace("\n", "</p>\n<p>") + "</p>", DRAWN, id="a paragraph a row"),
        pytest.param(f"<p>Table 1:<br>{PIPES}<br>Source: x</p>", f"<p>Table 1:</p>{DRAWN}<p>Source: x</p>", id="amid"),
        pytest.param("<p>a | b</p><p>| only one | row |</p>", "<p>a | b</p><p>| only one | row |</p>", id="no table"),
        pytest.param(f"<pre>{PIPES}</pre>", f"<pre>{PIPES.replace('>', '&gt;')}</pre>", id="not in code"),
    ],
)
def test_rows_drawn_with_pipes_become_a_table(markup: str, expected: str) -> None:
    assert html(markup) == expected


@pytest.mark.skipif(SEED is None, reason="the sample article is not here")
def test_the_table_of_the_sample_article_is_readable_in_both_forms() -> None:
    assert SEED is not None
    article = SEED.read_text()
    markup = html(article)
    text = plain(markup)
    assert "<th>Jan 2026 (Current)</th>" in markup
    assert "<td>The government has failed to pay pensions for three consecutive months.</td>" in markup
    assert re.search(r"^Oil Exports +1\.2M bpd +<350k bpd +⬇ 70% +The government", text, re.MULTILINE)
    assert max(len(line) for line in text.split("\n") if "  " in line) <= 72
    assert text.endswith("or will they fracture into warlordism?")


class Depth(HTMLParser):
    """Counts how deep tags stand and which attributes they have."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = self.deepest = 0
        self.attributes: set[str] = set()
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.depth += tag != "br"
        self.deepest = max(self.deepest, self.depth)
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        self.depth -= 1


@pytest.mark.parametrize(
    "markup",
    [
        pytest.param("<div>" * 20_000 + "x", id="boxes"),
        pytest.param("<ul><li>" * 8_000 + "x", id="lists"),
        pytest.param("<b a=1><p>" * 6_000 + "x", id="formatting"),
        pytest.param("<table><tr><td>" * 1_000 + "x", id="tables"),
        pytest.param("</b><blockquote>" * 4_000 + "x", id="behind stray ends"),
        pytest.param("<blockquote><!--</blockquote>-->x" * 2_000, id="behind comments"),
        pytest.param("<p>" + "<br>" * 13_000, id="breaks"),
        pytest.param("<br>" + " " * 65_000 + "x", id="white space"),
        pytest.param("| a | b |\n" * 6_000, id="pipes"),
        pytest.param("&" * 60_000, id="growing by escapes"),
        pytest.param("<a href=x>y" * 5_000, id="growing by attributes"),
    ],
)
def test_floods_come_out_shallow_small_and_soon(markup: str) -> None:
    cleaned = html(markup, BASE)
    parsed = Depth()
    parsed.feed(cleaned)
    assert parsed.deepest <= DEEPEST + 4  # a table drawn at the bottom
    assert len(cleaned.encode()) <= LONGEST
    plain(cleaned)


TAGS = (
    "p",
    "b",
    "i",
    "a",
    "table",
    "tr",
    "td",
    "ul",
    "li",
    "div",
    "pre",
    "svg",
    "style",
    "h1",
    "blockquote",
    "math",
    "br",
)
FRAGMENTS = st.sampled_from(
    [f"<{tag}>" for tag in TAGS]
    + [f"</{tag}>" for tag in TAGS]
    + [
        "<a href=/x>",
        "<!--",
        "-->",
        "<!",
        "\n",
        "| a | b |",
        "|",
        "<img alt='z'>",
        "&lt;",
        "&#8;",
        "\u202e",
        "text",
        " ",
    ]
)


@given(st.lists(FRAGMENTS, max_size=24).map("".join))
def test_cleaning_twice_changes_nothing(markup: str) -> None:
    once = html(markup, BASE)
    assert html(once, BASE) == once


@given(st.lists(FRAGMENTS | st.text(max_size=5), max_size=16).map("".join))
def test_nothing_else_ever_comes_out(markup: str) -> None:
    parsed = Depth()
    parsed.feed(html(markup, BASE))
    assert parsed.attributes <= {"href", "rel", "colspan", "rowspan"}
    assert parsed.tags <= sanitize._TAGS


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        pytest.param("<p>a\n b</p><p>c<br>d</p>", "a b\n\nc\nd", id="paragraphs and breaks"),
        pytest.param('<p>a <a href="https://x.example/">link</a></p>', "a link", id="of a link its words"),
        pytest.param("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n  - b\n- c", id="lists"),
        pytest.param("<ol><li>a</li><li><p>b</p><p>c</p></li></ol>", "1. a\n2. b\n   c", id="numbers"),
        pytest.param("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b", id="quotes"),
        pytest.param("<pre>a\n  b</pre>", "a\n  b", id="code"),
        pytest.param("H<sub>2</sub>O &lt; 5 &amp; more", "H2O < 5 & more", id="inline"),
        pytest.param("<table><tr><td>only</td></tr></table>", "only", id="a table of layout"),
        pytest.param(
            "<table><tr><td>a<table><tr><th>b</th><th>c</th></tr><tr><td>1</td><td>2</td></tr></table>d</td></tr></table>",
            "a\n\nb  c\n-  -\n1  2\n\nd",
            id="a table of facts in one of layout",
        ),
        pytest.param("<script>x</script>a", "a", id="no scripts, clean or not"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_plain_text_reads_as_the_markup_looks(markup: str, expected: str) -> None:
    assert plain(markup) == expected


def test_a_table_becomes_aligned_columns() -> None:
    markup = "<table><tr><th>Year</th><th>Paid</th></tr><tr><td>2021</td><td>4.1m</td></tr></table>"
    assert plain(markup) == "Year  Paid\n----  ----\n2021  4.1m"


def test_a_table_too_wide_for_columns_becomes_a_block_a_row() -> None:
    head = "".join(f"<th>Column{n:04}</th>" for n in range(9))
    row = "".join(f"<td>v{n}</td>" for n in range(9))
    assert plain(f"<table><tr>{head}</tr><tr>{row}</tr></table>").startswith("Column0000: v0\nColumn0001: v1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("One. Two. Three.", ("One.", "Two."), id="two of three"),
        pytest.param("Mr. Smith met Dr. Who. They left.", ("Mr. Smith met Dr. Who.", "They left."), id="titles"),
        pytest.param("The U.S. Navy moved. It left.", ("The U.S. Navy moved.", "It left."), id="initials"),
        pytest.param(
            "It left the U.S. The fleet turned.", ("It left the U.S.", "The fleet turned."), id="initials end"
        ),
        pytest.param("On Jan. 5 it rose 3.5 per cent. Then?", ("On Jan. 5 it rose 3.5 per cent.", "Then?"), id="dates"),
        pytest.param("“Go!” he said. They went.", ("“Go!” he said.", "They went."), id="quotes"),
        pytest.param("He said “No.” Then he left.", ("He said “No.”", "Then he left."), id="a quote that ends"),
        pytest.param("آیا می‌رود؟ او رفت. سپس ماند.", ("آیا می‌رود؟", "او رفت."), id="Persian"),
        pytest.param("وہ گیا۔ وہ آیا۔ ختم۔", ("وہ گیا۔", "وہ آیا۔"), id="Urdu"),
        pytest.param("第一句。第二句！第三句。", ("第一句。", "第二句！"), id="Chinese"),
        pytest.param("Heading\n\nText here. More.", ("Heading", "Text here."), id="a paragraph ends a sentence"),
        pytest.param("It began. Continue reading The Story →", ("It began.",), id="invitations go"),
        pytest.param("It began here and […]", ("It began here and",), id="marks of cutting go"),
        pytest.param("Text. The post Title appeared first on Site.", ("Text.",), id="feed footers go"),
        pytest.param(
            "See www.a.example for v2.1 now. Bye.", ("See www.a.example for v2.1 now.", "Bye."), id="dots inside"
        ),
        pytest.param("", (), id="nothing"),
    ],
)
def test_an_excerpt_is_at_most_two_whole_sentences(text: str, expected: tuple[str, ...]) -> None:
    assert sentences(text, "en") == expected


def test_an_ordinal_number_ends_no_german_sentence() -> None:
    assert sentences("Am 3. März begann es. Ende.", "de") == ("Am 3. März begann es.", "Ende.")


def test_a_very_long_sentence_is_cut_between_words() -> None:
    (cut,) = sentences("word " * 200, "en", 1)
    assert len(cut) <= 300
    assert cut.endswith("word…")


@given(st.text(max_size=400), st.integers(0, 3))
def test_excerpts_never_exceed_what_was_asked(text: str, n: int) -> None:
    found = sentences(text, None, n)
    assert len(found) <= n
    assert all(0 < len(sentence) <= 300 and "\n" not in sentence for sentence in found)
