"""An operator's families over the map that comes with the program."""

from briefing.detect.publishers import merged, shipped


def test_without_additions_it_is_the_shipped_map() -> None:
    assert merged({}) is shipped()


def test_a_new_family_takes_its_names_and_sites_from_others() -> None:
    mine = merged({"desk": {"names": ["Posta", "the example"], "domains": ["edition.cnn.com"]}})
    assert mine.family("POSTA") == mine.family("The Example") == "desk"
    assert mine.family("x", "https://edition.cnn.com/1") == "desk"
    assert (mine.family("Hürriyet"), mine.family("x", "https://www.cnn.com/1")) == ("dha", "cnn")
    assert [mention.family for mention in mine.mentions("Posta reported it, CNN says.")] == ["desk", "cnn"]
    assert mine.ambiguous == ()


def test_a_known_family_keeps_what_it_has() -> None:
    mine = merged({"ap": {"names": ["The AP Desk"], "domains": [], "agency": False}})
    assert mine.family("The AP Desk") == mine.family("Associated Press") == "ap"
    assert mine.agencies["The AP Desk"] == mine.agencies["Associated Press"] == "ap"


def test_an_agency_of_the_operators_is_one() -> None:
    assert merged({"ours": {"names": ["Our Wire"], "agency": True}}).agencies["Our Wire"] == "ours"
