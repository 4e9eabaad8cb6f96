"""The engine: phases in their order, the trace, what is refused, and how much work a large cart is."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from decimal import Decimal

import pytest

from spoeq_core.pricing.model import (
    Adjustment,
    Charge,
    Declined,
    Destination,
    Fixed,
    Free,
    OnLines,
    OnOrder,
    OnShipping,
    OutOfOrder,
    Percent,
    Phase,
    PricedCart,
    Reason,
    TaxAnswer,
    TaxRate,
    UnreadablePrice,
    apply,
    apply_tax,
    finish,
    price,
    start,
)

SHIPPING = Charge("express", "Express", 5000, "flat_rate")
COD = Charge("cod", "Cash on delivery", 4900, "cod")
EXPIRED = Reason("coupon_expired", "This coupon has ended.")


def off(effect, target=None, rule="r", **rest):
    return Adjustment(rule, "Off", target or OnOrder(), effect, **rest)


def gst(rate):
    return (TaxRate("CGST", Decimal(rate) / 2), TaxRate("SGST", Decimal(rate) / 2))


@pytest.fixture
def festive(line, cart):
    """Five lines at three rates, an item promotion, an order coupon, shipping and a COD fee, priced."""
    basket = cart(
        line("kurta", 149900),
        line("socks", 19900, 3, tags=frozenset({"wool", "warm"})),
        line("ghee", 64900, 2, properties={"note": "gift"}, ext={"gst": {"hsn": ["0405"]}}),
        line("lamp", 99900),
        line("phone", 1299900, list_price=1499900),
        shipping=SHIPPING,
        fees=(COD,),
        codes=("DIWALI",),
        destination=Destination("IN", "Karnataka", "560001"),
    )
    answers = {
        Phase.ITEM: [("sales", off(Percent(Decimal(15)), OnLines(("kurta", "socks")), "ethnic", lane="catalog"))],
        Phase.ORDER: [("coupons", off(Fixed(100000), rule="diwali", code="diwali", lane="coupon"))],
    }
    tax = TaxAnswer({"kurta": gst(5), "socks": gst(5), "ghee": gst(12), "lamp": gst(18), "phone": gst(18)})
    return price(basket, answers, tax)


def test_a_whole_cart_to_the_last_paisa(festive):
    # Worked out by hand from the policies: the coupon over [127415, 50745, 129800, 99900, 1299900] of 1707760.
    assert [line.total for line in festive.lines] == [119954, 47774, 122199, 94050, 1223783]
    assert [line.discounts[-1].amount for line in festive.lines] == [7461, 2971, 7601, 5850, 76117]
    assert [[tax.amount for tax in line.taxes] for line in festive.lines] == [
        [2856, 2856],
        [1137, 1137],
        [6546, 6546],
        [7173, 7173],
        [93339, 93339],
    ]
    assert [share.amount for share in festive.shipping.shares] == [522, 380, 4098]
    assert [share.amount for share in festive.fees[0].shares] == [511, 373, 4016]
    assert festive.totals.items == 1739200
    assert festive.totals.discounts == 22485 + 8955 + 100000
    assert festive.totals.grand_total == 1607760 + 5000 + 4900


def test_the_trace_leads_from_the_prices_to_the_payable(festive):
    assert [(step.phase.value, step.plugin, step.rule) for step in festive.trace] == [
        ("item", "core", "list"),
        ("item", "sales", "ethnic"),
        ("order", "coupons", "diwali"),
        ("shipping", "flat_rate", "express"),
        ("tax", "cod", "cod"),
        *[("tax", "tax", name) for _ in range(3) for name in ("CGST", "SGST")],
        ("payable", "core", "total"),
    ]
    ethnic, diwali = festive.trace[1:3]
    assert ethnic.input - ethnic.output == sum(line.discounts[0].amount for line in festive.lines[:2])
    assert diwali.input - diwali.output == 100000
    taxes = [step for step in festive.trace if step.phase is Phase.TAX and step.plugin == "tax"]
    assert [step.label for step in taxes[:2]] == ["CGST 2.5 %", "SGST 2.5 %"]
    assert sum(step.output for step in taxes) == festive.totals.tax_included
    assert festive.trace[-1].output == festive.totals.grand_total


def test_the_next_phase_sees_what_the_last_one_left(line, cart):
    state = start(cart(line("a", 1000, min_price=200), line("b", 500), shipping=SHIPPING))
    state = apply(state, Phase.ITEM, [("p", off(Percent(Decimal(30)), OnLines(("a",))))])
    view = state.view()
    assert (view.items, view.discounts, view.goods_total, view.shipping_total) == (1500, 300, 1200, 5000)
    assert [priced.can_bear for priced in view.lines] == [500, 500]


@pytest.mark.parametrize("phase", [Phase.ORDER, Phase.SHIPPING, Phase.TAX, Phase.PAYABLE])
def test_phases_are_applied_in_their_order(line, cart, phase):
    with pytest.raises(OutOfOrder):
        apply(start(cart(line("a", 1))), phase, [])


def test_no_phase_is_applied_twice_or_left_out(line, cart):
    fresh = start(cart(line("a", 1)))
    with pytest.raises(OutOfOrder):
        apply(apply(fresh, Phase.ITEM, []), Phase.ITEM, [])
    with pytest.raises(OutOfOrder):
        apply_tax(fresh, None)
    with pytest.raises(OutOfOrder) as refused:
        finish(fresh)
    assert "then finish" in refused.value.hint


def test_nothing_is_left_to_pay_when_everything_is_given(line, cart):
    found = price(
        cart(line("a", 1000), shipping=SHIPPING),
        {Phase.ORDER: [("p", off(Free()))], Phase.SHIPPING: [("p", off(Free(), OnShipping()))]},
        TaxAnswer({"a": gst(18)}),
    )
    assert found.totals.grand_total == found.totals.tax_included == 0
    assert found.lines[0].total == 0


def test_an_empty_cart_costs_its_charges(cart):
    found = price(cart(shipping=SHIPPING), tax=TaxAnswer({}))
    assert found.totals.grand_total == 5000
    assert found.shipping.shares[0].taxes == ()


def test_a_shipping_promotion_waits_for_a_shipping_method(line, cart):
    answers = {Phase.SHIPPING: [("p", off(Free(), OnShipping(), code="SHIP"))]}
    found = price(cart(line("a", 1), codes=("SHIP",)), answers)
    assert found.declined == ()
    assert "No shipping method" in found.trace[1].note


def test_refusals_reach_the_shopper_once_and_the_trace_each_time(line, cart):
    refusal = ("coupons", Declined("spring", EXPIRED, "SPRING"))
    found = price(cart(line("a", 1), codes=("SPRING",)), {Phase.ITEM: [refusal], Phase.ORDER: [refusal]})
    assert found.declined == (refusal[1],)
    assert [step.note for step in found.trace if step.plugin == "coupons"] == [EXPIRED.message] * 2


def test_a_code_learns_why_it_lost(line, cart):
    answers = [
        ("p", off(Fixed(500), rule="big", code="BIG")),
        ("p", off(Fixed(100), rule="small", code="SMALL")),
        ("p", off(Fixed(0), rule="none", code="NONE")),
    ]
    found = price(cart(line("a", 1000), codes=("big", " Small ", "NONE", "GHOST")), {Phase.ORDER: answers})
    assert {it.code: it.reason.code for it in found.declined} == {
        "SMALL": "better_offer",
        "NONE": "gives_nothing",
        "GHOST": "coupon_unknown",
    }


def test_a_code_that_gave_something_is_not_refused(line, cart):
    answers = {
        Phase.ITEM: [("p", off(Percent(Decimal(0)), OnLines(("a",)), code="TWO"))],
        Phase.ORDER: [("p", off(Fixed(100), code="two"))],
    }
    assert price(cart(line("a", 1000), codes=("Two",)), answers).declined == ()


def test_a_huge_quantity_is_exact(line, cart):
    found = price(cart(line("a", 3, 10**15)), {Phase.ORDER: [("p", off(Percent(Decimal("33.3")), lane="coupon"))]})
    assert found.totals.grand_total == 2001 * 10**12


def test_an_order_keeps_the_price_as_json(festive):
    kept = json.loads(json.dumps(festive.as_json()))
    assert kept["totals"]["grand_total"] == festive.totals.grand_total
    assert kept["lines"][0]["taxes"][0] == {"name": "CGST", "rate": "2.5", "amount": 2856}
    assert kept["cart"]["lines"][1]["tags"] == ["warm", "wool"]
    assert PricedCart.from_json(kept) == festive


def test_prices_kept_by_other_versions_are_read(festive):
    kept = festive.as_json()
    del kept["trace"]
    kept["from_the_future"] = 1
    assert PricedCart.from_json(kept) == replace(festive, trace=())


@pytest.mark.parametrize("damage", [{"totals": None}, {"lines": [1]}, {"cart": {}}, {"totals": {"items": "1"}}])
def test_a_damaged_price_is_not_read(festive, damage):
    with pytest.raises(UnreadablePrice) as refused:
        PricedCart.from_json({**festive.as_json(), **damage})
    assert "backup" in refused.value.hint


def test_extension_data_is_kept_as_far_as_json_goes(line, cart):
    found = price(cart(line("a", 1, ext={"care": {"wash_at": 30.5, "tips": ["cold", None, True]}})))
    assert PricedCart.from_json(json.loads(json.dumps(found.as_json()))) == found
    with pytest.raises(UnreadablePrice) as refused:
        price(cart(line("a", 1, ext={"care": object()}))).as_json()
    assert "extension data" in refused.value.hint


def _lines_run(basket, answers, tax):
    """How many source lines the pricing of a cart runs: its work, whatever the machine."""
    count = 0

    def local(frame, event, arg):
        nonlocal count
        count += event == "line"
        return local

    before = sys.gettrace()
    sys.settrace(lambda frame, event, arg: local)
    try:
        price(basket, answers, tax)
    finally:
        sys.settrace(before)
    return count


def test_the_work_grows_with_lines_and_promotions_and_not_with_their_square(line, cart):
    def work(size, promotions):
        lines = [line(f"l{i}", 1000 + i, 1 + i % 3) for i in range(size)]
        ids = OnLines(tuple(it.id for it in lines))
        effects = [Percent(Decimal(1 + i % 9)) if i % 2 else Fixed(100 + i) for i in range(promotions)]
        answers = {
            Phase.ITEM: [("p", off(effect, ids, f"i{i}")) for i, effect in enumerate(effects)],
            Phase.ORDER: [("p", off(effect, rule=f"o{i}", lane="coupon")) for i, effect in enumerate(effects)],
        }
        return _lines_run(cart(*lines, shipping=SHIPPING), answers, TaxAnswer({it.id: gst(18) for it in lines}))

    once = work(50, 5)
    assert work(100, 5) < 2.2 * once
    assert work(50, 10) < 2.2 * once
