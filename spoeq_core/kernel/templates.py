"""Finding Jinja templates in several folders: the first that has a name wins, and can still name the one it hides."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from jinja2 import BaseLoader, Environment, Template, TemplateNotFound
from jinja2.environment import TemplateModule
from jinja2.runtime import Context

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


class ThemeTemplate(Template):
    """A template whose macros are made once: what is imported without context knows the environment's globals alone.

    Jinja compares the globals of both templates at each import to find those that only one of them has; ours have none.
    """

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        del ctx
        if self._module is None:
            self._module = self.make_module()
        return self._module


class ThemeEnvironment(Environment):
    """An environment in which `parent/<name>` is the template as the parent theme has it.

    The prefix counts from the theme whose template says it, so that a child of a child works. The bare name of a
    template that a theme overrides is the override itself.
    """

    template_class = ThemeTemplate

    def join_path(self, template: str, parent: str) -> str:
        """The name to load for a name that a template says."""
        if template.startswith(PARENT) and isinstance(self.loader, ShopLoader):
            return self.loader.above(template.removeprefix(PARENT), parent)
        return template


def find_in(name: str, folders: Sequence[Path]) -> Path | None:
    """The first folder's file of that name; None for names that leave the folder."""
    if ".." in name.split("/"):
        return None
    return next((folder / name for folder in folders if (folder / name).is_file()), None)


def _split(template: str) -> tuple[int, str]:
    if template.startswith(PARENT):
        return 1, template.removeprefix(PARENT)
    found = _LEVEL.fullmatch(template)
    return (int(found[1]), found[2]) if found else (0, template)
