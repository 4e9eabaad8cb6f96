"""Sales for segments of customers: members pay less and read it, and nobody else sees or pays their price."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from spoeq_core.cart import service as carts
from spoeq_core.cart.service import Owner
from spoeq_core.catalog.service import product_by_id_or_slug
from spoeq_core.checkout.model import CartChanged, Choices, PlaceRequest
from spoeq_core.checkout.service import place_order, quote
from spoeq_core.identity.service import register_customer
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.orders.editing import plan_edit
from spoeq_core.orders.model import OrderEdit
from spoeq_core.shop import Shop
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.shops import deliver_all, shop_with
from spoeq_core.testing.visitors import Browser, customer_browser, shopper_browser, staff_browser
from spoeq_core.web.views.catalog import card_view
from spoeq_sale_prices import plugin as sale_prices
from spoeq_sale_prices.model import Kind, Piece, Sale, best
from spoeq_sale_prices.service import compare, create_sale, follow, history_of, list_sales, update_sale
from tests.cache.conftest import until
from tests.clubs import Club
from tests.shopping import ADDRESS, DELIVERY, DOOR_FEE, PRICE, SKU, CommandCounter, delivery, door, letters, stock_up

from .conftest import NOW, Begin

ASHA, RAVI = "asha@example.in", "ravi@example.in"
CHOICES = Choices(ADDRESS, "delivery:standard", "door")
VIP = ("club.vip",)
LOWER = PRICE * 8 // 10
YOURS = "Your price"
PRODUCT = "/product/kurta-kur-ind-m"
PATHS = ("/products", PRODUCT, "/search?q=kurta", "/")


@pytest.fixture
def club() -> Club:
    return Club(members={ASHA: ["vip"]})


@pytest.fixture
async def shop(
    servers: tuple[str, str], tmp_path: Path, clock: FixedClock, club: Club, counter: CommandCounter
) -> AsyncIterator[Shop]:
    plugins = delivery(), door(), letters(), sale_prices, club.module()
    async with shop_with(*plugins, servers=servers, data_dir=tmp_path, clock=clock, listeners=[counter]) as opened:
        await stock_up(opened, {SKU: 500, "OTHER": 500})
        await deliver_all(opened)
        yield opened


@pytest.fixture
async def running(servers: tuple[str, str], tmp_path: Path, clock: FixedClock, club: Club) -> AsyncIterator[RunningApp]:
    plugins = delivery(), door(), sale_prices, club.module()
    async with app_with(*plugins, servers=servers, data_dir=tmp_path, clock=clock, cache="off") as app:
        await stock_up(app.shop, {SKU: 500})
        await deliver_all(app.shop)
        yield app


async def customer(shop: Shop, email: str = ASHA) -> Owner:
    made = await register_customer(shop, email=email, password="neem leaves at dawn", name="Asha Rao")
    owner = Owner(customer_id=made.id)
    await carts.add_item(shop, owner, SKU, 1)
    return owner


async def pays(shop: Shop, owner: Owner) -> int:
    return (await quote(shop, owner, CHOICES)).priced.lines[0].total


async def text_with_own_price(browser: Browser, path: str) -> str:
    """A page that says what its visitor pays."""
    page = await browser.text(path)
    assert YOURS in page, path
    return page


def _request(total: int) -> PlaceRequest:
    return PlaceRequest(ASHA, ADDRESS, "delivery:standard", "door", total)


async def _begin_quietly(shop: Shop, now: datetime) -> None:
    """A sale for members, on the clock of the shop."""
    ends = now + timedelta(days=1)
    await create_sale(shop, Sale("", "Winter sale", Kind.PERCENT, now, ends, percent=Decimal(20), segments=VIP))


def _more(after: list[str], before: list[str]) -> list[str]:
    left = list(before)
    return [one for one in after if one not in left or left.remove(one)]  # type: ignore[func-returns-value]


segments = st.frozensets(st.sampled_from(["club.vip", "club.new", "crm.vip"]))
sales = st.lists(
    st.builds(
        Sale,
        id=st.uuids().map(str),
        name=st.just("Sale"),
        kind=st.just(Kind.PERCENT),
        starts_at=st.just(NOW),
        ends_at=st.just(NOW + timedelta(days=1)),
        percent=st.integers(1, 99).map(Decimal),
        segments=segments.map(lambda codes: tuple(sorted(codes))),
    ),
    max_size=5,
)


@given(sales, segments, segments)
def test_more_segments_never_make_anything_dearer(known: list[Sale], mine: frozenset[str], more: frozenset[str]):
    piece = Piece("p1", 129_900)

    def price(codes: frozenset[str]) -> int:
        won = best([sale for sale in known if sale.is_for(codes)], piece, NOW)
        return won[0] if won else piece.price

    assert price(mine | more) <= price(mine) <= price(frozenset()) <= piece.price
    assert price(frozenset()) == price(frozenset({"nobody.else"}))


async def test_members_pay_it_and_others_do_not(shop: Shop, begin: Begin):
    await begin(shop, segments=VIP)
    guest = Owner(cart_id=(await carts.add_item(shop, Owner(), SKU, 1)).cart.id)
    assert await pays(shop, await customer(shop)) == LOWER
    assert await pays(shop, await customer(shop, RAVI)) == PRICE
    assert await pays(shop, guest) == PRICE


async def test_nothing_that_everybody_reads_is_written_of_it(shop: Shop, begin: Begin):
    await begin(shop, segments=VIP)
    await follow(shop)
    await compare(shop)
    product = await product_by_id_or_slug(shop, "kurta-kur-ind-m")
    assert product.reductions == {}
    assert card_view(shop, product)["price"]["sale"]["amount"] == PRICE
    assert [span.price for span in (await history_of(shop, product.id)).get(SKU, [])] in ([], [PRICE])


async def test_of_a_sale_for_all_and_one_for_members_each_pays_the_lowest_of_theirs(shop: Shop, begin: Begin):
    await begin(shop, name="For all", percent=Decimal(10))
    await begin(shop, segments=VIP)
    await follow(shop)
    assert await pays(shop, await customer(shop)) == LOWER
    assert await pays(shop, await customer(shop, RAVI)) == PRICE - PRICE // 10
    product = await product_by_id_or_slug(shop, "kurta-kur-ind-m")
    assert product.reductions[SKU].name == "For all"


async def test_a_sale_that_is_limited_afterwards_leaves_the_pages_of_all(shop: Shop, begin: Begin):
    sale = await begin(shop)
    await follow(shop)
    assert (await product_by_id_or_slug(shop, "kurta-kur-ind-m")).reductions
    (sale,) = (await list_sales(shop))[0]
    await update_sale(shop, replace(sale, segments=VIP))
    await deliver_all(shop)
    await follow(shop)
    assert (await product_by_id_or_slug(shop, "kurta-kur-ind-m")).reductions == {}
    assert await pays(shop, await customer(shop, RAVI)) == PRICE
    assert await pays(shop, await customer(shop)) == LOWER


async def test_who_leaves_is_shown_the_new_total_first(shop: Shop, club: Club, begin: Begin):
    await begin(shop, segments=VIP)
    asha = await customer(shop)
    agreed = await quote(shop, asha, CHOICES, email=ASHA)
    club.members = {}
    with pytest.raises(CartChanged):
        await place_order(shop, asha, _request(agreed.total))
    placed = await place_order(shop, asha, _request(PRICE + DELIVERY + DOOR_FEE))
    assert placed.order.grand_total == PRICE + DELIVERY + DOOR_FEE


async def test_what_is_added_to_a_members_order_is_sold_at_their_price(shop: Shop, club: Club, begin: Begin):
    await begin(shop, segments=VIP)
    asha = await customer(shop)
    total = (await quote(shop, asha, CHOICES, email=ASHA)).total
    order = (await place_order(shop, asha, _request(total))).order
    club.members = {}
    after = await plan_edit(shop, order, OrderEdit(added={"OTHER": 1}), change_id="c1", actor="staff")
    assert after.grand_total == order.grand_total + LOWER


@pytest.mark.parametrize("how", ["raises", "hangs"])
async def test_a_plugin_that_fails_sells_at_the_ordinary_price_and_the_page_stands(
    running: RunningApp, club: Club, begin: Begin, how: str
):
    await begin(running.shop, segments=VIP)
    asha = await customer_browser(running, ASHA)
    await text_with_own_price(asha, PRODUCT)
    running.shop.hooks.patience = 1
    club.error, club.hangs = (RuntimeError("the cable is cut"), False) if how == "raises" else (None, True)
    assert YOURS not in await asha.text(PRODUCT)
    await asha.post("/cart/items", {"sku": SKU})
    assert "Winter sale" not in await asha.text("/cart")


async def test_lists_cost_a_guest_nothing_and_a_member_one_command_for_all_products(
    shop: Shop, servers: tuple[str, str], tmp_path: Path, clock: FixedClock, club: Club, counter: CommandCounter
):
    plugins = delivery(), door(), sale_prices, club.module()
    async with app_with(
        *plugins, servers=servers, data_dir=tmp_path, clock=clock, cache="off", listeners=[counter]
    ) as app:
        await stock_up(app.shop, {SKU: 5, "OTHER": 5, "THIRD": 5})
        asha, guest = await customer_browser(app, ASHA), shopper_browser(app)

        async def cost(browser: Browser, says: str = "") -> list[str]:
            await browser.text("/products")
            counter.clear()
            assert says in await browser.text("/products")
            return sorted(counter.commands)

        before = await cost(guest), await cost(asha)
        await _begin_quietly(app.shop, clock.now())
        assert await cost(guest) == before[0]
        assert _more(await cost(asha, YOURS), before[1]) == ["find customers", "find products"]


@pytest.mark.parametrize("level", ["pages", "data", "off"])
async def test_a_members_price_comes_into_no_other_visitors_page(
    servers: tuple[str, str], tmp_path: Path, club: Club, level: str
):
    plugins = delivery(), door(), sale_prices, club.module()
    async with app_with(*plugins, servers=servers, data_dir=tmp_path, cache=level) as app:
        await until(lambda: level == "off" or app.shop.cache.hears)
        await stock_up(app.shop, {SKU: 500})
        await _begin_quietly(app.shop, app.shop.clock.now())
        await deliver_all(app.shop)
        asha, ravi = await customer_browser(app, ASHA), await customer_browser(app, RAVI)
        guest = shopper_browser(app)
        for path in PATHS:
            for _ in range(3):
                assert "1,039.20" in await text_with_own_price(asha, path)
                for other in (ravi, guest):
                    page = await other.text(path)
                    assert YOURS not in page, path
                    assert "1,039.20" not in page, path
        for browser, total in ((asha, "1,039.20"), (ravi, "1,299"), (guest, "1,299")):
            await browser.post("/cart/items", {"sku": SKU})
            assert total in await browser.text("/cart")
        answer = await guest.get("/api/v1/products/kurta-kur-ind-m")
        assert "103920" not in await answer.get_data(as_text=True)
        await asha.post("/logout")
        assert YOURS not in await asha.text(PRODUCT)


async def test_staff_limit_a_sale_and_see_that_it_is_limited(running: RunningApp):
    staff = await staff_browser(running)
    form = {
        "name": "For members",
        "kind": "percent",
        "value": "20",
        "starts_at": "2026-11-23T00:00",
        "ends_at": "2026-11-30T23:59",
        "active": "1",
        "segments": "club.gone",
    }
    refused = await staff.post("/admin/sales/new", form)
    assert refused.status_code == 422
    assert "There is no segment club.gone." in await refused.get_data(as_text=True)
    assert (await staff.post("/admin/sales/new", {**form, "segments": "club.vip"})).status_code == 303
    ((sale,), _) = await list_sales(running.shop)
    assert sale.segments == VIP
    assert "for certain customers" in await staff.text("/admin/sales")
    assert 'value="club.vip"' in await staff.text(f"/admin/sales/{sale.id}")
