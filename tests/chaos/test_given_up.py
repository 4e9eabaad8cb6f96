"""A server that cannot come back: the whole stack ends, says why, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from spoeq_core.kernel.datadir import DataDirectory
from spoeq_core.kernel.embedded import ServerUrls, running_servers
from spoeq_core.kernel.embedded.programs import pid_file
from spoeq_core.kernel.processes import free_port
from tests.processes import PATIENCE

pytestmark = [pytest.mark.chaos, pytest.mark.slow]

DAMAGE: dict[str, tuple[str, str]] = {
    "mongo": ("MongoDB (SecantusDB)", "mongo/WiredTiger.turtle"),
    "valkey": ("Valkey", "valkey/appendonlydir/appendonly.aof.manifest"),
}
"""What each server is called, and a file without which it cannot start."""


@dataclass(frozen=True, slots=True)
class Running:
    """A shop without plugins that `spoeq run` serves from embedded servers."""

    data_dir: Path
    log: Path
    process: subprocess.Popen[bytes]

    def said(self) -> str:
        """What its processes said so far."""
        return self.log.read_text("utf-8", "replace")


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    data_dir, log = tmp_path / "data", tmp_path / "run.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "spoeq_core.cli", "run", "--workers=1", f"--port={free_port()}"],
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "SPOEQ_DATA_DIR": str(data_dir), "SPOEQ_SAFE_MODE": "1"},
            start_new_session=True,
        )
    shop = Running(data_dir, log, process)
    until = time.monotonic() + PATIENCE
    while "Staff: " not in shop.said():
        assert process.poll() is None, shop.said()
        assert time.monotonic() < until, shop.said()
        time.sleep(0.1)
    yield shop
    process.kill()
    process.wait()


@pytest.mark.parametrize("victim", DAMAGE)
def test_a_server_that_cannot_come_back_ends_the_shop(running: Running, victim: str) -> None:
    """It says what died, how often, where to read why and what to do; nothing runs on, and the folder is free."""
    title, file = DAMAGE[victim]
    family = psutil.Process(running.process.pid).children(recursive=True)
    alive = pid_file(victim, DataDirectory(running.data_dir)).running()
    assert alive is not None
    (running.data_dir / file).write_bytes(b"not what it was")
    os.kill(alive[0], signal.SIGKILL)
    assert running.process.wait(PATIENCE) == 1
    said = running.said()
    assert "Safe mode: no plugin is started." in said, "the variable counts as the option does"
    _, found, last = said.partition(f"{title} died 5 times in a row. {title} ended with exit code 1 while it started.")
    assert found, said
    assert str(running.data_dir / "logs" / f"{victim}.log") in last
    assert f"put a copy of {running.data_dir / victim} back" in last
    _gone, left = psutil.wait_procs(family, timeout=60)
    assert not left
    assert running_servers(DataDirectory(running.data_dir)) == ServerUrls()
    DataDirectory(running.data_dir).lock().release()
