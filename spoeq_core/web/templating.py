"""Jinja for themes: a template is looked up in the theme, its parents, the plugins and the core."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import CodeType
from typing import Any

from jinja2 import BaseLoader, BytecodeCache, Environment, StrictUndefined, TemplateNotFound
from jinja2.bccache import Bucket

from spoeq_core.kernel.languages import CONTEXT, ENGLISH, Catalogue
from spoeq_core.web import formats
from spoeq_core.web.themes import find_in

PARENT = "parent/"
_LEVEL = re.compile(r"@(\d+)/(.+)", re.DOTALL)


class ShopLoader(BaseLoader):
    """Finds templates in folders, the first that has one wins.

    A name may begin with a level, `@2/pages/product.html`: the folders before it are passed over.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = list(folders)

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """The template's text, its file, and whether it is still the same."""
        del environment
        level, own = _split(template)
        path = find_in(own, self._folders[level:])
        if path is None:
            raise TemplateNotFound(template)
        modified = path.stat().st_mtime
        return path.read_text(encoding="utf-8"), str(path), lambda: path.is_file() and path.stat().st_mtime == modified

    def above(self, own: str, template: str) -> str:
        """The name of `own` as the parent of the folder knows it in which `template` lies."""
        start, current = _split(template)
        for level in range(start, len(self._folders)):
            if find_in(current, self._folders[level : level + 1]) is not None:
                return f"@{level + 1}/{own}"
        return f"@{len(self._folders)}/{own}"


class ThemeEnvironment(Environment):
    """An environment in which `parent/<name>` is the template as the parent theme has it.

    The prefix counts from the theme whose template says it, so that a child of a child works. The bare name of a
    template that a theme overrides is the override itself.
    """

    def join_path(self, template: str, parent: str) -> str:
        """The name to load for a name that a template says."""
        if template.startswith(PARENT) and isinstance(self.loader, ShopLoader):
            return self.loader.above(template.removeprefix(PARENT), parent)
        return template


_compiled: dict[str, tuple[str, CodeType]] = {}


class CompiledOnce(BytecodeCache):
    """Keeps a process's compiled templates: themes that share one, and apps, compile it once, and again if it changes.

    Only for environments that compile alike.
    """

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the template what was kept for this text of it."""
        checksum, code = _compiled.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it."""
        if bucket.code is not None:
            _compiled[bucket.key] = (bucket.checksum, bucket.code)


def build_environment(
    folders: Sequence[Path],
    functions: Mapping[str, Callable[..., Any]],
    *,
    speech: Callable[[], Catalogue] = lambda: ENGLISH,
    reload: bool = False,
) -> ThemeEnvironment:
    """The environment over some folders, with what every template may call.

    Args:
        folders: Where templates are looked for.
        functions: What templates may call.
        speech: The catalogue for whoever the page is drawn for, asked for each text.
        reload: Whether templates that change are read again.
    """
    environment = ThemeEnvironment(
        loader=ShopLoader(folders),
        autoescape=True,
        enable_async=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=reload,
        bytecode_cache=CompiledOnce(),
        cache_size=1000,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"],
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: speech().get(text),
        lambda one, several, n: speech().get_plural(one, several, n),
        newstyle=True,
        pgettext=lambda context, text: _in_context(speech().get(f"{context}{CONTEXT}{text}"), text),
    )
    environment.filters.update(formats.FILTERS)
    environment.globals.update(functions)
    return environment


def _in_context(found: str, text: str) -> str:
    return text if CONTEXT in found else found


def _split(template: str) -> tuple[int, str]:
    if template.startswith(PARENT):
        return 1, template.removeprefix(PARENT)
    found = _LEVEL.fullmatch(template)
    return (int(found[1]), found[2]) if found else (0, template)
