"""Paying online in a browser, over real processes: declined, tried again and paid; closed, and told by webhook."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.test_many_buyers import cheap_sku
from tests.processes import RunningDemo, until_switched

if TYPE_CHECKING:
    from tests.e2e.conftest import Visitor

pytestmark = pytest.mark.e2e

HOME = {"name": "Asha Rao", "phone": "+919845012345", "line1": "12 Temple Street", "city": "Bengaluru"}
CHOSEN = {
    "shipping_address": {**HOME, "state": "Karnataka", "postal_code": "560001", "country": "IN"},
    "shipping_method": "echo:standard",
    "payment_method": "echo",
}


@pytest.fixture
def echo(demo: RunningDemo) -> Iterator[RunningDemo]:
    """The demo shop with plugin echo on, as a developer switches it on and off again."""
    enabled = demo.spoeq("plugins", "enable", "echo")
    assert enabled.returncode == 0, enabled.stderr
    until_switched(demo, "echo", "enabled")
    yield demo
    demo.spoeq("plugins", "disable", "echo")
    until_switched(demo, "echo", "disabled")


def order(demo: RunningDemo, nth: int) -> dict[str, Any]:
    """An order of a guest that waits for its payment."""
    with httpx.Client(base_url=f"{demo.base_url}/api/v1", timeout=60, trust_env=False) as client:
        cart = client.post("/cart", json={"sku": cheap_sku(demo, nth), "quantity": 1})
        client.headers["X-Cart-Token"] = cart.json()["token"]
        total = client.post("/checkout/quote", json=CHOSEN).json()["totals"]["grand_total"]
        body = {"email": "asha@example.in", **CHOSEN, "expected_total": total}
        answer = client.post("/orders", json=body)
        assert answer.status_code == 201, answer.text
        placed: dict[str, Any] = answer.json()
        return placed


@pytest.mark.parametrize("javascript", [True, False], ids=["with-javascript", "without-javascript"])
def test_a_payment_is_declined_tried_again_and_paid(
    visitors: Callable[..., Visitor], echo: RunningDemo, javascript: bool
) -> None:
    """And one whose window was closed is confirmed by the webhook alone."""
    buyer = visitors(javascript=javascript, name=f"paying-{'js' if javascript else 'nojs'}")
    page, placed = buyer.page, order(echo, 3)
    page.goto(placed["payment"]["next_action"]["url"])
    buyer.shot("gateway")
    page.get_by_role("button", name="Decline", exact=True).click()
    expect(page.get_by_text("The bank declined the payment.")).to_be_visible()
    buyer.shot("declined")
    page.get_by_role("button", name="Try the payment again").click()
    page.get_by_role("button", name="Pay", exact=True).click()
    expect(page.get_by_text("Order confirmed")).to_be_visible()
    buyer.shot("paid")
    placed = order(echo, 4)
    page.goto(placed["payment"]["next_action"]["url"])
    page.get_by_role("button", name="Pay, and close the window").click()
    expect(page.get_by_text("You have closed the window.")).to_be_visible()
    buyer.go(f"/orders/{placed['id']}/confirmation?token={placed['token']}")
    confirmed = page.get_by_text("Order confirmed")
    for _ in range(120):
        if confirmed.is_visible():
            break
        page.wait_for_timeout(1000)
        page.reload()
    expect(confirmed).to_be_visible()
    buyer.shot("told")
