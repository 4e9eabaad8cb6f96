"""What a code gives, and when it does not: the rules by themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from spoeq_core.kernel.errors import FieldError
from spoeq_core.pricing.model import apply, apply_tax, finish, start
from spoeq_core.sdk import Adjustment, Buyer, Charge, Declined, Percent, Phase, PricingCart, PricingLine, Reason
from spoeq_coupons.checks import problems_of
from spoeq_coupons.model import Coupon, CouponState, CouponType, answers, fold, identities, judged, why_not
from spoeq_coupons.wording import sentence

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
DAY = timedelta(days=1)
TEN = Coupon("TEN", "TEN", CouponType.PERCENT, currency="INR", percent=Decimal(10))
FLAT = Coupon("FLAT", "FLAT", CouponType.FIXED, currency="INR", amount=5000, combinable=True)
SHIP = Coupon("SHIP", "SHIP", CouponType.FREE_SHIPPING, currency="INR", combinable=True)
SOME = Coupon("SOME", "SOME", CouponType.PERCENT, currency="INR", percent=Decimal("12.5"), combinable=True)
ALL = {coupon.id: coupon for coupon in (TEN, FLAT, SHIP, SOME)}


def cart_with(*codes: str, prices: tuple[int, ...] = (60000, 39900), shipping: int | None = 7900) -> PricingCart:
    lines = tuple(PricingLine(f"l{n}", f"S{n}", f"p{n}", f"Item {n}", 1, price) for n, price in enumerate(prices))
    charge = None if shipping is None else Charge("delivery:standard", "Standard", shipping, "delivery")
    return PricingCart("INR", lines, NOW, codes=codes, shipping=charge)


def reasons(*codes: str, coupons=ALL, used_up=None) -> dict[str, str | None]:
    verdicts = judged(codes, coupons, cart_with(*codes), used_up or {})
    return {code: reason.code if reason else None for code, reason in verdicts.items()}


def priced(cart: PricingCart, coupons=ALL):
    """The cart priced by the core's own engine with what the coupons answer."""
    state = start(cart)
    for phase in (Phase.ITEM, Phase.ORDER, Phase.SHIPPING):
        state = apply(state, phase, [("coupons", answer) for answer in answers(cart.codes, coupons, cart, {}, phase)])
    return finish(apply_tax(state, None))


@pytest.mark.parametrize(
    ("coupon", "code"),
    [
        (replace(TEN, active=False), "coupon_inactive"),
        (replace(TEN, end_at=NOW), "coupon_expired"),
        (replace(TEN, end_at=NOW - DAY), "coupon_expired"),
        (replace(TEN, start_at=NOW + timedelta(seconds=1)), "coupon_not_started"),
        (replace(TEN, min_order=99901), "coupon_minimum"),
        (replace(TEN, currency="USD"), "coupon_currency"),
        (replace(TEN, active=False, end_at=NOW - DAY), "coupon_inactive"),
    ],
)
def test_a_coupon_that_does_not_apply_says_why(coupon: Coupon, code: str):
    reason = why_not(coupon, cart_with("TEN"))
    assert reason is not None
    assert reason.code == code
    assert "TEN" in reason.message


@pytest.mark.parametrize(
    "coupon", [TEN, replace(TEN, start_at=NOW), replace(TEN, end_at=NOW + DAY), replace(TEN, min_order=99900)]
)
def test_a_coupon_applies_from_its_start_until_before_its_end(coupon: Coupon):
    assert why_not(coupon, cart_with("TEN")) is None


@pytest.mark.parametrize(
    ("coupon", "expected"),
    [
        (TEN, CouponState.ACTIVE),
        (replace(TEN, active=False, end_at=NOW), CouponState.INACTIVE),
        (replace(TEN, end_at=NOW), CouponState.EXPIRED),
        (replace(TEN, start_at=NOW + DAY), CouponState.SCHEDULED),
    ],
)
def test_staff_see_where_a_coupon_is_in_its_life(coupon: Coupon, expected: CouponState):
    assert coupon.state(NOW) is expected


@pytest.mark.parametrize("written", ["ten", " TEN ", "t e n", "Ten\t"])
def test_codes_are_the_same_whatever_their_case_and_space(written: str):
    assert fold(written) == "TEN"
    assert reasons(written) == {written: None}


def test_codes_that_are_no_coupons_are_left_to_others():
    assert reasons("GIFTCARD-1") == {}
    assert answers(["GIFTCARD-1"], ALL, cart_with("GIFTCARD-1"), {}, Phase.ORDER) == []
    (declined,) = priced(cart_with("GIFTCARD-1")).declined
    assert (declined.reason.code, declined.code) == ("coupon_unknown", "GIFTCARD-1")


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (("FLAT", "SHIP", "SOME"), {"FLAT": None, "SHIP": None, "SOME": None}),
        (("TEN", "FLAT"), {"TEN": None, "FLAT": "coupon_not_combinable"}),
        (("FLAT", "TEN"), {"FLAT": None, "TEN": "coupon_not_combinable"}),
        (("FLAT", "TEN", "SHIP"), {"FLAT": None, "TEN": "coupon_not_combinable", "SHIP": None}),
        (("TEN", "ten"), {"TEN": None, "ten": "coupon_twice"}),
        (("NOPE", "TEN"), {"TEN": None}),
    ],
)
def test_of_codes_that_do_not_go_together_the_first_stays(codes: tuple[str, ...], expected: dict[str, str | None]):
    assert reasons(*codes) == expected


def test_a_code_that_gives_nothing_does_not_stand_in_the_way():
    old = replace(TEN, id="OLD", code="OLD", end_at=NOW)
    assert reasons("OLD", "TEN", coupons={**ALL, "OLD": old}) == {"OLD": "coupon_expired", "TEN": None}


def test_the_one_that_does_not_combine_is_named():
    verdict = judged(["TEN", "FLAT"], ALL, cart_with("TEN", "FLAT"), {})["FLAT"]
    assert verdict is not None
    assert verdict.message == "TEN cannot be used with another coupon."


def test_a_coupon_that_is_used_up_gives_nothing():
    used_up = {"TEN": Reason("coupon_used_up", "TEN has been used up.")}
    assert reasons("TEN", used_up=used_up) == {"TEN": "coupon_used_up"}


@given(st.lists(st.sampled_from(["TEN", "FLAT", "SHIP", "SOME", "ten", "NOPE"]), max_size=6, unique=True))
def test_what_applies_together_may_be_used_together(codes: list[str]):
    given_codes = [ALL[fold(code)] for code, reason in reasons(*codes).items() if reason is None]
    assert len({coupon.id for coupon in given_codes}) == len(given_codes)
    assert len(given_codes) <= 1 or all(coupon.combinable for coupon in given_codes)
    assert given_codes or not [code for code in codes if fold(code) in ALL]


@given(st.lists(st.sampled_from(["TEN", "FLAT", "SHIP", "SOME", "NOPE"]), max_size=5, unique=True))
def test_each_code_is_answered_once_in_one_phase(codes: list[str]):
    cart = cart_with(*codes)
    told = [answer.code for phase in Phase for answer in answers(codes, ALL, cart, {}, phase)]
    assert sorted(told) == sorted(code for code in codes if code in ALL)


@pytest.mark.parametrize(
    ("code", "discounts", "shipping"),
    [("TEN", 9990, 7900), ("FLAT", 5000, 7900), ("SOME", 12488, 7900), ("SHIP", 0, 0)],
)
def test_what_each_kind_takes_off(code: str, discounts: int, shipping: int):
    totals = priced(cart_with(code)).totals
    assert (totals.discounts, totals.shipping) == (discounts, shipping)


def test_a_percentage_stops_at_its_largest_discount():
    capped = {"TEN": replace(TEN, max_discount=3000)}
    assert priced(cart_with("TEN"), capped).totals.discounts == 3000


def test_an_amount_above_the_cart_leaves_nothing_below_zero():
    big = {"FLAT": replace(FLAT, amount=10**9)}
    totals = priced(cart_with("FLAT"), big).totals
    assert (totals.discounts, totals.grand_total) == (99900, 7900)


@given(
    st.lists(st.integers(0, 10**6), min_size=1, max_size=5),
    st.lists(st.sampled_from(["TEN", "FLAT", "SHIP", "SOME"]), max_size=4, unique=True),
)
def test_coupons_never_give_more_than_there_is(prices: list[int], codes: list[str]):
    totals = priced(cart_with(*codes, prices=tuple(prices))).totals
    assert 0 <= totals.discounts <= sum(prices)
    assert totals.shipping in {0, 7900}
    assert totals.grand_total == sum(prices) - totals.discounts + totals.shipping


def test_the_answer_names_code_label_and_lane():
    (answer,) = answers(["ten"], ALL, cart_with("ten"), {}, Phase.ORDER)
    assert isinstance(answer, Adjustment)
    assert (answer.rule, answer.code, answer.label, answer.lane) == ("TEN", "ten", "Coupon TEN", "coupon")
    assert answer.effect == Percent(Decimal(10))
    (declined,) = answers(["TEN"], {"TEN": replace(TEN, active=False)}, cart_with("TEN"), {}, Phase.ORDER)
    assert isinstance(declined, Declined)


@pytest.mark.parametrize(
    ("buyer", "expected"),
    [
        (Buyer("01HX", "a@b.in", "+919845012345"), 1),
        (Buyer(None, "a@b.in", "+919845012345"), 2),
        (Buyer(None, None, "+919845012345"), 1),
        (Buyer(), 0),
    ],
)
def test_customers_count_by_account_and_guests_by_mail_and_phone(buyer: Buyer, expected: int):
    assert len(identities(buyer)) == expected


def test_the_same_guest_is_known_again_and_not_readable():
    known = identities(Buyer(None, " Asha@Example.IN ", "+91 98450-12345"))
    assert known == identities(Buyer(None, "asha@example.in", "+919845012345"))
    assert "asha" not in "".join(known)
    assert "98450" not in "".join(known)


@pytest.mark.parametrize(
    ("coupon", "expected"),
    [
        (TEN, "10% off, not with other coupons."),
        (replace(SHIP, max_uses=1), "Free delivery, one use in all, with other coupons too."),
        (
            replace(FLAT, min_order=50000, per_user_limit=1, max_uses=50),
            "₹50 off, on orders from ₹500, once a customer, 50 uses in all, with other coupons too.",
        ),
        (replace(TEN, per_user_limit=3), "10% off, 3 times a customer, not with other coupons."),
    ],
)
def test_a_coupon_reads_back_in_words(coupon: Coupon, expected: str):
    assert sentence(coupon) == expected


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("code", {"id": "A"}),
        ("code", {"id": "TEN OFF"}),
        ("code", {"id": "-TEN"}),
        ("code", {"id": "X" * 41}),
        ("code", {"id": "ÄPFEL"}),
        ("value", {"percent": Decimal(0)}),
        ("value", {"percent": Decimal("100.01")}),
        ("value", {"percent": Decimal("NaN")}),
        ("value", {"percent": Decimal("Infinity")}),
        ("value", {"percent": Decimal("12.345")}),
        ("value", {"type": CouponType.FIXED, "amount": 0}),
        ("value", {"type": CouponType.FIXED, "amount": 2**60}),
        ("max_discount", {"max_discount": 0}),
        ("max_discount", {"type": CouponType.FREE_SHIPPING, "max_discount": 100}),
        ("min_order", {"min_order": -1}),
        ("min_order", {"min_order": 2**60}),
        ("max_uses", {"max_uses": 0}),
        ("max_uses", {"max_uses": 10**10}),
        ("per_user_limit", {"per_user_limit": -1}),
        ("end_at", {"start_at": NOW, "end_at": NOW}),
        ("description", {"description": "x" * 501}),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_field(field: str, wrong: dict[str, object]):
    found = problems_of(replace(TEN, **wrong))
    assert [problem.field for problem in found] == [field]
    assert all(isinstance(problem, FieldError) and problem.message.endswith(".") for problem in found)


@pytest.mark.parametrize(
    "coupon", [TEN, FLAT, SHIP, SOME, replace(TEN, percent=Decimal(100), start_at=NOW, end_at=NOW + DAY)]
)
def test_sensible_coupons_are_taken(coupon: Coupon):
    assert problems_of(coupon) == []
