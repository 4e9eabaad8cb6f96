"""Forked workers: kept running, stopped in order, given up after too many quick deaths."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

PATIENCE = 60.0
PROGRAM = """
import os, signal, sys, time
from pathlib import Path
from spoeq_core.kernel.processes.prefork import Prefork, Role

folder = Path(sys.argv[1])

def live(name):
    def run():
        stopped = []
        signal.signal(signal.SIGTERM, lambda *_: stopped.append(1))
        (folder / f"{name}-{os.getpid()}").write_text("")
        while not stopped:
            time.sleep(0.01)
        with (folder / "stopped").open("a") as file:
            file.write(name + "\\n")
    return run

def fail():
    while not list(folder.glob("worker-*")):
        time.sleep(0.01)
    sys.exit(3)

roles = [Role("t-web", live("web"), 2), Role("t-worker", live("worker"))]
if len(sys.argv) > 2:
    roles = [Role("t-broken", fail), *roles[1:]]
sys.exit(Prefork(roles).run())
"""


def start(folder: Path, *more: str) -> subprocess.Popen[bytes]:
    """The program above in a process of its own."""
    return subprocess.Popen([sys.executable, "-c", PROGRAM, str(folder), *more])


def until(holds: Callable[[], bool]) -> None:
    """Wait for something that takes processes to happen."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def alive(folder: Path, name: str) -> list[int]:
    """Pids of the children of a name that run."""
    pids = [int(path.name.rpartition("-")[2]) for path in folder.glob(f"{name}-*")]
    return [pid for pid in pids if runs(pid)]


def runs(pid: int) -> bool:
    """Whether it is there, and not only as a zombie."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_children_run_and_stop_in_order(tmp_path: Path) -> None:
    """Web first, then the worker; nothing is left."""
    parent = start(tmp_path)
    until(lambda: len(alive(tmp_path, "web")) == 2 and len(alive(tmp_path, "worker")) == 1)
    parent.send_signal(signal.SIGTERM)
    assert parent.wait(PATIENCE) == 0
    assert (tmp_path / "stopped").read_text().split() == ["web", "web", "worker"]
    assert not alive(tmp_path, "web")


def test_a_killed_child_is_replaced(tmp_path: Path) -> None:
    """Its place is filled by another."""
    parent = start(tmp_path)
    until(lambda: len(alive(tmp_path, "web")) == 2)
    victim = alive(tmp_path, "web")[0]
    os.kill(victim, signal.SIGKILL)
    until(lambda: len(alive(tmp_path, "web")) == 2 and victim not in alive(tmp_path, "web"))
    parent.send_signal(signal.SIGINT)
    assert parent.wait(PATIENCE) == 0


def test_children_that_die_at_once_are_given_up(tmp_path: Path) -> None:
    """The exit status says so; what ran beside them was asked to stop."""
    parent = start(tmp_path, "broken")
    assert parent.wait(PATIENCE) == 1
    assert (tmp_path / "stopped").read_text().split() == ["worker"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a child to its parent's life at once")
def test_a_killed_parent_takes_its_children_along(tmp_path: Path) -> None:
    """No orphan."""
    parent = start(tmp_path)
    until(lambda: len(alive(tmp_path, "web")) == 2)
    parent.kill()
    parent.wait()
    until(lambda: not alive(tmp_path, "web") and not alive(tmp_path, "worker"))
