"""Over HTTP, with two web processes: whatever many do at the same moment, each thing happens once and sums agree."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.buying import Buyer, at_once, cheap_sku, post, ready, set_available, stock
from tests.processes import RunningDemo

pytestmark = [pytest.mark.chaos, pytest.mark.slow]

Post = Callable[..., httpx.Response]


@pytest.fixture
def sku(demo: RunningDemo, request: pytest.FixtureRequest) -> str:
    """A SKU for this test alone."""
    tests = [item.originalname for item in request.session.items if item.path == request.path]  # type: ignore[attr-defined]
    return cheap_sku(demo, sorted(set(tests)).index(request.function.__name__))


@pytest.fixture
def staff(demo: RunningDemo) -> Post:
    """Posts as the admin."""
    headers = demo.token("admin@demo.spoeq")

    def told(path: str, body: Any, key: str = "") -> httpx.Response:
        return post(demo.base_url, path, body, headers | ({"Idempotency-Key": key} if key else {}))

    return told


@pytest.fixture(scope="module", autouse=True)
def _everything_agrees(demo: RunningDemo) -> Iterator[None]:
    """After all of this the doctor finds nothing, though nothing was healed."""
    yield
    examined = demo.spoeq("doctor")
    assert examined.returncode == 0, examined.stdout + examined.stderr


def order_of(demo: RunningDemo, order_id: str) -> dict[str, Any]:
    found = demo.client.get(f"/api/v1/orders/{order_id}", headers=demo.token("admin@demo.spoeq"))
    assert found.is_success, found.text
    return dict(found.json())


def buyers(demo: RunningDemo, sku: str, count: int, **more: Any) -> list[Buyer]:
    first = int(uuid.uuid4().int % 90_000_000)
    return at_once([lambda n=n: ready(demo, sku, first + n, **more) for n in range(count)])  # type: ignore[misc]


def codes(answers: list[httpx.Response]) -> Counter[str]:
    return Counter("done" if answer.is_success else answer.json()["code"] for answer in answers)


def test_the_last_pieces_are_sold_once(demo: RunningDemo, sku: str) -> None:
    """Of thirty buyers of five pieces exactly five have an order; the others hear that nothing is left."""
    set_available(demo, sku, 5)
    before = stock(demo, sku)
    answers = at_once([buyer.buy for buyer in buyers(demo, sku, 30)])
    assert codes(answers) == {"done": 5, "out_of_stock": 25}
    assert {left["available"] for it in answers if not it.is_success for left in it.json()["available"]} == {0}
    after = stock(demo, sku)
    assert (after["available"], after["on_hand"] - before["on_hand"]) == (0, 0)
    assert after["reserved"] - before["reserved"] == 5


def test_staff_count_while_buyers_buy(demo: RunningDemo, sku: str, staff: Post) -> None:
    """Twelve pieces, twelve buyers and twelve losses at once: each piece goes one way, and none twice."""
    set_available(demo, sku, 12)
    before = stock(demo, sku)
    lost = {"delta": -1, "reason": "broken"}
    buying = [buyer.buy for buyer in buyers(demo, sku, 12)]
    counting = [lambda: staff(f"/inventory/{sku}/adjust", lost, uuid.uuid4().hex)] * 12
    answers = at_once([*buying, *counting])
    sold, gone = codes(answers[:12]), codes(answers[12:])
    assert sold["done"] + gone["done"] == 12
    assert set(sold) <= {"done", "out_of_stock"}
    assert set(gone) <= {"done", "below_reserved"}
    after = stock(demo, sku)
    assert (before["on_hand"] - after["on_hand"], after["reserved"] - before["reserved"], after["available"]) == (
        gone["done"],
        sold["done"],
        0,
    )


@pytest.mark.parametrize(("limit", "same"), [("max_uses", False), ("per_user_limit", True)])
def test_a_coupon_is_used_no_oftener_than_it_may(
    demo: RunningDemo, sku: str, staff: Post, limit: str, same: bool
) -> None:
    """In all, and by one guest, known by e-mail and phone."""
    set_available(demo, sku, 100)
    code = f"RACE{uuid.uuid4().hex[:8]}"
    made = staff("/coupons", {"code": code, "type": "percent", "value": 10, limit: 2})
    assert made.is_success, made.text
    person = {"person": 77_000_001} if same else {}
    answers = at_once([buyer.buy for buyer in buyers(demo, sku, 10, pay="till", coupon=code, **person)])
    placed = [it.json() for it in answers if it.is_success]
    assert len(placed) == 2, codes(answers)
    assert {it.status_code for it in answers if not it.is_success} <= {409, 422}
    assert all(order["totals"]["discounts"]["amount"] > 0 for order in placed)
    assert {order["status"] for order in placed} == {"pending_payment"}
    given_back = staff(f"/orders/{placed[0]['id']}/cancel", {})
    assert given_back.is_success, given_back.text


@pytest.mark.parametrize("keys", [["k"] * 6, [f"k{n}" for n in range(6)], [""] * 6], ids=["one", "several", "none"])
def test_two_tabs_place_one_cart_once(demo: RunningDemo, sku: str, keys: list[str]) -> None:
    """With one key, with several and with none: one order, the same for whoever asks."""
    set_available(demo, sku, 100)
    before = stock(demo, sku)
    (buyer,) = buyers(demo, sku, 1)
    answers = at_once([lambda key=key: buyer.buy(key=key) for key in keys])  # type: ignore[misc]
    assert set(codes(answers)) <= {"done", "in_progress"}, [it.text for it in answers]
    orders = {it.json()["id"] for it in answers if it.is_success}
    assert len(orders) == 1
    assert {buyer.buy(key=keys[0]).json()["id"]} == orders
    assert stock(demo, sku)["reserved"] - before["reserved"] == 1


def test_refunds_at_once_never_give_back_more_than_came_in(demo: RunningDemo, sku: str, staff: Post) -> None:
    """Of eight of three tenths three at most go through, and the rest closes to zero."""
    set_available(demo, sku, 100)
    order_id, total = paid(demo, sku)
    share = {"amount": {"amount": total * 3 // 10, "currency": "INR"}, "reason": "late"}
    twice = uuid.uuid4().hex
    keys = [twice, twice, *(uuid.uuid4().hex for _ in range(7))]
    answers = at_once([lambda key=key: staff(f"/orders/{order_id}/refund", share, key) for key in keys])  # type: ignore[misc]
    assert set(codes(answers)) <= {"done", "in_progress", "stale", "refund_exceeds"}, [it.text for it in answers]
    given = sum(refund["amount"]["amount"] for refund in order_of(demo, order_id)["refunds"])
    assert 0 < given <= 3 * share["amount"]["amount"]
    rest = {"amount": {"amount": total - given, "currency": "INR"}, "reason": "late"}
    ends = at_once([lambda: staff(f"/orders/{order_id}/refund", rest)] * 4)
    assert codes(ends) == {"done": 1, "refund_exceeds": 3}
    order = order_of(demo, order_id)
    assert order["payment"]["status"] == "refunded"
    assert sum(refund["amount"]["amount"] for refund in order["refunds"]) == total


def test_money_that_comes_while_an_order_is_cancelled_is_never_lost(demo: RunningDemo, sku: str, staff: Post) -> None:
    """The payment is there once, however often it is told; staff are told to give it back."""
    set_available(demo, sku, 100)
    before = stock(demo, sku)
    for _ in range(4):
        (buyer,) = buyers(demo, sku, 1, pay="till")
        order_id, total = placed_with(buyer)
        payment = uuid.uuid4().hex
        answers = at_once(
            [
                lambda: ring(demo, order_id, payment, total),  # noqa: B023 - called before the loop goes on
                lambda: staff(f"/orders/{order_id}/cancel", {}),  # noqa: B023
                lambda: ring(demo, order_id, payment, total),  # noqa: B023
            ]
        )
        assert all(it.is_success for it in answers), [it.text for it in answers]
        order = order_of(demo, order_id)
        assert order["status"] == "cancelled"
        assert "refund_due" in order["flags"], order
        assert [it["amount"]["amount"] for it in order["payments"]] == [total]
    until_released(demo, sku, before["reserved"])


def placed_with(buyer: Buyer) -> tuple[str, int]:
    """The buyer's order and its total."""
    placed = buyer.buy()
    assert placed.status_code == 201, placed.text
    return placed.json()["id"], placed.json()["totals"]["grand_total"]["amount"]


def ring(demo: RunningDemo, order_id: str, payment: str, amount: int) -> httpx.Response:
    """The till tells of a payment."""
    return post(demo.base_url, f"/till/{order_id}", {"id": payment, "amount": amount})


def paid(demo: RunningDemo, sku: str) -> tuple[str, int]:
    """An order that is paid at the till, and its total."""
    order_id, total = placed_with(buyers(demo, sku, 1, pay="till")[0])
    assert ring(demo, order_id, uuid.uuid4().hex, total).is_success
    return order_id, total


def until_released(demo: RunningDemo, sku: str, reserved: int) -> None:
    """Wait until the worker has given the stock of cancelled orders back."""
    until = time.monotonic() + 180
    while stock(demo, sku)["reserved"] != reserved:
        assert time.monotonic() < until, stock(demo, sku)
        time.sleep(0.1)
