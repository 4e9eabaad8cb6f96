"""The quote: what it costs, which choices there are, what stands in the way; and plugins that fail meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from spoeq_core.cart import service as carts
from spoeq_core.cart.service import Owner
from spoeq_core.catalog.model import ProductStatus
from spoeq_core.catalog.service import update_product
from spoeq_core.checkout.model import Choices, Problem
from spoeq_core.checkout.quoting import Quote
from spoeq_core.checkout.service import place_order, quote
from spoeq_core.hooks.caller import HookError
from spoeq_core.inventory.model import OutOfStock
from spoeq_core.inventory.service import adjust
from spoeq_core.kernel.errors import Invalid
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.model import OrderStatus
from spoeq_core.payments.model import PaymentStatus
from spoeq_core.pricing.model import Adjustment, Free, OnOrder, OnShipping, Phase, PricedCart
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import shop_with
from tests.shopping import (
    ADDRESS,
    DELIVERY,
    DOOR_FEE,
    PRICE,
    AtTheDoor,
    buy,
    delivery,
    door,
    guest,
    plugin,
    request_for,
    stock_left,
    stock_up,
)

CHOSEN = Choices(ADDRESS, "delivery:standard", "door")


def problems(found: Quote) -> list[tuple[str, str]]:
    return [(problem.code, problem.field) for problem in found.problems]


async def test_a_quote_grows_with_the_choices(shop: Shop):
    owner = await guest(shop)
    bare = await quote(shop, owner, Choices())
    assert problems(bare) == [("missing", "shipping_address"), ("missing", "payment_method")]
    assert (bare.total, bare.shipping_options) == (PRICE, ())
    assert [(offer.id, offer.option.fee, offer.option.available) for offer in bare.offers] == [("door", DOOR_FEE, True)]
    addressed = await quote(shop, owner, Choices(ADDRESS))
    assert [option.id for option in addressed.shipping_options] == ["delivery:standard", "delivery:express"]
    assert problems(addressed) == [("missing", "shipping_method"), ("missing", "payment_method")]
    whole = await quote(shop, owner, CHOSEN)
    assert (problems(whole), whole.total) == ([], PRICE + DELIVERY + DOOR_FEE)
    assert whole.priced.totals.fees == DOOR_FEE


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        (replace(CHOSEN, shipping_address=replace(ADDRESS, postal_code="744101")), ("no_shipping", "shipping_address")),
        (replace(CHOSEN, shipping_method="delivery:gone"), ("unavailable", "shipping_method")),
        (replace(CHOSEN, shipping_method="delivery:express"), ("unavailable", "payment_method")),
        (replace(CHOSEN, payment_method="gone"), ("unavailable", "payment_method")),
    ],
)
async def test_what_is_not_offered_is_a_problem_at_its_field(shop: Shop, choices: Choices, expected: tuple[str, str]):
    assert problems(await quote(shop, await guest(shop), choices)) == [expected]


async def test_a_way_to_pay_that_is_not_possible_says_why(servers: tuple[str, str], tmp_path: Path):
    plugins = delivery(), door(provider=AtTheDoor(cap=PRICE + DELIVERY - 1))
    async with shop_with(*plugins, servers=servers, data_dir=tmp_path) as shop:
        await stock_up(shop)
        found = await quote(shop, await guest(shop), CHOSEN)
        assert [problem.message for problem in found.problems] == ["Not for so much."]
        assert found.total == PRICE + DELIVERY, "what cannot be chosen costs nothing"


async def test_the_cart_itself_may_be_the_problem(shop: Shop):
    products = await stock_up(shop, {"GONE": 5, "FEW": 5, "MANY": 500})
    owner = await guest(shop, {"GONE": 1, "FEW": 4, "MANY": 99})
    lines = {line.sku: line.id for line in (await carts.load(shop, owner)).cart.lines}
    await update_product(shop, products["GONE"].id, {"status": ProductStatus.ARCHIVED})
    await adjust(shop, "FEW", -2, "broken", "staff-1")
    found = await quote(shop, owner, CHOSEN)
    assert problems(found) == [("unavailable", f"items.{lines['GONE']}"), ("out_of_stock", f"items.{lines['FEW']}")]
    assert found.total == 103 * PRICE + DELIVERY + DOOR_FEE, "what is gone is not priced"
    with pytest.raises(OutOfStock) as caught:
        await place_order(shop, owner, await request_for(shop, owner))
    assert caught.value.left == {"GONE": 0, "FEW": 3}


async def test_an_empty_cart_has_a_quote(shop: Shop):
    found = await quote(shop, Owner(), CHOSEN)
    assert found.total == 0
    assert ("cart_empty", "") in problems(found)


async def test_plugins_may_object(servers: tuple[str, str], tmp_path: Path):
    async def checkout_problems(priced: PricedCart) -> Sequence[Problem]:
        assert priced.totals.grand_total
        return [Problem("too_young", "Tell us your age.", "fields.age")]

    objecting = plugin("age", checkout_problems=checkout_problems)
    async with shop_with(delivery(), door(), objecting, servers=servers, data_dir=tmp_path) as shop:
        await stock_up(shop)
        owner = await guest(shop)
        assert problems(await quote(shop, owner, CHOSEN)) == [("too_young", "fields.age")]
        with pytest.raises(Invalid) as caught:
            await buy(shop, owner)
        assert caught.value.code == "too_young"


async def test_benefits_may_refuse_and_everything_is_given_back(servers: tuple[str, str], tmp_path: Path):
    async def claim_benefits() -> Problem:
        return Problem("coupon_used_up", "Somebody was faster.")

    greedy = plugin("greedy", claim_benefits=claim_benefits)
    async with shop_with(delivery(), door(), greedy, servers=servers, data_dir=tmp_path) as shop:
        await stock_up(shop)
        owner = await guest(shop)
        for _ in range(2):
            with pytest.raises(Invalid) as caught:
                await buy(shop, owner, key="k")
            assert caught.value.code == "coupon_used_up"
        assert await stock_left(shop) == (100, 0)
        assert await shop.repository(OrderRepository).count({}) == 0
        assert len((await carts.load(shop, owner)).cart.lines) == 1


async def test_what_costs_nothing_needs_no_way_to_pay(servers: tuple[str, str], tmp_path: Path):
    async def price_adjustments(phase: Phase) -> Sequence[Adjustment]:
        gifts = {Phase.ORDER: OnOrder(), Phase.SHIPPING: OnShipping()}
        return [Adjustment("gift", "A gift", gifts[phase], Free())] if phase in gifts else []

    gift = plugin("gift", price_adjustments=price_adjustments)
    async with shop_with(delivery(), door(), gift, servers=servers, data_dir=tmp_path) as shop:
        await stock_up(shop)
        for pay in ("", "door"):
            placed = await buy(shop, await guest(shop), pay=pay)
            assert (placed.order.grand_total, placed.order.payment.provider) == (0, "")
            assert (placed.order.status, placed.order.payment_status) == (OrderStatus.CONFIRMED, PaymentStatus.PAID)


@pytest.mark.parametrize(
    "hook", ["pricing_facts", "price_adjustments", "tax_rates", "shipping_options", "order_quotas", "claim_benefits"]
)
async def test_a_plugin_that_raises_refuses_the_checkout_and_is_named_to_staff(
    servers: tuple[str, str], tmp_path: Path, hook: str
):
    async def broken() -> None:
        raise RuntimeError("boom")

    async with shop_with(
        delivery(), door(), plugin("flaky", **{hook: broken}), servers=servers, data_dir=tmp_path
    ) as shop:
        await stock_up(shop)
        owner = await guest(shop)
        found = await quote(shop, owner, CHOSEN)
        if found.unpriced is not None:
            assert (found.unpriced.plugin, found.unpriced.hook) == ("flaky", hook)
            assert found.problems[0].code == "plugin_failed"
            assert "flaky" not in found.problems[0].message
        request = replace(await request_for(shop, owner), expected_total=PRICE + DELIVERY + DOOR_FEE)
        with pytest.raises(HookError) as caught:
            await place_order(shop, owner, request)
        assert (caught.value.code, caught.value.plugin) == ("plugin_failed", "flaky")
        assert await stock_left(shop) == (100, 0)
        shop.hooks.enabled -= {"flaky"}
        assert (await place_order(shop, owner, request)).order.grand_total == request.expected_total


async def test_a_provider_that_raises_is_left_out_and_the_rest_stays(servers: tuple[str, str], tmp_path: Path):
    class Broken(AtTheDoor):
        async def option(self, shop, priced):
            raise ZeroDivisionError

    def register_payment_providers():
        return [Broken(name="broken")]

    broken = plugin("broken", register_payment_providers=register_payment_providers)
    async with shop_with(delivery(), door(), broken, servers=servers, data_dir=tmp_path) as shop:
        await stock_up(shop)
        found = await quote(shop, await guest(shop), CHOSEN)
        assert [offer.id for offer in found.offers] == ["door"]
        assert found.unpriced is not None
        assert found.unpriced.plugin == "broken"
