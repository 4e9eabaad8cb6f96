"""A plugin that is switched off: its data stays, is shown nowhere, survives what others change, and comes back."""

from __future__ import annotations

import pytest

from spoeq_core.catalog.model import Product
from spoeq_core.catalog.service import extend_product, extend_variant, product_by_id_or_slug
from spoeq_core.identity.service import customer_by_id, extend_customer, register_customer, update_profile
from spoeq_core.orders.model import OrderStatus
from spoeq_core.orders.service import change_status, extend_order, order_for
from spoeq_core.plugins.lifecycle import disable_plugin, enable_plugin
from spoeq_core.shop import Shop
from spoeq_core.testing.clients import RunningApp
from spoeq_core.testing.visitors import Program, staff_program
from spoeq_core.web.signing_in import account_view
from spoeq_core.web.views.orders import order_view
from tests.bulk.files import exported, imported, refusals, rows_of, sheet
from tests.extensions.plugins import Battery, Club, Dispatch, Warranty
from tests.shopping import buy, guest

KEPT = {"months": 24, "repair": "", "covers": [], "abroad": None, "supplier": "Acme"}


async def warranted(shop: Shop) -> Product:
    product = await product_by_id_or_slug(shop, "kurta-kurta")
    await extend_product(shop, product.id, Warranty, lambda _: Warranty.model_validate(KEPT))
    return await extend_variant(shop, product.id, "KURTA", Battery, lambda _: Battery(watt_hours=40))


async def test_a_product_and_its_variant(app: RunningApp):
    product, staff = await warranted(app.shop), await staff_program(app, "admin")
    path = f"/products/{product.id}"
    _, before = await staff.get(path)
    assert before["ext"] == {"keeper": KEPT}
    assert before["variants"][0]["ext"]["keeper"]["watt_hours"] == 40
    await disable_plugin(app.shop, "keeper")
    _, without = await staff.get(path)
    assert (without["ext"], without["variants"][0]["ext"]) == ({}, {})
    assert "keeper" not in (await exported(app.shop)).decode()
    await edited_meanwhile(app, staff, product)
    stored = await product_by_id_or_slug(app.shop, product.id)
    assert (stored.name, stored.ext["keeper"]) == ("Kurta", KEPT)
    await enable_plugin(app.shop, "keeper")
    _, after = await staff.get(path)
    assert (after["ext"], after["variants"][0]["ext"]) == (before["ext"], before["variants"][0]["ext"])
    (row,) = [row for row in rows_of(await exported(app.shop)) if row["sku"] == "KURTA"]
    assert (row["tags"], row["price"]) == ("imported", "899.00")
    assert (row["keeper.months"], row["keeper.variant.watt_hours"]) == ("24", "40")


async def edited_meanwhile(app: RunningApp, staff: Program, product: Product) -> None:
    """Staff change name and price over the API, and import a file."""
    variant = {"sku": "KURTA", "price": {"sale": {"amount": 99900, "currency": "INR"}}, "ext": {}}
    body = {"name": "Kurta", "ext": {}, "variants": [variant]}
    status, answer = await staff.patch(f"/products/{product.id}", body)
    assert status == 200, answer
    job = await imported(app.shop, sheet("sku,price,tags", "KURTA,899,imported"))
    assert await refusals(app.shop, job) == []


async def test_an_order(shop: Shop):
    order = (await buy(shop, await guest(shop, {"KURTA": 1}))).order
    await extend_order(shop, order.id, Dispatch, lambda _: Dispatch(gate="B2"))
    before = order_view(shop, await order_for(shop, order.id, staff=True), staff=True)["ext"]
    await disable_plugin(shop, "keeper")
    changed = await change_status(shop, order.id, OrderStatus.PROCESSING, actor="Meera")
    assert order_view(shop, changed, staff=True)["ext"] == {}
    await enable_plugin(shop, "keeper")
    after = order_view(shop, await order_for(shop, order.id, staff=True), staff=True)
    assert (after["status"], after["ext"]) == ("processing", before)
    assert before["keeper"]["gate"] == "B2"


async def test_a_customer(shop: Shop):
    asha = await register_customer(shop, email="asha@example.in", password="neem leaves at dawn", name="Asha")
    await extend_customer(shop, asha.id, Club, lambda _: Club(points=7))
    await disable_plugin(shop, "keeper")
    changed = await update_profile(shop, asha.id, name="Asha Rao", consents={"marketing": True})
    assert account_view(shop, changed)["ext"] == {}
    await enable_plugin(shop, "keeper")
    stored = await customer_by_id(shop, asha.id)
    assert (stored.name, account_view(shop, stored)["ext"]) == ("Asha Rao", {"keeper": {"points": 7}})
    with pytest.raises(KeyError):
        account_view(shop, stored)["ext"]["counter"]
