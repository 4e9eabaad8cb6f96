"""A running shop with reviews, two products, a postbox and a clock that tests move."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from spoeq_core.cart.service import Owner, add_item
from spoeq_core.catalog.model import Product
from spoeq_core.catalog.service import product_by_id_or_slug
from spoeq_core.identity.service import register_customer
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.kernel.ids import new_id
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.model import Order
from spoeq_core.plugins.lifecycle import save_settings
from spoeq_core.shop import Shop
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.shops import deliver_all
from spoeq_core.testing.visitors import PASSWORD, Browser, Program, shopper_browser, shopper_program
from spoeq_reviews import plugin as reviews
from spoeq_reviews.model import Author, Draft, Review, Words
from spoeq_reviews.service.moderating import moderate
from spoeq_reviews.service.writing import write_review
from tests.postbox import Postbox, post
from tests.shopping import buy, delivery, door, guest, stock_up

ONE, TWO = "/product/kurta-one", "/product/kurta-two"
GOOD: dict[str, Any] = {"rating": 5, "title": "Soft and well sewn", "body": "Washed it twice, the colour stays."}


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 23, 6, 30, tzinfo=UTC))


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
async def running(
    servers: tuple[str, str], tmp_path: Path, clock: FixedClock, postbox: Postbox
) -> AsyncIterator[RunningApp]:
    plugins = reviews, post(postbox), delivery(), door()
    async with app_with(*plugins, servers=servers, data_dir=tmp_path, clock=clock) as app:
        await save_settings(app.shop, "core", {"name": "Neel & Co.", "languages": ["en", "hi"]})
        await stock_up(app.shop, {"ONE": 50, "TWO": 50})
        yield app


@pytest.fixture
def shop(running: RunningApp) -> Shop:
    return running.shop


async def product(shop: Shop, sku: str = "ONE") -> Product:
    """The product of a SKU, as it is stored now."""
    return await product_by_id_or_slug(shop, f"kurta-{sku.lower()}", hidden=True)


async def rating(shop: Shop, sku: str = "ONE") -> tuple[float, int]:
    """What the product says of itself."""
    found = await product(shop, sku)
    return found.rating_average, found.rating_count


async def customer(shop: Shop, name: str = "Asha Rao", *, agrees: Sequence[str] = ()) -> Author:
    """A new customer, as an author."""
    email = f"{name.split(maxsplit=1)[0].lower()}@example.in"
    made = await register_customer(shop, email=email, password=PASSWORD, name=name, agrees_to=list(agrees))
    return Author(made.id, made.id, name, email)


async def written(shop: Shop, author: Author, rating: int = 5, *, shown: bool = True, sku: str = "ONE") -> Review:
    """A review, read by staff and published; its product is not counted yet."""
    words = Words(rating, f"{rating} stars", f"{author.name} gives it {rating}.")
    review = await write_review(shop, author, await product(shop, sku), Draft(words))
    return await moderate(shop, review, review.state.PUBLISHED) if shown else review


async def ordered(shop: Shop, author: Author | None, sku: str = "ONE", status: str = "delivered") -> Order:
    """An order of a piece by a customer, or a guest, in a state."""
    if author is None:
        owner = await guest(shop, {sku: 1})
    else:
        owner = Owner(customer_id=author.customer_id)
        await add_item(shop, owner, sku, 1)
    order_id = (await buy(shop, owner, key=new_id())).order.id
    orders = shop.repository(OrderRepository)
    await orders.collection.update_one({"_id": order_id}, {"$set": {"status": status}})
    await deliver_all(shop)
    return await orders.get(order_id)


async def signed_in(running: RunningApp, author: Author) -> Program:
    """The API client of a customer."""
    program = shopper_program(running)
    status, tokens = await program.post("/auth/login", {"email": author.email, "password": PASSWORD})
    assert status == 200, tokens
    program.headers["Authorization"] = f"Bearer {tokens['access_token']}"
    return program


async def browsing(running: RunningApp, author: Author) -> Browser:
    """The browser of a customer."""
    browser = shopper_browser(running)
    assert (await browser.post("/login", {"email": author.email, "password": PASSWORD})).status_code == 303
    return browser
