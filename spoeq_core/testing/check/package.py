"""What can be told of a plugin from its files: entry point, requirements, manifest, imports and types."""

from __future__ import annotations

import ast
import asyncio
import importlib.util
import os
import site
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from spoeq_core.hooks.contributions import Manifest
from spoeq_core.plugins.discovery import GROUP
from spoeq_core.testing.check.contract import impls
from spoeq_core.testing.check.lab import Lab
from spoeq_core.testing.check.model import Fault, Skipped, Unchecked
from spoeq_core.testing.check.subject import Subject
from spoeq_core.web.slots import SLOTS

CORE = "spoeq_core"
OPEN_TO_PLUGINS = ("spoeq_core.sdk", "spoeq_core.testing")
MYPY_PATIENCE = 600.0
FRAGMENTS = ("page_fragments", "admin_fragments")


async def entry_point(subject: Subject, _lab: Lab) -> Sequence[Fault]:
    """One entry point, which loads a module with a manifest of the same name."""
    entries = [entry for entry in subject.distribution.entry_points if entry.group == GROUP]
    if not entries:
        return [Fault(f"{subject.distribution.name} has no entry point of the group {GROUP!r}")]
    if subject.entry is None:
        names = ", ".join(entry.name for entry in entries)
        return [Fault(f"it has several entry points ({names}); one distribution brings one plugin")]
    if subject.fault:
        return [Fault(f"{subject.entry.value} cannot be loaded: {subject.fault}")]
    if subject.manifest is None:
        return [Fault(f'{subject.entry.value} has no manifest: manifest = Manifest(name="{subject.name}", …)')]
    if subject.manifest.name != subject.name:
        return [Fault(f"the entry point is named {subject.name!r}, the manifest {subject.manifest.name!r}")]
    return []


async def compatibility(subject: Subject, _lab: Lab) -> Sequence[Fault]:
    """A range on `spoeq` that holds this core and ends before one that may not suit."""
    ours, found = version("spoeq"), []
    for text in subject.distribution.requires or ():
        try:
            requirement = Requirement(text)
        except InvalidRequirement as error:
            return [Fault(f"{text!r} is no requirement: {error}")]
        if canonicalize_name(requirement.name) == "spoeq" and requirement.marker is None:
            found.append(requirement)
    if not found:
        return [Fault("it does not say which spoeq it needs")]
    faults = []
    for requirement in found:
        if not requirement.specifier.contains(ours, prereleases=True):
            faults.append(Fault(f"it needs spoeq{requirement.specifier}, this is spoeq {ours}"))
        if not any(part.operator in {"<", "<=", "==", "~=", "==="} for part in requirement.specifier):
            faults.append(Fault(f"{requirement} names no first spoeq that it may not suit", warning=True))
    return faults


async def manifest(subject: Subject, _lab: Lab) -> Sequence[Fault]:
    """Title, description and slots: those it names are real, and those it fills are named."""
    mine = subject.installed.manifest
    faults = [Fault(f"its {what} is empty") for what in ("title", "description") if not getattr(mine, what).strip()]
    if isinstance(mine.slots, str):
        return [*faults, Fault(f"its slots are a text; write slots=({mine.slots!r},)")]
    filling = [name for name in FRAGMENTS if name in impls(subject.installed.module)]
    if mine.slots is None:
        told = f"it answers {' and '.join(filling)} and names no slots: pages ask it about each of them"
        return [*faults, *([Fault(told, warning=True)] if filling else [])]
    faults += [Fault(f"there is no slot {name!r}") for name in mine.slots if name not in SLOTS]
    if filling:
        used = {text: place for text, place in _texts(subject) if text in SLOTS and text not in mine.slots}
        faults += [
            Fault(f"{place} fills the slot {name!r}, which the manifest does not name") for name, place in used.items()
        ]
    else:
        faults += [Fault(f"it names the slot {name!r} and answers no fragments") for name in mine.slots]
    return [*faults, *_order_faults(mine)]


async def imports(subject: Subject, _lab: Lab) -> Sequence[Fault]:
    """Of the core only the SDK and the kit, and nothing of other plugins."""
    faults = []
    for place, tree in subject.sources:
        for line, name in _imports(tree, place):
            top = name.partition(".")[0]
            if top == CORE and not any(name == each or name.startswith(f"{each}.") for each in OPEN_TO_PLUGINS):
                faults.append(Fault(f"{place}:{line} imports {name}; plugins import spoeq_core.sdk"))
            elif top.startswith("spoeq_") and top not in (CORE, subject.top):
                faults.append(Fault(f"{place}:{line} imports {name}, which is another plugin's or a theme's"))
    return faults


async def typing(subject: Subject, _lab: Lab) -> Sequence[Fault]:
    """`py.typed`, and mypy --strict has nothing to say."""
    package = subject.package
    if package is None:
        raise Skipped("its package was not found")
    faults = [] if (package / "py.typed").is_file() else [Fault(f"{package.name}/py.typed is missing")]
    if faults or not subject.with_mypy:
        return faults
    if importlib.util.find_spec("mypy") is None:
        raise Unchecked("py.typed is there; mypy is not installed (pip install mypy)")
    status, told = await _mypy(package)
    if status not in (0, 1):
        raise Unchecked(f"py.typed is there; mypy ended with status {status}: {told[-400:].strip()}")
    return [Fault(line) for line in told.splitlines() if ": error:" in line]


async def _mypy(package: Path) -> tuple[int | None, str]:
    """Mypy's status and what it says of a package."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "spoeq" / "mypy"
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "mypy.ini"
        config.write_text("[mypy]\nstrict = true\nplugins = pydantic.mypy\n", "utf-8")
        known = {Path(each) for each in site.getsitepackages()}
        what = ["-p", package.name] if package.parent in known else [str(package)]
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "mypy", "--config-file", str(config), "--cache-dir", str(cache)),
            *("--explicit-package-bases", "--no-error-summary", *what),
            cwd=folder,
            env={**os.environ, "MYPYPATH": "" if package.parent in known else str(package.parent)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            async with asyncio.timeout(MYPY_PATIENCE):
                told, _ = await child.communicate()
        except TimeoutError:
            child.kill()
            await child.wait()
            raise Unchecked(f"py.typed is there; mypy took longer than {MYPY_PATIENCE:.0f} s") from None
    return child.returncode, told.decode("utf-8", "replace").replace(f"{package.parent}/", "")


def _order_faults(mine: Manifest) -> Iterator[Fault]:
    for what in ("before", "after"):
        if mine.name in getattr(mine, what):
            yield Fault(f"it wants to stand {what} itself")


def _texts(subject: Subject) -> Iterator[tuple[str, str]]:
    """The texts in its code, and where."""
    for place, tree in subject.sources:
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value, f"{place}:{node.lineno}"


def _imports(tree: ast.Module, place: str) -> Iterator[tuple[int, str]]:
    """The lines and full names of what a module imports."""
    package = place.removesuffix(".py").removesuffix("/__init__").split("/")
    above = package if place.endswith("__init__.py") else package[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = above[: len(above) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            if module == CORE:
                yield from ((node.lineno, f"{module}.{name.name}") for name in node.names)
            else:
                yield node.lineno, module
