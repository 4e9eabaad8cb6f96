"""A parcel from its booking to the door."""

from __future__ import annotations

from http import HTTPStatus

from spoeq_core.orders.model import OrderStatus
from spoeq_core.testing.clients import RunningApp
from spoeq_core.testing.visitors import shopper_browser, staff_browser

from .conftest import Buy, Buyer


async def shipped(buy: Buy, running: RunningApp) -> tuple[Buyer, str]:
    """An order whose parcel staff have booked, and the parcel's number."""
    buyer = await buy()
    await buyer.follow(await buyer.choose("pay"))
    await buyer.webhooks()
    clerk = await staff_browser(running)
    page = await clerk.text(f"/admin/orders/{buyer.placed['id']}")
    assert "Book the parcel" in page
    assert (await clerk.post(f"/admin/echo/orders/{buyer.placed['id']}/book")).status_code == HTTPStatus.SEE_OTHER
    (shipment,) = (await buyer.order()).shipments
    page = await clerk.text(f"/admin/orders/{buyer.placed['id']}")
    assert "Book the parcel" not in page
    assert f"/admin/echo/labels/{shipment.awb}" in page
    label = await (await clerk.get(f"/admin/echo/labels/{shipment.awb}")).get_data(as_text=True)
    assert label.startswith("<svg")
    assert "Asha Rao, Bengaluru 560001" in label
    return buyer, shipment.awb


async def test_the_order_follows_its_parcel(buy: Buy, running: RunningApp):
    buyer, number = await shipped(buy, running)
    assert (await buyer.order()).status is OrderStatus.SHIPPED
    stranger = shopper_browser(running)
    for step in ("picked_up", "out_for_delivery", "delivered", "delivered"):
        assert (await stranger.post(f"/echo/track/{number}", {"step": step})).status_code == HTTPStatus.SEE_OTHER
    page = await stranger.text(f"/echo/track/{number}")
    assert page.count('name="step"') == 0
    assert (await buyer.order()).status is OrderStatus.SHIPPED, "the shop has not heard of it yet"
    assert await buyer.webhooks() == 3
    assert (await buyer.order()).status is OrderStatus.DELIVERED


async def test_nothing_is_booked_twice(buy: Buy, running: RunningApp):
    buyer, _ = await shipped(buy, running)
    clerk = await staff_browser(running)
    await clerk.post(f"/admin/echo/orders/{buyer.placed['id']}/book")
    assert len((await buyer.order()).shipments) == 1
    page = await clerk.text(f"/admin/orders/{buyer.placed['id']}")
    assert page.count("/admin/echo/labels/") == 1


async def test_strangers_neither_book_nor_tell(buy: Buy, running: RunningApp):
    buyer, number = await shipped(buy, running)
    guest = shopper_browser(running)
    answer = await guest.post(f"/admin/echo/orders/{buyer.placed['id']}/book")
    assert (answer.status_code, answer.location.partition("?")[0]) == (HTTPStatus.SEE_OTHER, "/admin/login")
    said = f'{{"id": "1", "number": "{number}", "step": "delivered"}}'.encode()
    told = await running.another_client().post(
        "/api/v1/shipping/webhook/echo", data=said, headers={"x-echo-signature": "é"}
    )
    assert told.status_code == HTTPStatus.BAD_REQUEST
    assert (await buyer.order()).status is OrderStatus.SHIPPED
    assert (await guest.get("/echo/track/ECHO0")).status_code == HTTPStatus.NOT_FOUND
    assert (await guest.post(f"/echo/track/{number}", {"step": "x"})).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
