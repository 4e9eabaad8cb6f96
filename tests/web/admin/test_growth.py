"""Staff's lists cost the same however large the shop is: as many commands, each led by an index."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from ulid import ULID

from spoeq_core.identity.service import register_customer
from spoeq_core.kernel.ids import new_id, new_number
from spoeq_core.orders.finding import MOST_COUNTED
from spoeq_core.orders.model import Order
from spoeq_core.shop import Shop
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.visitors import Browser, staff_browser
from spoeq_core.web.admin import orders as pages
from tests.indexes import Queries, unled
from tests.shopping import CommandCounter, buy, delivery, door, guest, hearing, stock_up

FEW, MANY = 51, 60
"""Both more than a page, so that both lists have another."""
ORDERS = (
    "/admin",
    "/admin/orders",
    "/admin/orders?status=delivered",
    "/admin/orders?fulfilment=returned",
    "/admin/orders?status=confirmed&payment=pending_cod&sort=oldest",
    "/admin/orders?pin=5600",
    "/admin/orders?flagged=1",
    "/admin/orders?since=2026-01-01&until=2026-12-31",
    "/admin/orders?q=asha",
    "/admin/orders?q=asha+rao",
    "/admin/orders?q=asha%40example.com",
    "/admin/orders?q=9845012345",
    "/admin/orders?q=S-2",
)
PRODUCTS = tuple(
    f"/admin/products{query}" for query in ("", "?status=active", "?sort=price", "?sort=-price", "?sort=bestselling")
)
CUSTOMERS = tuple(
    f"/admin/customers{query}" for query in ("", "?q=mee", "?q=98450+12345", "?q=%2B919845012345", f"?q={new_id()}")
)


@dataclass
class Watched:
    """A shop that grows, and what its pages ask of the database."""

    app: RunningApp
    staff: Browser
    counter: CommandCounter
    queries: Queries
    costs: dict[str, list[str]] = field(default_factory=dict)

    @property
    def shop(self) -> Shop:
        return self.app.shop

    async def look(self, *paths: str) -> dict[str, int]:
        """Commands of each page, with what is kept of the first one."""
        found = {}
        await self.staff.text(paths[0])
        self.queries.seen.clear()
        for path in paths:
            self.counter.clear()
            await self.staff.text(path)
            found[path] = len(self.counter.commands)
        return found


@pytest.fixture
async def watched(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[Watched]:
    counter, queries = CommandCounter(), Queries()
    async with app_with(
        delivery(), door(), servers=servers, data_dir=tmp_path, listeners=[counter, queries]
    ) as running:
        await hearing(running.shop)
        yield Watched(running, await staff_browser(running, "admin"), counter, queries)


async def copied(shop: Shop, collection: str, count: int) -> None:
    """That document so often again, under ids, numbers and addresses of their own."""
    documents = shop.mongo.collection(collection)
    (sample,) = await documents.find({}).limit(1).to_list(None)
    await documents.insert_many([_copy(sample, number) for number in range(count)], ordered=False)


def _copy(sample: dict[str, Any], number: int) -> dict[str, Any]:
    own = {"slug": f"copy-{number}-{new_id().lower()}", "email": f"{number}@example.com"}
    fresh: dict[str, Any] = {name: text for name, text in own.items() if name in sample}
    if "number" in sample:
        at = sample["placed_at"] - timedelta(minutes=number)
        fresh |= {"number": new_number("S"), "placed_at": at, "_id": str(ULID.from_datetime(at))}
    if "variants" in sample:
        fresh["variants"] = [{**one, "sku": new_id()} for one in sample["variants"]]
    return {**sample, "_id": new_id(), "pending_events": [], **fresh}


async def an_order(shop: Shop) -> Order:
    await stock_up(shop, {"KURTA": 100})
    return (await buy(shop, await guest(shop, {"KURTA": 1}))).order


async def test_orders_cost_the_same_however_many_there_are(watched: Watched) -> None:
    await an_order(watched.shop)
    await copied(watched.shop, "orders", FEW)
    few = await watched.look(*ORDERS)
    await copied(watched.shop, "orders", MANY)
    assert await watched.look(*ORDERS) == few
    assert few.pop("/admin") <= 10
    assert max(few.values()) <= 6
    assert await unled(watched.shop.mongo, watched.queries, "orders") == []


async def test_orders_that_are_over_are_not_counted(watched: Watched) -> None:
    order = await an_order(watched.shop)
    await copied(watched.shop, "orders", FEW)
    await watched.shop.mongo.collection("orders").update_many(
        {"_id": {"$ne": order.id}}, {"$set": {"status": "delivered"}}
    )
    html = await watched.staff.text("/admin/orders")
    assert f"{FEW + 1} orders" in html
    asked = [query for name, query, _, _ in watched.queries.seen if name == "orders" and "$in" in str(query)]
    counts = [await watched.shop.mongo.collection("orders").count_documents(dict(query)) for query in asked]
    assert counts
    assert max(counts) == 1, "what waits is read, and nothing that is over"


async def test_a_long_list_says_that_it_was_not_counted_to_its_end(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST_COUNTED >= 1_000
    monkeypatch.setattr(pages, "MOST_COUNTED", FEW)
    await an_order(watched.shop)
    await copied(watched.shop, "orders", FEW - 1)
    html = await watched.staff.text("/admin/orders")
    assert f"{FEW} orders" in html
    assert f"Select all {FEW}" in html
    await copied(watched.shop, "orders", 10)
    html = await watched.staff.text("/admin/orders")
    assert f"More than {FEW} orders" in html
    assert "Select all" not in html, "nobody knows how many"


async def test_a_name_is_found_by_how_its_words_begin(watched: Watched) -> None:
    order = await an_order(watched.shop)
    name = order.shipping_address.name
    for asked, finds in (
        (name, True),
        (name.upper()[:3], True),
        (f"{name.split()[-1]} {name[:2]}", True),
        ("sha", False),
    ):
        html = await watched.staff.text(f"/admin/orders?q={asked.replace(' ', '+')}")
        assert (order.number in html) is finds, asked
    stored = await watched.shop.mongo.collection("orders").find_one({"_id": order.id})
    assert stored["names"] == [word.casefold() for word in name.split()]


async def test_products_cost_the_same_however_many_there_are(watched: Watched) -> None:
    await stock_up(watched.shop, {"KURTA": 100})
    await copied(watched.shop, "products", FEW)
    few = await watched.look(*PRODUCTS)
    await copied(watched.shop, "products", MANY)
    assert await watched.look(*PRODUCTS) == few
    assert max(few.values()) <= 5
    assert await unled(watched.shop.mongo, watched.queries, "products") == []


async def test_the_tabs_of_products_follow_a_change_at_once(watched: Watched) -> None:
    await stock_up(watched.shop, {"KURTA": 100})
    await watched.staff.text("/admin/products")
    await stock_up(watched.shop, {"SECOND": 100})
    assert "2 products" in await watched.staff.text("/admin/products")


async def test_customers_cost_the_same_however_many_there_are(watched: Watched) -> None:
    await register_customer(watched.shop, email="meera@example.com", password="neem leaves at dawn", name="Meera")
    await copied(watched.shop, "customers", FEW)
    few = await watched.look(*CUSTOMERS)
    await copied(watched.shop, "customers", MANY)
    assert await watched.look(*CUSTOMERS) == few
    assert max(few.values()) <= 3
    assert await unled(watched.shop.mongo, watched.queries, "customers") == []
