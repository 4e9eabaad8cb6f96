"""Free pieces, steps, conditions and promotions without a code: the rules by themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given, strategies as st

from spoeq_core.pricing.model import apply, apply_tax, finish, start
from spoeq_core.sdk import Buyer, Charge, Declined, Phase, PricingCart, PricingLine
from spoeq_coupons.checks import problems_of
from spoeq_coupons.model import (
    Coupon,
    CouponType,
    Lane,
    Tier,
    answers,
    automatic_answers,
    eligible_lines,
    free_units,
    why_not,
)
from spoeq_coupons.wording import headline, in_words, sentence, terms

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
B2G1 = Coupon("B2G1", "B2G1", CouponType.BUY_X_GET_Y, currency="INR", buy=2, get=1)
STEPS = Coupon(
    "STEPS", "STEPS", CouponType.TIERED, currency="INR", tiers=(Tier(100_00, Decimal(10)), Tier(200_00, amount=50_00))
)
TEN = Coupon("TEN", "TEN", CouponType.PERCENT, currency="INR", percent=Decimal(10))


def line(key: str, price: int, quantity: int = 1, **more: object) -> PricingLine:
    return PricingLine(key, key.upper(), f"p-{key}", key, quantity, price, **more)  # type: ignore[arg-type]


def cart_of(*lines: PricingLine, codes: tuple[str, ...] = (), **more: object) -> PricingCart:
    return PricingCart("INR", lines, NOW, codes=codes, **more)  # type: ignore[arg-type]


def priced(cart: PricingCart, *coupons: Coupon, automatic: tuple[Coupon, ...] = ()):
    """The cart priced by the core's own engine."""
    state, known = start(cart), {coupon.id: coupon for coupon in coupons}
    for phase in (Phase.ITEM, Phase.ORDER, Phase.SHIPPING):
        told = [*answers(cart.codes, known, cart, {}, phase), *automatic_answers(automatic, cart, {}, phase)]
        state = apply(state, phase, [("coupons", answer) for answer in told])
    return finish(apply_tax(state, None))


@pytest.mark.parametrize(
    ("lines", "free"),
    [
        ([line("a", 100, 3)], {"a": 1}),
        ([line("a", 100, 2)], {}),
        ([line("a", 100, 5)], {"a": 1}),
        ([line("a", 100, 6)], {"a": 2}),
        ([line("a", 300, 2), line("b", 100)], {"b": 1}),
        ([line("a", 100), line("b", 300, 2)], {"a": 1}),
        ([line("a", 100), line("b", 100), line("c", 100)], {"c": 1}),
        ([line("a", 500, 4), line("b", 200), line("c", 100)], {"c": 1, "b": 1}),
    ],
)
def test_of_the_pieces_the_cheapest_are_free_across_lines(lines: list[PricingLine], free: dict[str, int]):
    assert free_units(lines, 2, 1) == free


pieces = st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 9)), min_size=1, max_size=6)


@given(pieces, st.integers(1, 4), st.integers(1, 4))
def test_no_piece_is_used_twice_and_none_that_is_paid_is_cheaper_than_a_free_one(
    drawn: list[tuple[int, int]], buy: int, get: int
):
    lines = [line(f"l{n}", price, quantity) for n, (price, quantity) in enumerate(drawn)]
    free = free_units(lines, buy, get)
    total = sum(one.quantity for one in lines)
    assert sum(free.values()) == total // (buy + get) * get
    assert all(0 < free[one.id] <= one.quantity for one in lines if one.id in free)
    dearest_free = max((one.unit_price for one in lines if free.get(one.id)), default=0)
    cheapest_paid = min((one.unit_price for one in lines if free.get(one.id, 0) < one.quantity), default=dearest_free)
    assert dearest_free <= cheapest_paid


@given(pieces)
def test_free_pieces_take_off_what_they_cost(drawn: list[tuple[int, int]]):
    lines = [line(f"l{n}", price, quantity) for n, (price, quantity) in enumerate(drawn)]
    free = free_units(lines, 2, 1)
    found = priced(cart_of(*lines, codes=("B2G1",)), B2G1)
    assert {one.line.id: one.discount for one in found.lines} == {
        one.id: one.unit_price * free.get(one.id, 0) for one in lines
    }


def test_a_free_piece_of_a_reduced_line_is_worth_what_the_line_still_costs():
    sale = replace(TEN, id="SALE", code="SALE", percent=Decimal(50), automatic=True, lane=Lane.PROMOTION)
    half = replace(B2G1, id="HALF", code="HALF", type=CouponType.BUY_X_GET_Y, lane=Lane.COUPON)
    found = priced(cart_of(line("a", 100, 3), codes=("HALF",)), half, automatic=(sale,))
    assert found.totals.grand_total == 100
    assert found.totals.discounts == 200


def test_too_few_pieces_say_how_many_are_missing():
    reason = why_not(B2G1, cart_of(line("a", 100)))
    assert reason is not None
    assert (reason.code, reason.message) == ("coupon_pieces", "Add 2 more pieces to use B2G1.")
    reason = why_not(replace(B2G1, products=("p-a",)), cart_of(line("a", 100, 2), line("b", 5, 9)))
    assert reason is not None
    assert reason.message == "Add one more piece to use B2G1."


@pytest.mark.parametrize(
    ("worth", "discount", "code"),
    [
        (99_99, 0, "coupon_minimum"),
        (100_00, 10_00, None),
        (199_99, 20_00, None),
        (200_00, 50_00, None),
        (900_00, 50_00, None),
    ],
)
def test_the_highest_step_that_is_reached_counts(worth: int, discount: int, code: str | None):
    cart = cart_of(line("a", worth), codes=("STEPS",))
    assert priced(cart, STEPS).totals.discounts == discount
    reason = why_not(STEPS, cart)
    assert (reason.code if reason else None) == code


RED = line("red", 100_00, category_ids=frozenset({"clothes", "sarees"}), brand_id="neel")
BLUE = line("blue", 50_00, category_ids=frozenset({"clothes"}), brand_id="other")


@pytest.mark.parametrize(
    ("narrowed", "ids"),
    [
        ({}, ["red", "blue"]),
        ({"products": ("p-blue",)}, ["blue"]),
        ({"categories": ("sarees",)}, ["red"]),
        ({"categories": ("clothes",)}, ["red", "blue"]),
        ({"brands": ("neel", "gone")}, ["red"]),
        ({"categories": ("clothes",), "brands": ("other",)}, ["blue"]),
        ({"products": ("p-red",), "brands": ("other",)}, []),
    ],
)
def test_a_coupon_falls_on_the_goods_it_is_for(narrowed: dict[str, tuple[str, ...]], ids: list[str]):
    coupon, cart = replace(TEN, **narrowed), cart_of(RED, BLUE, codes=("TEN",))  # type: ignore[arg-type]
    assert [one.id for one in eligible_lines(coupon, cart)] == ids
    found = priced(cart, coupon)
    assert [one.line.id for one in found.lines if one.discount] == ids
    if not ids:
        (declined,) = found.declined
        assert declined.reason.code == "coupon_products"


def test_the_smallest_order_is_of_the_goods_it_is_for():
    coupon = replace(TEN, products=("p-blue",), min_order=60_00)
    reason = why_not(coupon, cart_of(RED, BLUE))
    assert reason is not None
    assert reason.message == "Add ₹10 more to use TEN."


@pytest.mark.parametrize(
    ("narrowed", "buyer", "code"),
    [
        ({"signed_in": True}, Buyer(), "coupon_sign_in"),
        ({"signed_in": True}, Buyer("c1"), None),
        ({"first_order": True}, Buyer("c1", is_new=False), "coupon_first_order"),
        ({"first_order": True}, Buyer(), None),
        ({"segments": ("club.vip",)}, Buyer(), "coupon_sign_in"),
        ({"segments": ("club.vip",)}, Buyer(segments=frozenset({"club.vip"})), "coupon_sign_in"),
        ({"segments": ("club.vip",)}, Buyer("c1"), "coupon_segment"),
        ({"segments": ("club.vip",)}, Buyer("c1", segments=frozenset({"vip", "crm.vip"})), "coupon_segment"),
        ({"segments": ("club.vip", "crm.vip")}, Buyer("c1", segments=frozenset({"crm.vip"})), None),
        ({"segments": ()}, Buyer("c1", segments=frozenset({"crm.vip"})), None),
    ],
)
def test_who_may_use_it(narrowed: dict[str, object], buyer: Buyer, code: str | None):
    reason = why_not(replace(TEN, **narrowed), cart_of(RED, buyer=buyer))  # type: ignore[arg-type]
    assert (reason.code if reason else None) == code


def test_a_code_for_a_way_to_pay_waits_for_the_choice_and_is_refused_beside_another():
    coupon = replace(TEN, payment_methods=("upi",))
    (waiting,) = priced(cart_of(RED, codes=("TEN",)), coupon).declined
    assert (waiting.reason.code, waiting.waits) == ("coupon_payment_method", True)
    (refused,) = priced(cart_of(RED, codes=("TEN",), payment_method="cod"), coupon).declined
    assert (refused.reason.code, refused.waits) == ("coupon_payment_method", False)
    assert priced(cart_of(RED, codes=("TEN",), payment_method="upi"), coupon).totals.discounts == 10_00


def test_of_promotions_without_a_code_the_best_is_given_and_staff_see_why_not_the_others():
    best, less = (replace(TEN, id=f"P{n}", code=f"P{n}", percent=Decimal(n), automatic=True) for n in (20, 10))
    late = replace(TEN, id="LATE", code="LATE", min_order=900_00)
    runs = tuple(replace(one, lane=Lane.PROMOTION, title=f"Sale {one.percent}%") for one in (less, best, late))
    for order in permutations(runs):
        found = priced(cart_of(RED), automatic=order)
        assert [it.rule for it in found.lines[0].discounts] == ["P20"]
        notes = {step.rule: step.note for step in found.trace if step.rule in {"P10", "LATE"}}
        assert notes == {"P10": "“Sale 20%” saves more.", "LATE": "Add ₹800 more to use LATE."}
        assert all(it.code is None for it in found.declined), "nobody typed a code"


def test_coupons_are_taken_off_what_promotions_leave_and_an_exclusive_one_stands_alone():
    sale = replace(TEN, id="SALE", code="SALE", automatic=True, lane=Lane.PROMOTION, title="Sale")
    cart = cart_of(RED, codes=("TEN",))
    assert priced(cart, TEN, automatic=(sale,)).totals.discounts == 10_00 + 9_00
    alone = priced(cart, TEN, automatic=(replace(sale, exclusive=True, priority=1),))
    assert alone.totals.discounts == 10_00
    assert [it.reason.code for it in alone.declined] == ["not_combinable"]
    by_code = priced(cart, replace(TEN, exclusive=True, priority=2), automatic=(sale,))
    assert [it.code for it in by_code.lines[0].discounts] == ["TEN"]


def test_two_codes_of_one_offer_do_not_add_up():
    one, other = (replace(TEN, single_use=True, combinable=True).under(f"TEN-{n}") for n in "AB")
    found = priced(cart_of(RED, codes=("TEN-A", "TEN-B")), one, other)
    assert found.totals.discounts == 10_00
    assert [(it.code, it.reason.code) for it in found.declined] == [("TEN-B", "coupon_twice")]


@given(
    st.lists(st.integers(0, 10**6), min_size=1, max_size=6),
    st.lists(st.sampled_from([B2G1, STEPS, TEN, replace(TEN, exclusive=True)]), max_size=5),
    st.randoms(use_true_random=False),
)
def test_nothing_goes_below_zero_and_the_order_of_promotions_does_not_matter(prices, kinds, random):
    lines = [line(f"l{n}", price, n + 1) for n, price in enumerate(prices)]
    runs = [replace(kind, id=f"R{n}", code=f"R{n}", automatic=True) for n, kind in enumerate(kinds)]
    cart = cart_of(*lines, shipping=Charge("d", "Delivery", 100, "d"))
    found = priced(cart, automatic=tuple(runs))
    assert all(0 <= one.total <= one.subtotal for one in found.lines)
    assert priced(cart, automatic=tuple(random.sample(runs, len(runs)))) == found


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("buy", replace(B2G1, buy=0)),
        ("get", replace(B2G1, get=-1)),
        ("get", replace(B2G1, get=1001)),
        ("tiers", replace(STEPS, tiers=())),
        ("tiers", replace(STEPS, tiers=(Tier(100, Decimal(10)), Tier(100, Decimal(20))))),
        ("tiers", replace(STEPS, tiers=(Tier(200, Decimal(10)), Tier(100, Decimal(20))))),
        ("tiers", replace(STEPS, tiers=(Tier(0, Decimal(10)),))),
        ("tiers", replace(STEPS, tiers=(Tier(100, Decimal(101)),))),
        ("tiers", replace(STEPS, tiers=(Tier(100, Decimal(-1)),))),
        ("tiers", replace(STEPS, tiers=(Tier(100, amount=-1),))),
        ("tiers", replace(STEPS, tiers=(Tier(100, amount=2**60),))),
        ("tiers", replace(STEPS, tiers=tuple(Tier(n, Decimal(1)) for n in range(1, 23)))),
        ("title", replace(TEN, title="x" * 81)),
        ("priority", replace(TEN, priority=1001)),
        ("max_discount", replace(B2G1, max_discount=100)),
        ("single_use", replace(TEN, single_use=True, automatic=True)),
        ("shown", replace(TEN, single_use=True, shown=True)),
        ("code", replace(TEN, id="X" * 21, single_use=True)),
        ("products", replace(TEN, products=tuple(map(str, range(201))))),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_field(field: str, wrong: Coupon):
    found = problems_of(wrong)
    assert [problem.field for problem in found] == [field]
    assert found[0].message.endswith(".")


@pytest.mark.parametrize(
    ("coupon", "short", "long"),
    [
        (B2G1, "Buy 2, get 1 free, not with other coupons.", "Of 3 pieces the cheapest is free."),
        (
            STEPS,
            "10% off from ₹100, ₹50 off from ₹200, not with other coupons.",
            "10% off from ₹100, ₹50 off from ₹200.",
        ),
        (
            replace(TEN, automatic=True, first_order=True, brands=("b",), exclusive=True),
            "10% off, on some products, on a first order, without a code, alone, without any other discount.",
            "10% off your order.",
        ),
    ],
)
def test_each_kind_reads_back_in_words(coupon: Coupon, short: str, long: str):
    assert sentence(coupon) == short
    assert in_words(coupon) == long
    assert headline(coupon)
    assert list(terms(coupon))


def test_a_declined_promotion_is_told_to_nobody():
    (told,) = automatic_answers([replace(TEN, min_order=10**9)], cart_of(RED), {}, Phase.ORDER)
    assert isinstance(told, Declined)
    assert told.code is None
