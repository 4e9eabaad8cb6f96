"""Plugins keep data with lines, orders, customers, products and variants, and never lose each other's."""

from __future__ import annotations

import asyncio

import pytest

from spoeq_core.cart import service as carts
from spoeq_core.cart.service import Owner
from spoeq_core.catalog.service import (
    extend_product,
    extend_variant,
    product_by_id_or_slug,
    products_with,
    update_product,
)
from spoeq_core.checkout.service import place_order
from spoeq_core.extensions.service import extension_of
from spoeq_core.identity.model import Customer
from spoeq_core.identity.service import (
    customer_by_id,
    customers_with,
    extend_customer,
    register_customer,
    update_profile,
)
from spoeq_core.kernel.errors import ConfigurationError, Invalid, NotFound
from spoeq_core.kernel.ids import new_id
from spoeq_core.orders.listing import orders_with
from spoeq_core.orders.service import add_note, extend_order, order_for
from spoeq_core.plugins.lifecycle import disable_plugin
from spoeq_core.pricing.model import Buyer
from spoeq_core.pricing.service import price
from spoeq_core.shop import Shop
from tests.extensions.plugins import Battery, Club, Dispatch, Tally, TallyOfLine, Warranty, Wrapping
from tests.shopping import buy, guest, request_for


def in_red(wrapping: Wrapping) -> Wrapping:
    return wrapping.model_copy(update={"paper": "red", "cost": 500})


def one_more(tally: Tally) -> Tally:
    return tally.model_copy(update={"count": tally.count + 1})


@pytest.fixture
async def asha(shop: Shop) -> Customer:
    return await register_customer(shop, email="asha@example.in", password="neem leaves at dawn", name="Asha")


async def wrapped(shop: Shop, owner: Owner) -> str:
    """The id of the first line, which both plugins keep something with."""
    line = (await carts.load(shop, owner)).cart.lines[0]
    await carts.extend_line(shop, owner, line.id, Wrapping, in_red)
    await carts.extend_line(shop, owner, line.id, TallyOfLine, one_more)
    return line.id


RED = {"keeper": {"paper": "red", "cost": 500}, "counter": {"count": 1}}


async def test_a_lines_data_is_no_part_of_its_identity_and_stays_with_it(shop: Shop):
    owner = await guest(shop, {"KURTA": 2})
    line_id = await wrapped(shop, owner)
    contents = await carts.add_item(shop, owner, "KURTA", 1)
    assert [(line.id, line.quantity) for line in contents.cart.lines] == [(line_id, 3)]
    await carts.set_quantity(shop, owner, line_id, 2)
    await carts.remove_item(shop, owner, line_id)
    contents = await carts.restore_item(shop, owner, line_id)
    assert contents.cart.lines[0].ext == RED
    assert extension_of(shop, contents.cart.lines[0], Wrapping) == Wrapping(paper="red", cost=500)


async def test_prices_see_what_is_kept_with_product_variant_and_line(shop: Shop):
    product = await product_by_id_or_slug(shop, "kurta-kurta")
    await extend_product(shop, product.id, Warranty, lambda it: it.model_copy(update={"months": 24}))
    await extend_variant(shop, product.id, "KURTA", Battery, lambda it: it.model_copy(update={"watt_hours": 40}))
    owner = await guest(shop, {"KURTA": 1})
    await wrapped(shop, owner)
    contents = await carts.load(shop, owner)
    seen = (await price(shop, contents.price_request(Buyer()))).lines[0].line.ext["keeper"]
    assert (seen["months"], seen["watt_hours"], seen["paper"]) == (24, 40, "red")


async def test_an_order_carries_the_lines_data_on(shop: Shop):
    owner = await guest(shop, {"KURTA": 1, "DIYA": 1})
    line_id = await wrapped(shop, owner)
    order = (await place_order(shop, owner, await request_for(shop, owner))).order
    stored = await order_for(shop, order.id, staff=True)
    assert {line.sku: line.ext for line in stored.lines} == {"KURTA": RED, "DIYA": {}}
    line = stored.line(line_id)
    assert line is not None
    assert extension_of(shop, line, Wrapping).paper == "red"


async def test_signing_in_keeps_the_data_of_the_guests_lines(shop: Shop, asha: Customer):
    mine, visitor = Owner(customer_id=asha.id), await guest(shop, {"KURTA": 3, "DIYA": 1})
    await wrapped(shop, visitor)
    contents = await carts.add_item(shop, mine, "KURTA", 1)
    blue = contents.cart.lines[0].id
    await carts.extend_line(shop, mine, blue, Wrapping, lambda it: it.model_copy(update={"paper": "blue"}))
    assert visitor.cart_id is not None
    merged = await carts.adopt(shop, visitor.cart_id, asha.id)
    assert merged is not None
    (kurta, diya) = merged.cart.lines
    assert (kurta.id, kurta.quantity) == (blue, 3)
    assert kurta.ext == {"keeper": {"paper": "blue", "cost": 0}, "counter": {"count": 1}}
    assert (diya.sku, diya.ext) == ("DIYA", {})


async def test_parts_written_at_the_same_moment_all_stay(shop: Shop, asha: Customer):
    order = (await buy(shop, await guest(shop, {"KURTA": 1}))).order
    await asyncio.gather(
        extend_order(shop, order.id, Dispatch, lambda it: it.model_copy(update={"gate": "B2"})),
        *(extend_order(shop, order.id, Tally, one_more) for _ in range(3)),
        add_note(shop, order.id, "Handle with care", actor="Meera"),
        extend_customer(shop, asha.id, Club, lambda it: it.model_copy(update={"points": 7})),
        *(extend_customer(shop, asha.id, Tally, one_more) for _ in range(2)),
        update_profile(shop, asha.id, name="Asha Rao"),
    )
    stored = await order_for(shop, order.id, staff=True)
    assert (extension_of(shop, stored, Dispatch).gate, stored.ext["counter"]) == ("B2", {"count": 3})
    assert stored.timeline[-1].note == "Handle with care"
    customer = await customer_by_id(shop, asha.id)
    assert (customer.name, customer.ext["counter"], extension_of(shop, customer, Club).points) == (
        "Asha Rao",
        {"count": 2},
        7,
    )


async def test_a_product_that_staff_save_meanwhile_keeps_both(shop: Shop):
    product = await product_by_id_or_slug(shop, "kurta-kurta")
    seen = []

    def edit(warranty: Warranty) -> Warranty:
        seen.append(warranty.months)
        return warranty.model_copy(update={"months": 12})

    await asyncio.gather(
        extend_product(shop, product.id, Warranty, edit),
        extend_variant(shop, product.id, "KURTA", Battery, lambda it: it.model_copy(update={"watt_hours": 9})),
    )
    await update_product(shop, product.id, {"name": "Kurta of cotton"})
    found = await product_by_id_or_slug(shop, product.id)
    assert (found.name, found.ext["keeper"]["months"], found.variants[0].ext["keeper"]["watt_hours"]) == (
        "Kurta of cotton",
        12,
        9,
    )
    assert set(seen) == {0}


async def test_what_the_model_refuses_is_not_stored(shop: Shop, asha: Customer):
    owner = await guest(shop, {"KURTA": 1})
    line = (await carts.load(shop, owner)).cart.lines[0]
    with pytest.raises(Invalid) as error:
        await carts.extend_line(shop, owner, line.id, Wrapping, lambda it: it.model_copy(update={"paper": "x" * 21}))
    assert [fault.field for fault in error.value.errors] == ["ext.keeper.paper"]
    with pytest.raises(Invalid) as error:
        await extend_customer(shop, asha.id, Club, lambda it: it.model_copy(update={"points": -1}))
    assert [fault.field for fault in error.value.errors] == ["ext.keeper.points"]
    assert (await carts.load(shop, owner)).cart.lines[0].ext == {}
    assert (await customer_by_id(shop, asha.id)).ext == {}


async def test_who_asks_for_what_is_not_there_is_told(shop: Shop):
    product = await product_by_id_or_slug(shop, "kurta-kurta")
    with pytest.raises(NotFound, match="no variant “LOST”"):
        await extend_variant(shop, product.id, "LOST", Battery, lambda it: it)
    with pytest.raises(NotFound):
        await carts.extend_line(shop, await guest(shop, {"KURTA": 1}), new_id(), Wrapping, in_red)
    with pytest.raises(NotFound):
        await extend_order(shop, new_id(), Dispatch, lambda it: it)
    order = (await buy(shop, await guest(shop, {"DIYA": 1}))).order
    with pytest.raises(ConfigurationError, match="No enabled plugin registered Club for this: order"):
        await extend_order(shop, order.id, Club, lambda it: it)
    await disable_plugin(shop, "keeper")
    with pytest.raises(ConfigurationError, match="registered Dispatch"):
        extension_of(shop, order, Dispatch)


async def test_what_an_older_version_stored_and_the_model_refuses_is_named(shop: Shop, asha: Customer):
    collection = shop.mongo.collection("customers")
    await collection.update_one({"_id": asha.id}, {"$set": {"ext.keeper": {"points": "many"}}})
    with pytest.raises(Invalid, match="not a Club any more") as error:
        extension_of(shop, await customer_by_id(shop, asha.id), Club)
    assert [fault.field for fault in error.value.errors] == ["ext.keeper.points"]


async def test_declared_fields_have_an_index(shop: Shop):
    expected = {
        "products": {f"ext.keeper.{name}" for name in ("months", "repair", "covers", "abroad")}
        | {"variants.ext.keeper.watt_hours"},
        "carts": {"lines.ext.keeper.paper"},
        "orders": {"ext.keeper.gate"},
        "customers": {"ext.keeper.card"},
    }
    for collection, paths in expected.items():
        indexes = await shop.mongo.collection(collection).index_information()
        assert {key for index in indexes.values() for key, _ in index["key"] if "ext." in key} == paths


async def test_owners_are_found_by_indexed_fields(shop: Shop, asha: Customer):
    orders = [(await buy(shop, await guest(shop, {"KURTA": 1}))).order for _ in range(3)]
    for order, gate in zip(orders, ("A1", "B2", "B2"), strict=True):
        await extend_order(shop, order.id, Dispatch, lambda it, gate=gate: it.model_copy(update={"gate": gate}))
    assert [order.id for order in await orders_with(shop, Dispatch, {"gate": "B2"})] == [orders[2].id, orders[1].id]
    await extend_customer(shop, asha.id, Club, lambda _: Club(card="9-77"))
    assert [found.id for found in await customers_with(shop, Club, {"card": "9-77"})] == [asha.id]
    assert await customers_with(shop, Club, {"card": "0"}) == []
    kurta = await product_by_id_or_slug(shop, "kurta-kurta")
    await extend_product(shop, kurta.id, Warranty, lambda _: Warranty(months=12, covers=["dye", "seams"]))
    await extend_variant(shop, kurta.id, "KURTA", Battery, lambda _: Battery(watt_hours=40))
    assert [found.id for found in await products_with(shop, Warranty, {"covers": "dye", "months": 12})] == [kurta.id]
    assert [found.id for found in await products_with(shop, Battery, {"watt_hours": 40})] == [kurta.id]
    assert await products_with(shop, Battery, {"watt_hours": 41}) == []


async def test_nothing_is_looked_for_without_an_index(shop: Shop):
    with pytest.raises(ConfigurationError, match="Dispatch by field 'remark', which has no index"):
        await orders_with(shop, Dispatch, {"gate": "B2", "remark": "x"})
    with pytest.raises(ConfigurationError, match="by no field"):
        await orders_with(shop, Dispatch, {})
    with pytest.raises(ConfigurationError, match="registered Club for this: order"):
        await orders_with(shop, Club, {"card": "9-77"})
