"""docs/plugins/tutorial.md, followed to the letter: each file written as it stands there, each command run."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TUTORIAL = ROOT / "docs" / "plugins" / "tutorial.md"
STEP = re.compile(r"```console\n(?P<commands>.*?)```|^`(?P<path>[^`\n]+)`:\n\n```\w+\n(?P<text>.*?)```", re.S | re.M)
SERVER = "secantusd-py"
"""The embedded MongoDB, which is looked for beside Python."""
TOOLS = {"spoeq": "spoeq_core.cli", "pytest": "pytest", "pip": "pip"}


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment that has SPOEQ in it: a fresh one that looks into this one, so that nothing is installed here."""
    folder = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    python = folder / "bin" / "python"
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
    ours = sysconfig.get_path("purelib")
    (site / "ours.pth").write_text(f"import site; site.addsitedir({ours!r})\n")
    for name, module in TOOLS.items():
        script = folder / "bin" / name
        script.write_text(f'#!/bin/sh\nexec "{python}" -m {module} "$@"\n')
        script.chmod(0o755)
    (folder / "bin" / SERVER).symlink_to(Path(sys.executable).with_name(SERVER))
    offline = {"PIP_NO_BUILD_ISOLATION": "0", "PIP_NO_DEPS": "1", "PIP_NO_INDEX": "1", "PIP_USER": "0"}
    return {**os.environ, **offline, "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"}


@pytest.mark.slow
def test_it_ends_with_a_plugin_that_works(tmp_path: Path, environment: dict[str, str]) -> None:
    here, ran, written = tmp_path, [], []
    for step in STEP.finditer(TUTORIAL.read_text("utf-8")):
        if step["path"]:
            assert (here / step["path"]).exists(), f"the scaffold writes no {step['path']}"
            (here / step["path"]).write_text(step["text"], "utf-8")
            written.append(step["path"])
            continue
        for line in step["commands"].splitlines():
            command = shlex.split(line.removeprefix("$ "))
            if command[0] == "cd":
                here /= command[1]
                continue
            done = subprocess.run(command, cwd=here, env=environment, capture_output=True, text=True, check=False)
            assert done.returncode == 0, f"{line}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
            ran.append((line, done.stdout))
    assert len(written) == 4
    said = dict(ran)
    assert " failed" not in said["$ pytest"]
    assert re.search(r"\d+ passed", said["$ pytest"])
    assert "passes" in said["$ spoeq plugins check ."]
