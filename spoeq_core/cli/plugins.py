"""`spoeq plugins`: what is installed, and switching it on and off."""

from __future__ import annotations

import click

from spoeq_core.local import with_shop
from spoeq_core.plugins import lifecycle
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
