"""Sales on a real database: what is shown, sorted by, charged and remembered."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from spoeq_core.cart import service as carts
from spoeq_core.catalog.documents import ProductRepository
from spoeq_core.catalog.model import Product, ProductQuery, Sort
from spoeq_core.catalog.service import (
    create_brand,
    create_category,
    delete_product,
    list_products,
    product_by_id_or_slug,
    update_product,
)
from spoeq_core.checkout.model import CartChanged, Choices
from spoeq_core.checkout.service import place_order, quote
from spoeq_core.hooks import lifecycle
from spoeq_core.kernel.cache.making import LONGEST, Making, being_made
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.plugins.lifecycle import disable_plugin, enable_plugin, save_settings
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import deliver_all
from spoeq_core.web.views.catalog import card_view
from spoeq_sale_prices.documents import HistoryRepository, MarkRepository, SaleRepository
from spoeq_sale_prices.events import SaleChanged
from spoeq_sale_prices.model import Kind, Sale
from spoeq_sale_prices.service import (
    compare,
    create_sale,
    delete_sale,
    follow,
    forget_old,
    history_of,
    lowest_of,
    update_sale,
)
from tests.shopping import ADDRESS, PRICE, SKU, CommandCounter, buy, guest, request_for

from .conftest import Begin

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
LOWER = PRICE * 8 // 10


async def kurta(shop: Shop) -> Product:
    return await product_by_id_or_slug(shop, "kurta-kur-ind-m")


async def shown(shop: Shop) -> tuple[int, bool]:
    """What the card says, and whether it says that it is reduced."""
    price = card_view(shop, await kurta(shop))["price"]
    return price["sale"]["amount"], "reduced" in price


async def charged(shop: Shop) -> int:
    owner = await guest(shop)
    priced = (await quote(shop, owner, Choices(ADDRESS, "delivery:standard", "door"))).priced
    return priced.lines[0].total


async def sorted_by(shop: Shop) -> int:
    raw = await shop.mongo.collection("products").find_one({"slug": "kurta-kur-ind-m"})
    return int(raw["lowest_price"])


async def test_a_sale_is_shown_sorted_by_and_charged_while_it_lasts(shop: Shop, clock: FixedClock, begin: Begin):
    now = clock.now()
    await begin(shop, starts_at=now + DAY, ends_at=now + 2 * DAY)
    seen = []
    for _ in range(3):
        await follow(shop)
        seen.append((await shown(shop), await sorted_by(shop), await charged(shop)))
        clock.forward(DAY)
    assert seen == [
        ((PRICE, False), PRICE, PRICE),
        ((LOWER, True), LOWER, LOWER),
        ((PRICE, False), PRICE, PRICE),
    ]


async def test_a_late_worker_neither_shows_nor_sells_at_a_wrong_price(shop: Shop, clock: FixedClock, begin: Begin):
    now = clock.now()
    await begin(shop, starts_at=now + HOUR, ends_at=now + 2 * HOUR)
    clock.forward(HOUR)
    assert (await shown(shop), await charged(shop)) == ((LOWER, True), LOWER), "no worker ran since it was planned"
    clock.forward(HOUR)
    assert (await shown(shop), await charged(shop)) == ((PRICE, False), PRICE)


async def test_a_page_is_kept_no_longer_than_its_price_is_true(shop: Shop, clock: FixedClock, begin: Begin):
    now = clock.now()
    await begin(shop, starts_at=now + MINUTE, ends_at=now + 3 * MINUTE)
    good_for = []
    for _ in range(3):
        with being_made(Making()) as making:
            card_view(shop, await kurta(shop))
        good_for.append(making.seconds)
        clock.forward(MINUTE + MINUTE / 2)
    assert good_for == [60, 90, LONGEST], "until it begins, until it ends, as long as anything"


async def test_lists_sort_and_filter_by_what_is_paid(shop: Shop, begin: Begin):
    cheap = ProductQuery(price_max=LOWER, sort=Sort.PRICE)
    assert (await list_products(shop, cheap)).total == 0
    await begin(shop, products=((await kurta(shop)).id,))
    assert [item.slug for item in (await list_products(shop, cheap)).items] == ["kurta-kur-ind-m"]
    cheapest_first = await list_products(shop, ProductQuery(sort=Sort.PRICE), counted=1)
    assert next(item.slug for item in cheapest_first.items) == "kurta-kur-ind-m", "the database sorts too"


async def test_the_sale_is_one_step_of_the_trace_and_exact_for_each_piece(shop: Shop, begin: Begin):
    sale = await begin(shop, percent=Decimal("33.33"))
    owner = await guest(shop, {SKU: 3})
    priced = (await quote(shop, owner, Choices(ADDRESS, "delivery:standard", "door"))).priced
    (line,) = priced.lines
    each = card_view(shop, await kurta(shop))["price"]["sale"]["amount"]
    assert line.total == 3 * each
    assert [(it.plugin, it.rule, it.label) for it in line.discounts] == [("sale_prices", sale.id, "Winter sale")]
    (step,) = [step for step in priced.trace if step.plugin == "sale_prices"]
    assert (step.input, step.output) == (3 * PRICE, 3 * each)


async def test_the_minimum_price_holds_on_the_card_and_in_the_cart(shop: Shop, begin: Begin):
    product = await kurta(shop)
    variant = replace(product.variants[0], min_price=PRICE - 5000)
    await update_product(shop, product.id, {"variants": (variant,)})
    await begin(shop, percent=Decimal(90))
    assert (await shown(shop), await charged(shop)) == ((PRICE - 5000, True), PRICE - 5000)


async def test_the_end_of_a_sale_is_told_before_anything_is_ordered(shop: Shop, clock: FixedClock, begin: Begin):
    await begin(shop, ends_at=clock.now() + HOUR)
    owner = await guest(shop)
    request = await request_for(shop, owner)
    clock.forward(HOUR)
    with pytest.raises(CartChanged):
        await place_order(shop, owner, request)
    (notice,) = (await carts.load(shop, owner)).notices
    assert notice.code == "price_changed"
    assert (await buy(shop, owner)).order.priced["lines"][0]["total"] == PRICE


async def test_a_category_means_those_below_it_too(shop: Shop, begin: Begin):
    above = await create_category(shop, {"name": "Clothes"})
    below = await create_category(shop, {"name": "Kurtas", "parent_id": above.id})
    brand = await create_brand(shop, {"name": "Neel"})
    product = await kurta(shop)
    await update_product(shop, product.id, {"category_ids": (below.id,), "brand_id": brand.id})
    await begin(shop, categories=(above.id,), brands=(brand.id,))
    assert (await shown(shop), await charged(shop)) == ((LOWER, True), LOWER)
    other = await product_by_id_or_slug(shop, "kurta-other")
    assert not other.reductions


async def test_a_changed_product_follows_a_running_sale(shop: Shop, begin: Begin):
    await begin(shop)
    product = await kurta(shop)
    await update_product(shop, product.id, {"variants": (replace(product.variants[0], sale=100000),)})
    await deliver_all(shop)
    assert (await shown(shop), await sorted_by(shop), await charged(shop)) == ((80000, True), 80000, 80000)


async def test_a_changed_and_a_deleted_sale_are_followed(shop: Shop, begin: Begin):
    sale = await begin(shop)
    stored = await shop.repository(SaleRepository).get(sale.id)
    await update_sale(shop, replace(stored, kind=Kind.AMOUNT, amount=50000))
    await deliver_all(shop)
    assert (await shown(shop), await charged(shop)) == ((PRICE - 50000, True), PRICE - 50000)
    await delete_sale(shop, sale.id)
    await deliver_all(shop)
    assert (await shown(shop), await charged(shop)) == ((PRICE, False), PRICE)
    assert await shop.repository(SaleRepository).count({}) == 0


async def test_saving_a_product_does_not_bring_back_a_reduction_that_ended(shop: Shop, begin: Begin):
    sale = await begin(shop)
    stale = await kurta(shop)
    await delete_sale(shop, sale.id)
    await deliver_all(shop)
    await shop.repository(ProductRepository).save(replace(stale, description="New"))
    assert await shown(shop) == (PRICE, False)


async def test_what_was_killed_half_way_is_finished_and_twice_at_once_does_no_harm(
    shop: Shop, clock: FixedClock, begin: Begin, monkeypatch: pytest.MonkeyPatch
):
    clock.forward(HOUR)
    repository = shop.repository(ProductRepository)
    write = repository.set_reductions

    async def killed(*args):
        await write(*args)
        raise ConnectionError("killed")

    monkeypatch.setattr(repository, "set_reductions", killed)
    sale = await begin(shop)
    assert not (await shop.repository(SaleRepository).get(sale.id)).settled
    monkeypatch.undo()
    await asyncio.gather(follow(shop), follow(shop), compare(shop))
    assert (await shop.repository(SaleRepository).get(sale.id)).settled
    assert await shown(shop) == (LOWER, True)
    product = await kurta(shop)
    assert [span.price for span in (await history_of(shop, product.id))[SKU]] == [PRICE, LOWER]


async def test_a_product_that_others_change_meanwhile_is_followed_all_the_same(
    shop: Shop, begin: Begin, monkeypatch: pytest.MonkeyPatch
):
    repository, product = shop.repository(ProductRepository), await kurta(shop)
    write, calls = repository.set_reductions, 0

    async def disturbed(*args):
        nonlocal calls
        calls += 1
        if calls == 1:
            await repository.add_sold({product.id: 1})
        return await write(*args)

    monkeypatch.setattr(repository, "set_reductions", disturbed)
    await begin(shop)
    assert calls >= 2
    assert await shown(shop) == (LOWER, True)


async def test_while_the_plugin_is_off_no_price_is_reduced(shop: Shop, begin: Begin):
    await begin(shop)
    await disable_plugin(shop, "sale_prices")
    assert (await shown(shop), await sorted_by(shop), await charged(shop)) == ((PRICE, False), PRICE, PRICE)
    await enable_plugin(shop, "sale_prices")
    await follow(shop)
    assert (await shown(shop), await charged(shop)) == ((LOWER, True), LOWER)


async def test_taking_reductions_back_may_be_repeated(shop: Shop, begin: Begin):
    await begin(shop)
    for _ in range(2):
        await shop.hooks.only("sale_prices").collect(lifecycle.plugin_disabling, shop=shop, plugin="sale_prices")
    assert await shown(shop) == (PRICE, False)


async def test_a_change_of_a_sale_is_told_with_it(shop: Shop):
    now = shop.clock.now()
    sale = await create_sale(shop, Sale("", "Fair", Kind.PERCENT, now, now + DAY, percent=Decimal(5)))
    raw = await shop.mongo.collection("sales").find_one({"_id": sale.id})
    assert [event["type"] for event in raw["pending_events"]] == [SaleChanged.__name__]


async def test_each_change_of_a_price_is_remembered_once(shop: Shop, clock: FixedClock, begin: Begin):
    product = await kurta(shop)
    clock.forward(DAY)
    changed = clock.now()
    await update_product(shop, product.id, {"variants": (replace(product.variants[0], sale=119900),)})
    await deliver_all(shop)
    clock.forward(DAY)
    began = clock.now()
    await begin(shop, ends_at=began + DAY)
    clock.forward(3 * DAY)
    await follow(shop)
    await shop.repository(MarkRepository).forget()
    await asyncio.gather(*(follow(shop) for _ in range(3)))
    spans = (await history_of(shop, product.id))[SKU]
    assert [(span.price, span.why) for span in spans[-3:]] == [(119900, ""), (95920, "Winter sale"), (119900, "")]
    assert [span.since for span in spans[-3:]] == [changed, began, began + DAY], "as it was, however late"


async def test_prices_changed_before_the_worker_came_are_remembered_each(shop: Shop, clock: FixedClock):
    product = await kurta(shop)
    for price in (119900, 109900, 99900):
        clock.forward(HOUR)
        product = await update_product(shop, product.id, {"variants": (replace(product.variants[0], sale=price),)})
    await deliver_all(shop)
    assert [span.price for span in (await history_of(shop, product.id))[SKU]] == [119900, 109900, 99900]


async def test_the_lowest_price_before_the_reduction_is_found_by_one_command(
    shop: Shop, clock: FixedClock, begin: Begin, counter: CommandCounter
):
    product = await kurta(shop)
    clock.forward(DAY)
    product = await update_product(shop, product.id, {"variants": (replace(product.variants[0], sale=109900),)})
    clock.forward(DAY)
    await update_product(shop, product.id, {"variants": (replace(product.variants[0], sale=PRICE),)})
    await deliver_all(shop)
    clock.forward(5 * DAY)
    await begin(shop)
    counter.clear()
    assert await lowest_of(shop, [product.id]) == {product.id: 109900}
    assert len(counter.commands) == 1


async def test_old_prices_are_forgotten(shop: Shop, clock: FixedClock):
    await save_settings(shop, "sale_prices", {"show_lowest": False, "keep_days": 90})
    product = await kurta(shop)
    for price in (119900, 109900, 99900):
        clock.forward(60 * DAY)
        product = await update_product(shop, product.id, {"variants": (replace(product.variants[0], sale=price),)})
        await deliver_all(shop)
    clock.forward(60 * DAY)
    await forget_old(shop)
    assert [span.price for span in (await history_of(shop, product.id))[SKU]] == [109900, 99900]
    await delete_product(shop, product.id)
    await deliver_all(shop)
    assert await shop.repository(HistoryRepository).count({"_id": product.id}) == 0


async def test_pricing_asks_the_database_nothing_for_kept_sales(shop: Shop, begin: Begin, counter: CommandCounter):
    await begin(shop)
    owner = await guest(shop)
    choices = Choices(ADDRESS, "delivery:standard", "door")
    await quote(shop, owner, choices)
    counter.clear()
    await quote(shop, owner, choices)
    assert not [command for command in counter.commands if "sales" in command]
