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


INSIDE = (
    ("below one inside the same", "{to: c, routes: [{}, {when: {story: s}}]}", "routes.0.routes.1"),
    ("below one inside that continues", "{to: c, routes: [{continue: true}, {when: {story: s}}]}", ""),
    ("inside one below one that takes all of it", "{to: c}, {to: c, when: {story: s}, routes: [{}]}", "routes.1"),
    (
        "a part that another takes before",
        "{to: c, when: {event: gap}}, {to: c, when: {story: s}, routes: [{when: {event: gap}}]}",
        "routes.1.routes.0",
    ),
    (
        "a part that another takes before, by what is around it",
        "{to: c, when: {story: s, event: gap}}, {to: c, when: {story: s}, routes: [{when: {event: gap}}]}",
        "routes.1.routes.0",
    ),
    (
        "a part that one of several takes before",
        "{to: c, when: {origins: 3}}, {to: c, when: {origins: 4}, routes: [{when: {event: gap}}]}",
        "routes.1",
    ),
    ("below one that takes it for those inside", "{to: c, routes: [{when: {event: gap}}]}, {to: c}", "routes.1"),
    (
        "an event that the one around is not for",
        "{to: c, when: {event: gap}, routes: [{when: {event: item}}]}",
        "routes.0.routes.0",
    ),
    (
        "a story that none further out is for",
        "{to: c, when: {story: s}, routes: [{routes: [{when: {story: [t, u]}, routes: [{}]}]}]}",
        "routes.0.routes.0.routes.0",
    ),
    (
        "one of the events that the one around is for",
        "{to: c, when: {event: [gap, item]}, routes: [{when: {event: item}}]}",
        "",
    ),
    (
        "the same series in other letters",
        "{to: c, when: {series: The  Road}, routes: [{when: {series: the road}}]}",
        "",
    ),
    (
        "what must be named inside one below one that takes all",
        "{to: c}, {to: c, routes: [{when: {event: issue}}]}",
        "",
    ),
    (
        "what must be named in the one around",
        "{to: c}, {to: c, when: {event: issue}, routes: [{}, {when: {event: issue}}]}",
        "routes.1.routes.1",
    ),
    (
        "below one inside that asks what the one around does",
        "{to: c, when: {story: s}, routes: [{when: {story: [s, t]}}, {when: {event: gap}}]}",
        "routes.0.routes.1",
    ),
    ("what must be named below one that does not", "{to: c, routes: [{}, {when: {event: issue}}]}", ""),
)


@pytest.mark.parametrize(("routes", "path"), [c[1:] for c in INSIDE], ids=[c[0] for c in INSIDE])
def test_a_route_inside_another_that_is_never_reached_is_a_warning(routes: str, path: str, tmp_path: Path) -> None:
    stories = "stories: {s: {title: S}, t: {title: T}, u: {title: U}}\n"
    loaded = loaded_from(
        tmp_path, HEAD % "" + stories + CHANNEL % "type: mail, to: a@example.org" + f"routes: [{routes}]\n"
    )
    assert loaded.config is not None
    assert [p.path for p in loaded.problems if "never reached" in p.message] == ([path] if path else [])


def test_a_route_that_the_one_around_it_has_no_event_for_says_what_keeps_it(tmp_path: Path) -> None:
    routes = "routes:\n- to: c\n  when: {event: [gap, overdue]}\n  routes:\n  - when: {event: item}\n"
    (problem,) = loaded_from(tmp_path, HEAD % "" + CHANNEL % "type: mail, to: a@example.org" + routes).problems
    assert (problem.line, problem.message) == (
        8,
        "this route is never reached: the one around it, on line 5, is for no such event",
    )
    assert problem.hint == "a route inside another is for a part of its events"


@pytest.mark.parametrize(
    ("routes", "path", "said"),
    [
        ("{to: c, routes: [{to: d}]}", "routes.0.routes.0.to", 'no channel named "d"'),
        ("{to: c, routes: [{to: [c, d]}]}", "routes.0.routes.0.to.1", 'no channel named "d"'),
        (
            "{to: c, routes: [{routes: [{when: {story: x}}]}]}",
            "routes.0.routes.0.routes.0.when.story",
            'no story named "x"',
        ),
        ("{to: c, routes: [{when: {feed: [x]}}]}", "routes.0.routes.0.when.feed.0", 'no feed named "x"'),
        ("{routes: [{to: c}]}", "routes.0.to", '"to" is missing'),
        ("{to: c, routes: [{toe: c}]}", "routes.0.routes.0.toe", 'unknown key "toe"'),
        ("{to: c, routes: [c]}", "routes.0.routes.0", 'an item of "routes" must hold keys and values, not text'),
        ("{to: c, routes: {to: c}}", "routes.0.routes", '"routes" must be a list, not a mapping'),
        ("{to: c, routes: [{to: []}]}", "routes.0.routes.0.to", '"to" needs at least one'),
        ("{to: c, routes: [{repeat: 1m}]}", "routes.0.routes.0.repeat", "repeat it no sooner"),
        (
            "{to: c, routes: [{urgent: true, quiet: {from: '23:00', until: '6:00'}}]}",
            "routes.0.routes.0",
            "urgent: true passes quiet hours",
        ),
    ],
)
def test_what_is_wrong_inside_a_route_is_told_at_its_place(routes: str, path: str, said: str, tmp_path: Path) -> None:
    text = HEAD % "" + CHANNEL % "type: mail, to: a@example.org" + f"routes: [{routes}]\n"
    (problem,) = loaded_from(tmp_path, text).problems
    assert (problem.severity, problem.path) == ("error", path)
    assert said in problem.message


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
