"""What the address, the feed's number and the first lines add to a title."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from briefing.detect.instalments import instalment
from briefing.detect.markers import Marker

SITE = "https://example.org/2026/11"


@pytest.mark.parametrize(
    ("lead", "part", "total", "series"),
    [
        ("This is the second part of a series on port taxes. It begins at night.", 2, None, "port taxes"),
        ("This is the second in a three-part series about port taxes.", 2, 3, "port taxes"),
        ("This is Part 3 of our series on port taxes.", 3, None, "port taxes"),
        ("Part 2 of 3. The night shift begins.", 2, 3, ""),
        ("(Part two of our series on port taxes)", 2, None, "port taxes"),
        ("In this post, the first of a three-part series, we look at cranes.", 1, 3, ""),
        ("Dies ist der zweite Teil unserer Serie über Hafensteuern.", 2, None, "Hafensteuern"),
        ("Dies ist der zweite Teil einer dreiteiligen Serie.", 2, 3, ""),
        ("Teil 2 von 3. Die Nachtschicht beginnt.", 2, 3, ""),
        ("Ceci est la deuxième partie de notre série sur les taxes du port.", 2, None, "les taxes du port"),
        ("Esta es la segunda parte de una serie sobre las tasas del puerto.", 2, None, "las tasas del puerto"),
        ("Esta é a segunda parte da nossa série sobre as taxas do porto.", 2, None, "as taxas do porto"),
        ("Questa è la seconda parte della nostra serie sulle tasse del porto.", 2, None, "tasse del porto"),
        ("Это вторая часть нашей серии статей о портовых сборах.", 2, None, "портовых сборах"),
        ("Bu yazı, liman vergileri serimizin ikinci bölümü.", 2, None, "liman vergileri"),
        ("هذا هو الجزء الثاني من سلسلة مقالات عن رسوم الميناء.", 2, None, "رسوم المیناء"),
        ("این یادداشت، قسمت دوم از مجموعه یادداشت‌های بندر است.", 2, None, ""),
        ("זהו החלק השני בסדרה על מסי הנמל.", 2, None, "מסי הנמל"),
        ("本文是港口税费系列的第二部分。", 2, None, "港口税费"),
        ("本記事は、港湾税の連載の第2回です。", 2, None, "港湾税"),
    ],
)
def test_first_lines_say_which_part_an_item_is(lead: str, part: int, total: int | None, series: str) -> None:
    found = instalment("The night shift", lead=lead)
    assert found
    assert (found.part, found.total, found.series_title, found.own_title) == (part, total, series, "The night shift")


@pytest.mark.parametrize(
    "lead",
    [
        "This is the second time that the port has closed.",
        "In this, the third week of the strike, the port is quiet.",
        "The second part of the talks begins on Monday.",
        "Dies ist der zweite Streik in diesem Jahr.",
        "C'est la deuxième fois que le port ferme.",
        "Это вторая забастовка за год.",
        "این دومین اعتصاب بندر است.",
        "这是港口第二次罢工。",
        "今回は第2回会合が開かれた。",
    ],
)
def test_first_lines_about_something_else(lead: str) -> None:
    assert instalment("The night shift", lead=lead) is None


def test_the_title_wins() -> None:
    title, url = "The Harbour Files, Part 3: Night Shifts", f"{SITE}/harbour-files-part-2/"
    found = instalment(title, url=url, number=57, lead="This is the second part of a series on taxes.")
    assert found == Marker(3, None, "The Harbour Files", "Night Shifts")


def test_an_address_names_the_series_and_the_total() -> None:
    found = instalment("Part 2: Night Shifts", url=f"{SITE}/the-harbour-files-part-2-of-3-night-shifts.html")
    assert found == Marker(2, 3, "the harbour files", "Night Shifts")


def test_first_lines_add_the_series_and_the_total() -> None:
    found = instalment("Part 3: Night Shifts", lead="This is part three of our three-part series on port taxes.")
    assert found == Marker(3, 3, "port taxes", "Night Shifts", final=True)


def test_an_address_numbers_a_final_part() -> None:
    found = instalment("The Harbour Files: The Final Part", url=f"{SITE}/the-harbour-files-part-5")
    assert found == Marker(5, None, "The Harbour Files", "", final=True)


def test_an_address_alone_makes_no_instalment() -> None:
    assert instalment("Night Shifts", url=f"{SITE}/the-harbour-files-part-2/") is None
    assert instalment("Night Shifts", url=f"{SITE}/the-harbour-files-part-2/", number=41) is None


@pytest.mark.parametrize(
    ("number", "lead"), [(2, ""), (None, "In part 2, the night shift begins."), (None, "Part two. It is night.")]
)
def test_an_address_counts_with_what_agrees(number: int | None, lead: str) -> None:
    found = instalment("Night Shifts", url=f"{SITE}/the-harbour-files-part-2/", number=number, lead=lead)
    assert found == Marker(2, None, "the harbour files", "Night Shifts")


def test_a_film_in_an_address_is_no_series() -> None:
    assert instalment("The sequel of the year", url=f"{SITE}/dune-part-2/", number=2) is None


def test_a_number_alone_counts_the_episodes_of_a_show() -> None:
    assert instalment("Night Shifts", number=57) is None


def test_a_number_counts_in_a_named_series() -> None:
    found = instalment("Port Tax Learning Series: Night Shifts", number=4)
    assert found == Marker(4, None, "Port Tax Learning Series", "Night Shifts", by_feed=True)


@pytest.mark.parametrize("url", ["", "https://", "https://example.org", f"{SITE}/%ff/%E2-part-", "https://[", "::"])
def test_any_address_is_read(url: str) -> None:
    assert instalment("Night Shifts", url=url) is None


@settings(deadline=None)  # a tongue is compiled when it is first met
@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=200))
def test_anything_is_read_without_error(title: str, url: str, lead: str) -> None:
    found = instalment(f"{title} 第2回", url=f"https://example.org/{url}", number=2, lead=f"Part 2 of 3 {lead}")
    assert found is None or found.part is None or found.part >= 0
