"""`spoeq recommendations`: counting from the command line."""

from __future__ import annotations

from dataclasses import replace

import click

from spoeq_core.sdk import Job, Shop, Step, new_id, with_shop
from spoeq_recommendations.rebuilding import PERMISSION, REBUILD, TITLE, step
from spoeq_recommendations.service import Numbers, numbers


@click.group()
def recommendations() -> None:
    """What is bought together, in the shop of the environment, or in the one that runs in SPOEQ_DATA_DIR."""


@recommendations.command()
def status() -> None:
    """How much is known."""
    _say(with_shop(numbers))


@recommendations.command()
def rebuild() -> None:
    """Count all orders of half a year now, on this host."""

    async def count(shop: Shop) -> Numbers:
        job = Job(new_id(), REBUILD.name, TITLE, {}, "", "", PERMISSION, shop.clock.now())
        while True:
            done: Step = await step(shop, job)
            job = replace(job, done=job.done + done.done, total=done.total or job.total, cursor=dict(done.cursor))
            click.echo(f"{job.done} of {job.total}" if job.total else f"{job.done} orders")
            if done.finished:
                return await numbers(shop)

    _say(with_shop(count))


def _say(found: Numbers) -> None:
    click.echo(f"Orders with several products: {found.orders}; products with pairs: {found.products}.")
    if found.waiting:
        click.echo(f"Orders that wait to be counted: {found.waiting}.")
