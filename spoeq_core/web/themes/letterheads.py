"""What mails take from the storefront's theme: its templates, those of its parents, and what staff chose in it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from spoeq_core.kernel.errors import ConfigurationError
from spoeq_core.plugins.lifecycle import configuration_of
from spoeq_core.shop import Letterhead, Shop
from spoeq_core.web.themes.choices import choices_of
from spoeq_core.web.themes.design import read_design
from spoeq_core.web.themes.installed import Theme, Themes, discover_themes
from spoeq_core.web.themes.look import look_at


def letterheads(themes: Themes | None = None) -> Callable[[Shop], Letterhead]:
    """Gives the letterhead of a shop as it is now; without `themes` those installed are found at the first mail."""
    installed = cache(lambda: themes or discover_themes())
    design = cache(lambda theme: read_design(installed().chain(theme), {}))
    known: dict[Theme, tuple[int, Letterhead]] = {}

    def letterhead(shop: Shop) -> Letterhead:
        try:
            theme = installed().active("storefront", shop.profile.storefront_theme)
        except ConfigurationError:
            return Letterhead()
        epoch = configuration_of(shop).epoch
        if theme not in known or known[theme][0] != epoch:
            look = look_at(theme, design(theme), choices_of(shop, theme.name))
            roots = tuple(each.root for each in installed().chain(theme))
            known[theme] = (epoch, Letterhead(roots, look.view()["settings"]))
        return known[theme][1]

    return letterhead
