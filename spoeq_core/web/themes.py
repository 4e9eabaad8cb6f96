"""Themes: which are installed, which is active, where their files lie."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Literal

from spoeq_core.kernel.errors import ConfigurationError

GROUP = "spoeq.themes"
Face = Literal["storefront", "admin"]
CORE = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Theme:
    """An installed theme: its files are under `root`."""

    name: str
    title: str
    face: str
    root: Path
    extends: str = ""

    @property
    def templates(self) -> Path:
        """Its templates."""
        return self.root / "templates"

    @property
    def static(self) -> Path:
        """Its style sheets, scripts and pictures."""
        return self.root / "static"


class Themes:
    """The installed themes by name."""

    def __init__(self, themes: Mapping[str, Theme]) -> None:
        self._themes = dict(themes)
        self._hashes: dict[Path, str] = {}

    def get(self, name: str) -> Theme | None:
        """The theme of that name."""
        return self._themes.get(name)

    def of_face(self, face: Face) -> list[Theme]:
        """The themes for a face, by name."""
        return [theme for _, theme in sorted(self._themes.items()) if theme.face == face]

    def active(self, face: Face, chosen: str) -> Theme:
        """The chosen theme, or the first one there is for the face.

        Raises:
            ConfigurationError: none is installed.
        """
        theme = self._themes.get(chosen)
        if theme is not None and theme.face == face:
            return theme
        found = self.of_face(face)
        if not found:
            raise ConfigurationError(f"No {face} theme is installed.", hint=f"pip install spoeq-theme-{face}")
        return next((theme for theme in found if theme.name == face), found[0])

    def chain(self, theme: Theme) -> list[Theme]:
        """The theme, its parent, the parent's parent."""
        chain: list[Theme] = []
        current: Theme | None = theme
        while current is not None and current not in chain:
            chain.append(current)
            current = self._themes.get(current.extends) if current.extends else None
        return chain

    def digest(self, path: Path) -> str:
        """A short hash of a static file's content, for its address; empty if there is no such file."""
        if path not in self._hashes:
            self._hashes[path] = hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else ""
        return self._hashes[path]


def discover_themes() -> Themes:
    """All installed themes."""
    return Themes({theme.name: theme for theme in _installed()})


def _installed() -> Iterator[Theme]:
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        root = package_root(entry.load())
        data = tomllib.loads((root / "theme.toml").read_text(encoding="utf-8"))
        yield Theme(
            entry.name, str(data.get("title", entry.name)), str(data["face"]), root, str(data.get("extends", ""))
        )


def package_root(module: ModuleType) -> Path:
    """The folder of a package, or of the package a module lies in."""
    if not module.__file__:
        raise ConfigurationError(f"{module.__name__} has no files.", hint="Ship it as a package with an __init__.py.")
    return Path(module.__file__).parent


def find_in(name: str, folders: Sequence[Path]) -> Path | None:
    """The first folder's file of that name; None for names that leave the folder."""
    if ".." in name.split("/"):
        return None
    return next((folder / name for folder in folders if (folder / name).is_file()), None)
