"""Migrations run once in a shop, before their plugin serves, and what fails or is killed half-way is never hidden."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest
from quart import Blueprint, Response

from spoeq_core.boot import open_shop, prepare, subscribers
from spoeq_core.hooks import pricing
from spoeq_core.hooks.caller import HookError
from spoeq_core.hooks.contributions import Migration, Routes
from spoeq_core.kernel.errors import ConfigurationError, NotFound, Unavailable
from spoeq_core.kernel.events import Delivery
from spoeq_core.kernel.settings import Settings
from spoeq_core.orders.events import OrderPlaced
from spoeq_core.plugins.discovery import Discovery, as_plugin
from spoeq_core.plugins.lifecycle import configuration_of, disable_plugin, enable_plugin
from spoeq_core.plugins.loading import build_hooks
from spoeq_core.plugins.migrating import migrate_plugin, rehearse
from spoeq_core.plugins.model import Done, PluginRecord, why_held
from spoeq_core.plugins.records import LEASE, PluginRecords
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import test_settings as settings_for
from spoeq_core.web.access import public
from tests.shopping import plugin

NOW = datetime(2026, 11, 1, tzinfo=UTC)
Step = Callable[[Shop], Awaitable[None]]


def gifts(*steps: Step) -> ModuleType:
    """A plugin with these migrations, a route, a subscriber and a say about prices."""
    pages = Blueprint("gifts_pages", "gifts")

    @pages.get("/gifts")
    @public
    async def show() -> Response:
        return Response("gifts")

    async def on_placed(_shop: Shop, _event: OrderPlaced, _delivery: object) -> None:
        return None

    async def pricing_facts() -> dict[str, int]:
        return {"rate": 5}

    return plugin(
        "gifts",
        register_migrations=lambda: [Migration(n, f"Step {n}", step) for n, step in enumerate(steps, 1)],
        register_routes=lambda: Routes(pages=pages),
        register_subscribers=lambda: {OrderPlaced: on_placed},
        pricing_facts=pricing_facts,
    )


def bringing(migrations: list[Migration]) -> ModuleType:
    return plugin("gifts", register_migrations=lambda: migrations)


def adding(value: str) -> Step:
    async def add(shop: Shop) -> None:
        await shop.mongo.collection("gifts").insert_one({"step": value})

    return add


async def broken(shop: Shop) -> None:
    await shop.mongo.collection("gifts").insert_one({"step": "half"})
    raise ValueError("row 7 has no ribbon")


async def ran(shop: Shop) -> list[str]:
    return [raw["step"] async for raw in shop.mongo.collection("gifts").find({})]


@asynccontextmanager
async def process(
    settings: Settings, module: ModuleType, version: str = "1.0", *, serving: bool = False
) -> AsyncIterator[Shop]:
    discovery = Discovery((as_plugin(module, version),))
    async with open_shop(prepare(settings, discovery), serving=serving) as shop:
        yield shop


@pytest.fixture
async def settings(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[Settings]:
    found = settings_for(servers, tmp_path, plugin_poll_seconds=0.02)
    yield found
    async with open_shop(prepare(found, Discovery())) as shop:
        await shop.mongo.client.drop_database(found.mongodb_database)


async def test_they_run_in_order_once_before_the_plugin_is_on(settings: Settings):
    seen: list[bool] = []

    async def looks(shop: Shop) -> None:
        seen.append("gifts" in shop.hooks.enabled)

    async with process(settings, gifts(adding("a"), adding("b"), looks)) as shop:
        await enable_plugin(shop, "gifts")
        await disable_plugin(shop, "gifts")
        await enable_plugin(shop, "gifts")
        assert (await ran(shop), seen) == (["a", "b"], [False])
        record = await configuration_of(shop).records.of("gifts")
        assert [(done.number, done.title) for done in record.migrations] == [
            (1, "Step 1"),
            (2, "Step 2"),
            (3, "Step 3"),
        ]
        assert (record.version, record.lease_until) == ("1.0", None)


async def test_a_rehearsal_names_them_and_changes_nothing(settings: Settings):
    async with process(settings, gifts(adding("a"), adding("b"))) as shop:
        assert [one.title for one in await rehearse(shop, "gifts")] == ["Step 1", "Step 2"]
        assert await ran(shop) == []
        assert await configuration_of(shop).records.all() == {}
        await enable_plugin(shop, "gifts")
        assert await rehearse(shop, "gifts") == []
        with pytest.raises(NotFound):
            await rehearse(shop, "ghosts")


async def test_an_upgrade_runs_the_new_ones_at_the_start_and_is_noted(settings: Settings):
    async with process(settings, gifts(adding("a"))) as shop:
        await enable_plugin(shop, "gifts")
    async with process(settings, gifts(adding("a"), adding("b")), "1.1", serving=True) as shop:
        assert await ran(shop) == ["a", "b"]
        assert shop.hooks.enabled == {"gifts"}
        record = await configuration_of(shop).records.of("gifts")
        assert (record.previous, record.version) == ("1.0", "1.1")
        assert record.upgraded_at is not None


async def test_a_process_that_does_not_serve_runs_none_and_holds_the_plugin(settings: Settings):
    async with process(settings, gifts(adding("a"))) as shop:
        await enable_plugin(shop, "gifts")
    async with process(settings, gifts(adding("a"), adding("b")), "1.1") as shop:
        assert await ran(shop) == ["a"]
        assert shop.hooks.enabled == frozenset()
        assert shop.hooks.held == {"gifts": "Migration 2 has not run yet: Step 2."}
        with pytest.raises(HookError, match="it is held: Migration 2"):
            await shop.hooks.collect(pricing.pricing_facts, shop=shop, cart=None)  # type: ignore[arg-type]
        (held,) = [one for one in subscribers(shop.hooks) if one.plugin == "gifts"]
        assert held.name == "gifts.on_placed"
        with pytest.raises(Unavailable):
            await held.handler(shop, None, Delivery("1", "1", held.name, 1, shop.clock.now()))  # type: ignore[arg-type]
        assert [done.number for done in await migrate_plugin(shop, "gifts")] == [2]
        assert (shop.hooks.enabled, shop.hooks.held) == ({"gifts"}, {})
        assert await shop.hooks.collect(pricing.pricing_facts, shop=shop, cart=None)  # type: ignore[arg-type]


async def test_one_that_fails_is_told_keeps_the_plugin_off_and_rolls_forward(settings: Settings):
    async with process(settings, gifts(adding("a"), broken)) as shop:
        with pytest.raises(ConfigurationError, match=r"Migration 2 \(Step 2\) failed: ValueError: row 7") as failed:
            await enable_plugin(shop, "gifts")
        assert "spoeq plugins migrate gifts" in failed.value.hint
        assert shop.hooks.enabled == frozenset()
        for attempts in (1, 2):
            failure = (await configuration_of(shop).records.of("gifts")).failure
            assert failure is not None
            assert (failure.number, failure.attempts) == (2, attempts)
            assert "broken" in failure.details
            with pytest.raises(ConfigurationError):
                await migrate_plugin(shop, "gifts")
    async with process(settings, gifts(adding("a"), adding("b"))) as mended:
        await enable_plugin(mended, "gifts")
        assert await ran(mended) == ["a", "half", "half", "half", "b"], "each began anew, and the first ran once"
        assert (await configuration_of(mended).records.of("gifts")).failure is None


async def test_one_that_fails_at_the_start_leaves_the_shop_running_without_the_plugin(settings: Settings):
    async with process(settings, gifts(adding("a"))) as shop:
        await enable_plugin(shop, "gifts")
    async with (
        process(settings, gifts(adding("a"), broken), "1.1", serving=True) as one,
        process(settings, gifts(adding("a"), broken), "1.1") as other,
    ):
        for shop in (one, other):
            assert shop.hooks.enabled == frozenset()
            assert "row 7 has no ribbon" in shop.hooks.held["gifts"]
        assert (await configuration_of(one).records.of("gifts")).version == "1.0", "the new one never served"
        await disable_plugin(one, "gifts")
        assert one.hooks.held == {}, "switched off it refuses nothing"


async def test_two_processes_at_once_run_it_once(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    begun, go = asyncio.Event(), asyncio.Event()

    async def slow(shop: Shop) -> None:
        begun.set()
        await go.wait()
        await adding("slow")(shop)

    module = gifts(slow)
    async with process(settings, module) as one, process(settings, module) as other:
        first = asyncio.create_task(enable_plugin(one, "gifts"))
        await begun.wait()
        waits = asked_in_vain(configuration_of(other).records, monkeypatch)
        second = asyncio.create_task(enable_plugin(other, "gifts"))
        await asyncio.wait_for(waits.wait(), 60)
        assert not second.done()
        go.set()
        await asyncio.gather(first, second)
        assert await ran(one) == ["slow"]
        assert other.hooks.enabled == {"gifts"}


def asked_in_vain(records: PluginRecords, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Set once these records were asked for a lease that another process has."""
    waits, take = asyncio.Event(), records.take

    async def told(name: str, owner: str) -> bool:
        taken = await take(name, owner)
        if not taken:
            waits.set()
        return taken

    monkeypatch.setattr(records, "take", told)
    return waits


async def test_who_waited_for_one_that_failed_is_told_and_does_not_try_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    begun, go = asyncio.Event(), asyncio.Event()

    async def fails(shop: Shop) -> None:
        begun.set()
        await go.wait()
        await broken(shop)

    module = gifts(fails)
    async with process(settings, module) as one, process(settings, module) as other:
        first = asyncio.create_task(enable_plugin(one, "gifts"))
        await begun.wait()
        waits = asked_in_vain(configuration_of(other).records, monkeypatch)
        second = asyncio.create_task(enable_plugin(other, "gifts"))
        await asyncio.wait_for(waits.wait(), 60)
        go.set()
        for outcome in await asyncio.gather(first, second, return_exceptions=True):
            assert isinstance(outcome, ConfigurationError)
            assert "row 7" in str(outcome)
        assert await ran(one) == ["half"]


async def test_one_that_was_killed_half_way_is_taken_over_when_its_lease_ends(settings: Settings):
    async with process(settings, gifts(adding("a"))) as shop:
        records = configuration_of(shop).records
        assert await records.take("gifts", "the dead one")
        assert not await records.take("gifts", "another"), "it may live"
        long_ago = shop.clock.now() - timedelta(seconds=1)
        await shop.mongo.collection("plugin_records").update_one({"_id": "gifts"}, {"$set": {"lease_until": long_ago}})
        await enable_plugin(shop, "gifts")
        assert await ran(shop) == ["a"]
        late = Done(1, "Step 1", shop.clock.now())
        assert not await records.note_done("gifts", "the dead one", late), "who lost the lease records nothing"
        assert not await records.renew("gifts", "the dead one")


async def test_who_lost_the_lease_stops_and_records_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("spoeq_core.plugins.migrating.LEASE", LEASE / 6000)
    begun = asyncio.Event()

    async def endless(_shop: Shop) -> None:
        begun.set()
        await asyncio.Event().wait()

    async with process(settings, gifts(endless)) as shop:
        running = asyncio.create_task(enable_plugin(shop, "gifts"))
        await begun.wait()
        await shop.mongo.collection("plugin_records").update_one({"_id": "gifts"}, {"$set": {"lease_owner": "other"}})
        with pytest.raises(ConfigurationError, match="Another process took over"):
            await running
        assert (await configuration_of(shop).records.of("gifts")).migrations == ()


async def test_a_version_that_is_older_than_the_data_is_refused_and_held(settings: Settings):
    async with process(settings, gifts(adding("a"), adding("b")), "2.0") as shop:
        await enable_plugin(shop, "gifts")
    async with process(settings, gifts(adding("a")), "1.0", serving=True) as older:
        assert "Version 1.0 of 'gifts' does not know migration 2" in older.hooks.held["gifts"]
        assert older.hooks.enabled == frozenset()
        with pytest.raises(ConfigurationError, match=r"the data is of version 2\.0") as refused:
            await enable_plugin(older, "gifts")
        assert "pip install --upgrade spoeq-gifts" in refused.value.hint
    async with process(settings, gifts(adding("a"), adding("b")), "2.0", serving=True) as again:
        assert again.hooks.enabled == {"gifts"}


def test_numbers_with_gaps_and_what_cannot_be_awaited_are_refused():
    async def fine(_shop: Shop) -> None:
        return None

    def blocks(_shop: Shop) -> None:
        return None

    for wrong, said in (
        ([Migration(1, "A", fine), Migration(3, "C", fine)], r"numbered \[1, 3\]"),
        ([Migration(1, "A", fine), Migration(1, "B", fine)], r"numbered \[1, 1\]"),
        ([Migration(1, "A", blocks)], "migration 1 cannot be awaited"),  # type: ignore[arg-type]
    ):
        with pytest.raises(ConfigurationError, match=said):
            build_hooks([as_plugin(bringing(wrong))], lambda *_: None)


def test_why_a_plugin_is_held():
    async def step(_shop: Shop) -> None:
        return None

    both = [Migration(1, "A", step), Migration(2, "B", step)]
    record = PluginRecord("gifts", "1.0")
    assert why_held("1.0", [], record) == ""
    assert why_held("1.0", both, record).startswith("Migration 1 has not run")
    ran_both = (Done(1, "A", NOW), Done(2, "B", NOW))
    assert why_held("1.0", both, replace(record, migrations=ran_both)) == ""
    assert "does not know migration 2" in why_held("0.9", both[:1], replace(record, migrations=ran_both))
