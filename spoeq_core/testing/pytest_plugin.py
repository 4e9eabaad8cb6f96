"""Fixtures for tests of the core and of plugins: real servers, a fresh shop for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """MongoDB's and Redis's URLs: those of the environment, or embedded servers for this session."""
    from spoeq_core.testing.servers import test_servers

    with test_servers(tmp_path_factory.mktemp("servers")) as urls:
        yield urls


@pytest.fixture
async def shop(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[object]:
    """A shop without plugins, on a database of its own."""
    from spoeq_core.testing.shops import shop_with

    async with shop_with(servers=servers, data_dir=tmp_path) as opened:
        yield opened


@pytest.fixture
async def running(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[object]:
    """A running app without plugins: its shop and a client."""
    from spoeq_core.testing.clients import app_with

    async with app_with(servers=servers, data_dir=tmp_path) as app:
        yield app
