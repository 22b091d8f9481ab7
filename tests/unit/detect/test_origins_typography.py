"""Typography hides neither a citation nor a claim: spaces that do not break, curly apostrophes, parted accents."""

from datetime import UTC, datetime

import pytest

from briefing.detect.origins import claims, origin
from briefing.detect.publishers import shipped
from briefing.model import FeedId, Item, ItemId

AT = datetime(2026, 11, 5, 8, tzinfo=UTC)
CITED = [
    ("en", "It was dropped, according\u00a0to Reuters."),
    ("en", "It was dropped, according to Re\u00aduters."),
    ("fr", "D\u2019après Reuters, rien ne change."),
    ("fr", "D'apre\u0300s Reuters, rien ne change."),
    ("fr", "Selon l\u2019agence Reuters, rien ne change."),
]


def item(text: str, lang: str) -> Item:
    return Item(ItemId(1), FeedId("f"), "Paper", "A title", None, AT, AT, text=text, lang=lang)


@pytest.mark.parametrize(("lang", "text"), CITED)
def test_cites(lang: str, text: str) -> None:
    assert origin(item(text, lang), shipped()).family == "reuters"


def test_a_claim_is_quoted_in_its_own_typography() -> None:
    text = "It could\u00a0not be verified."
    assert [claim.quote for claim in claims(item(text, "en"))] == [text]
