"""Rendering: the pages of both faces, drawn by the theme in force with slots that plugins fill."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from jinja2 import Environment
from quart import Response, current_app

from spoeq_core.kernel.cache import BRIEFLY, keep_at_most
from spoeq_core.kernel.errors import NotFound
from spoeq_core.kernel.languages import ENGLISH, SOURCE, Catalogue, catalogue, tongue
from spoeq_core.kernel.redis import REDIS_ERRORS
from spoeq_core.notifications.rendering import TEMPLATES as MAILS
from spoeq_core.plugins.discovery import InstalledPlugin
from spoeq_core.plugins.languages import catalogue_roots
from spoeq_core.plugins.lifecycle import configuration_of
from spoeq_core.shop import Shop
from spoeq_core.web.composed import SectionDrawer
from spoeq_core.web.context import current_shop
from spoeq_core.web.drawing import draw
from spoeq_core.web.parts import PartDrawer
from spoeq_core.web.slots import SlotDrawer
from spoeq_core.web.templating import build_environment
from spoeq_core.web.themes import CORE, Face, Theme, Themes, find_in, package_root
from spoeq_core.web.themes.choices import Choices, choices_of
from spoeq_core.web.themes.contract import Report, check_theme, plugin_faults
from spoeq_core.web.themes.design import Design, read_design
from spoeq_core.web.themes.installed import FACES
from spoeq_core.web.themes.look import Look, look_at
from spoeq_core.web.themes.preview import FRAMED_BY_US, Preview, current_preview

log = logging.getLogger(__name__)

THEMING = "spoeq_theming"
FAULTS_LAST = 24 * 3600
LOOK_AGAIN = 0.5
"""Seconds after which the files of a theme are read again, where that is wanted: it is a third of drawing a page."""


class Theming:
    """The templates of one app, for both faces.

    Args:
        themes: Those installed.
        plugins: Those whose templates may be drawn.
        reload: Whether files that change are read again.
        compiled: Where compiled templates are kept for the next start.
    """

    def __init__(
        self,
        themes: Themes,
        plugins: Sequence[InstalledPlugin],
        *,
        reload: bool = False,
        compiled: Path | None = None,
    ) -> None:
        self.themes = themes
        self._plugin_roots = {plugin.name: package_root(plugin.module) for plugin in plugins}
        self._environments: dict[str, Environment] = {}
        self._designs: dict[str, tuple[float, Design]] = {}
        self._looks: dict[str, tuple[int, Design, Look]] = {}
        self._urls: dict[tuple[str, str], str] = {}
        self._reload = reload
        self._compiled = compiled

    @property
    def reloads(self) -> bool:
        """Whether templates that change are read again."""
        return self._reload

    @property
    def roots(self) -> list[Path]:
        """The folders of the core's pages, the themes and the plugins."""
        themes = [theme.root for face in FACES for theme in self.themes.of_face(face)]
        return [CORE.parent, *themes, *self._plugin_roots.values()]

    def active(self, face: Face, shop: Shop) -> Theme:
        """The theme that a shop shows a face in."""
        return self.themes.active(face, getattr(shop.profile, f"{face}_theme"))

    def look(self, theme: Theme, shop: Shop) -> Look:
        """A theme with what staff chose in it."""
        epoch, design = configuration_of(shop).epoch, self.design(theme)
        known = self._looks.get(theme.name)
        if known is None or known[0] != epoch or known[1] is not design:
            known = (epoch, design, look_at(theme, design, choices_of(shop, theme.name)))
            self._looks[theme.name] = known
        return known[2]

    def previewed(self, shop: Shop, preview: Preview) -> Look | None:
        """A theme as a member of staff tries it; None if it cannot be shown."""
        theme = self.themes.get(preview.theme)
        if theme is None or theme.face != "storefront" or self.themes.lineage_fault(theme):
            return None
        saved = choices_of(shop, theme.name)
        settings = saved.settings if preview.settings is None else preview.settings
        return look_at(theme, self.design(theme), Choices(settings=settings, pages=saved.pages), preview=True)

    def design(self, theme: Theme) -> Design:
        """What a theme and its parents declare."""
        known, now = self._designs.get(theme.name), time.monotonic()
        if known is None or (self._reload and now - known[0] > LOOK_AGAIN):
            known = (now, read_design(self.themes.chain(theme), self._plugin_roots))
            self._designs[theme.name] = known
        return known[1]

    def environment(self, theme: Theme) -> Environment:
        """The templates as a theme shows them."""
        if theme.name not in self._environments:
            self._environments[theme.name] = build_environment(
                self._folders(theme),
                {
                    "static": lambda name: self.static_url(theme.name, name),
                    "plugin_static": lambda plugin, name: self.static_url(f"plugin-{plugin}", name),
                    "url": lambda path: path,
                },
                speech=lambda: self.speech(theme),
                reload=self._reload,
                compiled=self._compiled,
            )
        return self._environments[theme.name]

    def speech(self, theme: Theme) -> Catalogue:
        """What pages of a theme say in the language of whoever is served now: its words, its parents', the shop's."""
        language = tongue().language
        if language == SOURCE:
            return ENGLISH
        own = [item.root for item in self.themes.chain(theme)]
        return catalogue((*own, *catalogue_roots(current_shop().hooks)), language)

    def check(self, theme: Theme) -> Report:
        """What is wrong with a theme's files, and with plugins' pages in it that are right in its parent."""
        report = check_theme(self.themes, theme, self.environment(theme), self.design(theme))
        parent = self.themes.get(theme.extends)
        if parent is None or report.errors:
            return report
        before = set(plugin_faults(self._plugin_roots, self.environment(parent)))
        after = plugin_faults(self._plugin_roots, self.environment(theme))
        return Report(report.errors, (*report.warnings, *(fault for fault in after if fault not in before)))

    def static_file(self, owner: str, name: str) -> Path | None:
        """A static file of a theme (or its parents), or of a plugin (`plugin-<name>`)."""
        if owner.startswith("plugin-"):
            root = self._plugin_roots.get(owner.removeprefix("plugin-"))
            return find_in(name, [root / "static"]) if root else None
        theme = self.themes.get(owner)
        return find_in(name, [item.static for item in self.themes.chain(theme)]) if theme else None

    def static_url(self, owner: str, name: str) -> str:
        """The address of a static file with a hash of its content, so that it can be cached for ever."""
        if (owner, name) not in self._urls or self._reload:
            path = self.static_file(owner, name)
            version = f"?v={self.themes.digest(path)}" if path else ""
            self._urls[owner, name] = f"/static/{owner}/{name}{version}"
        return self._urls[owner, name]

    def _folders(self, theme: Theme) -> list[Path]:
        chain = [item.templates for item in self.themes.chain(theme)]
        return [*chain, *(root / "templates" for root in self._plugin_roots.values()), CORE, MAILS]


def current_theming() -> Theming:
    """The theming of the running app."""
    return cast(Theming, current_app.extensions[THEMING])


async def current_look(face: Face) -> Look:
    """What the page that is asked for is drawn with: the active theme, or what whoever asks previews."""
    shop, theming = current_shop(), current_theming()
    preview = await current_preview(shop) if face == "storefront" else None
    tried = theming.previewed(shop, preview) if preview is not None else None
    return tried or theming.look(theming.active(face, shop), shop)


async def sheet_look(name: str) -> Look:
    """A theme with its settings, as whoever asks for its style sheet sees it.

    Raises:
        NotFound: no such theme is installed.
    """
    shop, theming = current_shop(), current_theming()
    theme = theming.themes.get(name)
    if theme is None:
        raise NotFound("There is no such theme.")
    shown = await current_look(theme.face)
    return shown if shown.theme == theme else theming.look(theme, shop)


async def render(face: Face, template: str, status: int = 200, **context: Any) -> Response:
    """A page of the active theme."""
    html = await render_text(face, template, **context)
    response = Response(html, status=status, content_type="text/html; charset=utf-8")
    if face == "storefront" and (await current_look(face)).preview:
        response.headers.update({**FRAMED_BY_US, "Cache-Control": "private, no-store"})
    return response


async def render_text(face: Face, template: str, **context: Any) -> str:
    """The same as text; where a child theme's templates fail, as its parent has them."""
    shop, theming = current_shop(), current_theming()
    look = await current_look(face)
    common = await current_app.extensions["spoeq_context"](face)
    values = {**common, **context, "theme": look.view()}
    chain = theming.themes.chain(look.theme)
    for theme in chain[:-1]:
        try:
            return await _draw(shop, theming, look, theme, template, values)
        except Exception as error:
            log.exception("%s of theme %s failed; its parent's is shown", template, theme.name)
            await note_fault(shop, theme.name, template, error)
    return await _draw(shop, theming, look, chain[-1], template, values)


async def _draw(
    shop: Shop, theming: Theming, look: Look, theme: Theme, template: str, values: Mapping[str, Any]
) -> str:
    environment = theming.environment(theme)
    values = {**values, **PartDrawer(shop.cache, theme.name, environment, values).functions()}
    slots = SlotDrawer(shop, environment, theme.face, values)
    above = [theming.environment(each) for each in theming.themes.chain(theme)]
    known = {**values, **slots.functions()}

    async def failed(name: str, error: Exception) -> None:
        await note_fault(shop, look.theme.name, name, error)

    return await draw(environment.get_template(template), {**known, **SectionDrawer(above, known, failed).functions()})


async def note_fault(shop: Shop, theme: str, template: str, error: Exception) -> None:
    """Keep for a day what went wrong in a theme, for the admin; the page that it was drawn for is not kept long."""
    keep_at_most(BRIEFLY)
    key = shop.key("theme-faults", theme)
    text = f"{shop.clock.now():%d %b %H:%M} UTC, {template}: {type(error).__name__}: {error}"
    with contextlib.suppress(*REDIS_ERRORS):
        await shop.redis.hset(key, template, text[:500])
        await shop.redis.expire(key, FAULTS_LAST)


async def faults_of(shop: Shop, theme: str) -> list[str]:
    """What went wrong in a theme within a day."""
    try:
        found = await shop.redis.hgetall(shop.key("theme-faults", theme))
    except REDIS_ERRORS:
        return []
    return sorted(map(str, found.values()))
