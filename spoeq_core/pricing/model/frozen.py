"""Frozen values as JSON and back, so that an order can keep how it was priced for ever.

A sentence with values in it is kept twice: in English for programs, and beside it under `<name>_said` as what the
catalogues know it by, so that staff read the working of a past order in their language.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from spoeq_core.kernel.errors import SpoeqError
from spoeq_core.kernel.messages import Message, kept, restored

T = TypeVar("T")
Reader = Callable[[Any], object]
SAID = "_said"


class UnreadablePrice(SpoeqError):
    """A frozen price that cannot be read back."""

    code = "unreadable_price"


def to_json(value: object) -> object:
    """The value as dicts, lists, strings, integers, booleans and None.

    Dataclasses become dicts by field name, sets sorted lists, decimals and times strings.
    """
    match value:
        case None | bool() | int() | float():  # a float is some plugin's extension data: no amount is one
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
        members = {item.name: getattr(value, item.name) for item in fields(value)}
        said = {name + SAID: kept(member) for name, member in members.items() if isinstance(member, Message)}
        return {name: to_json(member) for name, member in members.items()} | said
    raise UnreadablePrice(
        f"{value!r} cannot be kept with an order.", hint="Keep extension data to texts, numbers, lists and mappings."
    )


def thaw(kind: type[T], data: Mapping[str, object]) -> T:
    """The dataclass that `to_json` wrote. Fields that are missing get their defaults, unknown ones are ignored.

    Raises:
        UnreadablePrice: If a field without a default is missing or of the wrong shape.
    """
    try:
        return cast(T, _Thaw().reader(kind)(data))
    except (TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise UnreadablePrice(
            f"The frozen {kind.__name__} cannot be read: {error}.", hint="Restore the order's document from a backup."
        ) from error


class _Thaw:
    """Makes readers of JSON from annotations, each only once."""

    def __init__(self) -> None:
        self._readers: dict[Any, Reader] = {}

    def reader(self, kind: Any) -> Reader:
        """What turns JSON into a value of that kind."""
        if kind not in self._readers:
            self._readers[kind] = self._dataclass(kind) if is_dataclass(kind) else self._other(kind)
        return self._readers[kind]

    def _other(self, kind: Any) -> Reader:
        origin, arms = get_origin(kind), get_args(kind)
        if origin in (Union, types.UnionType):
            (inner,) = (self.reader(arm) for arm in arms if arm is not types.NoneType)
            return lambda data: None if data is None else inner(data)
        if origin in (tuple, frozenset):
            item = self.reader(arms[0])
            return lambda data: origin(map(item, data))
        if origin is Mapping:
            return dict
        if kind is datetime:
            return datetime.fromisoformat
        if kind is Decimal or issubclass(kind, StrEnum):
            return cast(Reader, kind)
        return lambda data: _only(kind, data)

    def _dataclass(self, kind: Any) -> Reader:
        hints = get_type_hints(kind)
        readers = {item.name: self.reader(hints[item.name]) for item in fields(kind)}

        def read(data: Mapping[str, Any]) -> object:
            return kind(
                **{name: _said(data, name) or reader(data[name]) for name, reader in readers.items() if name in data}
            )

        return read


def worded(data: Mapping[str, Any]) -> dict[str, Any]:
    """A frozen dataclass of plain members as a page shows it: each sentence can be translated again."""
    return {name: _said(data, name) or value for name, value in data.items() if not name.endswith(SAID)}


def _said(data: Mapping[str, Any], name: str) -> str | None:
    return restored(data[name + SAID]) if name + SAID in data else None


def _only(kind: type, data: object) -> object:
    if type(data) is not kind:
        raise TypeError(f"{data!r} is not {kind.__name__}")
    return data
