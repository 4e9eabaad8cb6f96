"""Lanes: which promotions are given when several apply."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

import spoeq_core
from spoeq_core.kernel.languages import catalogue
from spoeq_core.pricing.model import (
    Adjustment,
    Charge,
    Fixed,
    Free,
    InvalidCart,
    Lane,
    LaneMode,
    OnLines,
    OnOrder,
    OnShipping,
    Percent,
    Phase,
    PricedCart,
    Surcharge,
    price,
)
from spoeq_core.pricing.model.frozen import worded

SHIPPING = Charge("flat", "Shipping", 5000, "flat_rate")


def percent(rate, *lines, rule="rule", **rest):
    target = OnLines(lines) if lines else OnOrder()
    return Adjustment(rule, rest.pop("label", rule), target, Percent(Decimal(rate)), **rest)


def fixed(amount, *lines, rule="rule", **rest):
    target = OnLines(lines) if lines else OnOrder()
    return Adjustment(rule, rest.pop("label", rule), target, Fixed(amount), **rest)


def discounts(found):
    return {line.line.id: [(it.rule, it.amount) for it in line.discounts] for line in found.lines}


def notes(found):
    return {step.rule: step.note for step in found.trace if step.note}


def test_a_percentage_on_items_is_rounded_line_by_line_and_on_the_order_once(line, cart):
    basket = cart(line("a", 5), line("b", 5), line("c", 5))
    by_line = price(basket, {Phase.ITEM: [("p", percent(10, "a", "b", "c"))]})
    on_order = price(basket, {Phase.ORDER: [("p", percent(10))]})
    assert [it.total for it in by_line.lines] == [4, 4, 4]
    assert [it.total for it in on_order.lines] == [4, 4, 5]


def test_an_order_discount_may_fall_on_some_lines(line, cart):
    basket = cart(line("a", 1000), line("b", 3000), line("c", 5000))
    found = price(basket, {Phase.ORDER: [("p", fixed(1000, "a", "b"))]})
    assert discounts(found) == {"a": [("rule", 250)], "b": [("rule", 750)], "c": []}


def test_lines_count_once_and_in_the_order_of_the_cart_however_they_are_named(line, cart):
    basket = cart(line("a", 1000), line("b", 1000))
    assert discounts(price(basket, {Phase.ORDER: [("p", fixed(1, "b", "a"))]})) == {"a": [("rule", 1)], "b": []}
    assert discounts(price(basket, {Phase.ITEM: [("p", percent(10, "a", "a"))]})) == {"a": [("rule", 100)], "b": []}


def test_a_later_lane_takes_its_percentage_of_what_earlier_lanes_left(line, cart):
    answers = [
        ("p", percent(10, "a", rule="sale", lane="catalog")),
        ("q", percent(10, "a", rule="code", lane="coupon")),
    ]
    found = price(cart(line("a", 10000)), {Phase.ITEM: answers})
    assert discounts(found) == {"a": [("sale", 1000), ("code", 900)]}


def test_in_one_adding_lane_percentages_are_of_the_same_base(line, cart):
    answers = [("p", percent(10, "a", rule="x", lane="coupon")), ("q", percent(20, "a", rule="y", lane="coupon"))]
    found = price(cart(line("a", 10000)), {Phase.ITEM: answers})
    assert discounts(found) == {"a": [("x", 1000), ("y", 2000)]}


def test_adding_promotions_stop_at_what_the_line_can_bear(line, cart):
    answers = [("p", percent(70, "a", rule="x", lane="coupon")), ("q", percent(70, "a", rule="y", lane="coupon"))]
    found = price(cart(line("a", 10000)), {Phase.ITEM: answers})
    assert discounts(found) == {"a": [("x", 7000), ("y", 3000)]}
    assert found.totals.discounts == 10000


def test_of_competing_item_promotions_each_line_gets_the_best(line, cart):
    answers = [("p", percent(10, "a", "b", rule="ten")), ("q", fixed(500, "b", rule="five"))]
    found = price(cart(line("a", 10000), line("b", 1000)), {Phase.ITEM: answers})
    assert discounts(found) == {"a": [("ten", 1000)], "b": [("five", 500)]}
    assert notes(found)["ten"] == "Others save more on 1 of 2 lines."


def test_of_competing_order_promotions_the_best_is_given_whole(line, cart):
    answers = [("p", percent(10, rule="ten")), ("q", fixed(900, rule="nine"))]
    found = price(cart(line("a", 9000), line("b", 1000)), {Phase.ORDER: answers})
    assert discounts(found) == {"a": [("ten", 900)], "b": [("ten", 100)]}
    assert notes(found)["nine"] == "“ten” saves more."


@pytest.mark.parametrize("turn", [1, -1])
def test_ties_go_to_priority_then_plugin_then_rule(line, cart, turn):
    answers = [
        ("q", fixed(100, rule="a")),
        ("p", fixed(100, rule="b")),
        ("p", fixed(100, rule="a", label="first")),
    ][::turn]
    found = price(cart(line("a", 9000)), {Phase.ORDER: answers})
    assert [(it.plugin, it.rule) for it in found.lines[0].discounts] == [("p", "a")]
    answers.append(("z", fixed(100, rule="z", priority=1)))
    found = price(cart(line("a", 9000)), {Phase.ORDER: answers[::turn]})
    assert [(it.plugin, it.rule) for it in found.lines[0].discounts] == [("z", "z")]


def test_an_exclusive_promotion_wins_alone_by_priority_even_over_a_better_one(line, cart):
    answers = [
        ("p", percent(50, rule="big")),
        ("q", percent(5, rule="only", exclusive=True, lane="coupon")),
        ("r", percent(30, rule="weaker", exclusive=True, priority=-1)),
    ]
    found = price(cart(line("a", 10000)), {Phase.ORDER: answers})
    assert discounts(found) == {"a": [("only", 500)]}
    assert notes(found)["big"] == notes(found)["weaker"] == "It cannot be combined with “only”."


def test_an_exclusive_item_promotion_excludes_only_on_its_lines_and_only_in_its_phase(line, cart):
    items = [
        ("p", percent(10, "a", "b", rule="sale", lane="catalog")),
        ("q", percent(5, "b", rule="clear", exclusive=True)),
    ]
    found = price(
        cart(line("a", 10000), line("b", 10000)),
        {Phase.ITEM: items, Phase.ORDER: [("r", fixed(185, rule="later"))]},
    )
    assert discounts(found) == {"a": [("sale", 1000), ("later", 90)], "b": [("clear", 500), ("later", 95)]}
    assert notes(found)["sale"] == "Not combined with an exclusive offer on one line."


def test_the_working_of_a_kept_price_can_still_be_read_in_another_language(line, cart):
    items = [
        ("p", percent(10, "a", "b", rule="sale", lane="catalog")),
        ("q", percent(5, "b", rule="clear", exclusive=True)),
    ]
    kept = json.loads(json.dumps(price(cart(line("a", 10000), line("b", 10000)), {Phase.ITEM: items}).as_json()))
    hindi = catalogue((Path(spoeq_core.__file__).parent,), "hi")
    want = "एक पंक्ति पर विशेष ऑफ़र के साथ नहीं जुड़ता।"
    assert want in [hindi.say(step.note) for step in PricedCart.from_json(kept).trace]
    assert want in [hindi.say(worded(step)["note"]) for step in kept["trace"]]
    assert all(isinstance(step["note"], str) for step in kept["trace"])


def test_an_exclusive_promotion_that_gives_nothing_excludes_nothing(line, cart):
    answers = [("p", fixed(0, rule="empty", exclusive=True)), ("q", fixed(100, rule="real"))]
    found = price(cart(line("a", 10000)), {Phase.ORDER: answers})
    assert discounts(found) == {"a": [("real", 100)]}
    assert notes(found)["empty"] == "There is nothing left that it could take off."


def test_surcharges_come_first_stay_with_an_exclusive_one_and_count_in_the_subtotal(line, cart):
    engraving = Adjustment("engrave", "Engraving", OnLines(("a",)), Surcharge(2500), lane="surcharge")
    answers = [("q", percent(10, "a", exclusive=True)), ("p", engraving)]
    found = price(cart(line("a", 10000, 2, min_price=9000)), {Phase.ITEM: answers})
    (priced,) = found.lines
    assert priced.subtotal == 25000
    assert (priced.surcharges[0].per_unit, priced.surcharges[0].amount) == (2500, 5000)
    assert priced.total == 22500
    assert found.totals.items == 25000


def test_a_minimum_price_beats_a_discount_and_the_discount_reported_is_what_was_given(line, cart):
    found = price(cart(line("a", 100, min_price=90), line("b", 100)), {Phase.ORDER: [("p", percent(50))]})
    assert discounts(found) == {"a": [("rule", 9)], "b": [("rule", 91)]}
    found = price(cart(line("a", 100, min_price=90)), {Phase.ORDER: [("p", percent(50))]})
    assert found.totals.discounts == 10
    found = price(cart(line("a", 100, min_price=150)), {Phase.ORDER: [("p", percent(50))]})
    assert found.totals.discounts == 0


def test_a_cap_holds_over_the_whole_target(line, cart):
    basket = cart(line("a", 1000), line("b", 2000))
    on_items = price(basket, {Phase.ITEM: [("p", percent(50, "a", "b", max_amount=300))]})
    on_order = price(basket, {Phase.ORDER: [("p", percent(50, max_amount=300))]})
    assert discounts(on_items) == discounts(on_order) == {"a": [("rule", 100)], "b": [("rule", 200)]}
    free = Adjustment("gift", "Gift", OnLines(("b",)), Free(), max_amount=1500)
    assert price(basket, {Phase.ITEM: [("p", free)]}).totals.discounts == 1500


def test_free_shipping_and_its_rivals(line, cart):
    free = Adjustment("free", "Free shipping", OnShipping(), Free(), code="SHIP")
    half = Adjustment("half", "Half shipping", OnShipping(), Percent(Decimal(50)))
    found = price(
        cart(line("a", 100), shipping=SHIPPING, codes=("ship",)), {Phase.SHIPPING: [("p", half), ("q", free)]}
    )
    assert found.shipping.total == found.totals.shipping == 0
    assert [(it.rule, it.amount) for it in found.shipping.discounts] == [("free", 5000)]
    assert found.totals.discounts == 0
    assert found.declined == ()


def test_lanes_are_the_merchants(line, cart):
    answers = [("p", percent(10, rule="x")), ("q", percent(20, rule="y"))]
    adding = (Lane("promotion", LaneMode.SUM, 1),)
    assert price(cart(line("a", 1000)), {Phase.ORDER: answers}, lanes=adding).totals.discounts == 300
    later = (Lane("late", LaneMode.BEST, 2), Lane("promotion", LaneMode.BEST, 1))
    answers = [("p", percent(50, rule="x", lane="late")), ("q", percent(20, rule="y"))]
    assert price(cart(line("a", 1000)), {Phase.ORDER: answers}, lanes=later).totals.discounts == 600
    with pytest.raises(InvalidCart, match="same name"):
        price(cart(line("a", 1000)), lanes=(*adding, *adding))
