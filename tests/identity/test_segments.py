"""Segments of customers: who is asked, what counts, and what a plugin that fails does to a price."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest

from spoeq_core.cart import service as carts
from spoeq_core.cart.service import Owner
from spoeq_core.checkout.model import CartChanged, Choices, PlaceRequest
from spoeq_core.checkout.service import place_order, quote
from spoeq_core.hooks import identity as questions
from spoeq_core.hooks.caller import policy_of
from spoeq_core.identity.service import list_segments, register_customer, segments_named, segments_of
from spoeq_core.kernel.errors import Invalid, NotFound
from spoeq_core.orders.editing import plan_edit
from spoeq_core.orders.model import OrderEdit
from spoeq_core.orders.model.personal import anonymised
from spoeq_core.pricing.model import Adjustment, OnOrder, Percent, Phase, PricedCart, PricingCart
from spoeq_core.shop import Shop
from spoeq_core.testing.clients import app_with
from spoeq_core.testing.shops import shop_with
from spoeq_core.testing.visitors import customer_browser
from tests.clubs import Club
from tests.shopping import (
    ADDRESS,
    DELIVERY,
    DOOR_FEE,
    PRICE,
    SKU,
    CommandCounter,
    delivery,
    door,
    guest,
    plugin,
    stock_up,
)

EMAIL = "asha@example.in"
PASSWORD = "neem leaves at dawn"
CHOICES = Choices(ADDRESS, "delivery:standard", "door")
DEARER = PRICE + DELIVERY + DOOR_FEE
CHEAPER = DEARER - PRICE // 10


def cheaper() -> ModuleType:
    """A plugin that takes 10% off for those in `club.vip`."""

    async def price_adjustments(cart: PricingCart, phase: Phase) -> Sequence[Adjustment] | None:
        if phase is not Phase.ORDER or "club.vip" not in cart.buyer.segments:
            return None
        return [Adjustment(rule="vip", label="Members", effect=Percent(Decimal(10)), target=OnOrder())]

    return plugin("cheaper", price_adjustments=price_adjustments)


@pytest.fixture
def club() -> Club:
    return Club(everybody=["vip"])


@pytest.fixture
def counter() -> CommandCounter:
    return CommandCounter()


@pytest.fixture
async def shop(servers: tuple[str, str], tmp_path: Path, club: Club, counter: CommandCounter) -> AsyncIterator[Shop]:
    async with opened(servers, tmp_path, counter, club.module()) as found:
        yield found


@asynccontextmanager
async def opened(
    servers: tuple[str, str], tmp_path: Path, counter: CommandCounter, *plugins: ModuleType
) -> AsyncIterator[Shop]:
    both = (*plugins, cheaper(), delivery(), door())
    async with shop_with(*both, servers=servers, data_dir=tmp_path, listeners=[counter]) as found:
        await stock_up(found, {SKU: 50, "OTHER": 50})
        yield found


async def member(shop: Shop, email: str = EMAIL) -> Owner:
    """A customer with something in the cart."""
    customer = await register_customer(shop, email=email, password=PASSWORD, name="Asha Rao")
    owner = Owner(customer_id=customer.id)
    await carts.add_item(shop, owner, SKU, 1)
    return owner


async def total(shop: Shop, owner: Owner) -> int:
    return (await quote(shop, owner, CHOICES, email=EMAIL)).total


def request(expected: int) -> PlaceRequest:
    return PlaceRequest(EMAIL, ADDRESS, "delivery:standard", "door", expected)


async def test_a_segment_bears_its_plugins_name_and_changes_the_price(shop: Shop, club: Club):
    owner = await member(shop)
    assert await segments_of(shop, owner.customer_id) == {"club.vip"}
    assert await total(shop, owner) == CHEAPER
    club.everybody = []
    assert await total(shop, owner) == DEARER


async def test_a_quote_asks_once_with_the_customer_of_the_account_and_not_with_what_was_typed(shop: Shop, club: Club):
    owner = await member(shop)
    await quote(shop, owner, CHOICES, email="boss@example.in")
    assert club.asked == [EMAIL]


async def test_nobody_is_asked_about_a_guest(shop: Shop, club: Club):
    assert await total(shop, await guest(shop)) == DEARER
    assert await segments_of(shop, None) == frozenset()
    assert await segments_of(shop, "01HXNOBODY") == frozenset()
    assert club.asked == []


async def test_no_command_is_spent_where_no_plugin_knows_segments(
    servers: tuple[str, str], tmp_path: Path, counter: CommandCounter
):
    async with opened(servers, tmp_path, counter) as shop:
        counter.clear()
        assert await segments_of(shop, "01HXSOMEBODY") == frozenset()
        assert counter.commands == []


async def test_a_question_costs_one_command(shop: Shop, counter: CommandCounter):
    owner = await member(shop)
    counter.clear()
    await segments_of(shop, owner.customer_id)
    assert counter.commands == ["find customers"]


async def test_two_plugins_count_together_and_none_reaches_into_the_other(
    servers: tuple[str, str], tmp_path: Path, counter: CommandCounter
):
    crm = Club("crm", everybody=["vip", "club.vip"])
    async with opened(servers, tmp_path, counter, Club(everybody=["new"]).module(), crm.module()) as shop:
        owner = await member(shop)
        assert await segments_of(shop, owner.customer_id) == {"club.new", "crm.vip", "crm.club.vip"}
        assert await total(shop, owner) == DEARER
        assert [(it.code, it.label) for it in await list_segments(shop)] == [
            ("crm.club.vip", "club.vip of crm"),
            ("club.new", "new of club"),
            ("crm.vip", "vip of crm"),
        ]


@pytest.mark.parametrize("how", ["raises", "refuses", "hangs", "answers a text"])
async def test_a_plugin_that_fails_makes_nothing_cheaper_and_browsing_goes_on(shop: Shop, club: Club, how: str):
    owner = await member(shop)
    club.error = {"raises": RuntimeError("the cable is cut"), "refuses": NotFound("No such member.")}.get(how)
    club.hangs, shop.hooks.patience = how == "hangs", 1
    if how == "answers a text":
        club.everybody = "vip"  # type: ignore[assignment]
    assert await segments_of(shop, owner.customer_id) == frozenset()
    found = await quote(shop, owner, CHOICES, email=EMAIL)
    assert (found.total, found.unpriced, found.problems) == (DEARER, None, ())


async def test_the_failure_of_one_plugin_leaves_the_other_its_segments(
    servers: tuple[str, str], tmp_path: Path, counter: CommandCounter, club: Club
):
    broken = Club("crm", error=RuntimeError("the cable is cut"))
    async with opened(servers, tmp_path, counter, club.module(), broken.module()) as shop:
        owner = await member(shop)
        assert await total(shop, owner) == CHEAPER
        assert [it.code for it in await list_segments(shop)] == ["club.vip"]


async def test_a_segment_lost_between_quote_and_order_changes_the_cart_and_charges_nothing_unseen(
    shop: Shop, club: Club
):
    owner = await member(shop)
    agreed = await total(shop, owner)
    club.everybody = []
    with pytest.raises(CartChanged):
        await place_order(shop, owner, request(agreed))
    placed = await place_order(shop, owner, request(await total(shop, owner)))
    assert placed.order.grand_total == DEARER


async def test_an_order_keeps_the_segments_it_was_priced_with_and_what_is_added_is_sold_to_them(shop: Shop, club: Club):
    owner = await member(shop)
    order = (await place_order(shop, owner, request(await total(shop, owner)))).order
    club.everybody, asked = [], list(club.asked)
    assert PricedCart.from_json(order.priced).cart.buyer.segments == {"club.vip"}
    edit = OrderEdit(added={"OTHER": 1})
    after = await plan_edit(shop, order, edit, change_id="c1", actor="staff")
    assert after.grand_total == CHEAPER + PRICE - PRICE // 10
    assert club.asked == asked


async def test_an_anonymised_order_tells_no_segments(shop: Shop):
    owner = await member(shop)
    order = (await place_order(shop, owner, request(await total(shop, owner)))).order
    erased = anonymised(order, order.placed_at, lambda _, ext: ext)
    assert PricedCart.from_json(erased.priced).cart.buyer.segments == frozenset()


async def test_a_request_for_a_page_asks_once_however_often_it_prices(
    servers: tuple[str, str], tmp_path: Path, club: Club
):
    async with app_with(club.module(), cheaper(), delivery(), door(), servers=servers, data_dir=tmp_path) as app:
        await stock_up(app.shop, {SKU: 5})
        await member(app.shop)
        browser = await customer_browser(app, EMAIL)
        club.asked.clear()
        answer = await browser.get("/cart?pin=560001")
        assert answer.status_code == 200
        assert "Members" in await answer.get_data(as_text=True)
        assert club.asked == [EMAIL]


async def test_staff_name_segments_that_there_are_and_keep_those_whose_plugin_is_off(shop: Shop, club: Club):
    assert await segments_named(shop, ["club.vip", "club.vip"]) == ("club.vip",)
    with pytest.raises(Invalid) as refused:
        await segments_named(shop, ["vip"])
    assert [(error.field, error.code) for error in refused.value.errors] == [("segments", "unknown")]
    club.error = RuntimeError("the cable is cut")
    assert await segments_named(shop, ["club.vip"], kept=["club.vip"]) == ("club.vip",)


def test_the_policy_skips_and_never_refuses():
    for spec in (questions.customer_segments, questions.known_segments):
        rule = policy_of(spec)
        assert (rule.on_error, rule.merge, rule.since) == ("skip", "all", "0.1")
        assert 0 < rule.timeout <= 1
