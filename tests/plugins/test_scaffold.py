"""`spoeq plugins new`: what it writes runs, keeps the rules of this repository and overwrites nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from spoeq_core.cli.plugins import plugins
from spoeq_core.cli.scaffold import write_theme
from spoeq_core.cli.themes import themes
from spoeq_core.kernel.errors import Conflict, Invalid

ROOT = Path(__file__).parents[2]


def run(*command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    found = subprocess.run([sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, check=False)
    assert found.returncode == 0, f"{command}: {found.stdout}\n{found.stderr}"
    return found


@pytest.fixture
def made(tmp_path: Path) -> Path:
    folder = tmp_path / "spoeq-gift-tags"
    answer = CliRunner().invoke(plugins, ["new", "gift_tags", "--into", str(folder)])
    assert answer.exit_code == 0, answer.output
    return folder


def test_its_own_tests_pass(made: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    run("pip", "install", "-q", "--no-deps", "--no-build-isolation", "--target", str(site), str(made), folder=made)
    found = run("pytest", "-q", "-p", "no:cacheprovider", "-o", f"pythonpath={site}", folder=made)
    assert "15 passed, 6 skipped" in found.stdout


def test_it_passes_the_checks_of_plugins(made: Path) -> None:
    # mypy runs over it in another test, with what this repository's own code is checked by.
    answer = CliRunner().invoke(plugins, ["check", str(made), "--json", "--no-mypy"])
    report = json.loads(answer.output)
    assert answer.exit_code == 0, answer.output
    assert (report["plugin"], report["version"], report["verdict"]) == ("gift_tags", "0.1.0", "passes")
    assert {check["status"] for check in report["checks"]} == {"passed", "skipped", "warned"}


def test_it_keeps_the_rules_of_this_repository(made: Path) -> None:
    run("ruff", "check", "--config", str(ROOT / "pyproject.toml"), "spoeq_gift_tags", folder=made)
    run("ruff", "format", "--check", "--config", str(ROOT / "pyproject.toml"), ".", folder=made)
    run("mypy", "spoeq_gift_tags", folder=made)


def test_it_can_be_built(made: Path, tmp_path: Path) -> None:
    run("flit_core.wheel", "--outdir", str(tmp_path / "dist"), folder=made)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    assert wheel.name.startswith("spoeq_gift_tags-0.1.0-")


def test_nothing_is_overwritten(made: Path) -> None:
    mine = made / "spoeq_gift_tags" / "settings.py"
    mine.write_text("mine", "utf-8")
    again = CliRunner().invoke(plugins, ["new", "gift_tags", "--into", str(made)])
    assert isinstance(again.exception, Conflict)
    assert mine.read_text("utf-8") == "mine"


@pytest.mark.parametrize("name", ["", "Gift", "1st", "a-b", "a__b", "_a", "../a", "a" * 41])
def test_a_name_that_cannot_be_one_is_refused(name: str, tmp_path: Path) -> None:
    answer = CliRunner().invoke(plugins, ["new", name, "--into", str(tmp_path / "x")])
    assert isinstance(answer.exception, Invalid)
    assert not (tmp_path / "x").exists()


@pytest.fixture
def theme(tmp_path: Path) -> Path:
    folder = tmp_path / "spoeq-theme-high-street"
    answer = CliRunner().invoke(themes, ["new", "high_street", "--into", str(folder)])
    assert answer.exit_code == 0, answer.output
    assert "spoeq themes activate high_street" in answer.output
    return folder


def test_a_themes_own_tests_pass(theme: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    run("pip", "install", "-q", "--no-deps", "--no-build-isolation", "--target", str(site), str(theme), folder=theme)
    found = run("pytest", "-q", "-p", "no:cacheprovider", "-o", f"pythonpath={site}", folder=theme)
    assert "2 passed" in found.stdout
    run("ruff", "check", "--config", str(ROOT / "pyproject.toml"), "spoeq_theme_high_street", folder=theme)
    run("ruff", "format", "--check", "--config", str(ROOT / "pyproject.toml"), ".", folder=theme)


def test_a_theme_is_named_as_plugins_are_and_overwrites_nothing(theme: Path, tmp_path: Path) -> None:
    for name in ("High", "high__street", "1st", ""):
        with pytest.raises(Invalid, match="A theme is named"):
            write_theme(name, tmp_path / "other")
    with pytest.raises(Conflict, match="already"):
        write_theme("high_street", theme)
    assert not (tmp_path / "other").exists()
