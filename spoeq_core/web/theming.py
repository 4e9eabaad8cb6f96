"""Rendering: templates looked up in theme, parent theme, plugins and core, with slots that plugins fill."""

from __future__ import annotations

import gettext
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound
from quart import Response, current_app

from spoeq_core.plugins.discovery import InstalledPlugin
from spoeq_core.shop import Shop
from spoeq_core.web import formats
from spoeq_core.web.context import current_shop
from spoeq_core.web.slots import SlotDrawer
from spoeq_core.web.themes import CORE, Face, Theme, Themes, find_in, package_root

THEMING = "spoeq_theming"
PARENT = "parent/"


class ShopLoader(BaseLoader):
    """Finds a template in the theme, its parents, the plugins and the core, in this order.

    `parent/<name>` skips the theme itself, so that a child theme can extend what it overrides.
    """

    def __init__(self, chain: Sequence[Path], others: Sequence[Path]) -> None:
        self._chain = list(chain)
        self._others = list(others)

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """The template's text, its file, and whether it is still the same."""
        del environment
        own = template.removeprefix(PARENT)
        folders = self._chain[1:] if own != template else self._chain
        path = find_in(own, [*folders, *self._others])
        if path is None:
            raise TemplateNotFound(template)
        modified = path.stat().st_mtime
        return path.read_text(encoding="utf-8"), str(path), lambda: path.stat().st_mtime == modified


class Theming:
    """The templates of one app, for both faces."""

    def __init__(self, themes: Themes, plugins: Sequence[InstalledPlugin], *, reload: bool = False) -> None:
        self.themes = themes
        self._plugin_roots = {plugin.name: package_root(plugin.module) for plugin in plugins}
        self._environments: dict[str, Environment] = {}
        self._reload = reload

    def environment(self, face: Face, shop: Shop) -> Environment:
        """The Jinja environment of the face's active theme."""
        theme = self.themes.active(face, getattr(shop.profile, f"{face}_theme"))
        key = f"{face}:{theme.name}"
        if key not in self._environments:
            self._environments[key] = self._build(theme)
        return self._environments[key]

    def static_file(self, owner: str, name: str) -> Path | None:
        """A static file of a theme (or its parents), or of a plugin (`plugin-<name>`)."""
        if owner.startswith("plugin-"):
            root = self._plugin_roots.get(owner.removeprefix("plugin-"))
            return find_in(name, [root / "static"]) if root else None
        theme = self.themes.get(owner)
        return find_in(name, [item.static for item in self.themes.chain(theme)]) if theme else None

    def static_url(self, owner: str, name: str) -> str:
        """The address of a static file with a hash of its content, so that it can be cached for ever."""
        path = self.static_file(owner, name)
        return f"/static/{owner}/{name}?v={self.themes.digest(path)}" if path else f"/static/{owner}/{name}"

    def _build(self, theme: Theme) -> Environment:
        chain = [item.templates for item in self.themes.chain(theme)]
        plugins = [root / "templates" for root in self._plugin_roots.values()]
        environment = Environment(
            loader=ShopLoader(chain, [*plugins, CORE]),
            autoescape=True,
            enable_async=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=self._reload,
            cache_size=1000,
            extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"],
        )
        environment.install_gettext_translations(gettext.NullTranslations(), newstyle=True)  # type: ignore[attr-defined]
        environment.filters.update(formats.FILTERS)
        environment.globals.update(
            static=lambda name: self.static_url(theme.name, name),
            plugin_static=lambda plugin, name: self.static_url(f"plugin-{plugin}", name),
            url=lambda path: path,
        )
        return environment


def current_theming() -> Theming:
    """The theming of the running app."""
    return cast(Theming, current_app.extensions[THEMING])


async def render(face: Face, template: str, status: int = 200, **context: Any) -> Response:
    """A page of the active theme."""
    html = await render_text(face, template, **context)
    return Response(html, status=status, content_type="text/html; charset=utf-8")


async def render_text(face: Face, template: str, **context: Any) -> str:
    """The same as text."""
    shop = current_shop()
    environment = current_theming().environment(face, shop)
    common = await current_app.extensions["spoeq_context"](face)
    values = {**common, **context}
    values |= SlotDrawer(shop, environment, face, values).functions()
    return await environment.get_template(template).render_async(values)
