"""`spoeq plugins`: what is installed, and switching it on and off."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import click

from spoeq_core.boot import open_shop, prepare
from spoeq_core.kernel.errors import ConfigurationError
from spoeq_core.kernel.settings import Settings
from spoeq_core.plugins import lifecycle
from spoeq_core.plugins.discovery import discover
from spoeq_core.shop import Shop
from spoeq_core.stack import running_settings

R = TypeVar("R")


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

    with_shop(show)


@plugins.command()
@click.argument("name")
def enable(name: str) -> None:
    """Switch a plugin on, in every running process."""
    with_shop(lambda shop: lifecycle.enable(shop, name))
    click.echo(f"{name} is enabled.")


@plugins.command()
@click.argument("name")
def disable(name: str) -> None:
    """Switch a plugin off; its data stays."""
    with_shop(lambda shop: lifecycle.disable(shop, name))
    click.echo(f"{name} is disabled.")


def with_shop(use: Callable[[Shop], Awaitable[R]]) -> R:
    """Run something on the shop of the environment, or on the one that runs in SPOEQ_DATA_DIR.

    Raises:
        ConfigurationError: neither is there.
    """
    settings = running_settings(Settings())
    if not settings.mongodb_uri or not settings.redis_url:
        raise ConfigurationError(
            f"No shop runs in {settings.data_dir}, and no servers are given.",
            hint="Start it (spoeq run), or set SPOEQ_MONGODB_URI and SPOEQ_REDIS_URL.",
        )

    async def work() -> R:
        async with open_shop(prepare(settings, discover(strict=settings.strict_plugins))) as shop:
            return await use(shop)

    return asyncio.run(work())
