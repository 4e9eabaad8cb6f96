"""What shoppers do with carts, and what they are told when the shop has changed meanwhile."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from spoeq_core.cart import service as carts
from spoeq_core.cart.documents import GUEST_LIFE, CartRepository
from spoeq_core.cart.model import MAX_LINES, CartLine
from spoeq_core.cart.service import CartFull, Owner, QuantityLimit
from spoeq_core.catalog.documents import ProductRepository
from spoeq_core.catalog.model import ProductStatus, Variant
from spoeq_core.catalog.service import delete_product, product_by_id_or_slug, update_product
from spoeq_core.inventory.model import OutOfStock
from spoeq_core.inventory.service import adjust
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.kernel.errors import Invalid, NotFound
from spoeq_core.plugins.lifecycle import save_settings
from spoeq_core.shop import Shop
from tests.shopping import PRICE, guest

ASHA, BINA = Owner(customer_id="asha"), Owner(customer_id="bina")


def quantities(contents: carts.Contents) -> dict[str, int]:
    return contents.cart.quantities()


async def test_nothing_is_stored_until_something_lies_in_it(shop: Shop):
    contents = await carts.load(shop, Owner())
    assert (contents.cart.version, contents.cart.lines) == (0, ())
    assert await shop.repository(CartRepository).count({}) == 0


async def test_the_same_item_is_one_line(shop: Shop):
    owner = await guest(shop, {"KURTA": 2})
    contents = await carts.add_item(shop, owner, "KURTA", 3)
    assert [(line.sku, line.quantity) for line in contents.cart.lines] == [("KURTA", 5)]
    assert contents.cart.id == owner.cart_id
    assert await carts.load(shop, owner) == contents


async def test_properties_are_part_of_a_lines_identity(shop: Shop):
    owner = await guest(shop, {"KURTA": 1})
    await carts.add_item(shop, owner, "KURTA", 1, {"engraving": " For Amma "})
    contents = await carts.add_item(shop, owner, "KURTA", 1, {"engraving": "For Amma"})
    assert [(dict(line.properties), line.quantity) for line in contents.cart.lines] == [
        ({}, 1),
        ({"engraving": "For Amma"}, 2),
    ]
    with pytest.raises(OutOfStock) as caught:
        await carts.add_item(shop, owner, "KURTA", 8, {"engraving": "For Amma"})
    assert caught.value.left == {"KURTA": 10}


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"colour": "red"}, "unknown_property"),
        ({"engraving": "x" * 13}, "too_long"),
        ({"engraving": "4711"}, "pattern"),
    ],
)
async def test_properties_that_nobody_takes_are_refused(shop: Shop, properties: dict[str, str], code: str):
    with pytest.raises(Invalid) as caught:
        await carts.add_item(shop, Owner(), "KURTA", 1, properties)
    name = next(iter(properties))
    assert [(error.field, error.code) for error in caught.value.errors] == [(f"properties.{name}", code)]


@pytest.mark.parametrize("quantity", [0, -1, 1.5, "two", True, None])
async def test_quantities_that_are_none_are_refused(shop: Shop, quantity: Any):
    owner = await guest(shop, {"KURTA": 1})
    line = (await carts.load(shop, owner)).cart.lines[0]
    for attempt in (
        carts.add_item(shop, owner, "KURTA", quantity),
        carts.set_quantity(shop, owner, line.id, quantity),
    ):
        with pytest.raises(Invalid) as caught:
            await attempt
        assert caught.value.errors[0].field == "quantity"


async def test_more_than_there_is_says_what_is_left(shop: Shop):
    owner = await guest(shop, {"KURTA": 4})
    line = (await carts.load(shop, owner)).cart.lines[0]
    for attempt in (
        carts.add_item(shop, owner, "KURTA", 7),
        carts.set_quantity(shop, owner, line.id, 11),
        carts.add_item(shop, owner, "KURTA", 10**9),
        carts.add_item(shop, owner, "KURTA", 10**30),
    ):
        with pytest.raises(OutOfStock) as caught:
            await attempt
        assert caught.value.left == {"KURTA": 10}
    assert quantities(await carts.load(shop, owner)) == {"KURTA": 4}


async def test_a_shop_sells_so_many_of_one_item(shop: Shop):
    await save_settings(shop, "core", {"max_quantity": 20})
    with pytest.raises(QuantityLimit) as caught:
        await carts.add_item(shop, Owner(), "DIYA", 21)
    assert (caught.value.code, caught.value.extra) == ("quantity_limit", {"limit": 20})
    assert caught.value.hint


async def test_unknown_and_hidden_items_are_not_found(shop: Shop):
    product = await product_by_id_or_slug(shop, "kurta-diya")
    await update_product(shop, product.id, {"status": ProductStatus.DRAFT})
    for sku in ("NOPE", "DIYA", "", "$where"):
        with pytest.raises(NotFound) as caught:
            await carts.add_item(shop, Owner(), sku, 1)
        assert caught.value.code == "unknown_sku"


async def test_a_cart_holds_so_many_lines(shop: Shop):
    owner = await guest(shop, {"KURTA": 1})
    repository = shop.repository(CartRepository)
    cart = await repository.get(owner.cart_id or "")
    lines = tuple(CartLine(f"l{n}", "DIYA", "p", 1, {"engraving": "a" * n}) for n in range(MAX_LINES))
    await repository.save(replace(cart, lines=lines))
    with pytest.raises(CartFull):
        await carts.add_item(shop, owner, "KURTA", 1)
    assert len((await carts.load(shop, owner)).cart.lines) == MAX_LINES


async def test_a_removed_line_can_be_put_back_until_something_else_changes(shop: Shop):
    owner = await guest(shop, {"KURTA": 2, "DIYA": 1})
    kurta, diya = (await carts.load(shop, owner)).cart.lines
    removed = await carts.remove_item(shop, owner, kurta.id)
    assert (quantities(removed), removed.cart.removed) == ({"DIYA": 1}, kurta)
    assert quantities(await carts.restore_item(shop, owner, kurta.id)) == {"DIYA": 1, "KURTA": 2}
    await carts.remove_item(shop, owner, kurta.id)
    await carts.set_quantity(shop, owner, diya.id, 2)
    with pytest.raises(NotFound):
        await carts.restore_item(shop, owner, kurta.id)
    with pytest.raises(NotFound):
        await carts.remove_item(shop, owner, kurta.id)


async def test_changes_of_the_shop_are_noticed_and_never_break_the_cart(shop: Shop):
    owner = await guest(shop, {"KURTA": 8, "DIYA": 2})
    kurta, diya = (await carts.load(shop, owner)).cart.lines
    assert (await carts.load(shop, owner)).notices == ()
    product = await product_by_id_or_slug(shop, "kurta-kurta")
    cheaper = Variant("KURTA", sale=PRICE - 100, mrp=PRICE, weight_g=300)
    await update_product(shop, product.id, {"variants": (cheaper,)})
    await adjust(shop, "KURTA", -3, "broken", "staff-1")
    await delete_product(shop, (await product_by_id_or_slug(shop, "kurta-diya")).id)
    contents = await carts.load(shop, owner)
    assert [(notice.code, notice.item_id) for notice in contents.notices] == [
        ("out_of_stock", kurta.id),
        ("price_changed", kurta.id),
        ("unavailable", diya.id),
    ]
    assert "Only 7" in contents.notices[0].message
    assert "Kurta DIYA" in contents.notices[2].message, "what is gone is still called by its name"
    assert [item.variant.sale for item in contents.price_request(carts.Buyer()).items] == [PRICE - 100]
    await carts.remove_item(shop, owner, diya.id)
    await carts.set_quantity(shop, owner, kurta.id, 2)
    assert (await carts.load(shop, owner)).notices == (), "whoever changes the cart has seen it"


async def test_two_requests_at_once_both_count(shop: Shop):
    owner = await guest(shop, {"DIYA": 1})
    await asyncio.gather(*(carts.add_item(shop, owner, "DIYA", 1) for _ in range(4)))
    assert quantities(await carts.load(shop, owner)) == {"DIYA": 5}


async def test_two_first_items_of_a_customer_make_one_cart(shop: Shop):
    await asyncio.gather(carts.add_item(shop, ASHA, "DIYA", 1), carts.add_item(shop, ASHA, "KURTA", 1))
    assert quantities(await carts.load(shop, ASHA)) == {"DIYA": 1, "KURTA": 1}
    assert await shop.repository(CartRepository).count({}) == 1


async def test_a_guests_cart_lives_thirty_days(shop: Shop, clock: FixedClock):
    owner = await guest(shop, {"DIYA": 1})
    raw = await shop.repository(CartRepository).collection.find_one({"_id": owner.cart_id})
    assert raw["expires_at"] == clock.now() + GUEST_LIFE
    clock.forward(GUEST_LIFE)
    assert quantities(await carts.load(shop, owner)) == {"DIYA": 1}
    clock.forward(timedelta(days=365))
    assert quantities(await carts.load(shop, owner)) == {}
    await carts.add_item(shop, ASHA, "DIYA", 1)
    stored = await shop.repository(CartRepository).collection.find_one({"customer_id": "asha"})
    assert stored["expires_at"] is None


async def test_a_customers_cart_is_not_a_guests(shop: Shop):
    cart = (await carts.add_item(shop, ASHA, "DIYA", 1)).cart
    assert quantities(await carts.load(shop, Owner(cart_id=cart.id))) == {}


async def test_signing_in_merges_the_guests_cart(shop: Shop):
    await carts.add_item(shop, ASHA, "KURTA", 4)
    owner = await guest(shop, {"KURTA": 2, "DIYA": 7})
    merged = await carts.adopt(shop, owner.cart_id or "", "asha")
    assert merged is not None
    assert quantities(merged) == {"KURTA": 4, "DIYA": 7}
    assert quantities(await carts.load(shop, ASHA)) == {"KURTA": 4, "DIYA": 7}
    assert quantities(await carts.load(shop, owner)) == {}
    assert await carts.adopt(shop, owner.cart_id or "", "asha") is None


async def test_signing_in_as_another_never_moves_a_customers_cart(shop: Shop):
    cart = (await carts.add_item(shop, ASHA, "KURTA", 4)).cart
    assert await carts.adopt(shop, cart.id, "bina") is None
    assert quantities(await carts.load(shop, ASHA)) == {"KURTA": 4}
    assert quantities(await carts.load(shop, BINA)) == {}


async def test_a_code_is_taken_if_it_gives_something(shop: Shop):
    owner = await guest(shop, {"DIYA": 2})
    contents = await carts.apply_code(shop, owner, " ten ")
    assert contents.cart.codes == ("ten",)
    assert (await carts.apply_code(shop, owner, "TEN")).cart == contents.cart
    assert (await carts.remove_code(shop, owner, "Ten")).cart.codes == ()
    with pytest.raises(NotFound):
        await carts.remove_code(shop, owner, "TEN")


@pytest.mark.parametrize(
    ("pieces", "code", "reason"),
    [(1, "TEN", "coupon_minimum"), (2, "NOPE", "coupon_unknown"), (2, "  ", "missing"), (2, "x" * 65, "missing")],
)
async def test_a_code_that_gives_nothing_is_refused_with_the_reason(shop: Shop, pieces: int, code: str, reason: str):
    owner = await guest(shop, {"DIYA": pieces})
    with pytest.raises(Invalid) as caught:
        await carts.apply_code(shop, owner, code)
    assert [(error.field, error.code) for error in caught.value.errors] == [("code", reason)]
    assert (await carts.load(shop, owner)).cart.codes == ()


async def test_a_product_that_was_torn_out_of_the_database_is_only_gone(shop: Shop):
    owner = await guest(shop, {"DIYA": 2})
    await shop.repository(ProductRepository).collection.delete_many({})
    contents = await carts.load(shop, owner)
    assert [notice.code for notice in contents.notices] == ["unavailable"]
    with pytest.raises(OutOfStock):
        await carts.set_quantity(shop, owner, contents.cart.lines[0].id, 3)
    assert quantities(await carts.remove_item(shop, owner, contents.cart.lines[0].id)) == {}
