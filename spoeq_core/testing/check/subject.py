"""The plugin under check: its entry point, its package, its module, and what kept it from being loaded."""

from __future__ import annotations

import ast
import sys
import traceback
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import Distribution, EntryPoint, distributions
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from packaging.utils import canonicalize_name

from spoeq_core.hooks.contributions import Manifest
from spoeq_core.plugins.discovery import GROUP, InstalledPlugin


@dataclass(frozen=True)
class Subject:
    """A plugin as its distribution brings it.

    Attributes:
        name: The entry point's name, or the distribution's where it has none.
        distribution: What pip installed.
        entry: Its entry point of the group `spoeq.plugins`, if it has one and only one.
        package: The folder of its top-level package.
        module: Its plugin module, if it could be imported.
        fault: Why it could not.
        codes: Coupon codes that its price hooks know.
        with_mypy: Whether its types are checked.
    """

    name: str
    distribution: Distribution
    entry: EntryPoint | None = None
    package: Path | None = None
    module: ModuleType | None = None
    fault: str = ""
    codes: tuple[str, ...] = ()
    with_mypy: bool = True

    @property
    def version(self) -> str:
        """Of the distribution."""
        return self.distribution.version

    @property
    def manifest(self) -> Manifest | None:
        """Who it says it is."""
        found = getattr(self.module, "manifest", None)
        return found if isinstance(found, Manifest) else None

    @property
    def top(self) -> str:
        """The name of its top-level package."""
        return self.entry.module.partition(".")[0] if self.entry else canonicalize_name(self.name).replace("-", "_")

    @property
    def installed(self) -> InstalledPlugin:
        """The plugin as a shop installs it."""
        manifest = self.manifest
        if self.module is None or manifest is None:
            raise ValueError(f"{self.name} could not be loaded")
        return InstalledPlugin(manifest, self.module, self.version)

    @cached_property
    def sources(self) -> list[tuple[str, ast.Module]]:
        """Its modules but for those for tests, each with the path from the package's parent."""
        if self.package is None:
            return []
        found = []
        for path in sorted(self.package.rglob("*.py")):
            place = path.relative_to(self.package.parent)
            if not {"tests", "testing"} & set(place.parts):
                with suppress(SyntaxError):  # what cannot be read cannot be loaded either, which is told
                    found.append((place.as_posix(), ast.parse(path.read_text("utf-8"), str(place))))
        return found

    def files(self, folder: str, *suffixes: str) -> Iterator[tuple[str, Path]]:
        """The files below one of its package's folders, with their paths from there."""
        if self.package is None:
            return
        root = self.package / folder
        for path in sorted(root.rglob("*")):
            if path.is_file() and (not suffixes or path.suffix in suffixes):
                yield path.relative_to(root).as_posix(), path


def find_subject(name: str, site: Path | None = None, *, codes: tuple[str, ...] = (), mypy: bool = True) -> Subject:
    """The installed plugin of that name, or of the distribution of that name.

    Args:
        name: An entry point's or a distribution's.
        site: The folder that it was installed into; anywhere, if it is not given.
        codes: Coupon codes that its price hooks know.
        mypy: Whether its types are checked.

    Raises:
        LookupError: nothing of that name is installed.
    """
    for dist in distributions(path=[str(site)]) if site else distributions():
        entries = [entry for entry in dist.entry_points if entry.group == GROUP]
        names = {canonicalize_name(dist.name), canonicalize_name(f"spoeq-{dist.name}")}
        if any(entry.name == name for entry in entries) or canonicalize_name(name) in names:
            mine = [entry for entry in entries if entry.name == name] or entries
            return _load(dist, mine[0] if len(mine) == 1 else None, codes, with_mypy=mypy)
    raise LookupError(f"No plugin {name!r} is installed.")


def _load(dist: Distribution, entry: EntryPoint | None, codes: tuple[str, ...], *, with_mypy: bool) -> Subject:
    if entry is None:
        return Subject(dist.name, dist, package=_package(_top_level(dist)), codes=codes, with_mypy=with_mypy)
    module, fault = None, ""
    try:
        loaded = entry.load()
        module = loaded if isinstance(loaded, ModuleType) else None
        fault = "" if module else f"{entry.value} is a {type(loaded).__name__}, not a module"
    except (Exception, SystemExit) as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        fault = f"{type(error).__name__}: {error} ({Path(last.filename).name}:{last.lineno})"
    package = _package(entry.module.partition(".")[0])
    return Subject(entry.name, dist, entry, package, module, fault, codes, with_mypy)


def _top_level(dist: Distribution) -> str:
    """The first package among the distribution's files."""
    for file in dist.files or ():
        if len(file.parts) > 1 and file.suffix == ".py":
            return file.parts[0]
    return dist.name.replace("-", "_")


def _package(top: str) -> Path | None:
    if top in sys.modules and (file := sys.modules[top].__file__):
        return Path(file).parent
    try:
        spec = find_spec(top)
    except (ImportError, ValueError):
        return None
    return Path(spec.submodule_search_locations[0]) if spec and spec.submodule_search_locations else None
