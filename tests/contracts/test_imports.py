"""Modules import in a fresh interpreter that takes warnings for errors: all of them, and each way in by itself."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.contracts.repository import ROOT, Distribution, addons, distributions

WAYS_IN = (
    "spoeq_core.app",
    "spoeq_core.worker",
    "spoeq_core.sdk",
    "spoeq_core.cli",
    "spoeq_core.testing.pytest_plugin",
)
PROGRAM = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)"


def imported(*names: str) -> str:
    """What goes wrong when a fresh interpreter imports these modules."""
    program = [sys.executable, "-W", "error", "-c", PROGRAM, *names]
    return subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False).stderr


def module_names(distribution: Distribution) -> list[str]:
    root = distribution.package.parent
    names = [".".join(path.relative_to(root).with_suffix("").parts) for path in distribution.modules()]
    return sorted(name.removesuffix(".__init__") for name in names if not name.endswith("__main__"))


def test_every_module_imports_without_a_warning():
    names = [name for distribution in distributions() for name in module_names(distribution)]
    assert len(names) > 200
    assert imported(*names) == ""


PLUGINS = [f"{addon.package.name}.plugin" for addon in addons() if addon.kind == "plugins"]


@pytest.mark.parametrize("name", [*WAYS_IN, *PLUGINS])
def test_each_way_in_imports_by_itself(name: str):
    assert imported(name) == ""
