"""A whole shop on one machine: embedded servers where none are given, web processes, a worker; started and stopped."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from spoeq_core.kernel.datadir import DataDirectory
from spoeq_core.kernel.embedded import EmbeddedServers, running_servers
from spoeq_core.kernel.errors import ConfigurationError, SpoeqError
from spoeq_core.kernel.processes import Child, Supervisor, describe_exit, free_port, listen, spawn, stop
from spoeq_core.kernel.settings import Settings
from spoeq_core.plugins.discovery import discover
from spoeq_core.plugins.loading import load_hooks

Say = Callable[[str], None]
Restart = Callable[[], Awaitable[bool]]
"""Has the shop's processes started anew while its servers run on; whether it answered in time."""

LONGEST_START = 60.0
SHOP = "shop"


@dataclass(frozen=True, slots=True)
class StackOptions:
    """What to start, and where.

    Attributes:
        data_dir: Where the embedded servers keep their data.
        host: The address to listen on.
        port: The port; the next free one, if it is taken.
        workers: How many web processes.
        with_worker: Whether the background worker runs, too.
        settings: Settings that this run has, whatever the environment says.
        prepare: Is awaited when the servers run, before the shop is started.
        on_ready: Is called when the shop can work.
        meanwhile: Runs beside the shop, which ends if it fails.
    """

    data_dir: Path
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 2
    with_worker: bool = True
    settings: Mapping[str, object] = field(default_factory=dict)
    prepare: Callable[[Settings], Awaitable[None]] | None = None
    on_ready: Callable[[Settings], None] | None = None
    meanwhile: Callable[[Restart], Coroutine[object, object, None]] | None = None


async def run_stack(options: StackOptions, say: Say) -> None:
    """Run the shop until SIGINT or SIGTERM, then stop web, worker, MongoDB, Valkey in this order.

    Args:
        options: What to start.
        say: Is told what happens, sentence by sentence.

    Raises:
        SpoeqError: an embedded server or the shop keeps dying, or could not be started; everything was stopped.
    """
    async with AsyncExitStack() as stack:
        directory = DataDirectory(options.data_dir)
        stack.callback(directory.lock().release)
        options = _with_free_port(options, say)
        settings = await stack.enter_async_context(_servers(options, directory, say))
        if options.prepare is not None:
            await options.prepare(settings)
        listening = stack.enter_context(listen(options.host, options.port))
        supervisor = Supervisor([_child(options, settings, listening)])
        beside = [_announce(options, settings, say)]
        if options.meanwhile is not None:
            beside.append(options.meanwhile(lambda: _start_anew(options, supervisor)))
        tasks = [asyncio.create_task(_or_end(work, supervisor)) for work in beside]
        try:
            await supervisor.run()
        finally:
            say("Stopping the servers …")
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
    say("Stopped.")


async def _start_anew(options: StackOptions, supervisor: Supervisor) -> bool:
    await supervisor.restart(SHOP)
    return await _answers_within(LONGEST_START, options, "/healthz")


async def _or_end(work: Coroutine[object, object, None], supervisor: Supervisor) -> None:
    """Do it; if it fails everything ends."""
    try:
        await work
    except Exception:
        supervisor.request_stop()
        raise


def _with_free_port(options: StackOptions, say: Say) -> StackOptions:
    port = free_port(options.port, options.host)
    if port != options.port:
        say(f"Port {options.port} is taken; using {port}.")
    return replace(options, port=port)


def _port_beside(own: int) -> int:
    """A free port for a server, and not the shop's own, on which nobody listens yet."""
    while (port := free_port()) == own:
        continue
    return port


@asynccontextmanager
async def _servers(options: StackOptions, directory: DataDirectory, say: Say) -> AsyncIterator[Settings]:
    given = Settings(data_dir=directory.path)
    given = given.model_copy(update=options.settings)
    _refuse_faulty_plugins(given)
    public = given.base_url if "base_url" in given.model_fields_set else f"http://{options.host}:{options.port}"
    changes: dict[str, object] = {"base_url": public}
    if given.mongodb_uri and given.redis_url:
        yield given.model_copy(update=changes)
        return
    servers = EmbeddedServers(directory, notify=say, choose_port=lambda: _port_beside(options.port))
    urls = await servers.start()
    changes |= {
        "mongodb_uri": given.mongodb_uri or urls.mongodb_uri,
        "redis_url": given.redis_url or urls.redis_url,
    }
    try:
        async with _watched(servers):
            yield given.model_copy(update=changes)
    finally:
        await servers.stop()


def _refuse_faulty_plugins(settings: Settings) -> None:
    """Where no plugin may be missing, say once which one is, instead of starting processes that die of it."""
    if not settings.strict_plugins:
        return
    _, found = load_hooks(discover(safe_mode=settings.safe_mode), lambda *_fault: None, strict=False)
    if found.quarantined:
        faulty = "; ".join(f"{plugin.name} ({plugin.error})" for plugin in found.quarantined)
        raise ConfigurationError(
            f"SPOEQ_STRICT_PLUGINS is set, and plugins could not be started: {faulty}.",
            hint="Mend or uninstall them, or start without SPOEQ_STRICT_PLUGINS to have them set aside.",
        )


@asynccontextmanager
async def _watched(servers: EmbeddedServers) -> AsyncIterator[None]:
    """Start again what dies while the block runs; when a server is given up the block is cancelled and that raised."""
    try:
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(servers.watch())
            yield
            watching.cancel()
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None


def running_settings(settings: Settings) -> Settings:
    """The same settings with the addresses of the embedded servers that run in its data directory, if any do."""
    if settings.mongodb_uri and settings.redis_url:
        return settings
    urls = running_servers(DataDirectory(settings.data_dir))
    changes = {
        "mongodb_uri": settings.mongodb_uri or urls.mongodb_uri,
        "redis_url": settings.redis_url or urls.redis_url,
    }
    return settings.model_copy(update=changes)


def environment(settings: Settings) -> dict[str, str]:
    """The variables by which a child process gets these settings."""
    return {
        f"SPOEQ_{name.upper()}": str(value) for name, value in settings.model_dump().items() if value not in (None, "")
    }


async def run_command(settings: Settings, *arguments: str) -> None:
    """Run a `spoeq` command on the shop of these settings, in a process of its own, and wait for it.

    Raises:
        SpoeqError: it failed.
    """
    argv = [sys.executable, "-m", "spoeq_core.cli", *arguments]
    process = await spawn(argv, env=environment(settings))
    try:
        status = await process.wait()
    except asyncio.CancelledError:
        await stop(process)
        raise
    if status:
        raise SpoeqError(
            f"`spoeq {' '.join(arguments)}` failed ({describe_exit(status)}).", hint="See its message above."
        )


def _child(options: StackOptions, settings: Settings, listening: socket.socket) -> Child:
    """The shop's processes; whoever calls while they are started anew waits for them, as the socket stays open here."""
    bound = ["--socket", str(listening.fileno()), "--workers", str(options.workers)]
    with_worker = ["--with-worker"] if options.with_worker else []
    command = [sys.executable, "-m", "spoeq_core.cli", "serve", *bound, *with_worker]
    return Child(SHOP, command, environment(settings), stop_seconds=25.0, pass_fds=[listening.fileno()])


async def _announce(options: StackOptions, settings: Settings, say: Say) -> None:
    """Say when the shop can work.

    Raises:
        SpoeqError: it does not even answer in time.
    """
    path = "/readyz" if options.with_worker else "/healthz"
    ready = await _answers_within(LONGEST_START, options, path)
    if not ready and await _answers(options.host, options.port, "/healthz"):
        say("The shop answers, but a part of it is not ready yet: /readyz says which.")
        ready = True
    if ready:
        if options.on_ready is not None:
            options.on_ready(settings)
        return
    raise SpoeqError(f"The shop did not answer within {LONGEST_START:.0f} seconds.", hint="See the messages above.")


async def _answers_within(seconds: float, options: StackOptions, path: str) -> bool:
    """Whether a page answers 200 before the time is over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if await _answers(options.host, options.port, path):
            return True
        await asyncio.sleep(0.05)
    return False


async def _answers(host: str, port: int, path: str) -> bool:
    """Whether a page of the shop answers 200."""
    try:
        async with asyncio.timeout(3):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
                return b" 200 " in await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False


def run_until_stopped(options: StackOptions, say: Say) -> int:
    """Run the stack to its end; the exit status."""
    try:
        asyncio.run(run_stack(options, say))
    except KeyboardInterrupt:
        say("Stopped.")
    except SpoeqError as error:
        say(str(error))
        return 1
    return 0


def cpu_workers(*, most: int = 16) -> int:
    """How many web processes suit this machine: one per processor, two at least."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 2)
    return min(most, max(2, processors))
