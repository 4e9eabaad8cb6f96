"""Plugins that exist for a measurement: installed by putting a folder on the path, as many as wanted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

IDLE = ""
"""Implements nothing that a page or a checkout asks."""
ON_PAGES = '''

@hookimpl
async def page_fragments():
    """Nothing for this slot."""
    return None
'''
AT_CHECKOUT = '''

@hookimpl
async def checkout_problems():
    """Nothing in the way."""
    return []
'''
KINDS: Mapping[str, str] = {"idle": IDLE, "page": ON_PAGES, "checkout": AT_CHECKOUT}
SOURCE = '''"""A throw-away plugin of the bench."""

from spoeq_core.sdk import Manifest, hookimpl

manifest = Manifest(name="{name}", title="{name}", description="For a measurement.")
__all__ = ["hookimpl", "manifest"]
'''
METADATA = "Metadata-Version: 2.1\nName: spoeq-{name}\nVersion: 1.0\nRequires-Dist: spoeq\n"


def names(kind: str, count: int) -> list[str]:
    """The names of so many plugins of a kind."""
    return [f"bench_{kind}_{number:02}" for number in range(1, count + 1)]


def install(folder: Path, count: int) -> dict[str, str]:
    """Write so many plugins of each kind into a folder; the environment in which they are installed."""
    for kind, hooks in KINDS.items():
        for name in names(kind, count):
            _write(folder, name, SOURCE.format(name=name) + hooks)
    return {"PYTHONPATH": str(folder)}


def _write(folder: Path, name: str, source: str) -> None:
    package = folder / f"spoeq_{name}"
    about = folder / f"spoeq_{name}-1.0.dist-info"
    for path in (package, about):
        path.mkdir(parents=True, exist_ok=True)
    (package / "__init__.py").write_text('"""For a measurement."""\n', "utf-8")
    (package / "plugin.py").write_text(source, "utf-8")
    (about / "METADATA").write_text(METADATA.format(name=name), "utf-8")
    (about / "entry_points.txt").write_text(f"[spoeq.plugins]\n{name} = spoeq_{name}.plugin\n", "utf-8")
