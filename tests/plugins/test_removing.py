"""Uninstalling: kept data waits, purged data is gone everywhere, and what orders say is theirs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from odmantic import Field, Model
from pydantic import BaseModel, SecretStr
from pymongo import IndexModel
from quart import Blueprint, Response

from spoeq_core.catalog.service import extend_product, extend_variant
from spoeq_core.hooks.caller import HookError
from spoeq_core.hooks.contributions import Extension, Migration, Routes
from spoeq_core.kernel.errors import Conflict, NotFound
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.model import Order
from spoeq_core.orders.refunds import RefundWish, refund
from spoeq_core.orders.service import extend_order, settle
from spoeq_core.orders.unpaid import unpaid_orders
from spoeq_core.payments.model import ActionNeeded, Refunded, Settled
from spoeq_core.plugins.footprint import footprint_of
from spoeq_core.plugins.lifecycle import (
    configuration_of,
    disable_plugin,
    enable_plugin,
    in_hook_order,
    move_plugin,
    order_plugins,
    save_settings,
)
from spoeq_core.plugins.removing import purge_plugin, uninstall_keeping
from spoeq_core.shop import Shop
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.visitors import staff_browser, staff_program
from spoeq_core.web.access import public
from spoeq_core.web.context import current_shop
from tests.shopping import SKU, Gateway, buy, delivery, guest, plugin, stock_up

SECRET = "tamarind and jaggery"


class NoteDocument(Model):
    """Of the plugin."""

    model_config = {  # noqa: RUF012 - odmantic's way to configure a model
        "collection": "keeper_notes",
        "indexes": lambda: [IndexModel("of", name="of")],
    }

    id: str = Field(primary_field=True)
    of: str = ""


class Mark(BaseModel):
    """Of a product, a variant and an order."""

    text: str = ""


class VariantMark(Mark):
    """Of a variant."""


class OrderMark(Mark):
    """Of an order."""


class Keys(BaseModel):
    """Settings."""

    key: SecretStr = SecretStr("")


class Fault:
    """What stops a purge."""

    error: Exception | None = None


def keeper(fault: Fault | None = None, asked: list[str] | None = None) -> ModuleType:
    """A plugin that keeps data wherever a plugin can."""

    async def note(shop: Shop) -> None:
        await shop.mongo.collection("keeper_notes").update_one({"_id": "first"}, {"$set": {"of": "m"}}, upsert=True)

    async def plugin_purging(shop: Shop) -> bool:
        if fault is not None and fault.error is not None:
            raise fault.error
        if asked is not None:
            asked.append(shop.profile.name)
        return True

    return plugin(
        "keeper",
        register_documents=lambda: [NoteDocument],
        register_settings=lambda: Keys,
        register_migrations=lambda: [Migration(1, "Write the first note", note)],
        register_extensions=lambda: [
            Extension("product", Mark),
            Extension("variant", VariantMark),
            Extension("order", OrderMark),
        ],
        plugin_purging=plugin_purging,
    )


def paying(gateway: Gateway) -> ModuleType:
    """An online provider whose webhook settles orders."""
    blueprint = Blueprint("online_webhooks", "online")

    @blueprint.post("/online/webhook/<order_id>")
    @public
    async def heard(order_id: str) -> Response:
        shop = current_shop()
        order = await shop.repository(OrderRepository).get(order_id)
        await settle(shop, gateway.name, order_id, Settled("pay_1", order.grand_total, order.currency))
        return Response("", 204)

    return plugin(
        "online",
        register_payment_providers=lambda: [gateway],
        register_routes=lambda: Routes(webhooks=blueprint),
    )


class Refunding(Gateway):
    """One that gives money back by itself."""

    async def refund(self, shop: Shop, order: Order, amount: int, refund_id: str) -> Refunded:
        """At once."""
        del shop, order, refund_id
        return Refunded(f"back_{amount}")


@pytest.fixture
def gateway() -> Gateway:
    return Refunding(outcome=ActionNeeded("redirect", "https://pay.example/1", reference="ref"))


@pytest.fixture
def fault() -> Fault:
    return Fault()


@pytest.fixture
async def app(servers: tuple[str, str], tmp_path: Path, gateway: Gateway, fault: Fault) -> AsyncIterator[RunningApp]:
    modules = keeper(fault), delivery(), paying(gateway)
    async with app_with(*modules, servers=servers, data_dir=tmp_path) as running:
        yield running


async def marked(app: RunningApp) -> Any:
    """A shop where the plugin has left its marks; an order that carries one."""
    shop = app.shop
    products = await stock_up(shop)
    product = products[SKU]
    await extend_product(shop, product.id, Mark, lambda it: it.model_copy(update={"text": "seen"}))
    await extend_variant(shop, product.id, SKU, VariantMark, lambda it: it.model_copy(update={"text": "seen"}))
    order = (await buy(shop, await guest(shop), pay="gateway")).order
    await extend_order(shop, order.id, OrderMark, lambda it: it.model_copy(update={"text": "seen"}))
    await save_settings(shop, "keeper", {"key": SECRET})
    return order


async def left(shop: Shop) -> list[str]:
    """Where anything of the plugin is to be found in the whole database."""
    found = []
    for name in await shop.mongo.database.list_collection_names():
        if name == "audit_log":
            continue
        async for raw in shop.mongo.collection(name).find({}):
            raw.pop("known", None)
            raw.pop("priced", None)  # what an order was priced by is the order's own
            found += [name] if "keeper" in str(raw) or "keeper" in name else []
    return sorted(found)


async def test_purging_leaves_nothing_and_refuses_while_the_plugin_is_on(app: RunningApp):
    shop, order = app.shop, await marked(app)
    with pytest.raises(Conflict, match="is switched on") as refused:
        await purge_plugin(shop, "keeper")
    assert refused.value.hint == "Switch it off first: spoeq plugins disable keeper"
    await order_plugins(shop, ["keeper"])
    await disable_plugin(shop, "keeper")
    there = await footprint_of(shop, "keeper")
    assert there.collections == {"keeper_notes": 1}
    assert there.extensions == {"product": 1, "variant": 1, "order": 1}
    assert (there.settings, there.migrations) == (True, 1)
    assert await purge_plugin(shop, "keeper") == there
    assert await left(shop) == []
    assert "keeper_notes" not in await shop.mongo.database.list_collection_names()
    assert (await purge_plugin(shop, "keeper")).documents == 0, "again is no harm"
    again = await shop.repository(OrderRepository).get(order.id)
    assert (again.ext, again.grand_total) == ({}, order.grand_total)


async def test_reinstalled_after_either_it_works(app: RunningApp):
    shop = app.shop
    await marked(app)
    kept = await uninstall_keeping(shop, "keeper")
    assert kept.collections == {"keeper_notes": 1}
    assert "keeper" not in shop.hooks.enabled
    await enable_plugin(shop, "keeper")
    assert shop.plugin_settings(Keys).key.get_secret_value() == SECRET
    await disable_plugin(shop, "keeper")
    await purge_plugin(shop, "keeper")
    await enable_plugin(shop, "keeper")
    assert shop.plugin_settings(Keys) == Keys()
    assert await shop.mongo.collection("keeper_notes").count_documents({}) == 1, "its migrations ran anew"
    assert "of" in await shop.mongo.collection("keeper_notes").index_information()


async def test_a_purge_that_broke_off_is_seen_refuses_to_be_switched_on_and_goes_on(app: RunningApp, fault: Fault):
    shop = app.shop
    await marked(app)
    await disable_plugin(shop, "keeper")
    fault.error = OSError("the bucket is away")
    with pytest.raises(HookError, match="the bucket is away"):
        await purge_plugin(shop, "keeper")
    assert (await footprint_of(shop, "keeper")).collections == {"keeper_notes": 1}, "nothing else was removed"
    with pytest.raises(Conflict, match="is being removed") as refused:
        await enable_plugin(shop, "keeper")
    assert "--purge" in refused.value.hint
    page = await (await staff_browser(app, "admin")).text("/admin/plugins/keeper")
    assert "Removing its data was begun and broke off" in page
    fault.error = None
    await purge_plugin(shop, "keeper")
    assert await left(shop) == []
    await enable_plugin(shop, "keeper")


async def test_killed_at_any_step_the_next_purge_ends_it(app: RunningApp, monkeypatch: pytest.MonkeyPatch):
    shop = app.shop
    await marked(app)
    await disable_plugin(shop, "keeper")
    for place in ("_strip", "abandon", "own_collections"):
        with monkeypatch.context() as patch:
            patch.setattr(f"spoeq_core.plugins.removing.{place}", _killed)
            with pytest.raises(asyncio.CancelledError):
                await purge_plugin(shop, "keeper")
        assert configuration_of(shop).purging == {"keeper"}
    await asyncio.gather(purge_plugin(shop, "keeper"), purge_plugin(shop, "keeper"))
    assert await left(shop) == []


async def _killed(*_: object) -> None:
    raise asyncio.CancelledError


async def test_a_plugin_whose_package_is_gone_is_purged_by_what_is_written_down(
    servers: tuple[str, str], tmp_path: Path
):
    async with app_with(keeper(), delivery(), servers=servers, data_dir=tmp_path) as app:
        shop = app.shop
        await disable_plugin(shop, "keeper")
        configuration = configuration_of(shop)
        shop.hooks.remove("keeper")
        configuration.discovery = type(configuration.discovery)()
        assert (await footprint_of(shop, "keeper")).collections == {"keeper_notes": 1}
        await purge_plugin(shop, "keeper")
        assert await left(shop) == []
        with pytest.raises(NotFound, match="or ever was"):
            await purge_plugin(shop, "nothing")


async def test_a_collection_that_another_has_too_stays(servers: tuple[str, str], tmp_path: Path):
    other = plugin("other", register_documents=lambda: [NoteDocument])
    async with app_with(keeper(), other, servers=servers, data_dir=tmp_path) as app:
        await disable_plugin(app.shop, "keeper")
        there = await purge_plugin(app.shop, "keeper")
        assert (there.shared, there.collections) == (("keeper_notes",), {})
        assert await app.shop.mongo.collection("keeper_notes").count_documents({}) == 1


async def test_collections_of_the_core_are_never_removed(servers: tuple[str, str], tmp_path: Path):
    class Thief(Model):
        model_config = {"collection": "products"}  # noqa: RUF012 - odmantic copies it
        id: str = Field(primary_field=True)

    thief = plugin("thief", register_documents=lambda: [Thief])
    async with app_with(thief, servers=servers, data_dir=tmp_path) as app:
        await stock_up(app.shop)
        await disable_plugin(app.shop, "thief")
        await purge_plugin(app.shop, "thief")
        assert await app.shop.mongo.collection("products").count_documents({}) > 0


# -- a way to pay ---------------------------------------------------------------------------------------------------


async def test_orders_of_a_disabled_way_to_pay_are_counted_settled_and_refunded(app: RunningApp, gateway: Gateway):
    shop, order = app.shop, await marked(app)
    assert await unpaid_orders(shop, "online") == 1
    assert await unpaid_orders(shop, "keeper") == 0
    program, browser = await staff_program(app, "admin"), await staff_browser(app, "admin")
    assert "1 order still waits for money by it" in await browser.text("/admin/plugins/online")
    _, told = await program.post("/admin/plugins/online/disable")
    assert told["state"] == "disabled"
    assert told["warnings"][0].startswith("1 order still waits for money by it")
    assert (await app.client.post(f"/api/v1/online/webhook/{order.id}")).status_code == HTTPStatus.NO_CONTENT
    paid = await shop.repository(OrderRepository).get(order.id)
    assert (paid.payment_status, paid.paid) == ("paid", order.grand_total)
    assert await unpaid_orders(shop, "online") == 0
    given = await refund(shop, order.id, RefundWish("broken", amount=100), actor="Meera")
    assert [(one.amount, one.reference) for one in given.refunds] == [(100, "back_100")], "by the provider itself"


async def test_a_webhook_of_a_plugin_that_is_held_is_told_to_come_again(app: RunningApp):
    order = await marked(app)
    app.shop.hooks.held = {"online": "Migration 1 has not run yet."}
    response = await app.client.post(f"/api/v1/online/webhook/{order.id}")
    assert response.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert "Retry-After" in response.headers


# -- pages and programs ----------------------------------------------------------------------------------------------


async def test_staff_see_what_there_is_type_the_name_and_it_is_gone(app: RunningApp):
    await marked(app)
    browser, path = await staff_browser(app, "admin"), "/admin/plugins/keeper/uninstall"
    page = await browser.text(path)
    assert "keeper_notes" in page
    assert "Fields of orders" in page
    assert "Only of a plugin that is switched off" in page
    await browser.post(path, {"data": "keep"})
    assert "keeper" not in app.shop.hooks.enabled
    wrong = await browser.post(path, {"data": "purge", "confirmation": "keepr"})
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert (await footprint_of(app.shop, "keeper")).documents == 4
    done = await browser.post(path, {"data": "purge", "confirmation": "keeper"})
    assert done.status_code == HTTPStatus.SEE_OTHER
    assert await left(app.shop) == []


async def test_programs_do_the_same(app: RunningApp):
    await marked(app)
    program = await staff_program(app, "admin")
    status, problem = await program.post("/admin/plugins/keeper/uninstall", {"data": "purge"})
    assert (status, problem["code"]) == (HTTPStatus.CONFLICT, "plugin_enabled")
    status, kept = await program.post("/admin/plugins/keeper/uninstall", {"data": "keep"})
    assert (status, kept["collections"]) == (HTTPStatus.OK, {"keeper_notes": 1})
    status, gone = await program.post("/admin/plugins/keeper/uninstall", {"data": "purge"})
    assert (status, gone["extensions"]) == (HTTPStatus.OK, {"product": 1, "variant": 1, "order": 1})
    _, now = await program.get("/admin/plugins/keeper/data")
    assert (now["collections"], now["settings"], now["interrupted"]) == ({}, False, False)
    status, waiting = await program.post("/admin/plugins/keeper/migrate", {"dry_run": True})
    assert (status, [one["title"] for one in waiting["items"]]) == (HTTPStatus.OK, ["Write the first note"])
    clerk = await staff_program(app, "support")
    assert (await clerk.post("/admin/plugins/keeper/uninstall", {"data": "purge"}))[0] == HTTPStatus.FORBIDDEN


async def test_staff_move_plugins_up_and_down(app: RunningApp):
    shop, browser = app.shop, await staff_browser(app, "admin")
    assert in_hook_order(shop) == ["delivery", "keeper", "online"]
    await browser.post("/admin/plugins/online/earlier")
    assert in_hook_order(shop) == ["delivery", "online", "keeper"]
    await browser.post("/admin/plugins/delivery/later")
    assert in_hook_order(shop) == ["online", "delivery", "keeper"]
    await asyncio.gather(*(move_plugin(shop, "keeper", up=True) for _ in range(3)))
    assert in_hook_order(shop)[0] == "keeper"
    page = await browser.text("/admin/plugins")
    assert page.index('id="keeper"') < page.index('id="online"') < page.index('id="delivery"')
