"""docs/plugins/recipes.md: each recipe's files written as they stand there, and its own test run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RECIPES = (ROOT / "docs" / "plugins" / "recipes.md").read_text("utf-8")
FILE = re.compile(r"^`(?P<path>[^`\n]+)`:\n\n```\w+\n(?P<text>.*?)^```", re.S | re.M)
THEME = re.compile(r"^spoeq_theme_(\w+)/", re.M)
NAMES = re.findall(r"^## (?P<name>.+?):", RECIPES, re.M)


def _written(folder: Path, recipe: str) -> Path:
    """The recipe's files, as if pip had installed them."""
    for file in FILE.finditer(recipe):
        path = folder / file["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file["text"], "utf-8")
    (package,) = (path for path in folder.glob("spoeq_*"))
    (package / "__init__.py").touch()
    name = package.name.removeprefix("spoeq_").removeprefix("theme_")
    group = "spoeq.themes" if "theme_" in package.name else "spoeq.plugins"
    target = package.name if "theme_" in package.name else f"{package.name}.plugin"
    about = folder / f"{package.name}-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package.name.replace('_', '-')}\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[{group}]\n{name} = {target}\n")
    return package


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_works_as_it_is_written(name: str, servers: tuple[str, str], tmp_path: Path) -> None:
    recipe = next(part for part in re.split(r"^## ", RECIPES, flags=re.M) if part.startswith(f"{name}:"))
    _written(tmp_path, recipe)
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)]),
        "SPOEQ_TEST_MONGODB_URI": servers[0],
        "SPOEQ_TEST_REDIS_URL": servers[1],
    }
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "asyncio_mode=auto", "tests"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert re.search(r"\d+ passed", done.stdout)
    assert "skipped" not in done.stdout
