"""A child theme of each face that overrides a plugin's templates by copies that say so wherever they are drawn."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from spoeq_core.testing.check.subject import Subject
from spoeq_core.web.themes import Themes, discover_themes
from spoeq_core.web.themes.installed import FACES, Face, Theme

EXTENDS = re.compile(r"{%-?\s*extends\b")
MACRO = re.compile(r"{%-?\s*macro\b")
OPENINGS = re.compile(r"{%-?\s*(?:block|macro)\b[^%]*%}")


def child_of(face: Face) -> str:
    """The name of the child theme of a face."""
    return f"kit-child-{face}"


def mark(name: str) -> str:
    """What a page says that a template of this name was drawn for as the child theme has it."""
    return f"<!-- overridden: {name} -->"


def pages_of(subject: Subject) -> Iterator[tuple[str, Path]]:
    """The plugin's templates but for those of mails, which no theme draws."""
    return ((name, path) for name, path in subject.files("templates", ".html") if not name.startswith("email/"))


def with_child_themes(subject: Subject, folder: Path) -> Themes:
    """The installed themes, and the child theme of each face.

    Args:
        subject: The plugin.
        folder: Where the copies are written.
    """
    installed = discover_themes()
    found = {theme.name: theme for face in FACES for theme in installed.of_face(face)}
    for name, path in pages_of(subject):
        copy = folder / "templates" / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(marked(name, path.read_text("utf-8")), "utf-8")
    for face in FACES:
        found[child_of(face)] = Theme(child_of(face), "Child", face, folder, installed.active(face, "").name)
    return Themes(found, installed.broken)


def marked(name: str, source: str) -> str:
    """The template with a comment where what it draws begins, and in each of its blocks and macros."""
    inside = OPENINGS.sub(lambda opening: opening[0] + mark(name), source)
    return inside if EXTENDS.search(source) or MACRO.search(source) else mark(name) + inside
