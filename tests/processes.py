"""Starts the demo shop as a user would: `spoeq demo` in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from spoeq_core.kernel.processes import free_port

PATIENCE = 600.0
PATIENT = {"SPOEQ_HOOK_PATIENCE_SECONDS": "60"}
"""For a shop whose pages are looked at: what a plugin says late, on a busy machine, is not left out of them."""
SOON = 120.0
IN_A_ROW = 12
PASSWORD = "spoeq-demo-1"


@dataclass
class RunningDemo:
    """A demo shop that answers."""

    base_url: str
    data_dir: Path
    process: subprocess.Popen[bytes]
    log: Path
    client: httpx.Client = field(repr=False)

    def token(self, email: str) -> dict[str, str]:
        """Headers of somebody who signed in through the API."""
        with httpx.Client(base_url=self.base_url, timeout=60, trust_env=False) as client:
            answer = client.post("/api/v1/auth/login", json={"email": email, "password": PASSWORD})
        answer.raise_for_status()
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def output(self) -> str:
        """What the processes have said so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def spoeq(self, *arguments: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
        """Run a `spoeq` command on this shop."""
        return subprocess.run(
            [sys.executable, "-m", "spoeq_core.cli", *arguments],
            env={**os.environ, "SPOEQ_DATA_DIR": str(self.data_dir)},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )


def start_demo(data_dir: Path, port: int, *, expect: int = 0, **env: str) -> RunningDemo:
    """Start a demo shop and wait until it answers; `expect` is the port where it should, if that is another."""
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    log = data_dir.parent / f"demo-{port}.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "spoeq_core.cli", "demo", "--port", str(port), "--data-dir", str(data_dir)],
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **env},
            start_new_session=True,
        )
    base_url = f"http://127.0.0.1:{expect or port}"
    client = httpx.Client(base_url=base_url, timeout=60, trust_env=False)
    demo = RunningDemo(base_url, data_dir, process, log, client)
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            raise AssertionError(f"spoeq demo ended with {process.returncode}:\n{demo.output()}")
        try:
            if client.get("/readyz").status_code == 200:
                return demo
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    stop_demo(demo)
    raise AssertionError(f"spoeq demo did not answer within {PATIENCE:.0f} s:\n{demo.output()}")


def stop_demo(demo: RunningDemo) -> int:
    """Press Ctrl-C and wait; the exit status."""
    demo.client.close()
    if demo.process.poll() is None:
        os.killpg(demo.process.pid, signal.SIGINT)
    try:
        return demo.process.wait(SOON)
    except subprocess.TimeoutExpired:
        demo.process.kill()
        raise AssertionError(f"spoeq demo did not stop:\n{demo.output()}") from None


def until(holds: Callable[[], object], what: str) -> None:
    """Wait until something is so; fail, saying what did not come, if it is not in time."""
    end = time.monotonic() + SOON
    while not holds():
        assert time.monotonic() < end, what
        time.sleep(0.2)


def until_everywhere(demo: RunningDemo, holds: Callable[[httpx.Client], object], what: str) -> None:
    """Wait until so many new connections in a row, which any of the web processes may take, all say so."""
    end, agreed = time.monotonic() + SOON, 0
    while agreed < IN_A_ROW:
        assert time.monotonic() < end, what
        with httpx.Client(base_url=demo.base_url, timeout=60, trust_env=False) as client:
            agreed = agreed + 1 if holds(client) else 0


def until_switched(demo: RunningDemo, plugin: str, state: str) -> None:
    """Wait until every web process knows that a plugin is "enabled" or "disabled": each follows within a second."""
    headers = demo.token("admin@demo.spoeq")

    def follows(client: httpx.Client) -> bool:
        listed = client.get("/api/v1/admin/plugins", headers=headers).json()["items"]
        return state in {one["state"] for one in listed if one["name"] == plugin}

    until_everywhere(demo, follows, f"{plugin} is not {state} everywhere")


@contextmanager
def running_demo(data_dir: Path, **env: str) -> Iterator[RunningDemo]:
    """A demo shop for the length of a block."""
    demo = start_demo(data_dir, free_port(), **env)
    try:
        yield demo
    finally:
        stop_demo(demo)


@contextmanager
def standing_still(pid: int) -> Iterator[None]:
    """A process that takes connections and answers none, for the length of a block.

    A signal is taken by one thread of a process, and the others run until that one has its turn: all are waited for.
    """
    threads = [psutil.Process(thread.id) for thread in psutil.Process(pid).threads()]
    os.kill(pid, signal.SIGSTOP)
    try:
        while any(thread.is_running() and thread.status() != psutil.STATUS_STOPPED for thread in threads):
            time.sleep(0.001)
        yield
    finally:
        os.kill(pid, signal.SIGCONT)
