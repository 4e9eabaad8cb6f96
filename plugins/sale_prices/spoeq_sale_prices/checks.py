"""What may be stored as a sale."""

from __future__ import annotations

from collections.abc import Iterator

from spoeq_core.sdk import MAX_AMOUNT, FieldError, message
from spoeq_sale_prices.model import Kind, Sale

HUNDRED = 100
DECIMALS = 2
LONGEST_NAME = 60
MOST_NAMED = 200


def problems_of(sale: Sale) -> list[FieldError]:
    """Everything that is wrong with a sale, field by field."""
    return [problem for check in (_name, _value, _dates, _goods) for problem in check(sale)]


def _name(sale: Sale) -> Iterator[FieldError]:
    if not sale.name.strip():
        yield FieldError("name", "Say what shoppers read, as in Winter sale.", "missing")
    elif len(sale.name) > LONGEST_NAME:
        yield FieldError("name", message("At most %(n)s characters.", n=LONGEST_NAME), "too_long")


def _value(sale: Sale) -> Iterator[FieldError]:
    if sale.kind is Kind.AMOUNT:
        if not 0 < sale.amount <= MAX_AMOUNT:
            yield FieldError("value", "The amount must be above zero.", "out_of_range")
    elif not sale.percent.is_finite() or not 0 < sale.percent <= HUNDRED:
        yield FieldError("value", "A percentage is above 0 and at most 100.", "out_of_range")
    elif round(sale.percent, DECIMALS) != sale.percent:
        yield FieldError("value", message("A percentage has at most %(n)s decimals.", n=DECIMALS), "decimals")


def _dates(sale: Sale) -> Iterator[FieldError]:
    if sale.ends_at <= sale.starts_at:
        yield FieldError("ends_at", "The end must come after the start.", "out_of_range")


def _goods(sale: Sale) -> Iterator[FieldError]:
    for name in ("products", "categories", "brands", "segments"):
        values: tuple[str, ...] = getattr(sale, name)
        if len(values) > MOST_NAMED:
            yield FieldError(name, message("At most %(n)s.", n=MOST_NAMED), "too_many")
