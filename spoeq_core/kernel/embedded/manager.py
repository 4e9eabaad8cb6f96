"""Starts, watches and stops the embedded servers of one data directory."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

from pymongo.errors import PyMongoError
from redis.exceptions import RedisError

from spoeq_core.kernel.datadir import DataDirectory, DataDirectoryLock
from spoeq_core.kernel.embedded.programs import MONGO, VALKEY, Program, ServerUrls, pid_file, program
from spoeq_core.kernel.errors import SpoeqError
from spoeq_core.kernel.processes import (
    LOOPBACK,
    Notify,
    RestartBudget,
    describe_exit,
    free_port,
    kill_group,
    spawn,
    stop,
    to_stderr,
)

LOGS_KEPT = 5
LOG_LINES_SHOWN = 20
PORT_TAKEN = "Address already in use"
FOLDER_TAKEN = "already being managed by another process"
SECONDS_OF_A_QUICK_DEATH = 0.2  # counted from its first answer: one that served is started again, however often it dies
SECONDS_TO_GET_FREE = 15.0
"""How long a port or a folder may stay taken: a server that was told to end holds its folder for a second or two."""


@dataclass
class _Server:
    """A program with its process, which only the holder of `changing` may replace."""

    program: Program
    port: int
    process: asyncio.subprocess.Process | None = None
    changing: asyncio.Lock = field(default_factory=asyncio.Lock)


class EmbeddedServers:
    """The servers of a data directory, which is locked while they run.

    `urls = await servers.start()`, then `servers.watch()` in a task, at last `await servers.stop()`.

    Args:
        directory: The data directory or its path.
        names: Which servers to run; the first is stopped first.
        patience: Seconds that a server may take until it answers.
        choose_port: Chooses a port for a server; asked again when the port turns out to be taken.
        budget: Makes the restart policy of a server for `watch`.
        for_tests: Whether nobody kills them, so that they need not wait for the disk, and their clock is not their
            clients': they forget nothing by it.
        notify: Is told in a sentence when a server died and is started again.
    """

    def __init__(
        self,
        directory: DataDirectory | Path | str,
        *,
        names: Collection[str] = (MONGO, VALKEY),
        patience: float = 60.0,
        choose_port: Callable[[], int] = free_port,
        budget: Callable[[], RestartBudget] = lambda: RestartBudget(quick_seconds=SECONDS_OF_A_QUICK_DEATH),
        for_tests: bool = False,
        notify: Notify = to_stderr,
    ) -> None:
        self.directory = directory if isinstance(directory, DataDirectory) else DataDirectory(directory)
        self._names = tuple(names)
        self._patience = patience
        self._choose_port = choose_port
        self._budget = budget
        self._for_tests = for_tests
        self._notify = notify
        self._lock: DataDirectoryLock | None = None
        self._servers: dict[str, _Server] = {}
        self._keepers: list[asyncio.Task[None]] = []

    @property
    def urls(self) -> ServerUrls:
        """Where the servers answer: the same addresses from `start` to `stop`, whatever dies meanwhile."""
        ports = {name: server.port for name, server in self._servers.items()}
        return ServerUrls.of_ports(ports.get(MONGO), ports.get(VALKEY))

    @property
    def pids(self) -> dict[str, int]:
        """The process of each server that runs, by its name."""
        processes = {name: server.process for name, server in self._servers.items()}
        return {name: process.pid for name, process in processes.items() if process and process.returncode is None}

    async def start(self) -> ServerUrls:
        """Start the servers at the same time; returns as soon as all of them answer.

        Raises:
            DataDirectoryBusy: another process uses the directory.
            ConfigurationError: a server is not installed.
            SpoeqError: one did not start; the message has the end of its log, and the others were stopped.
        """
        self._lock = self.directory.lock()
        try:
            self._servers = {
                name: _Server(program(name, self.directory, for_tests=self._for_tests), self._choose_port())
                for name in self._names
            }
            async with asyncio.TaskGroup() as starting:
                for server in self._servers.values():
                    starting.create_task(self._start(server))
        except BaseExceptionGroup as group:
            await self.stop()
            raise group.exceptions[0] from None
        except BaseException:
            await self.stop()
            raise
        return self.urls

    async def stop(self) -> None:
        """Stop the servers one by one, each within 10 s, and unlock the directory; if cancelled it kills them."""
        for keeper in self._keepers:
            keeper.cancel()
        try:
            await asyncio.gather(*self._keepers, return_exceptions=True)
            for server in self._servers.values():
                async with server.changing:
                    await self._end(server)
        finally:
            for pid in self.pids.values():
                kill_group(pid)
            if self._lock:
                self._lock.release()

    async def restart(self, name: str) -> None:
        """Stop a server gracefully and start it again on its port."""
        server = self._servers[name]
        async with server.changing:
            await self._end(server)
            await self._launch(server)

    async def watch(self) -> None:
        """Start each server that dies again, on its port and with its data, until `stop` or cancellation.

        Raises:
            SpoeqError: a server keeps dying.
        """
        self._keepers = [asyncio.create_task(self._keep(server)) for server in self._servers.values()]
        try:
            await asyncio.wait(self._keepers, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            for keeper in self._keepers:
                keeper.cancel()
            results = await asyncio.gather(*self._keepers, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result

    async def _keep(self, server: _Server) -> None:
        budget = self._budget()
        while process := server.process:
            started = time.monotonic()
            code = await process.wait()
            async with server.changing:
                if server.process is process:  # else it was stopped or restarted on purpose
                    problem = f"{server.program.title} died with {describe_exit(code)}."
                    await self._revive(server, budget, time.monotonic() - started, problem)

    async def _revive(self, server: _Server, budget: RestartBudget, lived: float, problem: str) -> None:
        while (delay := budget.delay(lived)) is not None:
            self._notify(f"{problem} Starting it again.")
            await asyncio.sleep(delay)
            try:
                await self._launch(server)
                return
            except (SpoeqError, OSError) as error:
                lived, problem = 0.0, _said(server.program, error)
        raise _given_up(server.program, budget.quick_deaths, problem)

    async def _start(self, server: _Server) -> None:
        async with server.changing:
            await server.program.pid_file.stop_orphan()
            await self._launch(server, may_move=True)

    async def _end(self, server: _Server) -> None:
        if process := server.process:
            server.process = None
            knocking = asyncio.create_task(_knock(server.port, process))
            try:
                await stop(process)
            finally:
                knocking.cancel()
            server.program.pid_file.remove()

    async def _launch(self, server: _Server, *, may_move: bool = False) -> None:
        """Start a server and wait until it answers; `may_move` allows another port when its own is taken."""
        begun = time.monotonic()
        _rotate(server.program.log)
        while (code := await self._bring_up(server)) is not None:
            tail = _tail(server.program.log)
            passing = PORT_TAKEN in tail or FOLDER_TAKEN in tail
            if not passing or time.monotonic() - begun > SECONDS_TO_GET_FREE:
                raise _failed(server.program, f"ended with {describe_exit(code)} while it started", tail)
            if PORT_TAKEN in tail and may_move:
                server.port = self._choose_port()
            await asyncio.sleep(0.2)

    async def _bring_up(self, server: _Server) -> int | None:
        """Start its process once: None as soon as it answers, its exit code if it ends instead."""
        with server.program.log.open("wb") as log:
            process = await spawn(server.program.argv(server.port), cwd=self.directory.path, output=log.fileno())
        server.process = process
        server.program.pid_file.write(process.pid, server.port)
        deadline = time.monotonic() + self._patience
        while process.returncode is None:
            if await _answers(server.program, server.port, process.pid):
                return None
            if time.monotonic() > deadline:
                kill_group(process.pid)
                raise _failed(server.program, f"did not answer within {self._patience:g} s", _tail(server.program.log))
            await asyncio.sleep(0.02)
        return process.returncode


def running_servers(directory: DataDirectory) -> ServerUrls:
    """Where the servers of a directory that another process runs answer; empty for one that does not run."""
    found = {name: pid_file(name, directory).running() for name in (MONGO, VALKEY)}
    ports = {name: running[1] for name, running in found.items() if running}
    return ServerUrls.of_ports(ports.get(MONGO), ports.get(VALKEY))


async def _answers(program: Program, port: int, pid: int) -> bool:
    """Whether that very process answers properly: another program may have taken the port."""
    try:
        _, writer = await asyncio.open_connection(LOOPBACK, port)
        writer.close()
        return await program.ask_pid(port) == pid
    except (OSError, PyMongoError, RedisError):
        return False


def _failed(server: Program, problem: str, tail: str) -> SpoeqError:
    return SpoeqError(f"{server.title} {problem}. The end of its log:\n{tail}\n", hint=f"All of it: {server.log}")


def _said(server: Program, error: SpoeqError | OSError) -> str:
    """Why a server could not be started: an OSError comes from its folder, its log or its pid file."""
    return error.message if isinstance(error, SpoeqError) else f"{server.title} could not be started: {error}."


def _given_up(server: Program, deaths: int, problem: str) -> SpoeqError:
    return SpoeqError(
        f"{server.title} died {deaths} times in a row. {problem}",
        hint=f"All that it said: {server.log}, and {server.log.name}.1 to .{LOGS_KEPT} of the starts before. Mend what "
        f"they name and start again. If its data is damaged, put a copy of {server.folder} back; if it may be lost, "
        "move that folder away.",
    )


async def _knock(port: int, process: asyncio.subprocess.Process) -> None:
    """Keep connecting until the process has ended: SecantusDB notices that it was told to stop when somebody comes.

    Otherwise it takes two seconds.
    """
    while process.returncode is None:
        await asyncio.sleep(0.02)
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection(LOOPBACK, port)
            writer.close()


def _rotate(log: Path) -> None:
    """Set the last logs aside: `mongo.log.1` is the newest."""
    for number in range(LOGS_KEPT - 1, 0, -1):
        older = log.with_name(f"{log.name}.{number}")
        if older.exists():
            older.replace(log.with_name(f"{log.name}.{number + 1}"))
    if log.exists():
        log.replace(log.with_name(f"{log.name}.1"))


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-LOG_LINES_SHOWN:])
