"""Themes written to disk for a test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from spoeq_core.web.themes import Theme, load_theme

WriteTheme = Callable[..., Theme]


@pytest.fixture
def write_theme(tmp_path: Path) -> WriteTheme:
    """Writes a theme: `write_theme("child", {"templates/a.html": "…"}, extends="root")`."""

    def write(name: str, files: Mapping[str, str] | None = None, **toml: object) -> Theme:
        root = tmp_path / name
        told = {"face": "storefront", "title": name.title(), "api": 1, **toml}
        lines = (f"{key} = {value!r}".replace("'", '"') for key, value in told.items())
        for path, text in {"theme.toml": "\n".join(lines), **(files or {})}.items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        return load_theme(name, root)

    return write
