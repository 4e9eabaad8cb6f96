"""Frozen values as JSON and back, so that an order can keep how it was priced for ever."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from spoeq_core.kernel.errors import SpoeqError

T = TypeVar("T")


class UnreadablePrice(SpoeqError):
    """A frozen price that cannot be read back."""

    code = "unreadable_price"


def to_json(value: object) -> object:
    """The value as dicts, lists, strings, integers, booleans and None.

    Dataclasses become dicts by field name, sets sorted lists, decimals and times strings.
    """
    match value:
        case None | bool() | int():
            result: object = value
        case str() | Decimal():
            result = str(value)
        case datetime():
            result = value.isoformat()
        case Mapping():
            result = {str(key): to_json(item) for key, item in value.items()}
        case frozenset():
            result = sorted(map(str, value))
        case tuple() | list():
            result = [to_json(item) for item in value]
        case _:
            result = _members(value)
    return result


def _members(value: object) -> dict[str, object]:
    if is_dataclass(value):
        return {item.name: to_json(getattr(value, item.name)) for item in fields(value)}
    raise UnreadablePrice(
        f"{value!r} cannot be kept with an order.", hint="Use texts, integers, lists and mappings in extension data."
    )


def thaw(kind: type[T], data: Mapping[str, object]) -> T:
    """The dataclass that `to_json` wrote. Fields that are missing get their defaults, unknown ones are ignored.

    Raises:
        UnreadablePrice: If a field without a default is missing or of the wrong shape.
    """
    try:
        return cast(T, _Thaw().value(kind, data))
    except (TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise UnreadablePrice(
            f"The frozen {kind.__name__} cannot be read: {error}.", hint="Restore the order's document from a backup."
        ) from error


class _Thaw:
    """Reads values by their annotations, resolving each class only once."""

    def __init__(self) -> None:
        self._hints: dict[type, dict[str, Any]] = {}

    def value(self, kind: Any, data: Any) -> object:
        origin = get_origin(kind)
        if origin in (Union, types.UnionType):
            (inner,) = (arm for arm in get_args(kind) if arm is not types.NoneType)
            return None if data is None else self.value(inner, data)
        if origin in (tuple, frozenset):
            return origin(self.value(get_args(kind)[0], item) for item in data)
        if origin is Mapping:
            return dict(data)
        return self._plain(kind, data)

    def _plain(self, kind: Any, data: Any) -> object:
        if kind is object:
            return data
        if is_dataclass(kind):
            return self._dataclass(cast(type, kind), data)
        if kind is datetime:
            return datetime.fromisoformat(data)
        if kind is Decimal or issubclass(kind, StrEnum):
            return kind(data)
        if type(data) is not kind:
            raise TypeError(f"{data!r} is not {kind.__name__}")
        return data

    def _dataclass(self, kind: type, data: Mapping[str, object]) -> object:
        if kind not in self._hints:
            self._hints[kind] = get_type_hints(kind)
        hints = self._hints[kind]
        values: dict[str, object] = {}
        for item in fields(kind):
            if item.name in data:
                values[item.name] = self.value(hints[item.name], data[item.name])
            elif item.default is MISSING and item.default_factory is MISSING:
                raise TypeError(f"{kind.__name__}.{item.name} is missing")
        return kind(**values)
