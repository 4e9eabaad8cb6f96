"""`spoeq plugins list | conflicts`: what is installed, and what two of them claim."""

from __future__ import annotations

import click

from spoeq_core.hooks.caller import Hooks
from spoeq_core.local import with_shop
from spoeq_core.plugins import lifecycle
from spoeq_core.plugins.conflicts import conflicts_of
from spoeq_core.plugins.discovery import Discovery, discover
from spoeq_core.plugins.loading import load_hooks
from spoeq_core.shop import Shop


@click.command("list")
def list_plugins() -> None:
    """Every installed plugin and its state."""

    async def show(shop: Shop) -> None:
        configuration = lifecycle.configuration_of(shop)
        for plugin in configuration.plugins:
            state = "enabled" if plugin.name in shop.hooks.enabled else "disabled"
            if held := shop.hooks.held.get(plugin.name, ""):
                state = "held"
            click.echo(f"{plugin.name:<16} {plugin.version:<10} {state:<12} {held or plugin.manifest.description}")
        for aside in configuration.quarantined:
            click.echo(f"{aside.name:<16} {'':<10} {'quarantined':<12} {aside.error}")
        if shop.settings.safe_mode:
            stored = await configuration.states.read()
            for name in stored.known:
                click.echo(f"{name:<16} {'':<10} {'enabled' if name in stored.enabled else 'disabled':<12} (safe mode)")

    with_shop(show)


@click.command()
def conflicts() -> None:
    """What two installed plugins claim both; the exit status is 1 if there is anything."""
    found = discover()
    hooks, started = load_hooks(found, lambda *_: None, strict=False)
    lines = [*_claimed_lines(hooks, started), *_aside_lines(started)]
    click.echo("\n".join(lines) or f"No conflicts among {len(started.plugins)} plugins.")
    raise SystemExit(1 if lines else 0)


def _claimed_lines(hooks: Hooks, discovery: Discovery) -> list[str]:
    return [one.said for one in conflicts_of(hooks, discovery)]


def _aside_lines(discovery: Discovery) -> list[str]:
    return [f"set aside {one.name}: {one.error}" for one in discovery.quarantined]
