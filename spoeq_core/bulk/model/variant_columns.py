"""The columns of the product CSV that are about one SKU: those that every shop has."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from spoeq_core.bulk.model.columns import CellError, Level, VariantColumn, Words, amount, whole
from spoeq_core.bulk.model.text import join_pairs, split_pairs
from spoeq_core.catalog.model import UNLIMITED, StockPolicy, Variant
from spoeq_core.kernel.messages import message
from spoeq_core.kernel.money import plain_amount


def pairs(cell: str) -> dict[str, str]:
    """The names and values of a cell.

    Raises:
        CellError: it cannot be read.
    """
    try:
        return split_pairs(cell)
    except ValueError as error:
        raise CellError(error.args[0]) from None


def _options(_words: Words, variant: Variant, cell: str) -> Variant:
    return replace(variant, options=pairs(cell))


def _policy(_words: Words, variant: Variant, cell: str) -> Variant:
    try:
        return replace(variant, stock_policy=StockPolicy(cell.casefold()))
    except ValueError:
        raise CellError(message("Give one of: %(known)s.", known=", ".join(StockPolicy))) from None


def _mrp(words: Words, variant: Variant, cell: str) -> Variant:
    return replace(variant, mrp=amount(words, cell) if cell else None)


VARIANT_COLUMNS: Final = (
    VariantColumn(
        "options",
        Level.VARIANT,
        "What a shopper chooses this SKU by; values that are new are added to the product’s",
        "Size=M | Colour=Indigo",
        False,
        "options",
        lambda _w, v: join_pairs(v.options),
        _options,
    ),
    VariantColumn(
        "price",
        Level.VARIANT,
        "Selling price a piece, in the shop’s currency; a new SKU needs one",
        "1,299.00",
        True,
        "sale",
        lambda w, v: plain_amount(v.sale, w.currency),
        lambda w, v, cell: replace(v, sale=amount(w, cell)),
    ),
    VariantColumn(
        "mrp",
        Level.VARIANT,
        "Maximum retail price; selling above it is refused",
        "1,499.00",
        False,
        "mrp",
        lambda w, v: "" if v.mrp is None else plain_amount(v.mrp, w.currency),
        _mrp,
    ),
    VariantColumn(
        "min_price",
        Level.VARIANT,
        "Discounts never go below it",
        "999.00",
        False,
        "min_price",
        lambda w, v: plain_amount(v.min_price, w.currency) if v.min_price else "",
        lambda w, v, cell: replace(v, min_price=amount(w, cell) if cell else 0),
    ),
    VariantColumn(
        "weight_g",
        Level.VARIANT,
        "Weight with packing, grams",
        "350",
        False,
        "weight_g",
        lambda _w, v: str(v.weight_g) if v.weight_g else "",
        lambda _w, v, cell: replace(v, weight_g=whole(cell, 10**7) if cell else 0),
    ),
    VariantColumn(
        "stock_policy",
        Level.VARIANT,
        "Once none are left: deny (it is sold out) or backorder (it can be ordered and is shipped later)",
        "deny",
        True,
        "stock_policy",
        lambda _w, v: v.stock_policy.value,
        _policy,
    ),
    VariantColumn(
        "backorder_limit",
        Level.VARIANT,
        "So many pieces can be ordered beyond the stock; empty: no limit",
        "50",
        False,
        "backorder_limit",
        lambda _w, v: "" if v.backorder_limit is None else str(v.backorder_limit),
        lambda _w, v, cell: replace(v, backorder_limit=whole(cell, UNLIMITED, 1) if cell else None),
    ),
    VariantColumn(
        "ships_in_days",
        Level.VARIANT,
        "In how many days such pieces are usually shipped, as shoppers are told; empty says nothing",
        "7",
        False,
        "ships_in_days",
        lambda _w, v: str(v.ships_in_days) if v.ships_in_days else "",
        lambda _w, v, cell: replace(v, ships_in_days=whole(cell, 365) if cell else 0),
    ),
)
