"""Which rate a good has: by its HSN code, the day, and where the law says so by its price."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from spoeq_core.sdk import message

HSN_BEGINNING = re.compile(r"[0-9]{2,8}")
NOT_AN_ID = "new"
"""The path of the form for a new row."""


class RateRow(BaseModel):
    """The rate of all goods whose HSN code begins so, from a day on.

    Attributes:
        hsn: The beginning of HSN codes: a chapter (62), a heading (6403), or more digits.
        valid_from: The first day in India on which it holds, until a later row of the same beginning.
        rate: Percent, CGST and SGST together.
        limit: The value of one piece without tax, in minor units, up to which `rate` holds; None has no limit.
        rate_above: Percent for pieces above the limit.
        note: What it stands for.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    id: str = Field(pattern="^[a-z0-9-]{1,40}$")
    hsn: str
    valid_from: date
    rate: Decimal = Field(ge=0, le=100, max_digits=6, decimal_places=3)
    limit: int | None = Field(None, gt=0, le=10**12)
    rate_above: Decimal | None = Field(None, ge=0, le=100, max_digits=6, decimal_places=3, validate_default=True)
    note: str = Field("", max_length=120)

    @field_validator("id")
    @classmethod
    def _free_path(cls, row_id: str) -> str:
        if row_id == NOT_AN_ID:
            raise ValueError(f"{NOT_AN_ID!r} cannot be a row's id")
        return row_id

    @field_validator("hsn")
    @classmethod
    def _digits(cls, hsn: str) -> str:
        if not HSN_BEGINNING.fullmatch(hsn):
            raise ValueError(message("Enter the first 2 to 8 digits of HSN codes."))
        return hsn

    @field_validator("rate_above")
    @classmethod
    def _with_its_limit(cls, above: Decimal | None, info: ValidationInfo) -> Decimal | None:
        limit, rate = info.data.get("limit"), info.data.get("rate")
        if (limit is None) != (above is None):
            raise ValueError(message("A limit and the rate above it go together: enter both, or neither."))
        if above is not None and rate is not None and above <= rate:
            raise ValueError(message("The rate above the limit must be higher than the rate up to it."))
        return above

    def rate_of(self, total: int, quantity: int, *, inclusive: bool) -> Decimal:
        """The rate of so many pieces that cost `total` after discounts (minor units, with tax if `inclusive`).

        The lower one holds iff the value of a piece without it is within the limit; where neither rate is consistent
        with the value that it leaves, the higher one holds.
        """
        if self.limit is None or self.rate_above is None:
            return self.rate
        return self.rate if not _exceeds(total, quantity, self.limit, self.rate, inclusive) else self.rate_above

    def is_inconsistent(self, total: int, quantity: int) -> bool:
        """Whether a price with tax leaves more than the limit at the lower rate and no more than it at the higher."""
        if self.limit is None or self.rate_above is None:
            return False
        return _exceeds(total, quantity, self.limit, self.rate, True) and not _exceeds(
            total, quantity, self.limit, self.rate_above, True
        )


class Band(StrEnum):
    """How a rate was found."""

    ROW = "row"
    DEFAULT = "default"
    NO_HSN = "no_hsn"


@dataclass(frozen=True, slots=True)
class Found:
    """The rate of a line in percent, how it was found, and the row that says so."""

    rate: Decimal
    band: Band
    row: RateRow | None = None


class RateTable:
    """The rows as they hold on one day: of each beginning the latest; the longest that fits an HSN code counts."""

    def __init__(self, rows: Iterable[RateRow], day: date, default: Decimal) -> None:
        """Choose the rows of a day; `default` is the percentage of what no row names."""
        valid = sorted((row for row in rows if row.valid_from <= day), key=lambda row: row.valid_from)
        self._rows = {row.hsn: row for row in valid}
        self._default = default

    def row(self, hsn: str) -> RateRow | None:
        """The row of an HSN code."""
        return next(
            (self._rows[hsn[:size]] for size in range(len(hsn), 0, -1) if hsn[:size] in self._rows),
            None,
        )

    def find(self, hsn: str, total: int, quantity: int, *, inclusive: bool) -> Found:
        """The rate of a line: `total` after discounts, minor units, with tax if `inclusive`."""
        row = self.row(hsn)
        if row is None:
            return Found(self._default, Band.DEFAULT if hsn else Band.NO_HSN)
        return Found(row.rate_of(total, quantity, inclusive=inclusive), Band.ROW, row)


def between(row: RateRow) -> tuple[int, int] | None:
    """The prices with tax of one piece, first and last, for which neither rate is consistent; None without a limit."""
    if row.limit is None or row.rate_above is None:
        return None
    lowest, highest = (int(row.limit * (100 + rate) / 100) for rate in (row.rate, row.rate_above))
    return (lowest + 1, highest) if lowest < highest else None


def free_id(hsn: str, valid_from: date, taken: Collection[str]) -> str:
    """An id for a row, for the address of its page."""
    first = f"{hsn}-{valid_from.isoformat()}"
    numbered = (first if number == 1 else f"{first}-{number}" for number in range(1, len(taken) + 3))
    return next(candidate for candidate in numbered if candidate not in taken)


def _exceeds(total: int, quantity: int, limit: int, rate: Decimal, inclusive: bool) -> bool:
    """Whether the value of one piece without tax is above the limit; exact, nothing is rounded."""
    part = 100 + rate if inclusive else Decimal(100)
    return total * 100 > limit * part * quantity
