"""The themes that are installed: found by their entry points, read from their `theme.toml`."""

from __future__ import annotations

import hashlib
import logging
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from stat import S_ISREG
from types import ModuleType
from typing import Literal, cast, get_args

from spoeq_core.kernel.errors import ConfigurationError
from spoeq_core.web import compression

log = logging.getLogger(__name__)

GROUP = "spoeq.themes"
API = 1
"""The version of what templates are given and must have; a theme names the one it was written for."""

Face = Literal["storefront", "admin"]
FACES: tuple[Face, ...] = get_args(Face)
Saved = tuple[int, int]
"""When a file was saved (nanoseconds), and its bytes then."""
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,59}")
CORE = Path(__file__).parents[1] / "templates"


@dataclass(frozen=True, slots=True)
class Theme:
    """An installed theme: its files are under `root`."""

    name: str
    title: str
    face: Face
    root: Path
    extends: str = ""
    api: int = API

    @property
    def templates(self) -> Path:
        """Its templates."""
        return self.root / "templates"

    @property
    def static(self) -> Path:
        """Its style sheets, scripts and pictures."""
        return self.root / "static"


class Themes:
    """The installed themes by name.

    Args:
        themes: Those that could be read.
        broken: By name, why the others could not.
    """

    def __init__(self, themes: Mapping[str, Theme], broken: Mapping[str, str] | None = None) -> None:
        self._themes = dict(themes)
        self.broken = dict(broken or {})
        self._digests: dict[Path, tuple[Saved | None, str]] = {}
        self._packed: dict[Path, tuple[Saved | None, bytes]] = {}

    def get(self, name: str) -> Theme | None:
        """The theme of that name."""
        return self._themes.get(name)

    def of_face(self, face: Face) -> list[Theme]:
        """The themes for a face, by name."""
        return [theme for _, theme in sorted(self._themes.items()) if theme.face == face]

    def active(self, face: Face, chosen: str) -> Theme:
        """The chosen theme, or the one there is for the face if that one is missing or cannot be shown.

        Raises:
            ConfigurationError: none is installed.
        """
        found = [theme for theme in self.of_face(face) if not self.lineage_fault(theme)]
        if not found:
            raise ConfigurationError(f"No {face} theme is installed.", hint=f"pip install spoeq-theme-{face}")
        by_name = {theme.name: theme for theme in found}
        return by_name.get(chosen) or by_name.get(face) or found[0]

    def chain(self, theme: Theme) -> list[Theme]:
        """The theme, its parent, the parent's parent."""
        chain: list[Theme] = []
        current: Theme | None = theme
        while current is not None and current not in chain:
            chain.append(current)
            current = self._themes.get(current.extends) if current.extends else None
        return chain

    def lineage_fault(self, theme: Theme) -> str:
        """Why a theme cannot be shown by this version of SPOEQ with the themes that are installed; empty if it can."""
        chain = self.chain(theme)
        for each in chain:
            if each.api != API:
                needed = f"this SPOEQ has {API}. Install a release of it for this SPOEQ."
                return f"{each.name} is written for theme api {each.api}; {needed}"
            if each.face != theme.face:
                return f"{theme.name} ({theme.face}) extends {each.name}, a theme of the {each.face}."
        last = chain[-1]
        if last.extends and last.extends in {each.name for each in chain}:
            return f"{last.name} extends {last.extends}, which extends it: one of them must not."
        if last.extends:
            return f"{last.name} extends {last.extends}, which is not installed: pip install spoeq-theme-{last.extends}"
        return ""

    def digest(self, path: Path) -> str:
        """A short hash of a static file's content, for its address; empty if there is no such file."""
        saved, known = _saved(path), self._digests.get(path)
        if known is None or known[0] != saved:
            text = hashlib.sha256(path.read_bytes()).hexdigest()[:12] if saved else ""
            known = self._digests[path] = saved, text
        return known[1]

    def packed(self, path: Path) -> bytes:
        """A static file's content in gzip, made once a process for each time that it was saved."""
        saved, known = _saved(path), self._packed.get(path)
        if known is None or known[0] != saved:
            known = self._packed[path] = saved, compression.packed(path.read_bytes(), compression.LEVEL_KEPT)
        return known[1]


def _saved(path: Path) -> Saved | None:
    """What tells one state of a file from another; None if there is no such file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size) if S_ISREG(found.st_mode) else None


def discover_themes() -> Themes:
    """All installed themes; one that cannot be read is set aside with the reason."""
    return read_themes(sorted(entry_points(group=GROUP), key=lambda entry: entry.name))


def read_themes(entries: Iterable[EntryPoint]) -> Themes:
    """The themes of some entry points."""
    found: dict[str, Theme] = {}
    broken: dict[str, str] = {}
    for entry in entries:
        try:
            found[entry.name] = load_theme(entry.name, package_root(entry.load()))
        except Exception as error:
            broken[entry.name] = str(error) or type(error).__name__
            log.exception("theme %s cannot be read and is set aside", entry.name)
    return Themes(found, broken)


def load_theme(name: str, root: Path) -> Theme:
    """The theme in a folder.

    Raises:
        ConfigurationError: its `theme.toml` is missing or says something that cannot be.
    """
    path = root / "theme.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(
            f"theme.toml of {name} cannot be read: {error}.", hint="See docs/theme-authors.md."
        ) from None
    if not _NAME.fullmatch(name):
        raise ConfigurationError(f"{name!r} is no name for a theme.", hint="Use lower case letters, digits, - and _.")
    face, api = data.get("face"), data.get("api", API)
    if face not in FACES:
        raise ConfigurationError(
            f"theme.toml of {name}: face is {face!r}.", hint='Write face = "storefront" or "admin".'
        )
    if type(api) is not int:
        raise ConfigurationError(f"theme.toml of {name}: api is {api!r}.", hint=f"Write api = {API}.")
    return Theme(name, str(data.get("title", name)), cast(Face, face), root, str(data.get("extends", "")), api)


def package_root(module: ModuleType) -> Path:
    """The folder of a package, or of the package a module lies in."""
    if not module.__file__:
        raise ConfigurationError(f"{module.__name__} has no files.", hint="Ship it as a package with an __init__.py.")
    return Path(module.__file__).parent
