"""`spoeq seed`, and the filling of a new demo shop that `spoeq demo` runs once."""

from __future__ import annotations

import asyncio

import click

from spoeq_core.sdk import Settings, fill_demo, use_shop, with_shop
from spoeq_demo.catalogue import big_catalogue
from spoeq_demo.coupons import create_coupons
from spoeq_demo.pages import publish_pages
from spoeq_demo.sales import begin_sale
from spoeq_demo.seeding import seed_demo, seed_many


@click.command()
@click.option("--products", default=1000, show_default=True, type=click.IntRange(1, 1_000_000))
@click.option("--seed", "number", default=1, show_default=True, help="Another number makes other products.")
def seed(products: int, number: int) -> None:
    """Fill the running shop of the environment (or of SPOEQ_DATA_DIR) with made-up products."""
    stored = with_shop(lambda shop: seed_many(shop, big_catalogue(products, number), click.echo))
    click.echo(f"{stored} new products.")


@click.command(hidden=True)
def fill() -> None:
    """Make the demo shop complete; does only what is missing."""
    asyncio.run(_fill(Settings()))


async def _fill(settings: Settings) -> None:
    await use_shop(settings, lambda shop: seed_demo(shop, click.echo))
    await create_coupons(settings)
    await begin_sale(settings)
    await publish_pages(settings)
    await use_shop(settings, fill_demo)
