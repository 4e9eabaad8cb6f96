"""What pricing refuses: answers that cannot be applied, by the plugin's name, and carts that cannot be priced."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from spoeq_core.kernel.money import MAX_AMOUNT, UnknownCurrency
from spoeq_core.pricing.model import (
    Adjustment,
    Charge,
    Declined,
    Fixed,
    Free,
    InvalidAdjustment,
    InvalidCart,
    OnLines,
    OnOrder,
    OnShipping,
    Percent,
    Phase,
    Reason,
    Surcharge,
    price,
    start,
)

SHIPPING = Charge("express", "Express", 5000, "flat_rate")
COD = Charge("cod", "Cash on delivery", 4900, "cod")
EXPIRED = Reason("coupon_expired", "This coupon has ended.")


def off(effect, target=None, rule="r", **rest):
    return Adjustment(rule, "Off", target or OnOrder(), effect, **rest)


@pytest.mark.parametrize(
    ("phase", "answer"),
    [
        (Phase.ORDER, "ten percent"),
        (Phase.ORDER, None),
        (Phase.ORDER, off(Percent(Decimal(-1)))),
        (Phase.ORDER, off(Percent(Decimal(101)))),
        (Phase.ORDER, off(Percent(Decimal("NaN")))),
        (Phase.ORDER, off(Percent(10))),
        (Phase.ORDER, off(Percent(10.0))),
        (Phase.ORDER, off(Fixed(-1))),
        (Phase.ORDER, off(Fixed(1.0))),
        (Phase.ORDER, off(Fixed(True))),
        (Phase.ORDER, off(Fixed(Decimal(1)))),
        (Phase.ORDER, off("half")),
        (Phase.ORDER, off(Free(), max_amount=-1)),
        (Phase.ORDER, off(Free(), max_amount=1.5)),
        (Phase.ORDER, off(Free(), currency="USD")),
        (Phase.ORDER, off(Free(), lane="fast")),
        (Phase.ORDER, off(Free(), lane="surcharge")),
        (Phase.ORDER, off(Free(), lane=None)),
        (Phase.ORDER, off(Free(), priority="high")),
        (Phase.ORDER, off(Free(), exclusive=1)),
        (Phase.ORDER, off(Free(), code=7)),
        (Phase.ORDER, off(Free(), rule="")),
        (Phase.ORDER, off(Free(), OnShipping())),
        (Phase.ORDER, off(Free(), "a")),
        (Phase.ORDER, off(Surcharge(5), OnLines(("a",)), lane="surcharge")),
        (Phase.ITEM, off(Free())),
        (Phase.ITEM, off(Free(), OnLines(("ghost",)))),
        (Phase.ITEM, off(Free(), OnLines(None))),
        (Phase.ITEM, off(Surcharge(5), OnLines(("a",)))),
        (Phase.ITEM, off(Surcharge(-5), OnLines(("a",)), lane="surcharge")),
        (Phase.SHIPPING, off(Free())),
        (Phase.ORDER, Declined("r", "expired")),
        (Phase.ORDER, Declined("r", EXPIRED, 7)),
    ],
)
def test_what_cannot_be_applied_is_refused_by_name(line, cart, phase, answer):
    with pytest.raises(InvalidAdjustment) as refused:
        price(cart(line("a", 1000), shipping=SHIPPING), {phase: [("acme", answer)]})
    assert refused.value.plugin == "acme"
    assert "'acme'" in refused.value.message
    assert refused.value.rule == str(getattr(answer, "rule", "?"))
    assert refused.value.hint


@pytest.mark.parametrize(
    "change",
    [
        {"quantity": 0},
        {"quantity": -1},
        {"quantity": 1.5},
        {"quantity": True},
        {"quantity": "2"},
        {"unit_price": -1},
        {"unit_price": 9.99},
        {"min_price": -1},
        {"weight_g": -1},
    ],
)
def test_a_line_is_of_whole_numbers_in_range(line, cart, change):
    with pytest.raises(InvalidCart, match="of line 'a'"):
        start(cart(replace(line("a", 100), **change)))


def test_carts_that_cannot_be_priced(line, cart):
    with pytest.raises(InvalidCart, match="twice"):
        start(cart(line("a", 1), line("a", 2)))
    with pytest.raises(InvalidCart, match="'cod'"):
        start(cart(line("a", 1), fees=(replace(COD, amount=-1),)))
    with pytest.raises(InvalidCart, match="time zone"):
        start(cart(line("a", 1), at=datetime.fromisoformat("2026-07-01T12:00:00")))
    with pytest.raises(UnknownCurrency):
        start(cart(line("a", 1), currency="rupees"))
    with pytest.raises(InvalidCart, match="too large"):
        price(cart(line("a", MAX_AMOUNT, 2)))
