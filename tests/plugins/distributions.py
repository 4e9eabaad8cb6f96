"""Plugins as pip leaves them behind: a package and its metadata in a folder of the import path."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

MANIFEST = 'from spoeq_core.sdk import Manifest, hookimpl\nmanifest = Manifest("{name}", "{title}", "For tests.")\n'

Install = Callable[..., None]


def install(
    folder: Path,
    name: str,
    code: str = "",
    *,
    needs: str = "spoeq>=0.1",
    head: str = MANIFEST,
    version: str = "1.2",
    as_name: str = "",
) -> None:
    """A distribution `spoeq-<name>` whose plugin module holds this code; `as_name` is its entry point's."""
    package = folder / f"spoeq_{name}"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "plugin.py").write_text(head.format(name=name, title=name.title()) + dedent(code))
    metadata = folder / f"spoeq_{name}-{version}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: spoeq-{name}\nVersion: {version}\nRequires-Dist: {needs}\n"
    )
    (metadata / "entry_points.txt").write_text(f"[spoeq.plugins]\n{as_name or name} = spoeq_{name}.plugin\n")


def forget(folder: Path) -> None:
    """Take its modules out of this process."""
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", "") or "").startswith(str(folder)):
            del sys.modules[name]
