"""`spoeq plugins replay`: what a plugin, or other settings of it, would have changed in past orders."""

from __future__ import annotations

import json
from typing import Any

import click

from spoeq_core.checkout.replaying import MOST, SHOWN, USUAL, Replayed, Trial, replay as replayed
from spoeq_core.kernel.money import plain_amount
from spoeq_core.local import with_shop
from spoeq_core.shop import Shop


@click.command()
@click.argument("name")
@click.option(
    "--orders", type=click.IntRange(1, MOST), default=USUAL, show_default=True, help="How many of the newest."
)
@click.option(
    "--set", "changes", multiple=True, metavar="FIELD=VALUE", help="Compare with other settings instead; repeatable."
)
def replay(name: str, orders: int, changes: tuple[str, ...]) -> None:
    """Price past orders without the plugin and with it, and show what differs. Nothing is changed."""
    trial = Trial(name, _settings(changes) if changes else None)

    async def price(shop: Shop) -> list[Replayed]:
        return [one async for one in replayed(shop, trial, orders)]

    for line in report(with_shop(price), settings=bool(changes)):
        click.echo(line)


def report(found: list[Replayed], *, settings: bool) -> list[str]:
    """What was found, in lines: a summary, then the orders that differ most."""
    if not found:
        return ["There are no orders yet."]
    changed = [one for one in found if one.difference]
    failed = [one for one in found if one.error]
    sides = "as it is set now and as it would be" if settings else "without the plugin and with it"
    lines = [f"{len(found)} orders, {sides}: {len(changed)} differ, {len(failed)} could not be priced."]
    for currency in sorted({one.currency for one in found}):
        total = sum(one.difference for one in found if one.currency == currency)
        lines.append(f"Buyers would have paid {_signed(total, currency)} in all.")
    for one in failed[:SHOWN]:
        lines.append(f"  {one.number}  could not be priced: {one.error}")
    for one in sorted(changed, key=lambda item: -abs(item.difference))[:SHOWN]:
        lines.append("  " + _line(one))
    if len(changed) > SHOWN:
        lines.append(f"  and {len(changed) - SHOWN} more")
    return lines


def _line(one: Replayed) -> str:
    before, after = (plain_amount(amount or 0, one.currency) for amount in (one.before, one.after))
    why = "; ".join(f"{label} {_signed(amount, one.currency)}" for label, amount in one.why)
    return f"{one.number}  {before} → {after}  {_signed(one.difference, one.currency)}  {why}".rstrip()


def _signed(amount: int, currency: str) -> str:
    return f"{'+' if amount > 0 else ''}{plain_amount(amount, currency)} {currency}"


def _settings(changes: tuple[str, ...]) -> dict[str, Any]:
    found = {}
    for change in changes:
        field, equals, text = change.partition("=")
        if not equals or not field:
            raise click.BadParameter(f"{change!r} is not FIELD=VALUE.", param_hint="--set")
        try:
            found[field] = json.loads(text)
        except ValueError:
            found[field] = text
    return found
