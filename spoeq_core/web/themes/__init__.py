"""Themes: which are installed, what a merchant may set in them, what was set, and how it is previewed."""

from __future__ import annotations

from spoeq_core.kernel.templates import find_in
from spoeq_core.web.themes.installed import (
    CORE,
    Face,
    Theme,
    Themes,
    discover_themes,
    load_theme,
    package_root,
)

__all__ = ["CORE", "Face", "Theme", "Themes", "discover_themes", "find_in", "load_theme", "package_root"]
