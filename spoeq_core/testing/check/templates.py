"""A plugin's templates: each in its own folder, drawn through the theme, and speaking through gettext."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from jinja2 import Environment

from spoeq_core.testing.check.lab import Lab
from spoeq_core.testing.check.model import Fault, Skipped
from spoeq_core.testing.check.subject import Subject
from spoeq_core.testing.texts import texts_of
from spoeq_core.web.themes import Face, discover_themes
from spoeq_core.web.themes.contract import plugin_faults
from spoeq_core.web.themes.installed import FACES
from spoeq_core.web.theming import Theming

OWN_DRAWING = {"render_template", "render_template_string", "stream_template", "Environment", "Template"}
DRAWERS = ("quart", "jinja2", "flask")
JINJA = re.compile(r"{#.*?#}|{%-?\s*(trans)\b[^%]*%}.*?{%-?\s*end\1|{%.*?%}|{{.*?}}", re.DOTALL)
TAGS = re.compile(r"<(script|style|svg)\b.*?</\1>|<[^>]*>|&\w+;", re.DOTALL | re.IGNORECASE)
WORDS = re.compile(r"[^\W\d_]{3,}")


async def templates(subject: Subject, _lab: Lab) -> Sequence[Fault]:
    """In its own folder, so that no other's is shown in its place; what pages draw, a theme can override."""
    faults = [Fault(text) for text in _drawn_by_itself(subject)]
    names = [name for name, _ in subject.files("templates")]
    if not names and not faults:
        raise Skipped("it has no templates")
    faults += [
        Fault(f"templates/{name} is outside its own folder, templates/{subject.name}/")
        for name in names
        if not _is_own(name, subject.name)
    ]
    return faults or [Fault(text) for text in _broken(subject)]


async def texts(subject: Subject, _lab: Lab) -> Sequence[Fault]:
    """What people read goes through gettext, in templates and in code."""
    if subject.package is None or _broken(subject):
        raise Skipped("its templates cannot be read")
    found = []
    for name, path in subject.files("templates", ".html"):
        for line, words in _bare_words(path.read_text("utf-8")):
            found.append(Fault(f"templates/{name}:{line} says {words!r} without _()", warning=True))
    speaks = texts_of(subject.package)
    if speaks and not list(subject.files("locales", ".po")):
        found.append(Fault("it has no translations (locales/<language>/LC_MESSAGES)", warning=True))
    if not speaks and not found:
        raise Skipped("it says nothing to people")
    return found


def _is_own(name: str, plugin: str) -> bool:
    """Its own folder, one beginning with its name (where the core has a folder of that name), or its mails."""
    parts = name.split("/")
    if parts[0] == "email" and len(parts) > 2:  # noqa: PLR2004 - email/<plugin>/<name>
        parts = parts[1:]
    return len(parts) > 1 and (parts[0] == plugin or parts[0].startswith(f"{plugin}_"))


def _drawn_by_itself(subject: Subject) -> Iterator[str]:
    for place, tree in subject.sources:
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in DRAWERS:
                for name in node.names:
                    if name.name in OWN_DRAWING:
                        yield f"{place}:{node.lineno} draws by {node.module}.{name.name}, past the theme; use render"


def _broken(subject: Subject) -> list[str]:
    """Templates that cannot be drawn in the storefront, nor in the admin."""
    roots = {subject.name: subject.package} if subject.package else {}
    shop, admin = (plugin_faults(roots, _environment(subject, face)) for face in FACES)
    return [fault for fault in shop if fault in admin]


def _environment(subject: Subject, face: Face) -> Environment:
    """The templates as a face of the shop shows them."""
    theming = Theming(discover_themes(), [subject.installed])
    return theming.environment(theming.themes.active(face, ""))


def _bare_words(source: str) -> Iterator[tuple[int, str]]:
    """Words that stand in a template as they are, outside of tags, expressions and what is translated."""
    plain = source
    for pattern in (JINJA, TAGS):
        plain = pattern.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), plain)
    for number, line in enumerate(plain.splitlines(), 1):
        words = " ".join(line.split())
        if WORDS.search(words):
            yield number, words[:60]
