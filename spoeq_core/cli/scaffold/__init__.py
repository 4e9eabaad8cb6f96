"""What `spoeq plugins new` and `spoeq themes new` write: a plugin or a theme that runs, with tests that pass."""

from __future__ import annotations

import re
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

from spoeq_core import __version__
from spoeq_core.kernel.errors import Conflict, Invalid

NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
LONGEST = 40


def write_plugin(name: str, folder: Path) -> list[Path]:
    """The files of a new plugin, written into the folder; nothing that is there is overwritten.

    Args:
        name: Of the plugin: lower case, digits and underscores.
        folder: Where its distribution goes; it may exist if none of the files does.

    Raises:
        Invalid: the name cannot be one.
        Conflict: a file is there already.
    """
    return _written("plugin", name, folder)


def write_theme(name: str, folder: Path) -> list[Path]:
    """The same for a new theme of the storefront, a child of the one that comes with SPOEQ.

    Raises:
        Invalid: the name cannot be one.
        Conflict: a file is there already.
    """
    return _written("theme", name, folder)


def _written(kind: str, name: str, folder: Path) -> list[Path]:
    if not NAME.fullmatch(name) or len(name) > LONGEST:
        raise Invalid.field(
            "name", f"A {kind} is named in small letters, digits and single underscores, up to {LONGEST}.", "name"
        )
    words = {
        "name": name,
        "dashed": name.replace("_", "-"),
        "camel": name.title().replace("_", ""),
        "title": name.replace("_", " ").capitalize(),
        "version": _series(__version__, 0),
        "next": _series(__version__, 1),
    }
    texts = {folder / _place(kind, path, name): Template(text).substitute(words) for path, text in _templates(kind)}
    taken = [str(path.relative_to(folder)) for path in texts if path.exists()]
    if taken:
        raise Conflict(f"{folder} has {', '.join(taken)} already.", hint="Choose another folder with --into.")
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return sorted(texts)


def _templates(kind: str) -> list[tuple[str, str]]:
    """Each file as it lies here, and its text."""
    found: list[tuple[str, str]] = []
    waiting: list[tuple[str, Traversable]] = [("", files(__package__) / kind)]
    while waiting:
        above, folder = waiting.pop()
        for item in folder.iterdir():
            place = f"{above}/{item.name}".lstrip("/")
            if item.is_dir():
                waiting.append((place, item))
            elif place.endswith(".txt"):
                found.append((place.removesuffix(".txt"), item.read_text(encoding="utf-8")))
    return found


def _place(kind: str, path: str, name: str) -> str:
    """Where it goes: the package, a plugin's folder of templates and a theme's style sheet bear its name."""
    if kind == "theme":
        return path.replace("package/", f"spoeq_theme_{name}/", 1).replace("static/theme.css", f"static/{name}.css", 1)
    return path.replace("package/", f"spoeq_{name}/", 1).replace("templates/plugin/", f"templates/{name}/", 1)


def _series(version: str, step: int) -> str:
    """The series of a version, `0.1` of `0.1.3`, or a later one."""
    major, minor = version.split(".")[:2]
    return f"{major}.{int(minor) + step}"
