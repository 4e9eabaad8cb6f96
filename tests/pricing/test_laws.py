"""The laws of pricing, for any cart and any answers of plugins."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings, strategies as st

from spoeq_core.pricing.model import (
    Adjustment,
    Fixed,
    InvalidAdjustment,
    OnLines,
    OnOrder,
    Percent,
    Phase,
    PricedCart,
    PricingCart,
    PricingLine,
    Surcharge,
    TaxAnswer,
    TaxRate,
    price,
)
from tests.pricing.strategies import NOON, answers_for, asked, carts, rivals, steps

LAW = settings(deadline=None)
FIRST_LAW = settings(deadline=None, max_examples=400)
"""Of what a shop must never get wrong; each of these examples is a cart with answers in every phase."""


def given_by_rule(found):
    """What each rule gave, over all lines and the shipping."""
    sums = {}
    for part in (*found.lines, *([found.shipping] if found.shipping else [])):
        for discount in part.discounts:
            sums[discount.rule] = sums.get(discount.rule, 0) + discount.amount
    return sums


def charges_of(found):
    """Fees and shipping."""
    return (*found.fees, *([found.shipping] if found.shipping else []))


@FIRST_LAW
@given(asked())
def test_a_line_is_never_below_its_minimum_nor_above_its_list_price(asked):
    for line in price(*asked).lines:
        assert 0 <= min(line.subtotal, line.floor) <= line.total <= line.subtotal
        surcharges = sum(it.amount for it in line.surcharges)
        assert line.subtotal == line.line.quantity * line.line.unit_price + surcharges
        assert line.total == line.subtotal - sum(it.amount for it in line.discounts)
        assert all(it.amount > 0 for it in line.discounts)


@FIRST_LAW
@given(asked())
def test_the_totals_are_the_sums_of_their_parts(asked):
    found = price(*asked)
    totals, charges = found.totals, charges_of(found)
    assert totals.items == sum(line.subtotal for line in found.lines)
    assert totals.discounts == sum(it.amount for line in found.lines for it in line.discounts)
    assert totals.shipping == (found.shipping.total if found.shipping else 0) >= 0
    assert totals.fees == sum(fee.charge.amount for fee in found.fees)
    taxes = sum(tax.amount for part in (*found.lines, *charges) for tax in part.taxes)
    assert (totals.tax, totals.tax_included) == ((0, taxes) if found.cart.prices_include_tax else (taxes, 0))
    assert taxes == sum(tax.amount for tax in found.taxes)
    parts = totals.items - totals.discounts + totals.shipping + totals.fees + totals.tax + totals.rounding
    assert totals.grand_total == parts >= 0
    assert found.trace[-1].output == totals.grand_total


@FIRST_LAW
@given(asked(), steps)
def test_a_total_is_rounded_to_cash_once_and_nothing_else_is(asked, step):
    cart, answers, tax, lanes = asked
    exact = price(replace(cart, cash_step=0), answers, tax, lanes)
    found = price(replace(cart, cash_step=step), answers, tax, lanes)
    rounding = found.totals.rounding
    assert 2 * abs(rounding) <= step
    if step:
        assert found.totals.grand_total % step == 0
        assert rounding * 2 != -step, "half a step goes up"
    assert replace(found.totals, rounding=0, grand_total=exact.totals.grand_total) == exact.totals
    assert (found.lines, found.shipping, found.fees, found.taxes) == (
        exact.lines,
        exact.shipping,
        exact.fees,
        exact.taxes,
    )
    steps_said = [it.output - it.input for it in found.trace if it.rule == "rounding"]
    assert steps_said == ([rounding] if rounding else [])


@FIRST_LAW
@given(asked(), st.randoms(use_true_random=False))
def test_the_order_of_answers_in_a_phase_does_not_matter(asked, random):
    cart, answers, tax, lanes = asked
    shuffled = {phase: random.sample(found, len(found)) for phase, found in answers.items()}
    assert price(cart, shuffled, tax, tuple(random.sample(lanes, len(lanes)))) == price(cart, answers, tax, lanes)


@FIRST_LAW
@given(asked())
def test_running_twice_changes_nothing(asked):
    cart, answers, tax, lanes = asked
    once = price(cart, answers, tax, lanes)
    assert price(once.cart, answers, tax, lanes) == once


@LAW
@given(asked())
def test_no_promotion_gives_more_than_it_says(asked):
    _, answers, _, _ = asked
    sums = given_by_rule(price(*asked))
    for _, answer in (pair for found in answers.values() for pair in found if isinstance(pair[1], Adjustment)):
        gave = sums.get(answer.rule, 0)
        if isinstance(answer.effect, Fixed):
            assert gave <= answer.effect.amount
        if answer.max_amount is not None and not isinstance(answer.effect, Surcharge):
            assert gave <= answer.max_amount


@LAW
@given(asked())
def test_the_trace_says_what_each_promotion_gave_or_why_not(asked):
    _, answers, _, _ = asked
    found = price(*asked)
    sums = given_by_rule(found)
    steps = {step.rule: step for step in found.trace}
    for _, answer in (pair for found in answers.values() for pair in found if isinstance(pair[1], Adjustment)):
        step = steps[answer.rule]
        if isinstance(answer.effect, Surcharge):
            assert step.output >= step.input
        else:
            assert step.input - step.output == sums.get(answer.rule, 0)
            assert step.note or step.output < step.input


@LAW
@given(asked())
def test_an_exclusive_promotion_is_alone_in_its_phase(asked):
    _, answers, _, _ = asked
    found = price(*asked)
    exclusive = {
        it.rule for found in answers.values() for _, it in found if isinstance(it, Adjustment) and it.exclusive
    }
    for line in found.lines:
        rules = [it.rule for it in line.discounts if it.rule.startswith(Phase.ITEM)]
        assert len(rules) == 1 or not exclusive.intersection(rules)
    for phase in (Phase.ORDER, Phase.SHIPPING):
        rules = [rule for rule in given_by_rule(found) if rule.startswith(phase)]
        assert len(rules) == 1 or not exclusive.intersection(rules)


@LAW
@given(rivals(Phase.ITEM))
def test_in_a_competing_lane_each_line_gets_the_best_it_could_get_from_any_one(rivals):
    cart, offers = rivals
    alone = [price(cart, {Phase.ITEM: [offer]}).lines for offer in offers]
    for place, line in enumerate(price(cart, {Phase.ITEM: offers}).lines):
        assert len(line.discounts) <= 1
        assert line.discount == max((found[place].discount for found in alone), default=0)


@LAW
@given(rivals(Phase.ORDER))
def test_in_a_competing_lane_the_order_gets_the_best_of_all(rivals):
    cart, offers = rivals
    alone = [price(cart, {Phase.ORDER: [offer]}).totals.discounts for offer in offers]
    found = price(cart, {Phase.ORDER: offers})
    assert len(given_by_rule(found)) <= 1
    assert found.totals.discounts == max(alone, default=0)


@LAW
@given(carts(), st.integers(0, 10**8))
def test_an_order_discount_is_given_whole_or_as_far_as_the_lines_can_bear(cart, amount):
    offer = Adjustment("r", "Off", OnOrder(), Fixed(amount))
    found = price(cart, {Phase.ORDER: [("p", offer)]})
    bearable = sum(max(0, it.quantity * (it.unit_price - it.min_price)) for it in cart.lines)
    assert found.totals.discounts == min(amount, bearable)


@LAW
@given(asked())
def test_what_is_taxable_and_its_tax_is_what_is_paid(asked):
    found = price(*asked)
    inclusive = found.cart.prices_include_tax
    charges = charges_of(found)
    for part in (*found.lines, *(share for charge in charges for share in charge.shares)):
        amount = part.total if part in found.lines else part.amount
        taxes = sum(tax.amount for tax in part.taxes)
        assert part.taxable >= 0
        assert part.taxable + (taxes if inclusive else 0) == amount
    for charge in charges:
        assert sum(share.amount for share in charge.shares) == charge.total


@LAW
@given(asked())
def test_equal_component_rates_give_equal_amounts(asked):
    found = price(*asked)
    charges = charges_of(found)
    for part in (*found.lines, *(share for charge in charges for share in charge.shares)):
        by_rate = {}
        for tax in part.taxes:
            assert by_rate.setdefault(tax.rate, tax.amount) == tax.amount


@LAW
@given(asked())
def test_shipping_shares_are_within_a_minor_unit_of_the_goods_shares(asked):
    _, _, tax, _ = asked
    found = price(*asked)
    if tax is None or not found.shipping or not any(line.total for line in found.lines):
        return
    goods = {}
    for line in found.lines:
        goods[tax.line_rates[line.line.id]] = goods.get(tax.line_rates[line.line.id], 0) + line.total
    shares = {tuple(TaxRate(it.name, it.rate) for it in share.taxes): share.amount for share in found.shipping.shares}
    assert set(shares) <= set(goods)
    for rates, total in goods.items():
        assert abs(shares.get(rates, 0) * sum(goods.values()) - found.shipping.total * total) < sum(goods.values())


@LAW
@given(asked(), st.sampled_from(["JPY", "INR", "BHD", "CLF"]))
def test_the_arithmetic_is_in_minor_units_of_any_currency(asked, currency):
    cart, answers, tax, lanes = asked
    other = price(replace(cart, currency=currency), answers, tax, lanes)
    assert replace(other, cart=cart) == price(cart, answers, tax, lanes)


@LAW
@given(asked())
def test_a_price_survives_being_kept_as_json(asked):
    found = price(*asked)
    assert PricedCart.from_json(json.loads(json.dumps(found.as_json()))) == found


@pytest.mark.parametrize("phase", [Phase.ITEM, Phase.ORDER])
@LAW
@given(data=st.data())
def test_priced_lines_keep_their_order_and_their_identity(phase, data):
    cart = data.draw(carts())
    found = price(cart, {phase: data.draw(answers_for(cart, phase))})
    assert tuple(line.line for line in found.lines) == cart.lines


@LAW
@given(asked(), st.sampled_from(["USD", "JPY"]))
def test_amounts_in_another_currency_are_refused_and_never_added(asked, currency):
    cart, answers, tax, lanes = asked
    foreign = Adjustment("foreign", "Off", OnOrder(), Fixed(100), currency=currency)
    mixed = {**answers, Phase.ORDER: [*answers[Phase.ORDER], ("anna", foreign)]}
    if cart.currency == currency:
        price(cart, mixed, tax, lanes)
        return
    with pytest.raises(InvalidAdjustment, match=currency):
        price(cart, mixed, tax, lanes)


@settings(deadline=None, max_examples=10)
@given(st.randoms(use_true_random=False), st.sampled_from([Decimal(0), Decimal(18), Decimal(100)]))
def test_a_cart_of_five_hundred_lines_keeps_the_laws(random, rate):
    prices = [random.choice([0, 1, 99, random.randint(0, 10**6)]) for _ in range(500)]
    lines = tuple(PricingLine(f"l{n}", f"S{n}", f"p{n}", "Thing", 1, amount) for n, amount in enumerate(prices))
    ids = tuple(line.id for line in random.sample(lines, 300))
    offers = [("anna", Adjustment(f"r{n}", "Off", OnLines(ids), Percent(Decimal(n * 9)))) for n in range(1, 11)]
    whole = [("bela", Adjustment("whole", "Off", OnOrder(), Fixed(random.randint(0, 10**7)), lane="coupon"))]
    tax = TaxAnswer({line.id: (TaxRate("T", rate),) for line in lines})
    found = price(PricingCart("INR", lines, NOON), {Phase.ITEM: offers, Phase.ORDER: whole}, tax)
    assert all(0 <= line.total <= line.subtotal for line in found.lines)
    assert found.totals.grand_total == sum(line.total for line in found.lines) == sum(prices) - found.totals.discounts
    assert found.totals.tax_included == sum(tax.amount for line in found.lines for tax in line.taxes)


@LAW
@given(carts(), st.data())
def test_goods_that_cost_nothing_stay_at_nothing(cart, data):
    free = replace(cart, lines=tuple(replace(line, unit_price=0, min_price=0) for line in cart.lines))
    answers = {phase: data.draw(answers_for(free, phase)) for phase in (Phase.ITEM, Phase.ORDER)}
    rate = data.draw(st.sampled_from([Decimal(0), Decimal(100)]))
    found = price(free, answers, TaxAnswer({line.id: (TaxRate("T", rate),) for line in free.lines}))
    assert (found.totals.items, found.totals.discounts) == (0, 0)
    assert all(tax.amount == 0 for line in found.lines for tax in line.taxes)
