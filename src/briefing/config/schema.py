"""The JSON Schema of feeds.yaml, for editors.

Apart from `grammar`, which it is made from: a schema must also allow what is settled before the grammar sees a value,
which is `${…}` in place of anything, and one value in place of a list of one.
"""

from collections.abc import Iterator
from datetime import time, timedelta
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from briefing.config.alerts import When
from briefing.config.grammar import Config
from briefing.config.scalars import format_duration

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_FILLED = {"$ref": "#/$defs/Filled"}
_MANY = frozenset({"rate", "to", *When.model_fields})  # one value may stand for a list of one
_Shape = dict[str, Any]


class _Written(GenerateJsonSchema):
    """Shows defaults the way they are written in the file."""

    def encode_default(self, dft: Any) -> Any:
        if isinstance(dft, timedelta):
            return format_duration(dft)
        return dft.strftime("%H:%M") if isinstance(dft, time) else super().encode_default(dft)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of feeds.yaml."""
    made = Config.model_json_schema(by_alias=True, schema_generator=_Written)
    for model in (made, *made["$defs"].values()):
        for name, option in model.get("properties", {}).items():
            model["properties"][name] = _fillable(_finished(name, option))
    made["$defs"]["Story"]["properties"]["series"]["anyOf"].append({"const": True})
    made["$defs"]["Filled"] = {
        "description": "Filled in when the file is read: ${NAME}, ${NAME:-default} or ${file:/path}.",
        "pattern": r"\$\{[^}]+\}",
        "type": "string",
    }
    about = "What briefing follows, and whom it tells: feeds, stories, digests, channels and routes."
    return {"$schema": _DIALECT, **made, "title": "feeds.yaml of briefing", "description": about}


def _finished(name: str, option: _Shape) -> _Shape:
    """Set right what pydantic tells otherwise than the file is read, and drop what only it needs."""
    default: Any = option.get("default")
    if name == "jitter":
        option["default"] = f"{default:.0%}"
    elif name == "max_size":
        option["default"] = f"{default // 2**20}MiB"
    elif default is None or isinstance(default, (dict, list)):
        option.pop("default", None)
    option.pop("title", None)
    for part in _parts(option):
        for noise in ("writeOnly", *(["format"] if part.get("format") == "password" else [])):
            part.pop(noise, None)
        if "patternProperties" in part:
            part["additionalProperties"] = False
    return _one_or_many(option) if name in _MANY and "items" in option else option


def _one_or_many(option: _Shape) -> _Shape:
    inner = option["items"]
    many = {key: option.pop(key) for key in ("type", "items", "minItems")}
    return {**option, "anyOf": [many, *inner.get("anyOf", [inner])]}


def _parts(option: _Shape) -> Iterator[_Shape]:
    yield option
    for part in (*option.get("anyOf", ()), option.get("items"), option.get("additionalProperties")):
        if isinstance(part, dict):
            yield from _parts(part)


def _fillable(option: _Shape) -> _Shape:
    """Allow `${…}` where the schema would take only a number, a word of a list, or text of some form."""
    members = option.get("anyOf", [option])
    if "const" in option or not any(_narrow(member) for member in members):
        return option
    kept = ("description", "default", "examples")
    outer: _Shape = {key: option[key] for key in kept if key in option}
    inner: list[_Shape] = [{k: v for k, v in member.items() if k not in kept} for member in members]
    return {**outer, "anyOf": [*inner, _FILLED]}


def _narrow(member: _Shape) -> bool:
    """Tell whether a text such as `${NAME}` would be refused here."""
    if member.get("type") in {"integer", "number", "boolean"}:
        return True
    if member.get("type") == "string":
        return bool({"pattern", "format", "enum"} & member.keys())
    return str(member.get("$ref", "")).endswith(("FullText", "Rights", "StartTls"))
