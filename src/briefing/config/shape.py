"""What the grammar allows at a place: the keys, choices and descriptions that hints name.

Apart from `schema`, which writes the JSON Schema for editors: this reads the grammar's own, at one place at a time.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from briefing.config.grammar import Config
from briefing.config.positions import Place

Shape = Mapping[str, Any]


def at_place(place: Place, values: Any) -> Shape:
    """Return the part of the JSON Schema that rules a place, with `choices` of a channel's type; {} if none does."""
    shape, here = _settled(_grammar(), values), values
    for step in place:
        shape = _inside(shape, step)
        here = _value(here, step)
        shape = _settled(shape, here)
    return shape


@cache
def _grammar() -> dict[str, Any]:
    return Config.model_json_schema(by_alias=True)


def _value(here: Any, step: str | int) -> Any:
    if isinstance(here, Mapping):
        return here.get(str(step))
    if isinstance(here, list) and isinstance(step, int) and step < len(here):
        return here[step]
    return None


def _inside(shape: Shape, step: str | int) -> Shape:
    if isinstance(step, int):
        return dict(shape.get("items", {}))
    if step in shape.get("properties", {}):
        return dict(shape["properties"][step])
    if step == "type" and "choices" in shape:
        return {"choices": shape["choices"]}
    inner = [*shape.get("patternProperties", {}).values(), shape.get("additionalProperties")]
    return next((found for found in inner if isinstance(found, dict)), {})


def _settled(shape: Shape, value: Any) -> Shape:
    """Follow references, and in a union the member that fits the value."""
    described = {key: shape[key] for key in ("description",) if key in shape}
    if "$ref" in shape:
        shape = _grammar()["$defs"][str(shape["$ref"]).rsplit("/", 1)[-1]]
    if "discriminator" in shape:
        mapping = shape["discriminator"]["mapping"]
        ref = mapping.get(value.get("type")) if isinstance(value, Mapping) else None
        return _settled({"$ref": ref}, value) if ref else {"choices": tuple(mapping)}
    if "anyOf" in shape:
        members = [_settled(member, value) for member in shape["anyOf"]]
        kind = "object" if isinstance(value, dict) else "array" if isinstance(value, list) else None
        shape = next((member for member in members if kind and member.get("type") == kind), members[0])
    return {**shape, **described}
