"""A database that stands still, really stopped: who is waited for by people gives up, long work goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
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


@pytest.fixture
async def shelf(server: EmbeddedServers) -> AsyncIterator[Any]:
    """A collection of one document, over one connection that is open."""
    mongo = Mongo(server.urls.mongodb_uri, "patience", **limits(500, hurried=True))
    await mongo.collection("shelf").insert_one({"_id": 1})
    yield mongo.collection("shelf")
    mongo.close()


async def test_people_do_not_wait_for_a_database_that_stands_still(server: EmbeddedServers, shelf: Any):
    """Not even for an answer on a connection that is open."""
    with standing_still(server.pids["mongo"]), pytest.raises(PyMongoError):
        await asyncio.wait_for(shelf.update_one({"_id": 1}, {"$set": {"label": "hurried"}}), 10)


async def test_long_work_has_its_answer_when_the_database_goes_on(server: EmbeddedServers, shelf: Any):
    with standing_still(server.pids["mongo"]):
        with unhurried():
            waiting = asyncio.ensure_future(shelf.update_one({"_id": 1}, {"$inc": {"pieces": 1}}))
        done, _ = await asyncio.wait({waiting}, timeout=1)
        assert not done
    assert (await waiting).matched_count == 1
    assert (await shelf.find_one({"_id": 1}))["pieces"] == 1


async def test_a_list_may_be_read_for_longer_than_one_command_may_take(shelf: Any):
    """Each part of it is a command of its own: an export is not cut off."""
    await shelf.insert_many([{"_id": number} for number in range(2, 12)])
    seen = 0
    async for _ in shelf.find({}, batch_size=4):
        await asyncio.sleep(0.15)
        seen += 1
    assert seen == 11


def test_whoever_is_not_waited_for_waits_for_an_answer_as_long_as_it_takes():
    assert limits(500, hurried=False) == {"serverSelectionTimeoutMS": 500}
