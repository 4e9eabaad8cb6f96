"""A database that stands still, really stopped: who is waited for by people gives up, long work goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from pymongo.errors import PyMongoError

from spoeq_core.kernel.embedded import EmbeddedServers
from spoeq_core.kernel.mongo import Mongo
from spoeq_core.kernel.patience import limits, unhurried
from tests.processes import standing_still


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[EmbeddedServers]:
    servers = EmbeddedServers(tmp_path, names=("mongo",), for_tests=True)
    await servers.start()
    yield servers
    await servers.stop()


@asynccontextmanager
async def shelf_of(server: EmbeddedServers, milliseconds: int) -> AsyncIterator[Any]:
    """A collection of one document, over one connection that is open; so long may a command of it take."""
    # No look at the server falls into the second for which it stands still: all its connections would be closed.
    seldom = {"heartbeatFrequencyMS": 600_000}
    mongo = Mongo(server.urls.mongodb_uri, "patience", **limits(milliseconds, hurried=True), **seldom)
    shelf, stored = mongo.collection("shelf"), None
    async with asyncio.timeout(60):
        while not stored:  # a busy machine may take longer than that to connect
            with suppress(PyMongoError):
                stored = await shelf.update_one({"_id": 1}, {"$setOnInsert": {"pieces": 0}}, upsert=True)
    yield shelf
    mongo.close()


@pytest.fixture
async def shelf(server: EmbeddedServers) -> AsyncIterator[Any]:
    async with shelf_of(server, 500) as found:
        yield found


async def test_people_do_not_wait_for_a_database_that_stands_still(server: EmbeddedServers, shelf: Any):
    """Not even for an answer on a connection that is open."""
    with standing_still(server.pids["mongo"]), pytest.raises(PyMongoError):
        await asyncio.wait_for(shelf.update_one({"_id": 1}, {"$set": {"label": "hurried"}}), 60)


async def test_long_work_has_its_answer_when_the_database_goes_on(server: EmbeddedServers, shelf: Any):
    with standing_still(server.pids["mongo"]):
        with unhurried():
            waiting = asyncio.ensure_future(shelf.update_one({"_id": 1}, {"$inc": {"pieces": 1}}))
        done, _ = await asyncio.wait({waiting}, timeout=1)
        assert not done
    assert (await waiting).matched_count == 1
    with unhurried():
        assert (await shelf.find_one({"_id": 1}))["pieces"] == 1


async def test_a_list_may_be_read_for_longer_than_one_command_may_take(server: EmbeddedServers):
    """Each part of it is a command of its own: an export is not cut off."""
    seen = 0
    async with shelf_of(server, 3000) as shelf:
        await shelf.insert_many([{"_id": number} for number in range(2, 12)])
        async for _ in shelf.find({}, batch_size=4):
            await asyncio.sleep(0.3)
            seen += 1
    assert seen == 11


def test_whoever_is_not_waited_for_waits_for_an_answer_as_long_as_it_takes():
    assert limits(500, hurried=False) == {"serverSelectionTimeoutMS": 500}
