"""A throw-away shop with the plugin under check, and somebody who walks through it and buys."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

from spoeq_core.kernel.errors import SpoeqError
from spoeq_core.kernel.ids import new_id
from spoeq_core.plugins.discovery import Discovery, as_plugin, in_order
from spoeq_core.plugins.lifecycle import configuration_of, disable_plugin, enable_plugin, fill_demo
from spoeq_core.testing.check.child import with_child_themes
from spoeq_core.testing.check.contract import booted
from spoeq_core.testing.check.model import Unchecked
from spoeq_core.testing.check.subject import Subject
from spoeq_core.testing.clients import RunningApp, serving_app
from spoeq_core.testing.goods import put_on_sale
from spoeq_core.testing.shops import deliver_all
from spoeq_core.testing.stands import delivering, paying
from spoeq_core.testing.visitors import Browser, Program, shopper_browser, shopper_program, staff_browser

STANDS = ("kit_delivery", "kit_payment")
SKU, SECOND = "KIT-SCARF", "KIT-BOWL"
PRICE, SECOND_PRICE = 129900, 45050
PATIENCE = 5.0
"""Seconds that its hooks get: on a busy machine a good one may be later than its deadline, which `latency` looks at."""
PAGES = ("/", "/search?q=scarf", f"/product/{SKU.lower()}", "/cart", "/checkout", "/help", "/account/orders")
STAFF_PAGES = ("/admin", "/admin/orders", "/admin/products", "/admin/plugins", "/admin/settings", "/admin/customers")
ADDRESS = {
    "name": "Asha Rao",
    "phone": "+919845012345",
    "line1": "12 Temple Street",
    "city": "Bengaluru",
    "state": "Karnataka",
    "postal_code": "560001",
    "country": "IN",
}


@dataclass(frozen=True, slots=True)
class Bought:
    """How a checkout ended: the order's total in minor units, or why it was refused."""

    total: int | None
    status: int
    told: str = ""
    order_id: str = ""


@dataclass
class Bench:
    """The running shop. `faults` holds what the core said of the plugin since it was last emptied."""

    running: RunningApp
    plugin: str
    admin: Browser
    faults: list[str] = field(default_factory=list)
    seen: list[tuple[str, int, str]] = field(default_factory=list)
    """Every page and answer: where, its status, its text with the headers."""

    async def page(self, browser: Browser | Any, path: str) -> tuple[int, str]:
        """A page as a browser gets it."""
        answer = await browser.get(path)
        text = await answer.get_data(as_text=True)
        self.seen.append((path, answer.status_code, f"{answer.headers}{text}"))
        return answer.status_code, text

    async def browse(self, paths: Sequence[str] = PAGES) -> list[str]:
        """Walk through the shop with something in the cart; the pages that did not come."""
        shopper = shopper_browser(self.running)
        await shopper.post("/cart/items", {"sku": SKU, "quantity": "2"})
        broken = []
        for path in paths:
            status, _ = await self.page(shopper, path)
            if status >= HTTPStatus.BAD_REQUEST and not (path == "/help" and status == HTTPStatus.NOT_FOUND):
                broken.append(f"{path} answers {status}")
        return broken

    async def buy(self) -> Bought:
        """Order two things as a guest would, by the first ways of delivery and payment that are offered."""
        guest = shopper_program(self.running)
        for sku, quantity in ((SKU, 2), (SECOND, 1)):
            status, answer = await self._ask(guest, "POST", "/cart", {"sku": sku, "quantity": quantity})
            if status >= HTTPStatus.BAD_REQUEST:
                return Bought(None, status, str(answer))
        wanted: dict[str, Any] = {"shipping_address": ADDRESS}
        for kind in ("shipping", "payment"):
            status, quote = await self._ask(guest, "POST", "/checkout/quote", wanted)
            if status != HTTPStatus.OK:
                return Bought(None, status, str(quote))
            wanted[f"{kind}_method"] = self._way(quote[f"{kind}_methods"])
        status, quote = await self._ask(guest, "POST", "/checkout/quote", wanted)
        if status != HTTPStatus.OK:
            return Bought(None, status, str(quote))
        order = {**wanted, "email": "asha@example.in", "expected_total": quote["totals"]["grand_total"]}
        status, placed = await self._ask(guest, "POST", "/orders", order)
        if status != HTTPStatus.CREATED:
            return Bought(None, status, str(placed))
        return Bought(placed["totals"]["grand_total"]["amount"], status, "", placed["id"])

    async def settle_events(self) -> None:
        """Tell all events, as a worker would."""
        await deliver_all(self.running.shop)

    async def clear(self) -> None:
        """Forget the plugin's failures, and close its breakers."""
        self.faults.clear()
        await configuration_of(self.running.shop).faults.clear(self.plugin)

    async def disable(self) -> None:
        """Switch the plugin off."""
        await disable_plugin(self.running.shop, self.plugin)

    async def enable(self) -> None:
        """Switch the plugin on."""
        await enable_plugin(self.running.shop, self.plugin)

    def _way(self, offered: Sequence[dict[str, Any]]) -> str:
        """The plugin's own way, if it has one that can be chosen, or the first that can."""
        possible = [each["id"] for each in offered if each.get("available", True)]
        own = [each for each in possible if each.partition(":")[0] == self.plugin]
        return str((own or possible or [""])[0])

    async def _ask(self, guest: Program, method: str, path: str, body: Any) -> tuple[int, Any]:
        status, answer = await guest.ask(method, path, body)
        self.seen.append((path, status, str(answer)))
        return status, answer


@dataclass
class Lab:
    """Where the shops of checks are built: on these servers, below this folder. To be closed, as a context."""

    servers: tuple[str, str] | None
    folder: Path
    subject: Subject
    _shared: Bench | None = None
    _open: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def __aenter__(self) -> Lab:
        """Nothing is opened yet."""
        return self

    async def __aexit__(self, *error: object) -> None:
        """Close the shop that was shared."""
        await self._open.aclose()

    async def bench(self) -> Bench:
        """A shop with the plugin at work, shared by checks that leave it as it was."""
        if self._shared is None:
            self._shared = await self._open.enter_async_context(self.fresh())
            await self._shared.enable()
            await _fill(self._shared.running)
            await self._shared.settle_events()
        await self._shared.clear()
        self._shared.seen.clear()
        return self._shared

    @asynccontextmanager
    async def fresh(self) -> AsyncIterator[Bench]:
        """A shop of one's own with goods, ways to deliver and pay, and the plugin, which is disabled."""
        if self.servers is None:
            raise Unchecked("no servers to open a shop on: pip install 'spoeq[embedded]'")
        booted(self.subject)
        plugins = [self.subject.installed, as_plugin(delivering()), as_plugin(paying())]
        discovery = Discovery(in_order(plugins))
        data_dir = self.folder / new_id()
        async with serving_app(
            discovery,
            servers=self.servers,
            data_dir=data_dir,
            themes=with_child_themes(self.subject, data_dir / "child"),
            strict_plugins=True,
            cache="off",
            hook_patience_seconds=PATIENCE,
        ) as running:
            for name in STANDS:
                await enable_plugin(running.shop, name)
            await put_on_sale(running.shop, SKU, price=PRICE, mrp=PRICE + 50000, name="Indigo scarf", stock=1000)
            await put_on_sale(running.shop, SECOND, price=SECOND_PRICE, name="Clay bowl", stock=1000)
            bench = Bench(running, self.subject.name, await staff_browser(running, "admin"))
            running.shop.hooks.on_fault = lambda plugin, hook, error: bench.faults.append(f"{plugin} {hook}: {error}")
            await bench.disable()
            yield bench


async def _fill(running: RunningApp) -> None:
    try:
        await fill_demo(running.shop)
    except SpoeqError:
        logging.getLogger(__name__).exception("the demo data could not be filled in")
