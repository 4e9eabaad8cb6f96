"""Fills the bench's shop: a catalogue with pictures, staff, stock to buy from, and orders of a year."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice
from typing import Any

import httpx
from ulid import ULID

from spoeq_core.catalog.documents import ProductRepository
from spoeq_core.catalog.images import RenderedImage, Rendition, add_rendered_images
from spoeq_core.inventory.documents import StockRepository
from spoeq_core.inventory.model import OUT
from spoeq_core.kernel.ids import new_id, new_number
from spoeq_core.orders.documents import OrderRepository, name_words
from spoeq_core.plugins.lifecycle import enable_plugin, installed_plugins, save_settings
from spoeq_core.shop import Shop
from spoeq_demo.accounts import create_accounts
from spoeq_demo.catalogue import big_catalogue
from spoeq_demo.people import ACCOUNTS, PASSWORD
from spoeq_demo.seeding import PROFILE, seed_many
from spoeq_search.service import status as search_status
from tests.benchmarks.shop import BenchShop

NEEDED_TO_SELL = frozenset({"cod", "flat_rate"})
WIDTHS = (160, 320, 480, 640, 960, 1280, 1920)
TYPES = ("image/avif", "image/webp", "image/jpeg")
CHEAP = 90_000
"""Minor units: under the cap of cash on delivery."""
BOUGHT_FROM = 24
MADE_UP = 2_000
"""Products that are stored as a shop does it; to grow beyond, they are copied."""
COPIED_AT_ONCE = 500
PIECES = 50
UNDER_WAY = timedelta(days=7)
NEW = (
    ("shipped", "pending_cod", "fulfilled"),
    ("confirmed", "pending_cod", "unfulfilled"),
    ("processing", "pending_cod", "unfulfilled"),
)
OLD = (("delivered", "paid", "fulfilled"),) * 9 + (("cancelled", "pending_cod", "unfulfilled"),)
"""How the orders of the last week stand, and those before it: status, payment, fulfilment."""


def fill(shop: BenchShop, products: int, *, plugins: str) -> None:
    """A shop that sells so many products, with all plugins or only those that a sale needs."""

    async def work(opened: Shop) -> None:
        await save_settings(opened, "core", PROFILE)
        for name in installed_plugins(opened, usable=True):
            if plugins == "all" or name in NEEDED_TO_SELL:
                await enable_plugin(opened, name)
        await create_accounts(opened)

    shop.use(work)
    add_products(shop, products)


def add_products(shop: BenchShop, products: int) -> None:
    """Made-up products until there are so many, each with two pictures (all the same ones: what counts is the HTML).

    Those beyond `MADE_UP` are copies of the first ones under other names, SKUs and prices, with stock of their own.
    """

    async def work(opened: Shop) -> None:
        await seed_many(opened, big_catalogue(min(products, MADE_UP)), lambda _sentence: None)
        repository = opened.repository(ProductRepository)
        first = await repository.find_one({})
        if first is None:
            return
        if not first.images:
            await add_rendered_images(opened, first.id, [_picture("front"), _picture("closer")])
        stored = await repository.collection.find({"_id": first.id}, {"images": 1}).to_list(None)
        change = {"$set": {"images": stored[0]["images"]}}
        await repository.collection.update_many({"images": {"$size": 0}}, change)
        await _copy_products(opened, products)
        await _until_told(opened)

    shop.use(work)


async def _copy_products(opened: Shop, total: int) -> None:
    products, stocks = opened.repository(ProductRepository).collection, opened.repository(StockRepository).collection
    number = await products.count_documents({})
    samples = await products.find({}, limit=MADE_UP).to_list(None)
    while number < total:
        some = [_copied(samples[n % len(samples)], n) for n in range(number, min(number + COPIED_AT_ONCE, total))]
        await stocks.insert_many([_stock(raw, sku) for raw in some for sku in raw["stock_states"]], ordered=False)
        await products.insert_many(some, ordered=False)
        number += len(some)


def _copied(sample: dict[str, Any], number: int) -> dict[str, Any]:
    return {
        **sample,
        "_id": new_id(),
        "slug": f"{sample['slug']}-{number}",
        "name": f"{sample['name']} {number}",
        "words": [*sample["words"], str(number)],
        "variants": [{**variant, "sku": f"{variant['sku']}-{number}"} for variant in sample["variants"]],
        "stock_states": {f"{sku}-{number}": state for sku, state in sample["stock_states"].items()},
        "touched": new_id(),
        "pending_events": [],
    }


def _stock(product: dict[str, Any], sku: str) -> dict[str, Any]:
    told = product["stock_states"][sku]
    counts = dict.fromkeys(("on_hand", "available", "headroom"), 0 if told == OUT else PIECES)
    notes: dict[str, Any] = {"holds": {}, "log": [], "moves": 0, "low_told": False, "retired": False}
    whose = {"product_id": product["_id"], "name": product["name"], "told": told}
    return {"_id": sku, **whose, **counts, "reserved": 0, "threshold": 0, **notes}


def wait_for_index(shop: BenchShop) -> None:
    """Wait for the search index, where there is one, to hold every product and to answer."""

    async def work(opened: Shop) -> None:
        wanted = await opened.repository(ProductRepository).collection.count_documents({"status": "active"})
        while not ((found := await search_status(opened)).answers and found.products == wanted):  # noqa: ASYNC110
            await asyncio.sleep(0.5)

    if shop.use(_has_search):
        shop.use(work)


async def _has_search(opened: Shop) -> bool:
    return "search" in opened.hooks.enabled


async def _until_told(opened: Shop) -> None:
    """Wait for the worker to have told everybody of what is new: that is not what is measured."""
    untold = {"pending_events.at": {"$exists": True}}
    for name in sorted(opened.outbox.sources):
        while await opened.mongo.collection(name).find(untold, {"_id": 1}).limit(1).to_list(None):  # noqa: ASYNC110
            await asyncio.sleep(0.5)


def _picture(alt: str) -> RenderedImage:
    """A picture in all widths and formats, of a few bytes."""
    files = tuple(
        Rendition(kind, width, width * 5 // 4, f"{kind} {width} {alt}".encode()) for kind in TYPES for width in WIDTHS
    )
    return RenderedImage(alt, 1920, 2400, files)


@contextmanager
def admin_client(shop: BenchShop) -> Iterator[httpx.Client]:
    """The API for an administrator."""
    with shop.client() as client:
        answer = client.post("/api/v1/auth/login", json={"email": ACCOUNTS[0].email, "password": PASSWORD})
        client.headers["Authorization"] = f"Bearer {answer.raise_for_status().json()['access_token']}"
        yield client


@contextmanager
def staff_client(shop: BenchShop) -> Iterator[httpx.Client]:
    """The browser of an administrator."""
    with shop.client() as client:
        form = {"email": ACCOUNTS[0].email, "password": PASSWORD}
        client.post("/admin/login", data=form, headers={"Origin": shop.base_url})
        yield client


def cheap_skus(client: httpx.Client) -> list[str]:
    """What can be bought at the door."""
    wanted: dict[str, str | int] = {"in_stock": "1", "price_max": CHEAP, "per_page": BOUGHT_FROM + 1}
    found = client.get("/api/v1/products", params=wanted).raise_for_status().json()["items"]
    return [str(_sellable(item)["sku"]) for item in found]


def _sellable(item: dict[str, Any]) -> dict[str, Any]:
    variants: list[dict[str, Any]] = [one for one in item["variants"] if one["stock"]["state"] != "out_of_stock"]
    return min(variants or item["variants"], key=lambda one: one["price"]["sale"]["amount"])


def set_available(client: httpx.Client, sku: str, wanted: int) -> None:
    """Book stock up or down to so many pieces."""
    found = client.get("/api/v1/inventory", params={"q": sku}).raise_for_status().json()["items"]
    (item,) = [one for one in found if one["sku"] == sku]
    if delta := wanted - item["available"]:
        body = {"delta": delta, "reason": "bench"}
        client.post(f"/api/v1/inventory/{sku}/adjust", json=body).raise_for_status()


def add_orders(shop: BenchShop, total: int) -> None:
    """Orders until there are so many: copies of a real one, of other people at other times of the last year."""

    async def work(opened: Shop) -> None:
        orders = opened.repository(OrderRepository).collection
        samples = await orders.find({"number": {"$exists": True}}).limit(1).to_list(None)
        missing = total - await orders.count_documents({})
        copies = _copies(samples[0], max(0, missing))
        while some := list(islice(copies, 1000)):
            await orders.insert_many(some, ordered=False)

    shop.use(work)


def _copies(sample: dict[str, Any], count: int) -> Iterator[dict[str, Any]]:
    dice = random.Random(count)  # noqa: S311 - makes bench data
    year = timedelta(days=365).total_seconds()
    for number in range(count):
        age = timedelta(seconds=dice.random() * year)
        status, payment, fulfilment = dice.choice(NEW if age < UNDER_WAY else OLD)
        at = sample["placed_at"] - age
        phone = f"+919{dice.randrange(10**9):09d}"
        address = {**sample["shipping_address"], "name": f"Buyer {number}", "phone": phone}
        yield {
            **sample,
            "_id": str(ULID.from_timestamp(at.timestamp())),
            "number": new_number("NEEL"),
            "placed_at": at,
            "status": status,
            "payment_status": payment,
            "fulfilment_status": fulfilment,
            "email": f"buyer{dice.randrange(count)}@example.com",
            "phone": phone,
            "shipping_address": address,
            "names": name_words(address["name"]),
            "billing_address": address,
            "pending_events": [],
        }
