"""The JSON API shows what plugins keep: to everybody without private fields, to staff with them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from spoeq_core.cart import service as carts
from spoeq_core.cart.service import Owner
from spoeq_core.identity.service import extend_customer
from spoeq_core.orders.service import extend_order
from spoeq_core.testing.clients import RunningApp
from spoeq_core.testing.visitors import Program, shopper_program, staff_program
from tests.extensions.plugins import Club, Dispatch, Wrapping
from tests.shopping import ADDRESS

PASSWORD = "neem leaves at dawn"


async def signed_in(app: RunningApp) -> tuple[Program, str]:
    """A customer's API client, and the customer's id."""
    program = shopper_program(app)
    account = {"email": "asha@example.in", "password": PASSWORD, "name": "Asha Rao", "client": "app"}
    _, tokens = await program.post("/auth/register", account)
    program.headers["Authorization"] = f"Bearer {tokens['access_token']}"
    return program, tokens["user"]["id"]


async def ordered(app: RunningApp, program: Program, customer_id: str) -> dict[str, Any]:
    """An order of a wrapped kurta."""
    _, cart = await program.post("/cart", {"sku": "KURTA"})
    assert cart["items"][0]["ext"] == {}
    await carts.extend_line(
        app.shop,
        Owner(customer_id=customer_id),
        cart["items"][0]["id"],
        Wrapping,
        lambda it: it.model_copy(update={"paper": "red", "cost": 500}),
    )
    wanted: dict[str, Any] = {
        "shipping_address": asdict(ADDRESS),
        "shipping_method": "delivery:standard",
        "payment_method": "door",
    }
    _, quote = await program.post("/checkout/quote", wanted)
    assert quote["lines"][0]["ext"] == {"keeper": {"paper": "red"}}
    wanted |= {"email": "asha@example.in", "expected_total": quote["totals"]["grand_total"]}
    status, order = await program.post("/orders", wanted)
    assert status == 201, order
    return order


async def test_carts_and_orders_show_what_is_not_private(app: RunningApp):
    program, customer_id = await signed_in(app)
    order = await ordered(app, program, customer_id)
    gate = Dispatch(gate="B2", remark="calls back late")
    await extend_order(app.shop, order["id"], Dispatch, lambda _: gate)
    _, mine = await program.get(f"/orders/{order['id']}")
    assert mine["ext"] == {"keeper": {"gate": "B2", "fragile": False, "trail": []}}
    assert mine["items"][0]["ext"] == {"keeper": {"paper": "red"}}
    _, listed = await program.get("/orders")
    assert listed["items"][0]["ext"] == mine["ext"]
    staff = await staff_program(app, "support")
    _, seen = await staff.get(f"/orders/{order['id']}")
    assert seen["ext"] == {"keeper": gate.model_dump()}
    assert seen["items"][0]["ext"] == {"keeper": {"paper": "red", "cost": 500}}


async def test_customers_see_their_own_and_cannot_write_it(app: RunningApp):
    program, customer_id = await signed_in(app)
    assert (await program.get("/me"))[1]["ext"] == {}
    await extend_customer(app.shop, customer_id, Club, lambda _: Club(points=7, card="9-77"))
    for status, me in (await program.get("/me"), await program.patch("/me", {"name": "Asha R."})):
        assert (status, me["ext"]) == (200, {"keeper": {"points": 7}})
    status, refused = await program.patch("/me", {"ext": {"keeper": {"points": 10**6}}})
    assert (status, [error["field"] for error in refused["errors"]]) == (422, ["ext"])
