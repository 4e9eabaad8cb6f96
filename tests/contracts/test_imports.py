"""Modules import in a fresh interpreter that takes warnings for errors: all of them, and each way in by itself."""

from __future__ import annotations

import subprocess
import sys

from tests.contracts.repository import ROOT, Distribution, addons, distributions

WAYS_IN = (
    "spoeq_core.app",
    "spoeq_core.worker",
    "spoeq_core.sdk",
    "spoeq_core.cli",
    "spoeq_core.testing.pytest_plugin",
)
LIBRARIES = ("hypothesis", "motor.motor_asyncio", "odmantic", "pydantic", "quart", "redis.asyncio", "taskiq_redis")
"""What most of SPOEQ imports, and what an import takes longest for."""
TOGETHER = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)"
APART = """
import importlib, os, sys
libraries, names = sys.argv[1].split(), sys.argv[2].split()
for name in libraries:
    importlib.import_module(name)
for name in names:
    if not os.fork():
        print("Importing", name, file=sys.stderr)
        importlib.import_module(name)
        print("Imported", name, file=sys.stderr, flush=True)
        os._exit(0)
    os.wait()
"""


def said(program: str, *arguments: str) -> str:
    """What a fresh interpreter writes while it imports."""
    command = [sys.executable, "-W", "error", "-c", program, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stderr


def module_names(distribution: Distribution) -> list[str]:
    root = distribution.package.parent
    names = [".".join(path.relative_to(root).with_suffix("").parts) for path in distribution.modules()]
    return sorted(name.removesuffix(".__init__") for name in names if not name.endswith("__main__"))


def test_every_module_imports_without_a_warning():
    names = [name for distribution in distributions() for name in module_names(distribution)]
    assert len(names) > 200
    assert said(TOGETHER, *names) == ""


def test_each_way_in_imports_by_itself():
    """In a process that has imported nothing of SPOEQ before."""
    names = [*WAYS_IN, *(f"{addon.package.name}.plugin" for addon in addons() if addon.kind == "plugins")]
    expected = "".join(f"Importing {name}\nImported {name}\n" for name in names)
    assert said(APART, " ".join(LIBRARIES), " ".join(names)) == expected
