"""What the contracts of this repository look at: its distributions, their manifests and their modules."""

from __future__ import annotations

import ast
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Distribution:
    """A folder with a pyproject.toml: the core, a plugin or a theme."""

    folder: Path

    @cached_property
    def manifest(self) -> dict[str, Any]:
        return tomllib.loads((self.folder / "pyproject.toml").read_text("utf-8"))

    @property
    def project(self) -> dict[str, Any]:
        return self.manifest["project"]

    @property
    def kind(self) -> str:
        return "core" if self.folder == ROOT else self.folder.parent.name

    @property
    def package(self) -> Path:
        return self.folder / self.manifest["tool"]["flit"]["module"]["name"]

    def requirements(self, *extras: str) -> list[Requirement]:
        optional = self.project.get("optional-dependencies", {})
        texts = [*self.project.get("dependencies", []), *(text for extra in extras for text in optional[extra])]
        return [Requirement(text) for text in texts]

    def required_names(self, *extras: str) -> set[str]:
        return {canonicalize_name(requirement.name) for requirement in self.requirements(*extras)}

    def modules(self) -> Iterator[Path]:
        yield from sorted(self.package.rglob("*.py"))


def distributions() -> list[Distribution]:
    folders = sorted(path.parent for kind in ("plugins", "themes") for path in (ROOT / kind).glob("*/pyproject.toml"))
    return [Distribution(ROOT), *map(Distribution, folders)]


def addons() -> list[Distribution]:
    return distributions()[1:]


def tool(*names: str) -> Any:
    section: Any = Distribution(ROOT).manifest["tool"]
    for name in names:
        section = section[name]
    return section


def modules() -> list[Path]:
    return [path for distribution in distributions() for path in distribution.modules()]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def is_for_types_only(node: ast.AST) -> bool:
    """Whether this is `if TYPE_CHECKING:`, whose body never runs."""
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def imports(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of what is imported at run time anywhere below a node.

    `from a.b import c` gives `a.b.c`, so that a package and a name of it look alike.
    """
    for child in ast.iter_child_nodes(node):
        if is_for_types_only(child):
            assert isinstance(child, ast.If)
            for other in child.orelse:
                yield from imports(other)
        elif isinstance(child, ast.Import):
            yield from ((child.lineno, alias.name) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            yield from ((child.lineno, f"{'.' * child.level}{child.module}.{alias.name}") for alias in child.names)
        else:
            yield from imports(child)


def files_in_git() -> list[Path]:
    """Each file that is committed or would be; skips the test where this is no checkout."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    command = [git, "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]
