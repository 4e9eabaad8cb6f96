"""What ends a start: it is said once, in words, and the exit status is not 0."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from spoeq_core import stack
from spoeq_core.kernel.datadir import DataDirectory
from spoeq_core.kernel.errors import SpoeqError
from spoeq_core.kernel.processes import free_port
from spoeq_core.kernel.settings import Settings
from spoeq_core.stack import StackOptions, run_until_stopped
from tests.plugins.distributions import install


def test_a_faulty_plugin_refuses_the_start_where_none_may_be_missing(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    install(tmp_path / "site", "torn", "import nothing_of_that_name")
    data_dir = tmp_path / "data"
    ended = subprocess.run(
        [sys.executable, "-m", "spoeq_core.cli", "run", f"--port={free_port()}"],
        env={
            **os.environ,
            "PYTHONPATH": str(tmp_path / "site"),
            "SPOEQ_DATA_DIR": str(data_dir),
            "SPOEQ_STRICT_PLUGINS": "1",
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ended.returncode == 1
    assert "plugins could not be started: torn (ModuleNotFoundError" in ended.stdout
    assert "without SPOEQ_STRICT_PLUGINS" in ended.stdout
    assert not (data_dir / "mongo").exists(), "no server was started for it"
    DataDirectory(data_dir).lock().release()


def test_a_shop_that_does_not_answer_in_time_ends_with_an_error(
    servers: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPOEQ_MONGODB_URI", servers[0])
    monkeypatch.setenv("SPOEQ_REDIS_URL", servers[1])
    monkeypatch.setattr(stack, "LONGEST_START", 0.0)
    said: list[str] = []
    assert run_until_stopped(StackOptions(tmp_path, port=free_port(), workers=1), said.append) == 1
    assert said[-1].startswith("The shop did not answer within 0 seconds.")
    DataDirectory(tmp_path).lock().release()


def test_a_server_of_the_shop_does_not_take_the_port_that_the_shop_is_about_to_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, other = free_port(), free_port()
    offered = iter([own, other])
    monkeypatch.setattr(stack, "free_port", lambda wanted=0, *_host: wanted or next(offered, None) or free_port())
    chosen: list[str] = []

    async def see(settings: Settings) -> None:
        chosen.extend([settings.mongodb_uri, settings.redis_url])
        raise SpoeqError("Enough was seen.")

    assert run_until_stopped(StackOptions(tmp_path, port=own, workers=1, prepare=see), [].append) == 1
    assert len(chosen) == 2
    assert f":{other}" in chosen[0]
    assert not any(f":{own}" in url for url in chosen)


def test_a_shop_whose_worker_is_late_is_announced_with_a_word_on_it(
    servers: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPOEQ_MONGODB_URI", servers[0])
    monkeypatch.setenv("SPOEQ_REDIS_URL", servers[1])
    monkeypatch.setenv("SPOEQ_MONGODB_DATABASE", "late_worker")
    asked: list[str] = []

    async def answers(host: str, port: int, path: str) -> bool:
        asked.append(path)
        return path == "/healthz"

    monkeypatch.setattr(stack, "_answers", answers)
    monkeypatch.setattr(stack, "LONGEST_START", 0.1)
    said: list[str] = []

    def on_ready(_settings: object) -> None:
        said.append("ready")
        os.kill(os.getpid(), signal.SIGINT)

    assert run_until_stopped(StackOptions(tmp_path, port=free_port(), workers=1, on_ready=on_ready), said.append) == 0
    assert asked[0] == "/readyz"
    assert said[-4:-2] == ["The shop answers, but a part of it is not ready yet: /readyz says which.", "ready"]
