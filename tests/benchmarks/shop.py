"""A real shop of the bench's own: `spoeq run` in a temporary folder, as an operator would start it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import httpx
import psutil

from spoeq_core.kernel.processes import free_port
from spoeq_core.kernel.settings import Settings
from spoeq_core.local import use_shop
from spoeq_core.shop import Shop
from spoeq_core.stack import running_settings

R = TypeVar("R")
PATIENCE = 300.0
ROLES = {"spoeq-web": "web", "spoeq-worker": "worker", "valkey-server": "valkey"}
"""What each process does, by its name."""
MONGODB = "secantus"
"""In the command line of the embedded MongoDB, which has a Python's name."""
OTHER = "parents"
"""They start and watch the others."""
FORWARDED = {"X-Forwarded-For": "10.9.8.7"}


@dataclass
class BenchShop:
    """A shop that can be started, stopped and started again on the same data."""

    data_dir: Path
    workers: int
    env: Mapping[str, str] = field(default_factory=dict)
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def base_url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """What its processes say."""
        return self.data_dir.parent / "shop.log"

    def client(self) -> httpx.Client:
        """Somebody who asks for a few pages."""
        return httpx.Client(base_url=self.base_url, timeout=600, trust_env=False, headers=FORWARDED)

    def environment(self) -> dict[str, str]:
        """Of its processes and of commands that use it; a proxy is trusted, so that each request is a visitor's own."""
        own = {
            "SPOEQ_DATA_DIR": str(self.data_dir),
            "SPOEQ_TRUSTED_PROXIES": "1",
            "SPOEQ_LOG_LEVEL": "WARNING",
            "SPOEQ_ENV": "staging",
        }
        outside = {name: value for name, value in os.environ.items() if not name.startswith("SPOEQ_")}
        return {**outside, **own, **self.env}

    def start(self) -> float:
        """Start it; seconds until everything answers."""
        self.port = free_port()
        command = [sys.executable, "-m", "spoeq_core.cli", "run"]
        started = time.perf_counter()
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [*command, "--port", str(self.port), "--workers", str(self.workers)],
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self.environment(),
                start_new_session=True,
            )
        with self.client() as client:
            while not _answers(client):
                if self.process.poll() is not None or time.perf_counter() - started > PATIENCE:
                    raise SystemExit(f"The shop did not start:\n{self.log.read_text('utf-8', 'replace')}")
                time.sleep(0.02)
        return time.perf_counter() - started

    def stop(self) -> None:
        """Press Ctrl-C and wait."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process = None

    def restarted(self, env: Mapping[str, str] | None = None) -> float:
        """Stop it and start it again, with another environment if one is given; seconds until it answers."""
        self.stop()
        if env is not None:
            self.env = env
        return self.start()

    def under(self, env: Mapping[str, str]) -> None:
        """Go on with that environment; started again if it is another."""
        if self.env != env:
            self.restarted(env)

    def settings(self) -> Settings:
        """Those that a command on this shop would have."""
        return running_settings(Settings(data_dir=self.data_dir))

    def use(self, work: Callable[[Shop], Awaitable[R]]) -> R:
        """Do something with the shop itself, from this process."""
        return asyncio.run(use_shop(self.settings(), work))

    def command(self, module: str, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """Run a Python module on this shop, in a process of its own."""
        argv = [sys.executable, "-m", module, *arguments]
        return subprocess.run(
            argv, input=given, env=self.environment(), capture_output=True, text=True, timeout=600, check=False
        )

    def processes(self) -> list[tuple[str, psutil.Process]]:
        """All that belong to it, each with its role."""
        if self.process is None:
            return []
        first = psutil.Process(self.process.pid)
        return [(_role(one), one) for one in (first, *first.children(recursive=True))]

    def cpu(self) -> dict[str, float]:
        """Seconds of CPU that each role has used so far."""
        used: dict[str, float] = {}
        for role, process in self.processes():
            times = process.cpu_times()
            used[role] = used.get(role, 0.0) + times.user + times.system
        return used

    def memory(self) -> dict[str, float]:
        """Proportional set size of each role in MiB: what is shared counts once."""
        sizes: dict[str, float] = {}
        for role, process in self.processes():
            sizes[role] = sizes.get(role, 0.0) + process.memory_full_info().pss / 2**20
        return sizes


def _role(process: psutil.Process) -> str:
    if known := ROLES.get(process.name()):
        return known
    return "mongodb" if any(MONGODB in word for word in process.cmdline()) else OTHER


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/readyz").status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
