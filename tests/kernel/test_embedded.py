"""The embedded servers, really run: they keep their data, come back when they die, and leave nothing behind."""
# ruff: noqa: ASYNC220, ASYNC240 - the loop of a test may wait for a small file or a fork

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from pymongo import AsyncMongoClient
from pymongo.errors import AutoReconnect
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

import spoeq_core
from spoeq_core.kernel.datadir import DataDirectory, DataDirectoryBusy, PidFile, command_line
from spoeq_core.kernel.embedded import MONGO, VALKEY, EmbeddedServers, ServerUrls, manager, running_servers
from spoeq_core.kernel.embedded.programs import program
from spoeq_core.kernel.errors import ConfigurationError, SpoeqError
from spoeq_core.kernel.processes import RestartBudget

PATIENCE = 60.0
OWNER = """
import asyncio, json, sys, threading
from spoeq_core.kernel.embedded import EmbeddedServers

async def main():
    servers = EmbeddedServers(sys.argv[1])
    await servers.start()
    print(json.dumps(servers.pids), flush=True)
    await asyncio.Event().wait()

if sys.argv[2] == "thread":
    thread = threading.Thread(target=asyncio.run, args=(main(),))
    thread.start()
    thread.join()
else:
    asyncio.run(main())
"""


@contextlib.contextmanager
def another_process(directory: Path, loop_in: str = "main") -> Iterator[tuple[subprocess.Popen[str], dict[str, int]]]:
    """Another process that runs the servers: it and their pids."""
    source = Path(spoeq_core.__file__).parents[1]
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(directory), loop_in],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(source)},
    )
    with owner:
        assert owner.stdout is not None
        try:
            yield owner, json.loads(owner.stdout.readline())
        finally:
            owner.kill()


async def eventually(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110 - of other processes, which set no event
            await asyncio.sleep(0.01)


def runs(pid: int) -> bool:
    return command_line(pid) != ""


async def remember(urls: ServerUrls, what: str) -> None:
    async with AsyncMongoClient[dict[str, str]](urls.mongodb_uri) as mongo, Redis.from_url(urls.redis_url) as redis:
        await mongo.shop.notes.insert_one({"_id": what})
        await redis.set(what, "kept")


async def remembered(urls: ServerUrls, what: str) -> bool:
    async with AsyncMongoClient[dict[str, str]](urls.mongodb_uri) as mongo, Redis.from_url(urls.redis_url) as redis:
        return await mongo.shop.notes.find_one({"_id": what}) == {"_id": what} and await redis.get(what) == b"kept"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "data of a shop"


@pytest.fixture
async def servers(directory: Path) -> AsyncIterator[EmbeddedServers]:
    servers = EmbeddedServers(directory, notify=lambda sentence: None)
    await servers.start()
    yield servers
    await servers.stop()


async def test_data_outlives_stop_and_start(directory: Path) -> None:
    first = EmbeddedServers(directory)
    urls = await first.start()
    pids = first.pids
    await remember(urls, "an order")
    await first.stop()
    assert not any(runs(pid) for pid in pids.values())
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    second = EmbeddedServers(directory)
    assert await remembered(await second.start(), "an order")
    await second.stop()
    assert (directory / "logs" / "valkey.log.1").exists()


async def test_stop_is_graceful_and_in_order(servers: EmbeddedServers, directory: Path) -> None:
    await servers.stop()
    assert "bye bye" in (directory / "logs" / "valkey.log").read_text()
    assert (directory / "logs" / "mongo.log").read_text() == ""
    assert list(directory.glob("*.pid")) == []
    await servers.stop()  # nothing left to do


async def test_one_server_alone(directory: Path) -> None:
    servers = EmbeddedServers(directory, names=[VALKEY])
    urls = await servers.start()
    assert urls.mongodb_uri == ""
    assert urls.redis_url.startswith("redis://127.0.0.1:")
    assert list(servers.pids) == [VALKEY]
    await servers.stop()


async def test_the_directory_of_another_process_is_refused_and_freed_by_its_death(directory: Path) -> None:
    with another_process(directory) as (owner, pids):
        second = EmbeddedServers(directory)
        with pytest.raises(DataDirectoryBusy) as refusal:
            await second.start()
        assert refusal.value.pid == owner.pid
        assert f"process {owner.pid}" in refusal.value.message
        assert f"kill {owner.pid}" in refusal.value.hint
        urls = running_servers(DataDirectory(directory))
        await remember(urls, "an order")
        owner.kill()
        owner.wait()
        await eventually(lambda: not any(runs(pid) for pid in pids.values()))
        assert running_servers(DataDirectory(directory)) == ServerUrls()
        assert await remembered(await second.start(), "an order")
        await second.stop()


async def test_servers_that_outlived_their_parent_are_stopped_first(directory: Path) -> None:
    # Started outside the main thread they are not killed with their parent, as on systems other than Linux.
    with another_process(directory, loop_in="thread") as (owner, orphans):
        owner.kill()
        owner.wait()
        assert all(runs(pid) for pid in orphans.values())
        servers = EmbeddedServers(directory)
        await servers.start()
        assert not any(runs(pid) for pid in orphans.values())
        await servers.stop()


async def test_a_pid_that_belongs_to_another_program_is_left_alone(directory: Path) -> None:
    folder = DataDirectory(directory).folder(MONGO)
    file = PidFile(directory / "mongo.pid", "secantusd-py", folder)
    for arguments in (["secantusd-py", f"{folder}2"], ["another-program", str(folder)]):
        with subprocess.Popen([sys.executable, "-c", "input()", *arguments], stdin=subprocess.PIPE) as other:
            file.write(other.pid, 1)
            await eventually(partial(runs, other.pid))  # its command line is there a moment after its start
            assert file.running() is None
            await file.stop_orphan()
            assert other.poll() is None
            assert not file.path.exists()
            other.kill()


async def test_a_killed_server_comes_back_on_its_port_with_its_data(servers: EmbeddedServers) -> None:
    urls, pids = servers.urls, servers.pids
    await remember(urls, "an order")
    watching = asyncio.create_task(servers.watch())
    for pid in pids.values():
        os.kill(pid, signal.SIGKILL)
    await eventually(lambda: len(servers.pids) == 2 and not set(servers.pids.values()) & set(pids.values()))
    assert servers.urls == urls
    async with asyncio.timeout(PATIENCE):
        while True:
            with contextlib.suppress(AutoReconnect, RedisConnectionError):
                if await remembered(urls, "an order"):
                    break
    await servers.stop()
    await watching


async def test_restart_keeps_port_and_data_and_is_no_death(directory: Path) -> None:
    said: list[str] = []
    servers = EmbeddedServers(directory, notify=said.append)
    urls = await servers.start()
    pids = servers.pids
    watching = asyncio.create_task(servers.watch())
    await remember(urls, "an order")
    await servers.restart(MONGO)
    await servers.restart(VALKEY)
    assert not set(servers.pids.values()) & set(pids.values())
    assert servers.urls == urls
    assert await remembered(urls, "an order")
    await servers.stop()
    await watching
    assert said == []


async def test_a_server_that_cannot_start_says_why(directory: Path) -> None:
    (DataDirectory(directory).folder(MONGO) / "WiredTiger.turtle").write_bytes(b"not a database")
    servers = EmbeddedServers(directory)
    with pytest.raises(SpoeqError, match=r"MongoDB \(SecantusDB\) ended with exit code 1 while it started") as failure:
        await servers.start()
    assert "WiredTigerError" in failure.value.message
    assert str(directory / "logs" / "mongo.log") in failure.value.hint
    assert servers.pids == {}
    DataDirectory(directory).lock().release()  # is free


async def test_a_server_that_keeps_dying_is_given_up(directory: Path) -> None:
    said: list[str] = []
    servers = EmbeddedServers(
        directory,
        names=[VALKEY],
        budget=lambda: RestartBudget(quick_seconds=3600, first_delay=0.01),
        notify=said.append,
    )
    await servers.start()
    (directory / "valkey" / "appendonlydir" / "appendonly.aof.manifest").write_text("not a manifest")
    os.kill(servers.pids[VALKEY], signal.SIGKILL)
    with pytest.raises(SpoeqError, match="Valkey died 5 times in a row") as failure:
        await servers.watch()
    assert "valkey.log" in failure.value.hint
    assert said[0] == "Valkey died with signal SIGKILL. Starting it again."
    assert len(said) == 4
    await servers.stop()


async def test_a_server_whose_folder_cannot_be_used_any_more_is_given_up(directory: Path) -> None:
    servers = EmbeddedServers(
        directory, names=[VALKEY], budget=lambda: RestartBudget(quick_seconds=3600, first_delay=0.01), notify=[].append
    )
    await servers.start()
    (directory / "logs").rename(directory / "logs of old")
    (directory / "logs").write_text("no folder")
    os.kill(servers.pids[VALKEY], signal.SIGKILL)
    with pytest.raises(
        SpoeqError, match=r"Valkey died 5 times in a row. Valkey could not be started: .*logs"
    ) as failure:
        await servers.watch()
    assert f"put a copy of {directory / 'valkey'} back" in failure.value.hint
    await servers.stop()
    DataDirectory(directory).lock().release()


async def test_a_port_that_others_took_first_is_left_to_them(servers: EmbeddedServers, tmp_path: Path) -> None:
    taken = [
        int(url.split("127.0.0.1:")[1].split("/")[0]) for url in (servers.urls.mongodb_uri, servers.urls.redis_url)
    ]
    free = iter(range(32_100, 32_700))
    choices = iter(taken)
    others = EmbeddedServers(tmp_path / "others", choose_port=lambda: next(choices, None) or next(free))
    urls = await others.start()
    assert urls.mongodb_uri != servers.urls.mongodb_uri
    assert urls.redis_url != servers.urls.redis_url
    assert not await remembered(urls, "an order")
    await others.stop()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers that wait for what is taken as long as this machine needs to free it."""
    monkeypatch.setattr(manager, "SECONDS_TO_GET_FREE", 2 * PATIENCE)


@pytest.mark.usefixtures("patient")
async def test_a_restarted_server_waits_for_its_port(servers: EmbeddedServers, directory: Path) -> None:
    port = int(servers.urls.redis_url.split("127.0.0.1:")[1].split("/")[0])
    os.kill(servers.pids[VALKEY], signal.SIGKILL)
    await eventually(lambda: VALKEY not in servers.pids)
    with socket.create_server(("127.0.0.1", port)):
        restarting = asyncio.create_task(servers.restart(VALKEY))
        await eventually(lambda: "Address already in use" in (directory / "logs" / "valkey.log").read_text())
    await restarting
    assert VALKEY in servers.pids


@pytest.mark.usefixtures("patient")
async def test_a_start_waits_for_a_server_that_still_closes_the_same_folder(directory: Path) -> None:
    first = EmbeddedServers(directory, names=[MONGO])
    await first.start()
    first.directory.lock_path.unlink()  # a crash of the locking file system: both believe to own the directory
    (directory / "mongo.pid").unlink()
    second = EmbeddedServers(directory, names=[MONGO])
    starting = asyncio.create_task(second.start())
    log = directory / "logs" / "mongo.log"
    await eventually(lambda: log.exists() and "already being managed" in log.read_text())
    await first.stop()
    await starting
    await second.stop()


async def test_servers_that_are_not_installed(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(directory / "python"))
    servers = EmbeddedServers(directory)
    with pytest.raises(ConfigurationError, match="SecantusDB") as failure:
        await servers.start()
    assert "SPOEQ_MONGODB_URI" in failure.value.hint


def test_a_lock_can_be_taken_again_by_its_holder_only(directory: Path) -> None:
    mine, other = DataDirectory(directory), DataDirectory(directory)
    with mine.lock(), mine.lock() as second:
        second.release()
        second.release()
        with pytest.raises(DataDirectoryBusy):
            other.lock()
    with other.lock():
        assert other.lock_path.read_text() == f"{os.getpid()}\n"


def test_a_data_directory_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="cannot be used") as failure:
        DataDirectory(tmp_path / "file" / "data")
    assert "SPOEQ_DATA_DIR" in failure.value.hint


@pytest.mark.parametrize("for_tests", [False, True])
def test_only_a_shop_waits_for_the_disk_and_forgets_what_has_expired(directory: Path, for_tests: bool) -> None:
    arguments = program(MONGO, DataDirectory(directory), for_tests=for_tests).argv(27017)
    assert ("--sync-on-commit" in arguments) is not for_tests
    assert any("ttl_sweep_seconds=0" in part for part in arguments) is for_tests
