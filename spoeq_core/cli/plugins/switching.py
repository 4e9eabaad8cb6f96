"""`spoeq plugins enable | disable | order`: effective in every running process."""

from __future__ import annotations

import click

from spoeq_core.local import with_shop
from spoeq_core.plugins import lifecycle


@click.command()
@click.argument("name")
def enable(name: str) -> None:
    """Switch a plugin on, in every running process; its migrations run first."""
    with_shop(lambda shop: lifecycle.enable_plugin(shop, name))
    click.echo(f"{name} is enabled.")


@click.command()
@click.argument("name")
def disable(name: str) -> None:
    """Switch a plugin off; its data stays."""
    with_shop(lambda shop: lifecycle.disable_plugin(shop, name))
    click.echo(f"{name} is disabled.")


@click.command()
@click.argument("names", nargs=-1)
def order(names: tuple[str, ...]) -> None:
    """Ask these plugins first, in this order; without names, as they order themselves."""
    with_shop(lambda shop: lifecycle.order_plugins(shop, names))
    click.echo(f"Order: {', '.join(names) or 'their own'}.")
