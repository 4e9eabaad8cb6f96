"""A whole shop on one machine: embedded servers where none are given, web processes, a worker; started and stopped."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from spoeq_core.kernel.datadir import DataDirectory
from spoeq_core.kernel.embedded import EmbeddedServers, running_servers
from spoeq_core.kernel.errors import ConfigurationError, SpoeqError
from spoeq_core.kernel.processes import Child, Supervisor, describe_exit, free_port, spawn, stop
from spoeq_core.kernel.settings import Settings
from spoeq_core.plugins.discovery import discover
from spoeq_core.plugins.loading import load_hooks

Say = Callable[[str], None]
LONGEST_START = 60.0


@dataclass(frozen=True, slots=True)
class StackOptions:
    """What to start, and where."""

    data_dir: Path
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 2
    safe_mode: bool = False
    with_worker: bool = True
    prepare: Callable[[Settings], Awaitable[None]] | None = None
    on_ready: Callable[[Settings], None] | None = None


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
        supervisor = Supervisor(_children(options, settings))
        announcing = asyncio.create_task(_announce(options, settings, supervisor, say))
        try:
            await supervisor.run()
        finally:
            say("Stopping the servers …")
            announcing.cancel()
            with suppress(asyncio.CancelledError):
                await announcing
    say("Stopped.")


def _with_free_port(options: StackOptions, say: Say) -> StackOptions:
    port = free_port(options.port, options.host)
    if port != options.port:
        say(f"Port {options.port} is taken; using {port}.")
    return replace(options, port=port)


@asynccontextmanager
async def _servers(options: StackOptions, directory: DataDirectory, say: Say) -> AsyncIterator[Settings]:
    given = Settings(data_dir=directory.path)
    given = given.model_copy(update={"safe_mode": options.safe_mode or given.safe_mode})
    _refuse_faulty_plugins(given)
    public = given.base_url if "base_url" in given.model_fields_set else f"http://{options.host}:{options.port}"
    changes: dict[str, object] = {"base_url": public}
    if given.mongodb_uri and given.redis_url:
        yield given.model_copy(update=changes)
        return
    servers = EmbeddedServers(directory, notify=say)
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


def _children(options: StackOptions, settings: Settings) -> list[Child]:
    bound = ["--host", options.host, "--port", str(options.port), "--workers", str(options.workers)]
    with_worker = ["--with-worker"] if options.with_worker else []
    command = [sys.executable, "-m", "spoeq_core.cli", "serve", *bound, *with_worker]
    return [Child("shop", command, environment(settings), stop_seconds=25.0)]


async def _announce(options: StackOptions, settings: Settings, supervisor: Supervisor, say: Say) -> None:
    """Say when the shop can work; stop everything if it does not even answer in time.

    Raises:
        SpoeqError: it did not.
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
    supervisor.request_stop()
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
            writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
            line = await reader.readline()
            writer.close()
    except (OSError, TimeoutError):
        return False
    return b" 200 " in line


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
