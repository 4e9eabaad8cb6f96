"""The files of an installed plugin: found without importing it, and what is wrong with its code."""

from __future__ import annotations

import warnings
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path

from spoeq_core.kernel.errors import ConfigurationError
from spoeq_core.plugins.discovery import GROUP


def plugin_package(target: str) -> tuple[str, Path]:
    """The name and the package's folder of an installed plugin, also of one that cannot be imported.

    Args:
        target: Its name, or a folder in which its package lies.

    Raises:
        ConfigurationError: no such plugin is installed, or none from that folder.
    """
    entries = {entry.name: entry for entry in entry_points(group=GROUP)}
    if target in entries and (package := _package(entries[target])) is not None:
        return target, package
    folder = Path(target).resolve()
    if not folder.is_dir():
        known = ", ".join(sorted(entries)) or "none"
        raise ConfigurationError(f"There is neither a plugin nor a folder {target!r}; installed: {known}.")
    found = {name: package for name, entry in entries.items() if (package := _package(entry)) is not None}
    inside = {name: package for name, package in found.items() if package.is_relative_to(folder)}
    if len(inside) == 1:
        return next(iter(inside.items()))
    if inside:
        raise ConfigurationError(f"{target} holds several plugins.", hint=f"Name one: {', '.join(sorted(inside))}.")
    raise ConfigurationError(
        f"No installed plugin has its package in {target}.",
        hint=f"Install it as it lies there: pip install -e {target}",
    )


def faults_of_code(package: Path) -> list[str]:
    """What Python cannot read in a package, each with its file and line."""
    return [fault for path in sorted(package.rglob("*.py")) if (fault := _fault(path, package.parent))]


def _package(entry: EntryPoint) -> Path | None:
    try:
        spec = find_spec(entry.module.partition(".")[0])
    except (ImportError, ValueError):
        return None
    return Path(spec.submodule_search_locations[0]).resolve() if spec and spec.submodule_search_locations else None


def _fault(path: Path, root: Path) -> str:
    place = path.relative_to(root)
    try:
        with warnings.catch_warnings(action="ignore"):
            compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
    except SyntaxError as error:
        return f"{place}:{error.lineno or 1}: {error.msg}"
    except (OSError, ValueError) as error:
        return f"{place}:1: {error}"
    return ""
