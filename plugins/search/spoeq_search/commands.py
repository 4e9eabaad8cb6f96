"""`spoeq search`: the index from the command line."""

from __future__ import annotations

from collections.abc import Iterator

import click

from spoeq_core.sdk import Shop, with_shop
from spoeq_search.following import rebuild as build_anew
from spoeq_search.service import MOST_BEHIND, Status, behind, status as status_of


@click.group()
def search() -> None:
    """The search index of the shop of the environment, or of the one that runs in SPOEQ_DATA_DIR."""


@search.command()
def status() -> None:
    """How the index is; ends with 1 where lists come from the database instead."""

    async def look(shop: Shop) -> tuple[Status, int]:
        return await status_of(shop), await behind(shop)

    found, waiting = with_shop(look)
    for line in _lines(found):
        click.echo(line)
    if waiting:
        least = "At least " if waiting >= MOST_BEHIND else ""
        click.echo(f"{least}{waiting} changed products are not in it yet; the worker takes them in.")
    if not found.answers:
        raise SystemExit(1)


@search.command()
def rebuild() -> None:
    """Build a new index now, on this host, and put it in force."""

    async def build(shop: Shop) -> Status | None:
        return await status_of(shop) if await build_anew(shop) else None

    found = with_shop(build)
    if found is None:
        raise click.ClickException("Another process is writing the index; try again when it is done.")
    click.echo(f"Built: {found.products} products, {found.bytes / 1e6:.1f} MB.")


def _lines(found: Status) -> Iterator[str]:
    yield "Lists come from the index." if found.answers else "Lists come from the database."
    if found.built_at is not None:
        yield f"Products: {found.products}, {found.bytes / 1e6:.1f} MB, built {found.built_at:%Y-%m-%d %H:%M} UTC."
    if found.followed_at is not None:
        yield f"Followed the shop last: {found.followed_at:%Y-%m-%d %H:%M:%S} UTC."
    if found.building:
        yield "A new index was asked for; the worker builds it."
    if found.error:
        yield f"The last attempt to build one failed: {found.error}"
    for key, why in found.refused:
        yield f"Not in the index: product {key} ({why})"
