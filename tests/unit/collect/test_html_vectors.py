"""Hostile markup by the hundred: what comes out is stable, small in kind, and leads to the web or to a mailbox alone.

The tree is judged by libxml2, which has no part in cleaning it. `e2e/browser/test_vectors.py` asks a browser.
"""

import time
from itertools import groupby
from urllib.parse import urlsplit

import pytest
from lxml import html as markup

from briefing.collect import sanitize, urls
from briefing.collect.draft import Text, heading
from tests.html_vectors import CORPUS, own, public

BASE = "https://news.example/a/"
CANARY = "127.0.0.1:9"
FAMILIES = {family: tuple(vectors) for family, vectors in groupby(own(), lambda vector: vector.family)}
ATTRIBUTES = {("a", "href"), ("a", "rel"), *((cell, span) for cell in ("td", "th") for span in ("colspan", "rowspan"))}
UNSEEN = {*map(chr, range(32)), "\x7f", "\u202e", "\u2066", "\ufeff"}


def judge(vector: str) -> None:
    """Clean a vector as each field of an item is cleaned; fail where anything but plain words and links is left."""
    for base in (BASE, None):
        once = sanitize.html(vector, base)
        assert sanitize.html(once, base) == once, ascii(vector)
        for element in markup.fragment_fromstring(once, create_parent="section").iterdescendants():
            assert element.tag in sanitize._TAGS, ascii(vector)
            assert {(element.tag, name) for name in element.attrib} <= ATTRIBUTES, ascii(vector)
            assert leads_out(element.get("href", BASE)), ascii(vector)
    for shown in (urls.absolute(vector, BASE), urls.link(vector, BASE), urls.link(vector)):
        assert shown is None or leads_out(shown), ascii(vector)
    for words in (heading(Text(vector)), heading(Text(vector, markup=False))):
        assert not UNSEEN & set(words), ascii(vector)


def leads_out(url: str) -> bool:
    """Tell whether an address is a whole one of the web, without anybody's name, or a bare mailbox."""
    parts = urlsplit(url)
    if parts.scheme == "mailto":
        return "@" in parts.path and not parts.query and url.isprintable()
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc and url.isprintable()


@pytest.mark.parametrize("family", FAMILIES)
def test_what_comes_out_of_a_vector_is_stable_and_leads_out(family: str) -> None:
    for vector in FAMILIES[family]:
        judge(vector.armed(CANARY))


def test_there_are_many_and_each_differs() -> None:
    vectors = own()
    assert len(vectors) >= 500
    assert len({vector.markup for vector in vectors}) == len(vectors)
    assert [vector.number for vector in vectors] == list(range(1, len(vectors) + 1))


def test_tables_in_tables_are_read_once() -> None:
    nested = sanitize.html("<table><tr><td>" * 200 + "x")
    before = time.process_time()
    assert sanitize.plain(nested) == "x"
    assert time.process_time() - before < 0.2  # seconds; 0.001 measured, 0.7 when each read those inside it twice


@pytest.mark.skipif(not CORPUS, reason="BRIEFING_XSS_CORPUS names no folder of public vectors")
@pytest.mark.timeout(600)
def test_what_comes_out_of_a_public_vector_is_stable_and_leads_out() -> None:
    vectors = public(CORPUS)
    assert vectors
    for vector in vectors:
        judge(vector)
