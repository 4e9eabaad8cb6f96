"""Who is in which segment: by hand and by rule, in what a price sees, and what it costs the database."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from spoeq_core.cart import service as carts
from spoeq_core.cart.service import Owner
from spoeq_core.checkout.model import Choices, PlaceRequest
from spoeq_core.checkout.service import place_order, quote
from spoeq_core.hooks.contributions import Person
from spoeq_core.identity.model import Customer
from spoeq_core.identity.service import list_segments, register_customer, segments_of
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.kernel.errors import Conflict, NotFound, StaleAggregate
from spoeq_core.orders import service as orders
from spoeq_core.orders.model import Order
from spoeq_core.plugins.lifecycle import disable_plugin, enable_plugin
from spoeq_core.shop import Shop
from spoeq_segments.documents import MemberRepository
from spoeq_segments.model import Rule, Segment
from spoeq_segments.personal import erase, export
from spoeq_segments.service import (
    add_member,
    create_segment,
    delete_segment,
    find_segment,
    members_of,
    remove_member,
    update_segment,
)
from tests.indexes import Queries, unled
from tests.shopping import ADDRESS, SKU, CommandCounter

EMAIL = "asha@example.in"


@pytest.fixture
async def asha(shop: Shop) -> Customer:
    return await register_customer(shop, email=EMAIL, password="neem leaves at dawn", name="Asha Rao")


async def made(shop: Shop, rule: Rule = Rule.HAND, number: int = 0, amount: int = 0, code: str = "vip") -> Segment:
    return await create_segment(shop, Segment(code, code.title(), rule, number=number, amount=amount))


async def ordered(shop: Shop, customer: Customer, gstin: str = "") -> Order:
    owner = Owner(customer_id=customer.id)
    await carts.add_item(shop, owner, SKU, 1)
    address = replace(ADDRESS, gstin=gstin)
    choices = Choices(address, "delivery:standard", "door")
    total = (await quote(shop, owner, choices, email=customer.email)).total
    request = PlaceRequest(customer.email, address, choices.shipping_method, choices.payment_method, total)
    return (await place_order(shop, owner, request)).order


async def test_whom_staff_put_in_is_in_until_they_take_them_out(shop: Shop, asha: Customer):
    vip = await made(shop)
    await made(shop, code="staff")
    assert await segments_of(shop, asha.id) == frozenset()
    await add_member(shop, vip, asha.id)
    assert await segments_of(shop, asha.id) == {"segments.vip"}
    assert await remove_member(shop, vip, asha.id)
    assert not await remove_member(shop, vip, asha.id)
    assert await segments_of(shop, asha.id) == frozenset()


async def test_putting_in_twice_and_at_once_is_once(shop: Shop, asha: Customer):
    vip = await made(shop)
    await asyncio.gather(*(add_member(shop, vip, asha.id) for _ in range(5)))
    found, total = await members_of(shop, vip, page=1, per_page=50)
    assert ([one.customer.id for one in found], total) == ([asha.id], 1)


async def test_nobody_is_put_into_a_segment_with_a_rule_and_nobody_unknown_into_any(shop: Shop, asha: Customer):
    vip = await made(shop)
    rule = await made(shop, Rule.ORDERS, 1, code="regular")
    with pytest.raises(Conflict, match="by its rule"):
        await add_member(shop, rule, asha.id)
    with pytest.raises(NotFound):
        await add_member(shop, vip, "01HXNOBODY")


async def test_orders_money_and_time_let_customers_in_and_out(shop: Shop, asha: Customer, clock: FixedClock):
    await made(shop, Rule.ORDERS, 2, code="regular")
    await made(shop, Rule.SPENT, amount=200_000, code="big")
    await made(shop, Rule.RECENT, 30, code="recent")
    await made(shop, Rule.QUIET, 30, code="quiet")
    assert await segments_of(shop, asha.id) == frozenset()
    first = await ordered(shop, asha)
    assert await segments_of(shop, asha.id) == {"segments.recent"}
    second = await ordered(shop, asha)
    assert first.grand_total + second.grand_total >= 200_000
    assert await segments_of(shop, asha.id) == {"segments.regular", "segments.big", "segments.recent"}
    clock.forward(timedelta(days=31))
    assert await segments_of(shop, asha.id) == {"segments.regular", "segments.big", "segments.quiet"}
    await orders.cancel(shop, second.id, actor="staff", reason="changed")
    assert await segments_of(shop, asha.id) == {"segments.quiet"}


async def test_a_business_that_was_billed_to_its_gstin_is_one(shop: Shop, asha: Customer):
    await made(shop, Rule.BUSINESS, code="business")
    await ordered(shop, asha)
    assert await segments_of(shop, asha.id) == frozenset()
    await ordered(shop, asha, gstin="27AAPFU0939F1ZV")
    assert await segments_of(shop, asha.id) == {"segments.business"}


async def test_orders_of_others_and_of_guests_with_the_same_address_do_not_count(shop: Shop, asha: Customer):
    await made(shop, Rule.ORDERS, 1, code="regular")
    ravi = await register_customer(shop, email="ravi@example.in", password="neem leaves at dawn", name="Ravi")
    await ordered(shop, ravi)
    guest = Owner(cart_id=(await carts.add_item(shop, Owner(), SKU, 1)).cart.id)
    total = (await quote(shop, guest, Choices(ADDRESS, "delivery:standard", "door"), email=EMAIL)).total
    await place_order(shop, guest, PlaceRequest(EMAIL, ADDRESS, "delivery:standard", "door", total))
    assert await segments_of(shop, asha.id) == frozenset()


async def test_the_question_costs_a_command_by_hand_and_one_for_all_rules(
    shop: Shop, asha: Customer, counter: CommandCounter
):
    async def cost() -> list[str]:
        await segments_of(shop, asha.id)
        counter.clear()
        await segments_of(shop, asha.id)
        return counter.commands

    assert await cost() == ["find customers"]
    for n in range(5):
        await made(shop, code=f"hand{n}")
    assert await cost() == ["find customers", "find segment_members"]
    for n in range(5):
        await made(shop, Rule.ORDERS, n + 1, code=f"orders{n}")
    assert await cost() == ["find customers", "find segment_members", "aggregate orders"]


async def test_indexes_lead_to_whoever_is_asked_about(shop: Shop, asha: Customer, queries: Queries):
    vip = await made(shop)
    await made(shop, Rule.ORDERS, 1, code="regular")
    queries.seen.clear()
    await segments_of(shop, asha.id)
    await members_of(shop, vip, page=1, per_page=50)
    assert {name for name, *_ in queries.seen} >= {"segment_members", "orders", "customers"}
    assert await unled(shop.mongo, queries, "segment_members", "orders", "customers") == []


async def test_a_code_that_is_given_again_begins_with_nobody(shop: Shop, asha: Customer):
    vip = await made(shop)
    await add_member(shop, vip, asha.id)
    await delete_segment(shop, "vip")
    assert await shop.repository(MemberRepository).count({}) == 0
    again = await made(shop)
    await add_member(shop, vip, asha.id)  # somebody had the page of the old one open
    assert await segments_of(shop, asha.id) == frozenset()
    assert (await members_of(shop, again, page=1, per_page=50))[1] == 0


async def test_a_code_is_given_once_also_at_once(shop: Shop):
    results = await asyncio.gather(*(made(shop) for _ in range(4)), return_exceptions=True)
    assert sum(isinstance(one, Segment) for one in results) == 1
    assert sum(isinstance(one, Conflict) for one in results) == 3


async def test_two_who_change_a_segment_do_not_overwrite_each_other(shop: Shop):
    vip = await made(shop)
    await update_segment(shop, replace(vip, name="Very important"))
    with pytest.raises(StaleAggregate):
        await update_segment(shop, replace(vip, name="Old"))
    assert (await find_segment(shop, "vip")).name == "Very important"


async def test_staff_choose_them_by_name_and_a_change_is_heard(shop: Shop):
    vip = await made(shop)
    await made(shop, Rule.BUSINESS, code="business")
    assert [(it.code, it.label) for it in await list_segments(shop)] == [
        ("segments.business", "Business"),
        ("segments.vip", "Vip"),
    ]
    await update_segment(shop, replace(vip, name="Always"))
    assert [it.label for it in await list_segments(shop)] == ["Always", "Business"]


async def test_switched_off_nobody_is_in_and_on_again_all_are(shop: Shop, asha: Customer):
    await add_member(shop, await made(shop), asha.id)
    await disable_plugin(shop, "segments")
    assert await segments_of(shop, asha.id) == frozenset()
    assert await list_segments(shop) == []
    await enable_plugin(shop, "segments")
    assert await segments_of(shop, asha.id) == {"segments.vip"}


async def test_a_person_gets_a_copy_and_is_taken_out_of_all(shop: Shop, asha: Customer, clock: FixedClock):
    await add_member(shop, await made(shop), asha.id)
    person = Person(asha.id, EMAIL)
    assert [row async for row in export(shop, person)] == [{"segment": "Vip", "since": clock.now()}]
    assert [row async for row in export(shop, Person("", EMAIL, by_email=True))] == []
    await erase(shop, Person("", EMAIL, by_email=True))
    assert await segments_of(shop, asha.id) == {"segments.vip"}
    await erase(shop, person)
    await erase(shop, person)
    assert await segments_of(shop, asha.id) == frozenset()
