"""For tests of a theme: what the contract says of it, and a shop that shows it."""

from __future__ import annotations

from spoeq_core.plugins.discovery import discover
from spoeq_core.plugins.lifecycle import save_settings
from spoeq_core.testing.clients import RunningApp
from spoeq_core.web.themes import discover_themes
from spoeq_core.web.theming import Theming


def faults_of(name: str) -> list[str]:
    """What keeps an installed theme from being shown, and what of it would be passed over."""
    theming = Theming(discover_themes(), discover().plugins)
    theme = theming.themes.get(name)
    if theme is None:
        return [theming.themes.broken.get(name, f"No theme {name} is installed.")]
    report = theming.check(theme)
    return [*report.errors, *report.warnings]


async def show_in(running: RunningApp, name: str) -> None:
    """Show the shop in this theme from now on."""
    await save_settings(running.shop, "core", {"storefront_theme": name})
