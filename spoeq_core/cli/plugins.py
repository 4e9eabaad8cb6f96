"""`spoeq plugins`: what is installed, and switching it on and off."""

from __future__ import annotations

from pathlib import Path

import click

from spoeq_core.cli.scaffold import write_plugin
from spoeq_core.hooks.caller import Hooks
from spoeq_core.local import with_shop
from spoeq_core.plugins import lifecycle
from spoeq_core.plugins.conflicts import conflicts_of
from spoeq_core.plugins.discovery import Discovery, discover
from spoeq_core.plugins.loading import load_hooks
from spoeq_core.shop import Shop


@click.group()
def plugins() -> None:
    """Installed plugins."""


@plugins.command("list")
def list_plugins() -> None:
    """Every installed plugin and its state."""

    async def show(shop: Shop) -> None:
        configuration = lifecycle.configuration_of(shop)
        for plugin in configuration.plugins:
            state = "enabled" if plugin.name in shop.hooks.enabled else "disabled"
            click.echo(f"{plugin.name:<16} {plugin.version:<10} {state:<12} {plugin.manifest.description}")
        for aside in configuration.quarantined:
            click.echo(f"{aside.name:<16} {'':<10} {'quarantined':<12} {aside.error}")
        if shop.settings.safe_mode:
            stored = await configuration.states.read()
            for name in stored.known:
                click.echo(f"{name:<16} {'':<10} {'enabled' if name in stored.enabled else 'disabled':<12} (safe mode)")

    with_shop(show)


@plugins.command()
@click.argument("name")
def enable(name: str) -> None:
    """Switch a plugin on, in every running process."""
    with_shop(lambda shop: lifecycle.enable_plugin(shop, name))
    click.echo(f"{name} is enabled.")


@plugins.command()
@click.argument("name")
def disable(name: str) -> None:
    """Switch a plugin off; its data stays."""
    with_shop(lambda shop: lifecycle.disable_plugin(shop, name))
    click.echo(f"{name} is disabled.")


@plugins.command()
@click.argument("names", nargs=-1)
def order(names: tuple[str, ...]) -> None:
    """Ask these plugins first, in this order; without names, as they order themselves."""
    with_shop(lambda shop: lifecycle.order_plugins(shop, names))
    click.echo(f"Order: {', '.join(names) or 'their own'}.")


@plugins.command()
@click.argument("name")
@click.option("--into", type=click.Path(path_type=Path), help="Where it goes; ./spoeq-NAME, if not given.")
def new(name: str, into: Path | None) -> None:
    """Write a new plugin that runs, with tests."""
    folder = into or Path(f"spoeq-{name.replace('_', '-')}")
    for path in write_plugin(name, folder):
        click.echo(f"  {path}")
    click.echo(
        f"A plugin lies in {folder}. Next:\n"
        f"  cd {folder} && python3 -m venv .venv && .venv/bin/pip install -e .[dev] && .venv/bin/pytest\n"
        f"and, in the environment of a shop: pip install -e {folder}, then spoeq plugins enable {name}"
    )


@plugins.command()
def conflicts() -> None:
    """What two installed plugins claim both; the exit status is 1 if there is anything."""
    found = discover()
    hooks, started = load_hooks(found, lambda *_: None, strict=False)
    lines = [*_claimed_lines(hooks, started), *_aside_lines(started)]
    click.echo("\n".join(lines) or f"No conflicts among {len(started.plugins)} plugins.")
    raise SystemExit(1 if lines else 0)


def _claimed_lines(hooks: Hooks, discovery: Discovery) -> list[str]:
    claimed = conflicts_of(hooks, discovery)
    return [f"{one.what} {one.name}: {', '.join(one.plugins)}. {one.meaning}" for one in claimed]


def _aside_lines(discovery: Discovery) -> list[str]:
    return [f"set aside {one.name}: {one.error}" for one in discovery.quarantined]
