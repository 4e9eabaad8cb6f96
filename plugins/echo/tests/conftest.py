"""A shop where one pays and is delivered to by Echo, and the webhooks that it sends to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from spoeq_core.kernel.clock import FixedClock, to_milliseconds
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.model import Order
from spoeq_core.shop import Shop
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.goods import put_on_sale
from spoeq_core.testing.shops import deliver_all
from spoeq_core.testing.visitors import Browser, Program, shopper_browser
from spoeq_echo import plugin
from spoeq_echo.sending import send_due

ADDRESS = {
    "name": "Asha Rao",
    "phone": "+919845012345",
    "line1": "12 Temple Street",
    "city": "Bengaluru",
    "state": "Karnataka",
    "postal_code": "560001",
    "country": "IN",
}


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(to_milliseconds(datetime.now(UTC)))


@pytest.fixture
async def running(servers: tuple[str, str], tmp_path: Path, clock: FixedClock) -> AsyncIterator[RunningApp]:
    async with app_with(plugin, servers=servers, data_dir=tmp_path, clock=clock) as app:
        await put_on_sale(app.shop, "SCARF", price=49900, stock=50)
        yield app


@pytest.fixture
def shop(running: RunningApp) -> Shop:
    return running.shop


@dataclass
class Buyer:
    """Somebody with a browser, and an order that waits for its payment."""

    running: RunningApp
    browser: Browser
    placed: dict[str, Any]

    @property
    def page(self) -> str:
        """The gateway's page, without the shop's address before it."""
        return path_of(self.placed["payment"]["next_action"]["url"])

    async def order(self) -> Order:
        """The order as it is now."""
        return await self.running.shop.repository(OrderRepository).get(self.placed["id"])

    async def choose(self, choice: str) -> str:
        """Press a button of the gateway; where that leads."""
        answer = await self.browser.post(self.page, {"choice": choice})
        assert answer.status_code == 303, await answer.get_data(as_text=True)
        return path_of(answer.location)

    async def follow(self, path: str) -> str:
        """The page to which an address of the shop leads."""
        while (answer := await self.browser.get(path)).status_code == 303:
            path = path_of(answer.location)
        assert answer.status_code == 200, path
        return str(await answer.get_data(as_text=True))

    async def webhooks(self) -> int:
        """Let those that are due be sent, and the worker take them in; how many were."""
        sent = await send_due(self.running.shop, self._post)
        await deliver_all(self.running.shop)
        return sent

    async def _post(self, path: str, body: bytes, headers: dict[str, str]) -> int:
        return (await self.running.another_client().post(path, data=body, headers=headers)).status_code


def path_of(url: str) -> str:
    """An address without the shop's own before it."""
    return url.removeprefix("http://127.0.0.1:8000")


Buy = Callable[[], Awaitable[Buyer]]


@pytest.fixture
def buy(running: RunningApp) -> Buy:
    """`await buy()`: somebody who has ordered a scarf, and stands before the gateway's page."""

    async def bought() -> Buyer:
        guest = Program(running.app.test_client())
        await guest.post("/cart", {"sku": "SCARF", "quantity": 1})
        chosen = {"shipping_address": ADDRESS, "shipping_method": "echo:standard", "payment_method": "echo"}
        _, quote = await guest.post("/checkout/quote", chosen)
        body = {"email": "asha@example.in", **chosen, "expected_total": quote["totals"]["grand_total"]}
        status, placed = await guest.post("/orders", body)
        assert status == 201, placed
        return Buyer(running, shopper_browser(running), placed)

    return bought
