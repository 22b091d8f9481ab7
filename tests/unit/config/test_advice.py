"""What is allowed and yet worth a second look."""

from pathlib import Path

import pytest

from briefing.config.load import Loaded, load

HEAD = "version: 1\nsite: {from: a@example.org, %s}\n"
CHANNEL = "channels: {c: {%s}}\n"

SECRETS = (
    ("an SMTP password", "smtp: {host: h, password: hunter2}", "", "site.smtp.password"),
    ("a feed's password", "", "feeds: {a: {url: https://a.org, auth: {user: u, password: hunter2}}}", "auth.password"),
    ("an Authorization header", "", "feeds: {a: {url: https://a.org, headers: {Authorization: hunter2}}}", "Authoriz"),
    ("a cookie", "", "feeds: {a: {url: https://a.org, headers: {cookie: hunter2}}}", "headers.cookie"),
    ("an API key", "", "feeds: {a: {url: https://a.org, headers: {X-Api-Key: hunter2}}}", "X-Api-Key"),
    ("a Slack address", "", CHANNEL % "type: slack, url: 'https://h.org/hunter2'", "channels.c.url"),
    ("a webhook's secret", "", CHANNEL % "type: webhook, url: 'https://h.org/', secret: hunter2", "channels.c.secret"),
    ("a Telegram bot", "", CHANNEL % "type: telegram, token: 'hunter2', chat: '1', topic: 7", "channels.c.token"),
    ("an ntfy topic", "", CHANNEL % "type: ntfy, topic: hunter2, url: 'https://ntfy.example'", "channels.c.topic"),
    ("a password in an address", "", "feeds: {a: {url: 'https://u:hunter2@a.org/'}}", "feeds.a.url"),
)


@pytest.mark.parametrize(("site", "text", "path"), [c[1:] for c in SECRETS], ids=[c[0] for c in SECRETS])
def test_a_secret_in_the_file_is_a_warning(site: str, text: str, path: str, tmp_path: Path) -> None:
    loaded = loaded_from(tmp_path, HEAD % site + text + "\n")
    (problem,) = loaded.problems
    assert problem.severity == "warning"
    assert path in problem.path
    assert "hunter2" not in problem.message + problem.source + problem.hint
    assert loaded.config is not None


def test_a_secret_from_outside_is_none(tmp_path: Path) -> None:
    text = HEAD % 'smtp: {host: h, password: "${WORD}"}' + "feeds: {a: {url: https://a.org, headers: {Accept: x}}}\n"
    assert loaded_from(tmp_path, text).problems == ()


def test_the_address_of_a_webhook_is_no_secret(tmp_path: Path) -> None:
    text = HEAD % "" + CHANNEL % 'type: webhook, url: "https://h.org/in", secret: "${WORD}"'
    assert loaded_from(tmp_path, text).problems == ()


DIGEST = "stories: {s: {title: S}}\nlists: {l: {title: L}}\ndigests: {d: {stories: [s], at: '7:00', to: %s}}\n"


@pytest.mark.parametrize("to", ["{list: l}", "[a@example.org, {list: l}]"])
def test_list_mail_without_a_postal_address_is_a_warning(to: str, tmp_path: Path) -> None:
    (problem,) = loaded_from(tmp_path, HEAD % "" + DIGEST % to).problems
    assert "postal_address" in problem.message
    assert loaded_from(tmp_path, HEAD % "postal_address: 1 Street" + DIGEST % to).problems == ()


def test_mail_to_named_addresses_needs_no_postal_address(tmp_path: Path) -> None:
    assert loaded_from(tmp_path, HEAD % "" + DIGEST % "a@example.org").problems == ()


UNBUILT = (("another language", "locale: fr", "", "site.locale: fr"),)


@pytest.mark.parametrize(("site", "text", "option"), [c[1:] for c in UNBUILT], ids=[c[0] for c in UNBUILT])
def test_an_option_that_does_nothing_yet_is_named(site: str, text: str, option: str, tmp_path: Path) -> None:
    loaded = loaded_from(tmp_path, HEAD % site + text + "\n")
    assert [p.message.startswith(f"{option} does nothing yet") for p in loaded.problems] == [True]
    assert loaded.config is not None


ROUTES = (
    ("below one that takes all", "[{to: c}, {to: c, when: {event: item}}]", 1),
    ("below one that takes more", "[{to: c, when: {event: item}}, {to: c, when: {event: item, story: s}}]", 1),
    ("below its like", "[{to: c, when: {story: s}}, {to: c, when: {story: s}}]", 1),
    ("below one of several", "[{to: c, when: {event: [item, gap]}}, {to: c, when: {event: gap, origins: 2}}]", 1),
    ("below one of fewer", "[{to: c, when: {event: [item, gap]}}, {to: c, when: {event: [gap, overdue]}}]", 0),
    ("below a lower count", "[{to: c, when: {origins: 2}}, {to: c, when: {origins: 3}}]", 1),
    ("below a higher count", "[{to: c, when: {origins: 3}}, {to: c, when: {origins: 2}}]", 0),
    ("below one that continues", "[{to: c, continue: true}, {to: c}]", 0),
    ("below one that takes less", "[{to: c, when: {event: item, story: s}}, {to: c, when: {event: item}}]", 0),
    ("what must be named below one that takes all", "[{to: c}, {to: c, when: {event: issue}}]", 0),
    ("what must be named below its like", "[{to: c, when: {event: issue}}, {to: c, when: {event: [issue]}}]", 1),
    ("what must be named among others", "[{to: c}, {to: c, when: {event: [item, issue]}}]", 0),
    ("below one that takes others", "[{to: c, when: {event: item}}, {to: c, when: {story: s}}]", 0),
)


@pytest.mark.parametrize(("routes", "count"), [c[1:] for c in ROUTES], ids=[c[0] for c in ROUTES])
def test_a_route_that_is_never_reached_is_a_warning(routes: str, count: int, tmp_path: Path) -> None:
    text = HEAD % "" + "stories: {s: {title: S}}\n" + CHANNEL % "type: mail, to: a@example.org" + f"routes: {routes}\n"
    loaded = loaded_from(tmp_path, text)
    assert [p.path for p in loaded.problems if "never reached" in p.message] == ["routes.1"] * count


@pytest.mark.parametrize(
    "option", ["repeat: 12h", "group: 5m", "urgent: true", "quiet: {from: '23:00', until: '06:00'}"]
)
def test_nothing_that_a_route_says_is_left_undone(option: str, tmp_path: Path) -> None:
    text = HEAD % "" + CHANNEL % "type: mail, to: a@example.org" + f"routes: [{{to: c, {option}}}]\n"
    assert loaded_from(tmp_path, text).problems == ()


@pytest.mark.parametrize(("address", "warned"), [("https://example.org", 0), ("http://example.org/briefing", 1)])
def test_a_public_address_without_tls_lets_links_be_read_on_the_way(tmp_path: Path, address: str, warned: int) -> None:
    problems = loaded_from(tmp_path, HEAD % f"base_url: {address}").problems
    assert [(one.severity, one.path) for one in problems] == [("warning", "site.base_url")] * warned


@pytest.mark.parametrize(("starttls", "warned"), [("off", True), ("optional", True), ("required", False)])
def test_a_password_that_could_be_read_on_the_way_is_pointed_at(tmp_path: Path, starttls: str, warned: bool) -> None:
    smtp = f'smtp: {{host: h, starttls: "{starttls}", user: u, password: "${{WORD}}"}}'
    problems = loaded_from(tmp_path, HEAD % smtp).problems
    assert any(problem.path == "site.smtp.starttls" for problem in problems) is warned


def loaded_from(folder: Path, text: str) -> Loaded:
    path = folder / "feeds.yaml"
    path.write_text(text)
    return load(path, {"WORD": "https://example.org/x"})
