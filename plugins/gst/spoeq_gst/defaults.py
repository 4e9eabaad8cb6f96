"""The rows of a new shop: rates as they hold since 22 September 2025. An accountant must confirm them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from spoeq_gst.model import RateRow

SINCE = date(2025, 9, 22)
"""The day of the new rates (56th meeting of the GST Council)."""
LIMIT = 2_500_00
"""₹2,500 a piece or pair, in paise: clothes, made-ups and shoes above it have the higher rate."""

RATES: tuple[tuple[str, str, str], ...] = (
    ("0409", "5", "Honey"),
    ("0901", "5", "Coffee"),
    ("0902", "5", "Tea"),
    ("0904", "5", "Pepper, chillies"),
    ("0905", "5", "Vanilla"),
    ("0906", "5", "Cinnamon"),
    ("0907", "5", "Cloves"),
    ("0908", "5", "Nutmeg, mace, cardamom"),
    ("0909", "5", "Cumin, coriander, fennel"),
    ("0910", "5", "Ginger, saffron, turmeric and other spices"),
    ("2001", "5", "Pickles"),
    ("2106", "5", "Namkeen and other prepared foods"),
    ("21069020", "40", "Pan masala"),
    ("330741", "5", "Agarbatti"),
    ("4202", "18", "Bags, purses"),
    ("4420", "5", "Carved wood"),
    ("4602", "5", "Baskets, wickerwork"),
    ("4820", "18", "Registers, diaries"),
    ("482020", "0", "Exercise books, notebooks"),
    ("4901", "0", "Printed books"),
    ("50", "5", "Silk fabrics"),
    ("52", "5", "Cotton fabrics"),
    ("57", "5", "Carpets"),
    ("6911", "5", "Tableware of porcelain"),
    ("6912", "5", "Tableware of clay"),
    ("6913", "5", "Statues and ornaments of clay"),
    ("7113", "3", "Jewellery of precious metal"),
    ("7117", "3", "Imitation jewellery"),
    ("7323", "5", "Kitchenware of steel and iron"),
    ("7418", "5", "Kitchenware of copper and brass"),
    ("8306", "5", "Bells, statues and frames of base metal"),
    ("9503", "5", "Toys"),
    ("9701", "5", "Paintings"),
)
BY_PRICE: tuple[tuple[str, str], ...] = (
    ("61", "Knitted clothes"),
    ("62", "Woven clothes"),
    ("63", "Made-ups: bed linen, towels, curtains"),
    ("64", "Shoes"),
)


def default_rows() -> tuple[RateRow, ...]:
    """Common goods; what is not among them has the default rate until a row is added."""
    flat = [
        RateRow(id=f"{hsn}-{SINCE}", hsn=hsn, valid_from=SINCE, rate=Decimal(rate), note=note)
        for hsn, rate, note in RATES
    ]
    by_price = [
        RateRow(
            id=f"{hsn}-{SINCE}",
            hsn=hsn,
            valid_from=SINCE,
            rate=Decimal(5),
            limit=LIMIT,
            rate_above=Decimal(18),
            note=note,
        )
        for hsn, note in BY_PRICE
    ]
    return tuple(sorted([*flat, *by_price], key=lambda row: row.hsn))
