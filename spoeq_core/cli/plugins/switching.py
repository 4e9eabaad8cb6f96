"""`spoeq plugins enable | disable | order | uninstall`: effective in every running process."""

from __future__ import annotations

from collections.abc import Iterable

import click

from spoeq_core.local import with_shop
from spoeq_core.orders.unpaid import warnings_of_switching_off
from spoeq_core.plugins import lifecycle, removing
from spoeq_core.plugins.conflicts import conflicts_with
from spoeq_core.plugins.footprint import Footprint, footprint_of
from spoeq_core.shop import Shop


@click.command()
@click.argument("name")
def enable(name: str) -> None:
    """Switch a plugin on, in every running process; its migrations run first."""

    async def switch_on(shop: Shop) -> None:
        await lifecycle.enable_plugin(shop, name)
        discovery = lifecycle.configuration_of(shop).discovery
        _warn(one.said for one in conflicts_with(shop.hooks, discovery, name))

    with_shop(switch_on)
    click.echo(f"{name} is enabled.")


@click.command()
@click.argument("name")
def disable(name: str) -> None:
    """Switch a plugin off; its data stays."""

    async def switch_off(shop: Shop) -> None:
        await lifecycle.disable_plugin(shop, name)
        _warn(await warnings_of_switching_off(shop, name))

    with_shop(switch_off)
    click.echo(f"{name} is disabled.")


@click.command()
@click.argument("names", nargs=-1)
def order(names: tuple[str, ...]) -> None:
    """Ask these plugins first, in this order; without names, as they order themselves."""
    with_shop(lambda shop: lifecycle.order_plugins(shop, names))
    click.echo(f"Order: {', '.join(names) or 'their own'}.")


@click.command()
@click.argument("name")
@click.option("--keep", "fate", flag_value="keep", help="Leave its data, for the day it comes back.")
@click.option("--purge", "fate", flag_value="purge", help="Remove all of its data; it must be switched off.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def uninstall(name: str, fate: str | None, *, yes: bool) -> None:
    """Take a plugin out of the shop, keeping or purging its data; its package is removed with pip after."""
    if fate is None:
        raise click.UsageError("Say --keep or --purge.")

    async def take_out(shop: Shop) -> None:
        there = await footprint_of(shop, name)
        click.echo(_said(name, there))
        _warn(await warnings_of_switching_off(shop, name))
        if not yes:
            question = "Remove all of it? This cannot be undone." if fate == "purge" else "Switch it off and keep this?"
            click.confirm(question, abort=True)
        await (removing.purge_plugin if fate == "purge" else removing.uninstall_keeping)(shop, name)

    with_shop(take_out)
    done = "Its data was removed" if fate == "purge" else "Its data stays"
    click.echo(f"{done}. Take its package out, then restart the shop: pip uninstall spoeq-{name.replace('_', '-')}")


def _said(name: str, there: Footprint) -> str:
    lines = [f"{collection}: {count} documents" for collection, count in there.collections.items()]
    lines += [f"fields of {count} documents of kind {what}" for what, count in there.extensions.items()]
    lines += [f"{collection}: stays, another plugin has it, too" for collection in there.shared]
    if there.settings:
        lines.append("settings")
    return "\n".join([f"The shop keeps of {name}:", *(f"  {line}" for line in lines or ["nothing"])])


def _warn(warnings: Iterable[str]) -> None:
    for warning in warnings:
        click.echo(f"Mind: {warning}", err=True)
