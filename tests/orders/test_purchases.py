"""What a customer has bought so far, as rules about customers see it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from spoeq_core.cart import service as carts
from spoeq_core.cart.service import Owner
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.orders import service as orders
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.listing import Purchases, purchases_of
from spoeq_core.payments.model import Settled
from spoeq_core.shop import Shop
from tests.shopping import buy

ASHA = Owner(customer_id="asha")


async def bought(shop: Shop, owner: Owner = ASHA, pay: str = "door") -> str:
    await carts.add_item(shop, owner, "KURTA", 1)
    return (await buy(shop, owner, pay=pay)).order.id


async def test_who_bought_nothing_has_bought_nothing(shop: Shop):
    await bought(shop, Owner(customer_id="ravi"))
    assert await purchases_of(shop, "asha") == Purchases()


async def test_sold_orders_are_counted_and_summed(shop: Shop, clock: FixedClock):
    repository = shop.repository(OrderRepository)
    first = await repository.get(await bought(shop))
    clock.forward(timedelta(days=1))
    second = await repository.get(await bought(shop))
    spent = first.grand_total + second.grand_total
    assert await purchases_of(shop, "asha") == Purchases(2, spent, second.placed_at)
    await orders.cancel(shop, second.id, actor="staff")
    assert await purchases_of(shop, "asha") == Purchases(1, first.grand_total, first.placed_at)


async def test_an_order_counts_from_when_it_is_paid(shop: Shop):
    order_id = await bought(shop, pay="gateway")
    assert await purchases_of(shop, "asha") == Purchases()
    order = await shop.repository(OrderRepository).get(order_id)
    await orders.settle(shop, "gateway", order_id, Settled("p1", order.grand_total, order.currency))
    assert await purchases_of(shop, "asha") == Purchases(1, order.grand_total, order.placed_at)


async def test_what_was_given_back_and_other_currencies_are_no_money_spent(shop: Shop):
    repository = shop.repository(OrderRepository)
    first, second = await bought(shop), await bought(shop)
    order = await repository.get(first)
    await repository.save(replace(order, refunded=1000))
    foreign = await repository.get(second)
    await repository.save(replace(foreign, currency="BHD"))
    found = await purchases_of(shop, "asha")
    assert (found.orders, found.spent) == (2, order.grand_total - 1000)


async def test_a_bill_to_a_gstin_makes_a_business(shop: Shop):
    repository = shop.repository(OrderRepository)
    order = await repository.get(await bought(shop))
    billed = replace(order.billing_address, gstin="27AAPFU0939F1ZV")
    await repository.save(replace(order, billing_address=billed))
    await bought(shop)
    assert (await purchases_of(shop, "asha")).business
