"""A database that stands still, really stopped: who is waited for by people gives up, long work goes on."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pymongo.errors import PyMongoError

from spoeq_core.kernel.embedded import EmbeddedServers
from spoeq_core.kernel.mongo import Mongo
from spoeq_core.kernel.patience import limits, unhurried


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[EmbeddedServers]:
    servers = EmbeddedServers(tmp_path, names=("mongo",), for_tests=True)
    await servers.start()
    yield servers
    await servers.stop()


async def test_people_do_not_wait_for_a_database_that_stands_still(server: EmbeddedServers):
    """Not even for an answer on a connection that is open; whoever is not hurried has it when the server goes on."""
    mongo = Mongo(server.urls.mongodb_uri, "patience", **limits(500, hurried=True))
    shelf = mongo.collection("shelf")
    await shelf.insert_one({"_id": 1})
    pid = server.pids["mongo"]
    os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(PyMongoError):
            await asyncio.wait_for(shelf.update_one({"_id": 1}, {"$set": {"label": "hurried"}}), 10)
        with unhurried():
            waiting = asyncio.ensure_future(shelf.update_one({"_id": 1}, {"$inc": {"pieces": 1}}))
        done, _ = await asyncio.wait({waiting}, timeout=1)
        assert not done
    finally:
        os.kill(pid, signal.SIGCONT)
    assert (await waiting).matched_count == 1
    assert (await shelf.find_one({"_id": 1}))["pieces"] == 1
    mongo.close()


def test_whoever_is_not_waited_for_waits_for_an_answer_as_long_as_it_takes():
    assert limits(500, hurried=False) == {"serverSelectionTimeoutMS": 500}
