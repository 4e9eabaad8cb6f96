"""Carts and answers of plugins for the laws of pricing: small, odd, and of every kind."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import strategies as st

from spoeq_core.pricing.model import (
    Adjustment,
    Charge,
    Declined,
    Fixed,
    Free,
    Lane,
    LaneMode,
    OnLines,
    OnOrder,
    OnShipping,
    Percent,
    Phase,
    PricingCart,
    PricingLine,
    Reason,
    Surcharge,
    TaxAnswer,
    TaxRate,
)

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
amounts = st.integers(0, 30) | st.integers(0, 10**7)
steps = st.sampled_from([0, 0, 1, 5, 100, 250, 1000])
"""What totals are rounded to: mostly nothing, else a coin or a note."""
percentages = st.decimals(0, 100, places=2, allow_nan=False, allow_infinity=False)
discounts = st.builds(Percent, percentages) | st.builds(Fixed, amounts) | st.just(Free())
rate_sets = st.sampled_from(
    [
        (),
        (TaxRate("IGST", Decimal(18)),),
        (TaxRate("CGST", Decimal("2.5")), TaxRate("SGST", Decimal("2.5"))),
        (TaxRate("CGST", Decimal(9)), TaxRate("SGST", Decimal(9)), TaxRate("CESS", Decimal("12.5"))),
        (TaxRate("LUXURY", Decimal(100)),),
        (TaxRate("ZERO", Decimal(0)),),
    ]
)


@st.composite
def carts(draw):
    lines = tuple(
        PricingLine(
            id=f"l{i}",
            sku=f"sku{i}",
            product_id=f"p{i}",
            name=f"Thing {i}",
            quantity=draw(st.integers(1, 9)),
            unit_price=draw(amounts),
            min_price=draw(st.just(0) | amounts),
            tags=draw(st.frozensets(st.sampled_from(["warm", "new"]))),
        )
        for i in range(draw(st.integers(0, 5)))
    )
    return PricingCart(
        currency=draw(st.sampled_from(["JPY", "INR", "BHD"])),
        lines=lines,
        at=NOON,
        codes=tuple(draw(st.sets(st.sampled_from(["SAVE", "GHOST"])))),
        shipping=draw(st.none() | st.builds(Charge, st.just("ship"), st.just("Ship"), amounts, st.just("flat"))),
        fees=tuple(
            draw(st.lists(st.builds(Charge, st.just("cod"), st.just("COD"), amounts, st.just("cod")), max_size=2))
        ),
        prices_include_tax=draw(st.booleans()),
        cash_step=draw(steps),
    )


lane_sets = st.builds(
    lambda catalog, promotion, coupon: (
        Lane("surcharge", LaneMode.SUM, 0),
        Lane("catalog", catalog, 1),
        Lane("promotion", promotion, 2),
        Lane("coupon", coupon, 3),
    ),
    *[st.sampled_from(LaneMode)] * 3,
)


@st.composite
def answers_for(draw, cart, phase, kinds=discounts, most=4):
    """Answers of one phase; each has a rule of its own, so that what it gave can be found again."""
    found = []
    for i in range(draw(st.integers(0, most))):
        effect = draw(kinds)
        on_lines = (
            OnLines(tuple(draw(st.sets(st.sampled_from([it.id for it in cart.lines]))))) if cart.lines else OnLines(())
        )
        targets = {Phase.ITEM: [on_lines], Phase.ORDER: [on_lines, OnOrder()], Phase.SHIPPING: [OnShipping()]}
        lane = (
            "surcharge" if isinstance(effect, Surcharge) else draw(st.sampled_from(["catalog", "promotion", "coupon"]))
        )
        answer = Adjustment(
            rule=f"{phase}{i}",
            label=f"Offer {i}",
            target=draw(st.sampled_from(targets[phase])),
            effect=effect,
            lane=lane,
            priority=draw(st.integers(0, 1)),
            exclusive=draw(st.integers(0, 5)) == 0,
            code=draw(st.sampled_from([None, None, "SAVE", "save "])),
            max_amount=draw(st.none() | amounts),
        )
        found.append((draw(st.sampled_from(["anna", "bela"])), answer))
    for i in range(draw(st.integers(0, 2))):
        gone = Declined(f"gone{i}", Reason("coupon_expired", "It has ended."), draw(st.sampled_from([None, "SAVE"])))
        found.append((draw(st.sampled_from(["anna", "bela"])), gone))
    return found


@st.composite
def asked(draw):
    """A cart with answers for each phase, tax and lanes: all that `price` takes."""
    cart = draw(carts())
    item_kinds = discounts | st.builds(Surcharge, amounts)
    answers = {
        Phase.ITEM: draw(answers_for(cart, Phase.ITEM, item_kinds)),
        Phase.ORDER: draw(answers_for(cart, Phase.ORDER)),
        Phase.SHIPPING: draw(answers_for(cart, Phase.SHIPPING, most=2)),
    }
    tax = draw(st.none() | st.just(TaxAnswer({it.id: draw(rate_sets) for it in cart.lines})))
    return cart, answers, tax, draw(lane_sets)


@st.composite
def rivals(draw, phase):
    """A cart with answers that all compete in one lane."""
    cart = draw(carts())
    found = [pair for pair in draw(answers_for(cart, phase)) if isinstance(pair[1], Adjustment)]
    return cart, [(plugin, replace(it, lane="catalog", exclusive=False)) for plugin, it in found]
