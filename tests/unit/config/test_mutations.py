"""No file whatsoever makes loading fail: what is wrong with it is always told."""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from briefing.check import check
from briefing.config.hints import render
from briefing.config.load import load
from briefing.config.reading import parse

FULL = (Path(__file__).parents[2] / "data" / "config" / "full.yaml").read_text()
GARBLE = "{}[]:,#&*!|>'\"%@`\\\t\n\r\0\u2028\ufeff$ -?~<=0aیé"


def mutated(text: str, chance: random.Random) -> str:
    """Delete, repeat, move or garble a few lines."""
    lines = text.splitlines()
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(lines))
        line = lines[at]
        cut = chance.randrange(len(line) + 1)
        match chance.randrange(6):
            case 0:
                del lines[at]
            case 1:
                lines.insert(chance.randrange(len(lines)), line)
            case 2:
                lines[at] = line[:cut] + chance.choice(GARBLE) + line[cut:]
            case 3:
                lines[at] = line[:cut] + line[cut + chance.randint(1, 9) :]
            case 4:
                lines[at] = " " * chance.randrange(6) + line.lstrip()
            case _:
                lines[at] = (
                    line.partition(":")[0] + ": " + chance.choice(["", "[]", "{}", "x", "7", "true", "[{a: 1}]"])
                )
    return "\n".join(lines)


@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_file_gives_problems_and_never_an_exception(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    path = tmp_path / "feeds.yaml"
    for _ in range(10):
        path.write_text(mutated(FULL, chance), encoding="utf-8")
        loaded = load(path, {})
        assert loaded.problems
        for problem in loaded.problems:
            assert problem.line >= 1
            assert problem.col >= 1
            assert render(problem)


def test_a_damaged_file_passes_through_the_stages_too(tmp_path: Path) -> None:
    chance = random.Random(7)
    path = tmp_path / "feeds.yaml"
    for _ in range(20):
        path.write_text(mutated(FULL, chance), encoding="utf-8")
        assert not check(path, {}).ok


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("abc:{}[],&*!|>'\"\\%@`-?# \n\t$\0<"), max_size=40))
def test_any_text_is_a_document_with_values_or_with_problems(text: str) -> None:
    document = parse(text, "x")
    assert document.problems or document.values is None or document.spots


@settings(max_examples=100, deadline=None)
@given(content=st.binary(max_size=200))
def test_any_bytes_can_be_loaded(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(content)
    assert load(path, {}).problems
