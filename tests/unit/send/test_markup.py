"""Words that no app reads anything into: breaks, escapes, links."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from briefing.send.markup import html_link, html_text, inert, markdown, markdown_link
from briefing.send.text import visible
from demo.chat_vendors import Markup

BREAK = "\u200b"
# as it is written, with a bar where it is broken
BROKEN = (
    "@|everyone",
    "desk@|ok.|example",
    "https:|//ok.|example/a",
    "mailto:|x",
    "::|skull:",
    "#|2026 and #|tag",
    "/|start, and/or",
    "~|town",
    "$|TSLA costs $5",
    "12:30, 3.5 and No. 4",
    "5/11, a - b, C# and (x)",
    "www.|evil.|com",
    "بخش ۲: سپاه، ۳٫۵",
)


@pytest.mark.parametrize("shown", BROKEN)
def test_what_an_app_would_find_in_plain_words_is_broken_and_nothing_else(shown: str) -> None:
    assert inert(shown.replace("|", "")) == shown.replace("|", BREAK)


ESCAPED = {
    "plain": ("Part 2 is out — at last", "Part 2 is out — at last"),
    "marks": ("*a* _b_ ~~ `d` |e| <f> [g]", r"\*a\* \_b\_ \~\~ \`d\` \|e\| \<f\> \[g\]"),
    "a heading": ("# a", r"\# a"),
    "a list": ("- a - b", r"\- a - b"),
    "a numbered list": ("1. a", r"1\. a"),
    "a year": ("1986) a", r"1986\) a"),
    "a number": ("3.5 a", r"3\.5 a"),
    "an entity": ("&lt;", r"\&lt;"),
    "a backslash": ("a\\", r"a\\"),
}


@pytest.mark.parametrize(("text", "escaped"), ESCAPED.values(), ids=ESCAPED.keys())
def test_markdown_is_escaped_where_it_would_be_read(text: str, escaped: str) -> None:
    assert markdown(text) == escaped


@given(st.text(st.sampled_from("ab1 .-+=#>*_`~[]()<>!|\\&;:/@$\u00e9"), max_size=40))
def test_markdown_shows_any_text_as_it_stands(text: str) -> None:
    text = visible(text)
    (line,) = [token for token in MarkdownIt("commonmark").parse(markdown(text)) if token.type == "inline"] or [None]
    shown = "".join(child.content for child in line.children or []) if line else ""
    assert shown.replace(BREAK, "") == text
    assert {child.type for child in (line.children or [] if line else [])} <= {"text", "text_special"}


@given(st.text(st.sampled_from("ab [](){}<>|\\'`^\"*_%&é"), max_size=30))
def test_a_link_in_markdown_is_one_link_with_all_its_words(text: str) -> None:
    text = visible(text) or "x"
    children = MarkdownIt("commonmark").parse(markdown_link(text, "https://ok.example/a(b)[c]|'d^{e}`"))[1].children
    assert children is not None
    assert [one.attrs["href"] for one in children if one.type == "link_open"] == [
        "https://ok.example/a%28b%29%5Bc%5D%7C%27d%5E%7Be%7D%60"
    ]
    shown = "".join(one.content for one in children[1:-1])
    assert shown.replace(BREAK, "") == text.replace("[", "(").replace("]", ")")


@given(st.text(max_size=40))
def test_html_shows_any_text_as_it_stands(text: str) -> None:
    markup = Markup(html_text(text))
    assert markup.faults == []
    assert markup.shown.replace(BREAK, "") == text.replace(BREAK, "")


def test_a_link_in_html_holds_its_address_together() -> None:
    assert html_link("a", "https://ok.example/?b=1&c=\"'>") == (
        '<a href="https://ok.example/?b=1&amp;c=&quot;&#x27;&gt;">a</a>'
    )
    assert html_link("a < b", None) == "a &lt; b"
    assert not re.search("<", html_link("<", None))
