"""The generated hostile collection, the large ones too, in one poll; and 500 real feeds broken by chance."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests import mutations
from tests.hostile_cases import NO_FEED, NONE, ONE
from tests.hostile_poll import siege
from tests.hostile_server import Case

GENERATOR = mutations.CORPUS / "hostile" / "gen_hostile.py"
TOGETHER, BATCHES = 25, 20
SHARED = 12.0  # seconds: real feeds are long, and two children read all of them
CANARY = b"127.0.0.1:9/"
U = "Überraschung — «Ça va» 日本語 Ελληνικά"
CAFE = "Café crème"
FAILS = (NONE, NO_FEED)
LARGE = (NONE, "larger than")
ANY = (0, 500)

# What CASES.tsv expects of each, as far as a rule can tell: items at least and at most, failing in words, titles.
EXPECTED: Mapping[str, tuple[object, ...]] = {
    "xml_billion_laughs": ((0, 1),),
    "xml_quadratic_blowup": ((0, 1),),
    "xml_deep_nesting_20k": ((0, 1),),
    "xml_external_entity_file": ((0, 1),),
    "xml_external_entity_http": ((0, 1),),
    "xml_parameter_entity": ((0, 1),),
    "xml_cdata_close": (ONE, None, "a ]]> b"),
    "xml_unknown_entities": (ONE, None, "Café — R&D x"),
    "xml_leading_junk": ((2, 2),),
    "xml_trailing_junk": ((2, 2),),
    "xml_truncated_mid_item": ((1, 2),),
    "xml_truncated_in_cdata": ((1, 2),),
    "size_10k_entries": ((500, 500),),
    "size_50mb": LARGE,
    "size_gzip_bomb_1gb": LARGE,
    "size_gzip_bomb_100mb": LARGE,
    "size_gzip_in_gzip": FAILS,
    "size_gzip_truncated": FAILS,
    "size_gzip_claimed_plain_body": FAILS,
    "enc_utf16le_bom": (ONE, None, U),
    "enc_utf16be_bom": (ONE, None, U),
    "enc_utf32_bom": (ONE, None, U),
    "enc_header_says_latin1_body_utf8": (ONE, None, CAFE),
    "enc_header_says_utf8_body_cp1251": (ONE, None, "Новости дня"),
    "enc_shift_jis": (ONE, None, "連載第2回"),
    "enc_null_bytes": (ONE, None, "abcd"),
    "enc_control_chars": (ONE, None, "abcd"),
    "enc_utf7": ((0, 1),),
    "ok_empty_channel": (NONE,),
    "not_captcha": (NONE, "403"),
    "date_future": ((2, 2),),
    "date_epoch_and_negative": ((3, 3),),
    "date_none": ((3, 3),),
    "date_garbage": ((3, 3),),
    "date_localized": ((3, 3),),
    "date_zones": ((4, 4),),
    "date_dst_and_leap": ((3, 3),),
    "id_no_guid": ((3, 3),),
    "id_no_guid_no_link": ((2, 2),),
    "id_duplicate_guids": ((1, 2),),
    "id_empty_guid": ((2, 2),),
    "id_tracking_params": (ONE,),
    "id_entry_without_anything": ((0, 1),),
    "link_relative_no_base": ((3, 3),),
    "link_javascript": ((5, 5),),
    "link_internal_ssrf": ((2, 2),),
    "txt_xss_title": ((3, 3),),
    "txt_template_injection": (ONE, None, "{{ 7*7 }} {% raw %} ${7*7} #{7*7} {{ self.__init__.__globals__ }}"),
    "txt_crlf_header": (ONE, None, "Hello Bcc: victim@example.com body"),
    "txt_rtl_override": ((2, 2), None, "report gnp.exe end", "nested isolates"),
    "txt_zero_width": ((2, 2),),
    "txt_nfd_vs_nfc": ((1, 2),),
    "txt_emoji_zwj": (ONE, None, "👩‍👩‍👧‍👦 Family 🇮🇷 flags 🏴󠁧󠁢󠁥󠁮󠁧󠁿 1️⃣"),
    "txt_sql": (ONE, None, "'); DROP TABLE item;--"),
    "txt_part_huge_number": ((6, 6),),
    "txt_promise_loop": ((2, 2),),
    "st_rss_in_atom_mixed": ((1, 2),),
    "st_nested_items": ((1, 2),),
    "st_upper_case": ((0, 1),),
    "st_many_channels": ((1, 2),),
    "st_atom_xhtml": (ONE, None, "A bold < move"),
    "st_atom_type_text_markup": (ONE, None, "a <b> c"),
    "st_json_feed": (ONE, None, "Part 2"),
}


def corpus(folder: Path) -> dict[str, Case]:
    """Generate the collection, the large cases too, and read it with what is expected of each."""
    made = folder / "made"
    subprocess.run([sys.executable, str(GENERATOR), "--big", str(made)], check=True, capture_output=True, timeout=120)
    rows = (made / "CASES.tsv").read_text(encoding="utf-8").splitlines()[1:]
    found = {}
    for row in rows:
        name, status, content_type, headers, _size, _expected = row.split("\t")
        body = (made / name).read_bytes()
        found[name] = _case(name, Case(body, ONE, None, (), content_type, int(status), json.loads(headers)))
    return found


def _case(name: str, case: Case) -> Case:
    stem = name.partition(".")[0]
    default = FAILS if stem.startswith("not_") else (ONE,)
    items, fails, *titles = [*EXPECTED.get(stem, default), None][: max(2, len(EXPECTED.get(stem, default)))]
    body = case.body.replace(CANARY, b"127.0.0.1:{canary}/")
    return Case(body, items, fails, tuple(titles), case.content_type, case.status, case.headers)  # type: ignore[arg-type]


@pytest.mark.skipif(not GENERATOR.exists(), reason="the collection is not on this machine")
@pytest.mark.timeout(180)
def test_one_poll_of_the_whole_hostile_collection(tmp_path: Path) -> None:
    cases = corpus(tmp_path)
    assert len(cases) == 109

    outcome, wrong, _ = siege(tmp_path, cases)

    print(outcome)
    assert wrong == [], outcome


@pytest.mark.timeout(120)
@pytest.mark.parametrize("batch", range(BATCHES))
def test_one_poll_of_real_feeds_that_are_broken_by_chance(tmp_path: Path, batch: int) -> None:
    seed = int(os.environ.get("SEED") or random.randrange(2**32)) + batch
    outcome, wrong, _ = siege(tmp_path, mutations.cases(seed, mutations.real(), TOGETHER), at_once=SHARED)

    print(outcome)
    assert wrong == [], f"SEED={seed - batch}, batch {batch}: {outcome}"
