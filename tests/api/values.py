"""Values of a JSON Schema, as far as our OpenAPI document uses it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

Schema = Mapping[str, Any]
Values = st.SearchStrategy[Any]

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
JSON: Values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


def values_of(schema: Schema, shapes: Mapping[str, Schema]) -> Values:
    """Values that the schema allows; `shapes` are the document's."""
    if "$ref" in schema:
        return st.deferred(lambda: values_of(shapes[schema["$ref"].rpartition("/")[2]], shapes))
    if "anyOf" in schema:
        return st.one_of([values_of(option, shapes) for option in schema["anyOf"]])
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum") or [schema["const"]])
    if schema.get("type") == "object":
        return _objects(schema, shapes)
    if schema.get("type") == "array":
        least = schema.get("minItems", 0)
        most = min(schema.get("maxItems", 3), least + 3)
        return st.lists(values_of(schema.get("items", {}), shapes), min_size=least, max_size=most)
    return _plain(schema)


def _objects(schema: Schema, shapes: Mapping[str, Schema]) -> Values:
    members = {name: values_of(member, shapes) for name, member in schema.get("properties", {}).items()}
    needed = {name: members.pop(name) for name in schema.get("required", ())}
    others = schema.get("additionalProperties", True)
    named = st.fixed_dictionaries(needed, optional=members)
    if members or needed or others is False:
        return named
    return st.dictionaries(TEXTS, JSON if others is True else values_of(others, shapes), max_size=3)


def _plain(schema: Schema) -> Values:
    kinds: dict[str, Values] = {
        "null": st.none(),
        "boolean": st.booleans(),
        "integer": st.integers(schema.get("minimum"), schema.get("maximum")),
        "number": st.integers(0, 100) | st.floats(0, 100),
        "string": _strings(schema),
    }
    return kinds.get(schema.get("type", ""), JSON)


def _strings(schema: Schema) -> Values:
    if "pattern" in schema:
        return st.from_regex(schema["pattern"], fullmatch=True)
    if schema.get("format") == "date-time":
        return st.datetimes().map(lambda at: f"{at.isoformat()}Z")
    least = schema.get("minLength", 0)
    return st.text(
        st.characters(exclude_categories=["Cs"]), min_size=least, max_size=min(schema.get("maxLength", 20), least + 20)
    )
