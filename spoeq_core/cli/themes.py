"""`spoeq themes`: what is installed, which is active, and whether it can be shown."""

from __future__ import annotations

from pathlib import Path

import click

from spoeq_core.cli.scaffold import write_theme
from spoeq_core.kernel.errors import ConfigurationError, NotFound
from spoeq_core.local import with_shop
from spoeq_core.plugins.discovery import discover
from spoeq_core.plugins.lifecycle import save_settings
from spoeq_core.shop import Shop
from spoeq_core.web.themes import discover_themes
from spoeq_core.web.themes.installed import FACES
from spoeq_core.web.theming import Theming


@click.group()
def themes() -> None:
    """Installed themes."""


@themes.command("list")
def list_themes() -> None:
    """Every installed theme: its face, whether it is active, and what is wrong with it."""

    async def show(shop: Shop) -> None:
        theming = _theming()
        for face in FACES:
            active = theming.active(face, shop)
            for theme in theming.themes.of_face(face):
                state = "active" if theme == active else ""
                click.echo(f"{theme.name:<16} {face:<12} {state:<8} {theme.title}".rstrip())
                report = theming.check(theme)
                for text in (*report.errors, *report.warnings):
                    click.echo(f"    {text}")
        for name, reason in theming.themes.broken.items():
            click.echo(f"{name:<16} {'':<12} {'broken':<8} {reason}")

    with_shop(show)


@themes.command()
@click.argument("name")
def activate(name: str) -> None:
    """Show the shop, or the admin, in this theme, if it keeps the contract."""
    theming = _theming()
    theme = theming.themes.get(name)
    if theme is None:
        reason = theming.themes.broken.get(name, "")
        raise NotFound(f"No theme {name!r} is installed. {reason}".strip(), hint="See: spoeq themes list")
    report = theming.check(theme)
    if report.errors:
        raise ConfigurationError(f"{name} cannot be shown: {'; '.join(report.errors)}.", hint="Mend it first.")
    for warning in report.warnings:
        click.echo(f"Passed over: {warning}")

    async def save(shop: Shop) -> None:
        await save_settings(shop, "core", {f"{theme.face}_theme": name})

    with_shop(save)
    click.echo(f"{name} is the {theme.face} theme now.")


@themes.command()
@click.argument("name")
@click.option("--into", type=click.Path(path_type=Path), help="Where it goes; ./spoeq-theme-NAME, if not given.")
def new(name: str, into: Path | None) -> None:
    """Write a new child theme of the storefront that can be shown, with tests."""
    folder = into or Path(f"spoeq-theme-{name.replace('_', '-')}")
    for path in write_theme(name, folder):
        click.echo(f"  {path}")
    click.echo(
        f"A theme lies in {folder}. Next:\n"
        f"  cd {folder} && python3 -m venv .venv && .venv/bin/pip install -e .[dev] && .venv/bin/pytest\n"
        f"and, in the environment of a shop: pip install -e {folder}, then spoeq themes activate {name}"
    )


def _theming() -> Theming:
    return Theming(discover_themes(), discover().plugins)
