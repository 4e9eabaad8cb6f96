"""In a running shop: the table in the settings, the class of a product, what a quote says."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from spoeq_core.catalog.model import Product
from spoeq_core.checkout.model import Choices
from spoeq_core.checkout.service import place_order, quote
from spoeq_core.sdk import extend_product, save_settings
from spoeq_core.shop import Shop
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.visitors import staff_browser, staff_program
from spoeq_flat_tax import plugin as flat_tax
from spoeq_flat_tax.plugin import TaxClass
from spoeq_flat_tax.settings import FlatTaxSettings
from tests.shopping import ADDRESS, PRICE, SKU, delivery, door, guest, request_for, stock_up

TABLE = "IN,,,,Tax,10\nIN,Karnataka,,books,Tax,0"
SETTINGS = "/admin/plugins/flat_tax/settings"


@pytest.fixture
async def running(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[RunningApp]:
    async with app_with(delivery(), door(), flat_tax, servers=servers, data_dir=tmp_path) as app:
        yield app


@pytest.fixture
def shop(running: RunningApp) -> Shop:
    return running.shop


@pytest.fixture
async def product(shop: Shop) -> Product:
    return (await stock_up(shop, {SKU: 50}))[SKU]


async def tax_of(shop: Shop) -> dict[str, Decimal]:
    found = await quote(shop, await guest(shop), Choices(ADDRESS, "delivery:standard", "door"))
    return {tax.name: tax.rate for tax in found.priced.lines[0].taxes}


async def test_an_order_bears_the_tax_of_the_table(shop: Shop, product: Product):
    assert await tax_of(shop) == {}
    await save_settings(shop, "flat_tax", lambda now: {"table": TABLE})
    assert await tax_of(shop) == {"Tax": Decimal(10)}
    owner = await guest(shop)
    order = (await place_order(shop, owner, await request_for(shop, owner))).order
    (line,) = order.priced["lines"]
    assert line["taxes"] == [{"name": "Tax", "rate": "10", "amount": 11809}]
    assert line["taxable"] == PRICE - 11809
    await extend_product(shop, product.id, TaxClass, lambda now: TaxClass(tax_class="books"))
    assert await tax_of(shop) == {"Tax": Decimal(0)}


async def test_a_cart_without_an_address_is_taxed_at_home_if_there_is_one(shop: Shop, product: Product):
    await save_settings(shop, "flat_tax", lambda now: {"table": TABLE})
    owner = await guest(shop)
    assert (await quote(shop, owner, Choices())).priced.taxes == ()
    await save_settings(shop, "flat_tax", lambda now: {"home_country": "IN"})
    assert [tax.rate for tax in (await quote(shop, owner, Choices())).priced.taxes] == [10]


async def test_a_wrong_table_is_refused_and_kept_as_it_was_typed(running: RunningApp, shop: Shop):
    staff = await staff_browser(running, "admin")
    answer = await staff.post("/admin/plugins/flat_tax", {"table": "Germany,,,,VAT,19", "shipping": "goods"})
    html = str(await answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert "Line 1: a country is two letters, as in DE." in html
    assert "Germany,,,,VAT,19" in html
    program = await staff_program(running, "admin")
    status, problem = await program.patch(SETTINGS, {"table": "DE,,,,VAT,101"})
    assert status == 422, problem
    status, _ = await program.patch(SETTINGS, {"table": TABLE})
    assert status == 200
    assert shop.plugin_settings(FlatTaxSettings).table == TABLE
