"""`spoeq plugins check` in a process of its own: wheels, folders, names, and plugins that end the process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from spoeq_core.cli.plugins import plugins
from tests.contracts.repository import ROOT

PYPROJECT = """
[build-system]
requires = ["flit_core>=3.12,<5"]
build-backend = "flit_core.buildapi"

[project]
name = "spoeq-{name}"
version = "1.2"
description = "For tests."
dependencies = ["spoeq>=0.1,<0.2"]

[project.entry-points."spoeq.plugins"]
{name} = "spoeq_{name}.plugin"

[tool.flit.module]
name = "spoeq_{name}"
"""
MANIFEST = 'from spoeq_core.sdk import Manifest\nmanifest = Manifest("{name}", "Folder", "For tests.")\n'
FILES = ["entry-point", "compatibility", "typing", "imports"]
ONLY = [part for each in FILES for part in ("--only", each)]


def check(*arguments: str) -> tuple[int, dict]:
    answer = CliRunner().invoke(plugins, ["check", *arguments, "--json", "--no-mypy"])
    return answer.exit_code, json.loads(answer.output)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    package = tmp_path / "mine" / "spoeq_mine"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "py.typed").touch()
    (package / "plugin.py").write_text(MANIFEST.format(name="mine"))
    (package.parent / "pyproject.toml").write_text(PYPROJECT.format(name="mine"))
    return package.parent


def test_a_folder_is_checked_as_it_would_be_installed(folder: Path):
    status, report = check(str(folder), *ONLY)
    assert (status, report["plugin"], report["version"], report["verdict"]) == (0, "mine", "1.2", "passes")
    assert [each["check"] for each in report["checks"]] == FILES


def test_a_wheel_is_checked_beside_the_current_core(folder: Path, tmp_path: Path):
    command = [sys.executable, "-m", "flit_core.wheel", "--outdir", str(tmp_path / "dist")]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    status, report = check(str(wheel), *ONLY)
    assert (status, report["plugin"]) == (0, "mine")


def test_an_installed_plugin_is_found_by_its_name():
    status, report = check("flat_rate", *ONLY)
    assert (status, report["plugin"]) == (0, "flat_rate")


def test_the_third_party_example_passes_them_all():
    status, report = check(str(ROOT / "examples" / "gift_wrap"))
    assert status == 0, report
    assert {each["status"] for each in report["checks"]} <= {"passed", "warned", "skipped"}


def test_a_plugin_that_ends_the_process_fails(folder: Path):
    with (folder / "spoeq_mine" / "plugin.py").open("a") as module:
        module.write("import os\nos._exit(7)\n")
    status, report = check(str(folder))
    assert (status, report["verdict"]) == (1, "fails")
    (outcome,) = report["checks"]
    assert outcome["check"] == "process"
    assert "status 7" in outcome["faults"][0]


def test_what_was_found_before_a_plugin_ends_the_process_is_told(folder: Path):
    with (folder / "spoeq_mine" / "plugin.py").open("a") as module:
        module.write("import os\nfrom spoeq_core.sdk import hookimpl\n")
        module.write("@hookimpl\ndef register_ratings() -> bool:\n    os._exit(0)\n")
    status, report = check(str(folder))
    assert status == 1
    assert [each["status"] for each in report["checks"]] == ["passed", "passed", "failed"]


@pytest.mark.parametrize("target", ["nobody", "nothing.whl", str(ROOT / "docs")])
def test_what_is_no_plugin_could_not_be_checked(target: str):
    status, report = check(target)
    assert (status, report["verdict"], report["checks"]) == (2, "could not be checked", [])
    assert report["problem"]


def test_a_check_that_there_is_not_is_named():
    status, report = check("cod", "--only", "luck")
    assert status == 2
    assert "luck" in report["problem"]
    assert "lifecycle" in report["problem"]


def test_people_are_told_what_is_wrong_and_how_to_mend_it(folder: Path):
    (folder / "spoeq_mine" / "py.typed").unlink()
    answer = CliRunner().invoke(plugins, ["check", str(folder), "--only", "typing", "--no-mypy"])
    assert answer.exit_code == 1
    assert "spoeq_mine/py.typed is missing" in answer.output
    assert "Mend: Add an empty py.typed" in answer.output
    assert "Verdict: fails (1 failed)" in answer.output
