"""Values as the database keeps them, and as they are read again."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from bson.codec_options import TypeDecoder
from bson.int64 import Int64


class PlainIntegers(TypeDecoder):
    """What 32 bits do not hold (₹2.15 crore in paise) is read as `int` too: money takes nothing else."""

    bson_type = Int64

    def transform_bson(self, value: Any) -> int:
        """The same number."""
        return int(value)


def plain(value: Any) -> Any:  # noqa: PLR0911 - one answer for each kind of value
    """The same value of types that BSON knows: tuples and sets as lists, Decimals as text, enums as their value."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str | int | float | bool | bytes | datetime | None):
        return value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(plain(item) for item in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Sequence):
        return [plain(item) for item in value]
    raise TypeError(f"cannot store a {type(value).__name__}: {value!r}")
