"""Forms generated from pydantic models: settings of plugins, extension data."""

from __future__ import annotations

import types
from collections.abc import Mapping
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MaxLen
from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo

from spoeq_core.kernel.errors import FieldError, Invalid, SpoeqError
from spoeq_core.kernel.money import parse_amount, plain_amount
from spoeq_core.kernel.validation import field_errors
from spoeq_core.web.bodies import Faults, Form
from spoeq_core.web.context import current_shop
from spoeq_core.web.languages import translate

Field = dict[str, Any]
MONEY, HIDDEN = "money", "hidden"


def fields_of(
    model: type[BaseModel], values: Mapping[str, Any], errors: Mapping[str, str], prefix: str = ""
) -> list[Field]:
    """The fields of a form for a model, filled with values.

    A field's `json_schema_extra` may say `{"widget": "textarea" | "money" | "hidden"}`: money is kept in minor units
    and typed as people write it, what is hidden has a page of its own; lists of text are one item a line. What the
    choices of a `Literal` are called is told by `{"labels": {"value": "Label"}}`, or made of their names.
    """
    return [
        {
            **_field(name, info, values.get(name)),
            "name": f"{prefix}{name}",
            "error": translate(errors.get(f"{prefix}{name}", "")),
        }
        for name, info in model.model_fields.items()
        if _kind(info) != HIDDEN
    ]


def read_fields(model: type[BaseModel], form: Form, prefix: str = "") -> dict[str, Any]:
    """What was entered, in the types that the model understands; empty secrets are left out.

    Raises:
        Invalid: an amount cannot be read; the errors then name what the model refuses of the other fields too.
    """
    faults, read = Faults(), {}
    for name, typed in typed_fields(model, form, prefix).items():
        try:
            read[name] = _read(model.model_fields[name], f"{prefix}{name}", typed)
        except Invalid as error:
            faults.add(error.errors)
    if faults:
        faults.add(_refused(model, read, prefix))
    faults.raise_if_any()
    return read


def at_field(error: FieldError) -> FieldError:
    """The error at the form's field, where one field stands for a list of values."""
    return FieldError(error.field.partition(".")[0], error.message, error.code)


def _refused(model: type[BaseModel], read: Mapping[str, Any], prefix: str) -> list[FieldError]:
    """What the model refuses of the fields that could be read."""
    try:
        model.model_validate(dict(read))
    except ValidationError as error:
        found = [at_field(item) for item in field_errors(error)]
        return [FieldError(f"{prefix}{item.field}", item.message, item.code) for item in found if item.field in read]
    return []


def typed_fields(model: type[BaseModel], form: Form, prefix: str = "") -> dict[str, Any]:
    """The same as it was typed, for `fields_of` to show it again."""
    found: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        kind = _kind(info)
        key = f"{prefix}{name}"
        if kind == "bool":
            found[name] = form.flag(key)
        elif kind == "list":
            found[name] = [line.strip() for line in form.text(key).splitlines() if line.strip()]
        elif kind != HIDDEN and (form.text(key) if kind == "password" else key in form):
            found[name] = form.text(key)
    return found


def _read(info: FieldInfo, key: str, value: Any) -> Any:
    if value == "" and _is_optional(info.annotation):
        return None
    return _amount(key, value) if _kind(info) == MONEY else value


def _field(name: str, info: FieldInfo, value: Any) -> Field:
    kind = _kind(info)
    limits = _limits(info)
    field: Field = {
        "label": translate(info.title or name.replace("_", " ").capitalize()),
        "kind": kind,
        "value": _shown(kind, value),
        "hint": translate(info.description or ""),
        "required": info.is_required(),
        "options": _options(info),
        "secret_set": isinstance(value, SecretStr) and bool(value.get_secret_value()),
        "minimum": limits.get("minimum"),
        "maximum": limits.get("maximum"),
        "max_length": limits.get("max_length"),
    }
    return field


def _shown(kind: str, value: Any) -> Any:
    if kind == "password":
        return ""
    if kind == "list" and not isinstance(value, str):
        return "\n".join(str(item) for item in value or ())
    if kind == "bool":
        return bool(value)
    if kind == MONEY and isinstance(value, int):
        return plain_amount(value, current_shop().profile.currency)
    if isinstance(value, Enum):
        return value.value
    return "" if value is None else str(value)


def _amount(name: str, text: str) -> int:
    try:
        return parse_amount(text, current_shop().profile.currency)
    except SpoeqError as error:
        raise Invalid.field(name, str(error), "amount") from None


def _kind(info: FieldInfo) -> str:
    widget = _extra(info).get("widget")
    if isinstance(widget, str):
        return widget
    annotation = _plain(info.annotation)
    if get_origin(annotation) in {list, tuple, set, frozenset}:
        return "list"
    if get_origin(annotation) is Literal or (isinstance(annotation, type) and issubclass(annotation, Enum)):
        return "select"
    kinds: dict[Any, str] = {bool: "bool", int: "number", SecretStr: "password"}
    return kinds.get(annotation, "text")


def _options(info: FieldInfo) -> list[dict[str, str]]:
    plain = _plain(info.annotation)
    if get_origin(plain) is Literal:
        choices = [str(choice) for choice in get_args(plain)]
    elif isinstance(plain, type) and issubclass(plain, Enum):
        choices = [str(choice.value) for choice in plain]
    else:
        choices = []
    labels = _extra(info).get("labels", {})
    called = {choice: str(labels.get(choice) or choice.replace("_", " ").capitalize()) for choice in choices}
    return [{"value": choice, "label": translate(label)} for choice, label in called.items()]


def _extra(info: FieldInfo) -> Mapping[str, Any]:
    return info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}


def _limits(info: FieldInfo) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in info.metadata:
        if isinstance(item, Ge | Gt):
            found["minimum"] = item.ge if isinstance(item, Ge) else item.gt
        elif isinstance(item, Le | Lt):
            found["maximum"] = item.le if isinstance(item, Le) else item.lt
        elif isinstance(item, MaxLen):
            found["max_length"] = item.max_length
    return found


def _plain(annotation: Any) -> Any:
    if get_origin(annotation) in {Union, types.UnionType}:
        members = [member for member in get_args(annotation) if member is not type(None)]
        return members[0] if len(members) == 1 else annotation
    return annotation


def _is_optional(annotation: Any) -> bool:
    return get_origin(annotation) in {Union, types.UnionType} and type(None) in get_args(annotation)
