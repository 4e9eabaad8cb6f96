"""Starts the demo shop as a user would: `spoeq demo` in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from spoeq_core.kernel.processes import free_port

PATIENCE = 600.0
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
        return demo.process.wait(120)
    except subprocess.TimeoutExpired:
        demo.process.kill()
        raise AssertionError(f"spoeq demo did not stop:\n{demo.output()}") from None


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
