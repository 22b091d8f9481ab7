"""The JSON Schema for editors, and the files that must agree with it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from briefing.check import check
from briefing.config.reading import parse
from briefing.config.schema import schema

ROOT = Path(__file__).parents[3]
DATA = ROOT / "tests" / "data" / "config"
PINNED = ROOT / "docs" / "feeds.schema.json"
REFERENCE = ROOT / "docs" / "feeds.reference.yaml"
SHIPPED = ROOT / "feeds.yaml"
SAMPLES = (DATA / "simple.yaml", DATA / "full.yaml", SHIPPED, REFERENCE)
ENV = dict.fromkeys(("SMTP_USER", "SMTP_PASSWORD", "MEMBERS_PASSWORD", "MEMBERS_TOKEN", "HOOK_KEY"), "x") | {
    "SLACK_URL": "https://slack.example/x",
    "TEAMS_URL": "https://teams.example/x",
    "DISCORD_URL": "https://discord.example/x",
    "DISCORD_FORUM_URL": "https://discord.example/y",
    "MATTERMOST_URL": "https://mattermost.example/x",
    "GOOGLE_CHAT_URL": "https://chat.example/x",
    "TELEGRAM_TOKEN": "x",
    "TG_TOKEN": "x",
    "NTFY_TOPIC": "x",
    "NTFY_TOKEN": "x",
    "APPRISE_URL": "json://apprise.example/x",
    "HOOK_SECRET": "whsec_" + "QUJD" * 10,
    "OLD_HOOK_SECRET": "whsec_" + "QUJD" * 11,
}


def test_the_schema_is_the_one_shipped() -> None:
    """After a change of the grammar: briefing schema > docs/feeds.schema.json."""
    assert json.dumps(schema(), ensure_ascii=False, indent=2) + "\n" == PINNED.read_text()


def test_the_schema_is_a_schema() -> None:
    assert schema()["$schema"] == jsonschema.Draft202012Validator.META_SCHEMA["$id"]
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_a_right_file_fits_the_schema(path: Path) -> None:
    errors = jsonschema.Draft202012Validator(schema()).iter_errors(parse(path.read_text(), "x").values)
    assert [error.message for error in errors] == []


def test_wrong_values_do_not_fit_the_schema() -> None:
    values = parse((DATA / "bad.yaml").read_text(), "x").values
    found = {".".join(map(str, e.absolute_path)) for e in jsonschema.Draft202012Validator(schema()).iter_errors(values)}
    wanted = {
        "", "version", "defaults.poll.every", "feeds", "feeds.analysis", "feeds.wire.independent",
              "stories.irgc-coup.title", "digests.daily.days", "digests.weekly.max_items", "routes.1.when.event",
    }  # fmt: skip
    assert wanted <= found


def test_no_model_takes_unknown_keys_and_every_option_is_described() -> None:
    whole = schema()
    models = [whole, *(model for model in whole["$defs"].values() if "properties" in model)]
    assert all(model["additionalProperties"] is False for model in models)
    bare = [
        f"{model['title']}.{name}"
        for model in models
        for name, option in model["properties"].items()
        if "description" not in option and "$ref" not in option
    ]
    assert bare == []


@pytest.mark.parametrize("path", [DATA / "simple.yaml", SHIPPED], ids=lambda path: path.name)
def test_a_short_file_is_right_with_nothing_set(path: Path) -> None:
    checked = check(path, {})
    assert checked.problems == ()
    assert checked.ok


def test_the_full_sample_is_right_and_warns_of_what_is_not_built(tmp_path: Path) -> None:
    (tmp_path / "smtp").write_text("word\n")
    path = tmp_path / "feeds.yaml"
    path.write_text((DATA / "full.yaml").read_text().replace("/run/secrets/smtp", str(tmp_path / "smtp")))
    checked = check(path, ENV)
    assert {p.severity for p in checked.problems} == {"warning"}
    assert checked.config is not None
    assert checked.config.site.smtp is not None
    assert checked.config.site.smtp.password is not None
    assert checked.config.site.smtp.password.get_secret_value() == "word"
    assert checked.config.routes[0].continue_


def test_the_reference_is_right_with_the_environment_it_names() -> None:
    checked = check(REFERENCE, ENV)
    assert [p for p in checked.problems if p.severity == "error"] == []
    assert all(name in REFERENCE.read_text() for name in ENV if name not in {"SMTP_USER", "TG_TOKEN"})


def test_the_reference_shows_every_option_of_the_grammar() -> None:
    whole = schema()
    shown = set(written(parse(REFERENCE.read_text(), "x").values, whole, whole["$defs"], ""))
    assert sorted(set(options(whole, whole["$defs"], "")) - shown) == []


def options(shape: dict[str, Any], models: dict[str, Any], path: str) -> Iterator[str]:
    """Yield every option of the grammar; entries of sections and items of lists as `*`, channels by type.

    A route inside another has the options of a route, and is gone into once.
    """
    if "$ref" in shape and not shape["$ref"].endswith(("/Filled", "/ChildRoute")):
        name = shape["$ref"].rsplit("/", 1)[-1]
        yield from options(models[name], models, path + (f"<{name}>" if name.endswith("Channel") else ""))
    for name, option in shape.get("properties", {}).items():
        yield f"{path}.{name}"
        yield from options(option, models, f"{path}.{name}")
    for option in (*shape.get("anyOf", ()), *shape.get("oneOf", ())):
        yield from options(option, models, path)
    for option in (*shape.get("patternProperties", {}).values(), shape.get("items")):
        if option:
            yield from options(option, models, f"{path}.*")


def written(value: Any, shape: dict[str, Any], models: dict[str, Any], path: str) -> Iterator[str]:
    """Yield every option that a file gives, in the same form."""
    if isinstance(value, list):
        for item in value:
            yield from written(item, shape, models, f"{path}.*")
    if not isinstance(value, dict):
        return
    sections = {"feeds", "stories", "publishers", "digests", "lists", "channels"}
    if path.lstrip(".") in sections:
        for entry in value.values():
            kind = f"<{entry['type'].title().replace('_', '')}Channel>" if "type" in entry else ""
            yield from written(entry, shape, models, f"{path}.*{kind}")
        return
    for key, inner in value.items():
        yield f"{path}.{key}"
        yield from written(inner, shape, models, f"{path}.{key}")
