"""`spoeq gift-wrap`: what is to be wrapped, on a terminal."""

from __future__ import annotations

import click

from spoeq_core.sdk import Shop, with_shop
from spoeq_gift_wrap.documents import WrapRepository
from spoeq_gift_wrap.model import Wrap


@click.group()
def gift_wrap() -> None:
    """Gifts of the shop of the environment, or of the one that runs in SPOEQ_DATA_DIR."""


@gift_wrap.command()
def waiting() -> None:
    """What is to be wrapped, the oldest order first."""

    async def look(shop: Shop) -> list[Wrap]:
        return await shop.repository(WrapRepository).waiting()

    rows = with_shop(look)
    for row in rows:
        click.echo(f"{row.number}  {row.pieces} pieces, {row.paper}")
    click.echo(f"{len(rows)} to wrap.")
