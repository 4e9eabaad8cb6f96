"""Asking the plugins for prices: each with its own facts, once; a fault is named, and a page survives it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from spoeq_core.catalog.model import Product, Variant
from spoeq_core.hooks.caller import HookError
from spoeq_core.kernel.errors import Invalid
from spoeq_core.pricing.model import (
    Adjustment,
    Fixed,
    OnOrder,
    Percent,
    Phase,
    PricingCart,
    State,
    TaxAnswer,
    TaxRate,
)
from spoeq_core.pricing.service import Item, PriceRequest, price, price_for_display
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import shop_with
from tests.shopping import plugin

VARIANT = Variant("KURTA", sale=100_00, mrp=150_00, min_price=10_00, weight_g=300, ext={"wrap": {"paper": "red"}})
PRODUCT = Product(
    "p1", "kurta", "Kurta", category_ids=("women",), tags=("festive",), hsn="6109", ext={"wrap": {"bow": True}}
)
REQUEST = PriceRequest((Item("l1", PRODUCT, VARIANT, 3, {"engraving": "Amma"}),), codes=("TEN",))


def off(amount: int, rule: str = "off") -> Adjustment:
    return Adjustment(rule, f"{amount} off", OnOrder(), Fixed(amount), lane="coupon")


def counting(name: str, amount: int, asked: list[tuple[str, str]]) -> Any:
    """A plugin that takes off what it has looked up."""

    async def pricing_facts(shop: Shop, cart: PricingCart) -> Mapping[str, Any]:
        asked.append((name, "facts"))
        assert shop.profile.currency == cart.currency
        return {"amount": amount}

    async def price_adjustments(facts: Mapping[str, Any], phase: Phase, state: State) -> Sequence[Adjustment]:
        asked.append((name, phase.value))
        assert state.view().goods_total <= 300_00
        return [off(facts["amount"], name)] if phase is Phase.ORDER else []

    return plugin(name, pricing_facts=pricing_facts, price_adjustments=price_adjustments)


@pytest.fixture
def opened(servers: tuple[str, str], tmp_path: Path) -> Callable[..., Any]:
    return lambda *plugins: shop_with(*plugins, servers=servers, data_dir=tmp_path)


async def test_without_plugins_prices_are_list_prices(shop: Shop):
    priced = await price(shop, REQUEST)
    assert (priced.totals.items, priced.totals.grand_total) == (300_00, 300_00)
    (line,) = priced.lines
    assert line.line.ext == {"wrap": {"bow": True, "paper": "red"}}
    assert (line.line.hsn, line.line.category_ids, line.floor) == ("6109", frozenset({"women"}), 30_00)
    assert [declined.reason.code for declined in priced.declined] == ["coupon_unknown"]


async def test_each_plugin_is_given_its_own_facts_and_asked_for_them_once(opened: Callable[..., Any]):
    asked: list[tuple[str, str]] = []
    async with opened(counting("ash", 10_00, asked), counting("birch", 7_00, asked)) as shop:
        priced = await price(shop, REQUEST)
    assert priced.totals.discounts == 17_00
    questions = ("facts", "item", "order", "shipping")
    assert sorted(asked) == sorted((name, what) for name in ("ash", "birch") for what in questions)


async def test_a_plugin_without_facts_is_given_none(opened: Callable[..., Any]):
    async def price_adjustments(facts: Mapping[str, Any], phase: Phase) -> Sequence[Adjustment]:
        return [off(len(facts) + 1)] if phase is Phase.ORDER else []

    asked: list[tuple[str, str]] = []
    async with opened(counting("ash", 10_00, asked), plugin("bare", price_adjustments=price_adjustments)) as shop:
        assert (await price(shop, REQUEST)).totals.discounts == 10_01


async def test_the_first_tax_answer_counts_with_its_own_facts(opened: Callable[..., Any]):
    async def pricing_facts() -> Mapping[str, Any]:
        return {"rate": Decimal(9)}

    async def tax_rates(cart: PricingCart, facts: Mapping[str, Any]) -> TaxAnswer:
        rates = (TaxRate("CGST", facts["rate"]), TaxRate("SGST", facts["rate"]))
        return TaxAnswer({line.id: rates for line in cart.lines})

    async with opened(plugin("gst", pricing_facts=pricing_facts, tax_rates=tax_rates)) as shop:
        priced = await price(shop, REQUEST)
    assert [tax.amount for tax in priced.taxes] == [2288, 2288]
    assert (priced.totals.tax_included, priced.totals.grand_total) == (4576, 300_00)


async def nowhere(cart: PricingCart) -> TaxAnswer:
    """Tax rates for a line that is not there."""
    del cart
    return TaxAnswer({"elsewhere": ()})


async def too_much(phase: Phase) -> Sequence[Adjustment]:
    """More than all of it."""
    return [Adjustment("huge", "Huge", OnOrder(), Percent(Decimal(101)))] if phase is Phase.ORDER else []


async def refusing() -> Mapping[str, Any]:
    """An error that is no answer to this question."""
    raise Invalid("The coupon service did not like it.")


@pytest.mark.parametrize(
    ("hook", "function"),
    [("tax_rates", nowhere), ("price_adjustments", too_much), ("pricing_facts", refusing)],
)
async def test_an_answer_that_cannot_be_applied_is_a_fault_of_its_plugin(
    opened: Callable[..., Any], hook: str, function: Callable[..., Any]
):
    asked: list[tuple[str, str]] = []
    faults: list[tuple[str, str]] = []
    async with opened(counting("ash", 10_00, asked), plugin("odd", **{hook: function})) as shop:
        shop.hooks.on_fault = lambda name, question, _cause: faults.append((name, question))
        with pytest.raises(HookError) as caught:
            await price(shop, REQUEST)
        assert (caught.value.plugin, caught.value.hook) == ("odd", hook)
        assert "odd" in caught.value.hint
        assert faults == [("odd", hook)]
        display = await price_for_display(shop, REQUEST)
        assert display.unpriced is not None
        assert display.unpriced.plugin == "odd"
        assert display.priced.totals.grand_total == 290_00, "the others are still asked"
        shop.hooks.enabled -= {"odd"}
        assert (await price_for_display(shop, REQUEST)).unpriced is None


async def test_prices_do_not_depend_on_the_order_of_plugins(opened: Callable[..., Any]):
    asked: list[tuple[str, str]] = []
    plugins = [counting("ash", 10_00, asked), counting("birch", 7_00, asked), plugin("cedar", price_adjustments=share)]
    async with opened(*plugins) as shop:
        before = (await price(shop, REQUEST)).totals
        shop.hooks.order = ("cedar", "birch", "ash")
        assert (await price(shop, REQUEST)).totals == before


async def share(phase: Phase) -> Sequence[Adjustment]:
    """A tenth off the order."""
    return [Adjustment("tenth", "10 %", OnOrder(), Percent(Decimal(10)))] if phase is Phase.ORDER else []
