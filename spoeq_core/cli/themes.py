"""`spoeq themes`: what is installed, and which is active."""

from __future__ import annotations

import click

from spoeq_core.kernel.errors import NotFound
from spoeq_core.local import with_shop
from spoeq_core.plugins import lifecycle
from spoeq_core.shop import Shop
from spoeq_core.web.themes import Face, discover_themes

FACES: tuple[Face, ...] = ("storefront", "admin")


@click.group()
def themes() -> None:
    """Installed themes."""


@themes.command("list")
def list_themes() -> None:
    """Every installed theme and the face it is for."""
    installed = discover_themes()
    for face in FACES:
        for theme in installed.of_face(face):
            click.echo(f"{theme.name:<16} {face:<12} {theme.title}")


@themes.command()
@click.argument("name")
def activate(name: str) -> None:
    """Show the shop, or the admin, in this theme."""
    theme = discover_themes().get(name)
    if theme is None:
        raise NotFound(f"No theme {name!r} is installed.", hint="See: spoeq themes list")

    async def save(shop: Shop) -> None:
        await lifecycle.save_settings(shop, "core", {f"{theme.face}_theme": name})

    with_shop(save)
    click.echo(f"{name} is the {theme.face} theme now.")
