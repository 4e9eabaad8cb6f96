"""Kept pages in real web processes: each follows what another one changes, also while Valkey is away."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from spoeq_core.boot import open_shop, prepare
from spoeq_core.catalog import service as catalog
from spoeq_core.catalog.events import ProductUpdated
from spoeq_core.catalog.model import Product
from spoeq_core.kernel.datadir import DataDirectory
from spoeq_core.kernel.embedded.programs import VALKEY, program
from spoeq_core.kernel.events import to_pending
from spoeq_core.kernel.processes import free_port
from spoeq_core.kernel.settings import Settings
from spoeq_core.plugins.discovery import discover
from spoeq_core.plugins.lifecycle import disable_plugin
from spoeq_core.shop import Shop
from spoeq_core.stack import environment
from spoeq_core.testing import shops
from spoeq_core.worker import create_worker
from tests.shopping import SKU, stock_up

PATIENCE = 180.0
GUEST = {"Sec-Fetch-Site": "none"}


class Valkey:
    """A server of this test alone, which can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._program = program(VALKEY, DataDirectory(folder))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        with self._program.log.open("ab") as output:
            self._process = subprocess.Popen(self._program.argv(self.port), stdout=output, stderr=output)

    async def answers(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        return True

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class Web:
    """A web process with one worker, at an address of its own."""

    def __init__(self, settings: Settings, log: Path) -> None:
        self.port = free_port()
        command = [sys.executable, "-m", "spoeq_core.cli", "serve", "--port", str(self.port), "--workers", "1"]
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command,
                env={**os.environ, **environment(settings)},
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", timeout=30, trust_env=False)

    async def shows(self, path: str, holds: Callable[[httpx.Response], bool]) -> None:
        """Wait until a page is as it should be."""
        seen = ""
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    try:
                        answer = await self.client.get(path, headers=GUEST)
                        if holds(answer):
                            return
                        seen = f"{answer.status_code} {len(answer.text)}"
                    except httpx.TransportError as error:
                        seen = str(error)
                    await asyncio.sleep(0.05)
        except TimeoutError:
            pytest.fail(f"{path} is not as it should be: {seen}")

    async def stop(self) -> None:
        await self.client.aclose()
        os.killpg(self._process.pid, signal.SIGTERM)
        await asyncio.to_thread(self._process.wait, 60)


@pytest.fixture
async def valkey(tmp_path: Path) -> AsyncIterator[Valkey]:
    server = Valkey(tmp_path / "valkey")
    server.start()
    try:
        async with asyncio.timeout(PATIENCE):
            while not await server.answers():  # noqa: ASYNC110 - another process is asked
                await asyncio.sleep(0.02)
        yield server
    finally:
        server.kill()


@pytest.fixture
def settings(servers: tuple[str, str], valkey: Valkey, tmp_path: Path) -> Settings:
    return shops.test_settings((servers[0], valkey.url), tmp_path, plugin_poll_seconds=0.5, outbox_poll_seconds=0.5)


@asynccontextmanager
async def a_shop(settings: Settings) -> AsyncIterator[Shop]:
    """The shop of one more process: this one."""
    async with open_shop(prepare(settings, discover())) as shop:
        yield shop


@pytest.fixture
async def shop(settings: Settings) -> AsyncIterator[Shop]:
    async with a_shop(settings) as opened:
        yield opened
        await opened.mongo.client.drop_database(settings.mongodb_database)


@pytest.fixture
async def webs(shop: Shop, settings: Settings, tmp_path: Path) -> AsyncIterator[list[Web]]:
    found = [Web(settings, tmp_path / f"web{number}.log") for number in range(2)]
    try:
        for web in found:
            await web.shows("/healthz", lambda answer: answer.status_code == 200)
        yield found
    finally:
        for web in found:
            await web.stop()


async def both(webs: list[Web], path: str, holds: Callable[[httpx.Response], bool]) -> None:
    await asyncio.gather(*(web.shows(path, holds) for web in webs))


async def keep(webs: list[Web], path: str) -> None:
    """See to it that each keeps a page."""
    for web in webs:

        async def kept(web: Web = web) -> bool:
            await web.client.get(path, headers=GUEST)
            text = (await web.client.get("/metrics")).text
            return 'spoeq_cache_reads_total{outcome="hit",shelf="pages"}' in text

        async with asyncio.timeout(PATIENCE):
            while not await kept():  # noqa: ASYNC110 - another process is asked
                await asyncio.sleep(0.05)


async def priced(shop: Shop, product: Product, sale: int) -> Product:
    stored = await catalog.product_by_id_or_slug(shop, product.id)
    return await catalog.update_product(
        shop, product.id, {"variants": tuple(replace(variant, sale=sale) for variant in stored.variants)}
    )


async def test_a_price_and_a_plugin_that_one_process_changes_change_in_all(shop: Shop, webs: list[Web]):
    kurta = (await stock_up(shop))[SKU]
    path = f"/product/{kurta.slug}"
    await keep(webs, path)
    for sale in (99_900, 88_800, 77_700):
        await priced(shop, kurta, sale)
        await both(webs, path, lambda answer, shown=f"₹{sale // 100}": shown in answer.text)
    await keep(webs, "/help")
    await disable_plugin(shop, "pages")
    await both(webs, "/help", lambda answer: answer.status_code == 404)
    await both(webs, path, lambda answer: '"/help"' not in answer.text)


async def test_pages_stay_right_while_valkey_is_killed_and_when_it_is_back(shop: Shop, webs: list[Web], valkey: Valkey):
    kurta = (await stock_up(shop))[SKU]
    path = f"/product/{kurta.slug}"
    await keep(webs, path)
    for sale, up in ((99_900, False), (88_800, True), (77_700, False), (66_600, True)):
        (valkey.start if up else valkey.kill)()
        await priced(shop, kurta, sale)
        await both(webs, path, lambda answer, shown=f"₹{sale // 100}": shown in answer.text)
    await both(webs, "/metrics", lambda answer: "spoeq_cache_hears 1.0" in answer.text)
    await keep(webs, path)


async def renamed_unseen(shop: Shop, webs: list[Web], product: Product) -> str:
    """The name that a process gave a product without telling anybody; no page shows it yet.

    A process that stood still for a second draws what it has kept anew, and sees the name: then the next is given.
    """
    path = f"/product/{product.slug}"
    for number in range(20):
        await keep(webs, path)
        name, event = f"Angarkha {number}", to_pending(ProductUpdated(product_id=product.id), shop.clock.now())
        change = {"$set": {"name": name}, "$inc": {"version": 1}, "$push": {"pending_events": event}}
        await shop.mongo.collection("products").update_one({"_id": product.id}, change)
        pages = [(await web.client.get(path, headers=GUEST)).text for web in webs]
        if not any(name in page for page in pages):
            return name
    raise AssertionError("a change that nobody told of is seen each time")


async def test_what_a_process_wrote_and_died_before_it_told_is_told_by_the_worker(
    shop: Shop, webs: list[Web], settings: Settings
):
    kurta = (await stock_up(shop))[SKU]
    path = f"/product/{kurta.slug}"
    name = await renamed_unseen(shop, webs, kurta)
    stopping = asyncio.Event()
    working = asyncio.create_task(create_worker(settings).run(stopping))
    try:
        await both(webs, path, lambda answer: name in answer.text)
    finally:
        stopping.set()
        await working
