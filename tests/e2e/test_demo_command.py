"""`spoeq demo` as a user meets it: the lock, a taken port, a clean stop, a second start that keeps the data."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import psutil
import pytest

from spoeq_core.kernel.processes import free_port
from spoeq_demo.commands import forget
from tests.processes import RunningDemo, start_demo, stop_demo, until

pytestmark = pytest.mark.slow


def demo_once(data_dir: Path, port: int) -> subprocess.CompletedProcess[str]:
    """Run `spoeq demo` where it should end by itself."""
    return subprocess.run(
        [sys.executable, "-m", "spoeq_core.cli", "demo", "--port", str(port), "--data-dir", str(data_dir)],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def test_a_second_demo_on_the_same_data_is_refused_by_pid(demo: RunningDemo) -> None:
    """It says who has it and what to do."""
    second = demo_once(demo.data_dir, free_port())
    assert second.returncode == 1
    assert re.search(rf"\b{demo.process.pid}\b", second.stdout + second.stderr)


def all_said(demo: RunningDemo) -> str:
    """What it has printed once it has said that it is ready: it answers a moment before."""
    until(lambda: "Coupons to try" in demo.output().split("Stopped.")[-1], "it never said that it was ready")
    return demo.output()


def test_it_says_what_a_newcomer_needs(demo: RunningDemo) -> None:
    """Addresses, accounts, password."""
    said = all_said(demo)
    for words in (demo.base_url, f"{demo.base_url}/admin", "admin@demo.spoeq", "shopper@demo.spoeq", "spoeq-demo-1"):
        assert words in said


def test_a_taken_port_and_a_second_start(seeded: Callable[[Path], Path], tmp_path: Path) -> None:
    """The next port is taken and named; Ctrl-C leaves nothing behind; the data is there again."""
    data_dir = seeded(tmp_path / "data")
    port = two_free_ports()
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", port))
        squatter.listen()
        ended = None
        first = start_demo_elsewhere(data_dir, port)
        try:
            assert f"Port {port} is taken" in first.output()
            family = psutil.Process(first.process.pid).children(recursive=True)
            total = first.client.get("/api/v1/products").json()["total"]
            assert total >= 60
        finally:
            ended = stop_demo(first)
    assert ended == 0
    assert not [child for child in family if child.is_running()], "processes were left behind"
    second = start_demo(data_dir, free_port())
    try:
        assert "drawing" not in all_said(second).split("Stopped.")[-1], "it was seeded again"
        assert second.client.get("/api/v1/products").json()["total"] == total
        assert re.search(r"Ready after ([\d.]+) s", second.output())
    finally:
        assert stop_demo(second) == 0


def two_free_ports() -> int:
    """A port that is free, as is the next one."""
    port = free_port()
    while free_port(port + 1) != port + 1:
        port = free_port()
    return port


def start_demo_elsewhere(data_dir: Path, port: int) -> RunningDemo:
    """Start on a taken port: the demo takes the next one."""
    return start_demo(data_dir, port, expect=port + 1)


def test_a_reset_forgets_what_a_demo_made_and_nothing_else(seeded: Callable[[Path], Path], tmp_path: Path) -> None:
    """A stopped demo's folder is emptied; one that holds somebody's file is left as it is."""
    data_dir = seeded(tmp_path / "data")
    note = data_dir / "note.txt"
    note.write_text("mine", "utf-8")
    with pytest.raises(click.ClickException, match=r"note\.txt"):
        forget(data_dir)
    assert (data_dir / "mongo").is_dir()
    note.unlink()
    forget(data_dir)
    assert {path.name for path in data_dir.iterdir()} <= {"spoeq.lock"}
