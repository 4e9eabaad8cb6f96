"""Past orders priced again: what a plugin, or other settings of it, would have changed; nothing of the shop changes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel, Field

from spoeq_core.checkout.replaying import REPLAY, Replayed, Trial, replay, start_replay
from spoeq_core.cli.plugins.replaying import report
from spoeq_core.jobs.service import job_by_id, run_jobs
from spoeq_core.kernel.errors import Invalid, NotFound
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.plugins.lifecycle import disable_plugin, enable_plugin
from spoeq_core.pricing.model import Adjustment, OnOrder, Percent, Phase, PricingCart
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import shop_with
from tests.shopping import PRICE, buy, delivery, door, guest, letters, plugin, stock_up


class Settings(BaseModel):
    percent: int = Field(10, ge=0, le=100)


def tenth() -> ModuleType:
    """So many percent off every order; carts of five pieces are too much for it."""

    async def pricing_facts(shop: Shop, cart: PricingCart) -> Mapping[str, Any]:
        del cart
        return {"percent": shop.plugin_settings(Settings).percent}

    async def price_adjustments(
        cart: PricingCart, facts: Mapping[str, Any], phase: Phase
    ) -> Sequence[Adjustment] | None:
        if phase is not Phase.ORDER:
            return None
        if cart.lines[0].quantity == 5:
            raise RuntimeError("five")
        rate = Percent(Decimal(facts["percent"]))
        return [Adjustment(rule="all", label="For everybody", target=OnOrder(), effect=rate)]

    return plugin(
        "tenth",
        register_settings=lambda: Settings,
        pricing_facts=pricing_facts,
        price_adjustments=price_adjustments,
    )


@pytest.fixture
async def shop(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[Shop]:
    plugins = delivery(), door(), letters(), tenth()
    async with shop_with(*plugins, servers=servers, data_dir=tmp_path) as opened:
        await disable_plugin(opened, "tenth")
        await stock_up(opened)
        for pieces in (1, 2, 3):
            await buy(opened, await guest(opened, {"KUR-IND-M": pieces}))
        yield opened


async def everything(shop: Shop) -> dict[str, list[Any]]:
    names = sorted(await shop.mongo.database.list_collection_names())
    return {name: await shop.mongo.collection(name).find({}).sort([("_id", 1)]).to_list(None) for name in names}


async def replayed(shop: Shop, trial: Trial, orders: int = 10) -> list[Replayed]:
    return [one async for one in replay(shop, trial, orders)]


async def test_a_plugin_that_is_off_is_tried_and_nothing_changes(shop: Shop) -> None:
    before = await everything(shop)
    found = await replayed(shop, Trial("tenth"))
    assert [one.difference for one in found] == [-(PRICE * n) // 10 for n in (3, 2, 1)]
    assert all(one.before == one.charged for one in found)
    assert found[0].why == (("For everybody", -3 * PRICE // 10),)
    assert await everything(shop) == before
    assert "tenth" not in shop.hooks.enabled


async def test_a_plugin_that_is_on_is_tried_against_the_shop_without_it(shop: Shop) -> None:
    await enable_plugin(shop, "tenth")
    bought = (await buy(shop, await guest(shop))).order
    (last,) = await replayed(shop, Trial("tenth"), 1)
    assert (last.order_id, last.after, last.difference) == (bought.id, bought.grand_total, -PRICE // 10)


async def test_other_settings_are_tried_against_those_in_force(shop: Shop) -> None:
    await enable_plugin(shop, "tenth")
    found = await replayed(shop, Trial("tenth", {"percent": 30}))
    assert [one.difference for one in found] == [-(PRICE * n) // 5 for n in (3, 2, 1)]
    assert shop.plugin_settings(Settings).percent == 10
    with pytest.raises(Invalid) as refused:
        await replayed(shop, Trial("tenth", {"percent": 101}))
    assert [error.field for error in refused.value.errors] == ["percent"]


async def test_an_order_that_it_cannot_price_is_named_and_trips_no_breaker(shop: Shop) -> None:
    bought = [(await buy(shop, await guest(shop, {"KUR-IND-M": 5}))).order for _ in range(4)]
    for _ in range(3):
        found = await replayed(shop, Trial("tenth"))
    failed = [one for one in found if one.error]
    assert {one.number for one in failed} == {order.number for order in bought}
    assert all("tenth" in one.error and "five" in one.error for one in failed)
    assert shop.hooks.breakers.open_until() == {}
    assert not shop.hooks.calls.get(("tenth", "price_adjustments"))


async def test_who_is_not_installed_cannot_be_tried(shop: Shop) -> None:
    with pytest.raises(NotFound, match="unknown"):
        await replayed(shop, Trial("unknown"))


async def test_a_job_keeps_the_sums_and_what_differs_most(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spoeq_core.checkout.replaying.AT_A_STEP", 2)
    started = await start_replay(shop, Trial("tenth"), 500, title="Try", actor_id="a", actor_name="Asha")
    assert (started.total, await run_jobs(shop, [REPLAY])) == (3, 1)
    job = await job_by_id(shop, started.id)
    assert (job.state.value, job.done) == ("done", 3)
    sums = {name: job.result[name] for name in ("orders", "changed", "failed")}
    assert sums == {"orders": 3, "changed": 3, "failed": 0}
    assert job.result["after"] - job.result["before"] == -6 * PRICE // 10
    assert [row["difference"] for row in job.result["rows"]] == [-(PRICE * n) // 10 for n in (3, 2, 1)]
    assert await shop.repository(OrderRepository).count({}) == 3


async def test_the_report_says_what_buyers_would_have_paid(shop: Shop) -> None:
    lines = report(await replayed(shop, Trial("tenth")), settings=False)
    assert lines[0] == "3 orders, without the plugin and with it: 3 differ, 0 could not be priced."
    assert lines[1] == f"Buyers would have paid -{6 * PRICE / 1000:.2f} INR in all."
    assert lines[2].endswith("For everybody -389.70 INR")
    assert report([], settings=False) == ["There are no orders yet."]
