"""Who blocks the event loop is named, and browsing goes on; how plugins fare is known in every process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from quart import Blueprint, Response

from spoeq_core.boot import open_shop, prepare
from spoeq_core.hooks.contributions import Fragment, Routes
from spoeq_core.hooks.counting import BOUNDS, Blocked, Calls, added
from spoeq_core.plugins import health
from spoeq_core.plugins.discovery import InstalledPlugin, as_plugin
from spoeq_core.plugins.health import health_of_plugins, tell
from spoeq_core.plugins.lifecycle import enable_plugin
from spoeq_core.plugins.watching import CORE, LoopWatch
from spoeq_core.testing.clients import app_with
from spoeq_core.testing.shops import discovery_of, test_settings as settings_for
from spoeq_core.testing.visitors import shopper_browser, staff_browser, staff_program
from spoeq_core.web.access import public
from tests.shopping import plugin

SOON = 0.08
PATIENCE = 30.0
Work = Callable[[Callable[[], object]], None]
"""Holds the loop until the watch has found it, as the given function tells: a busy machine looks late."""


def heavy(work: Work, found: Found) -> ModuleType:
    """A plugin that does this in a fragment and on a page of its own."""
    pages = Blueprint("heavy_pages", "heavy")

    @pages.get("/heavy")
    @public
    async def heavy_page() -> Response:
        work(lambda: found.at("heavy_page"))
        return Response("done")

    async def page_fragments() -> Sequence[Fragment]:
        work(lambda: found.at("page_fragments"))
        return []

    module = plugin("heavy", page_fragments=page_fragments, register_routes=lambda: Routes(pages=pages))
    module.manifest = replace(module.manifest, slots=("home.sections",))  # type: ignore[attr-defined]
    module.__file__ = __file__
    return module


def sleeping(is_found: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE
    while not is_found() and time.monotonic() < until:
        time.sleep(SOON)  # what is tested is what this does to the loop


def computing(is_found: Callable[[], object]) -> None:
    """Holds the interpreter without letting anybody else in."""
    until = time.monotonic() + PATIENCE
    while not is_found() and time.monotonic() < until:
        sorted(range(300_000), key=lambda number: -number)


@dataclass
class Found:
    """What the watch of a shop has found."""

    blocked: dict[tuple[str, str], Blocked] = field(default_factory=dict)

    def at(self, what: str) -> bool:
        """Whether the plugin was found there."""
        return any(name == "heavy" and what in where for name, where in list(self.blocked))


@pytest.fixture(autouse=True)
def found(monkeypatch: pytest.MonkeyPatch) -> Found:
    """By watches that do not wait for a whole second."""
    noted = Found()

    def watch(plugins: Sequence[InstalledPlugin], blocked: dict[tuple[str, str], Blocked]) -> LoopWatch:
        noted.blocked = blocked
        return LoopWatch(plugins, blocked, SOON)

    monkeypatch.setattr("spoeq_core.boot.LoopWatch", watch)
    return noted


@pytest.mark.parametrize("work", [sleeping, computing])
async def test_a_hook_and_a_page_that_block_are_named(
    work: Work, found: Found, servers: tuple[str, str], tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    async with app_with(heavy(work, found), servers=servers, data_dir=tmp_path) as app:
        guest = shopper_browser(app)
        assert (await guest.get("/")).status_code == HTTPStatus.OK, "browsing goes on"
        assert (await guest.get("/heavy")).status_code == HTTPStatus.OK
        metrics = await guest.text("/metrics")
        assert 'spoeq_loop_blocked_total{plugin="heavy",what="page_fragments"}' in metrics
        assert "heavy_page" in metrics
        assert "plugin heavy holds up the whole process in page_fragments" in caplog.text
        browser, program = await staff_browser(app, "admin"), await staff_program(app, "admin")
        _, listed = await program.get("/admin/plugins")
        (shown,) = [one for one in listed["items"] if one["name"] == "heavy"]
        assert {one["what"] for one in shown["health"]["blocked"]} >= {"page_fragments"}
        assert shown["health"]["hooks"]["page_fragments"]["calls"] >= 1
        page = await browser.text("/admin/plugins/health")
        assert "page_fragments" in page
        assert "heavy_page" in page
        assert work.__name__ in page, "the stack is there for staff"
        assert work.__name__ not in await guest.text("/")


async def test_who_awaits_for_long_holds_nobody_up(found: Found):
    blocked: dict[tuple[str, str], Blocked] = {}
    watch = LoopWatch([as_plugin(heavy(sleeping, found))], blocked, SOON)
    watch.start()
    await asyncio.sleep(6 * SOON)
    watch.stop()
    assert not [key for key in blocked if key[0] != CORE]


async def test_what_nobody_can_be_blamed_for_is_the_cores():
    blocked: dict[tuple[str, str], Blocked] = {}
    watch = LoopWatch([], blocked, SOON)
    watch.start()
    sleeping(blocked.__len__)
    watch.stop()
    ((plugin, what),) = blocked
    assert (plugin, what) == (CORE, "sleeping")
    assert blocked[plugin, what].count == 1, "once, however long it lasts"
    assert "time.sleep" in blocked[plugin, what].stack


async def test_figures_of_processes_are_added_and_those_of_dead_ones_go(servers: tuple[str, str], tmp_path: Path):
    modules = (plugin("alpha"),)
    settings = settings_for(servers, tmp_path)
    async with (
        open_shop(prepare(settings, discovery_of(*modules))) as one,
        open_shop(prepare(settings, discovery_of(*modules))) as other,
    ):
        try:
            await enable_plugin(one, "alpha")
            for shop, seconds in ((one, 0.003), (other, 0.3)):
                calls = Calls(calls=2, errors=1, timeouts=1)
                calls.took(seconds)
                shop.hooks.calls["alpha", "head_tags"] = calls
                await tell(shop)
            found = (await health_of_plugins(one))["alpha"]
            assert (found.whole.calls, found.whole.errors, found.whole.timeouts) == (4, 2, 2)
            assert found.whole.slowest() == 0.5
            later = replace(one, clock=Later(one.clock))
            assert (await health_of_plugins(later))["alpha"].whole.calls == 2, "only who asks lives still"
            assert await one.redis.hlen(one.key("health")) == 1, "what the dead told is swept away"
        finally:
            await one.mongo.client.drop_database(settings.mongodb_database)


class Later:
    """A clock that is past the life of a report."""

    def __init__(self, clock: Any) -> None:
        self._clock = clock

    def now(self) -> Any:
        """After the end."""
        return self._clock.now() + timedelta(seconds=health.ALIVE + 1)


def test_the_slowest_share_is_a_bound():
    calls = Calls()
    assert calls.slowest() == 0.0
    for seconds in [0.0005] * 95 + [0.15] * 5:
        calls.took(seconds)
    assert (calls.slowest(), calls.slowest(0.96)) == (0.001, 0.2)
    longer = Calls()
    longer.took(60)
    assert longer.slowest() == BOUNDS[-1]
    assert added([calls, longer]).spread[-1] == 1
