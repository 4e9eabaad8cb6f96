"""`spoeq plugins bisect`: which plugin makes a page or a price wrong; the running shop notices nothing."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from http import HTTPStatus
from typing import cast

import click

from spoeq_core.app import create_app
from spoeq_core.hooks.rehearsing import rehearsal
from spoeq_core.kernel.errors import NotFound, SpoeqError
from spoeq_core.kernel.money import parse_amount, plain_amount
from spoeq_core.kernel.settings import Settings
from spoeq_core.local import local_settings
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.plugins.bisecting import IsWrong, guilty_of
from spoeq_core.pricing.model import PricedCart
from spoeq_core.pricing.service import price_cart
from spoeq_core.shop import Shop
from spoeq_core.web.context import EXTENSION
from spoeq_core.web.routing import ShopApp

NEVER = 3600.0
"""Seconds until the shop's own state would be looked at."""


@click.command()
@click.option("--page", metavar="PATH", help="A page, as a guest sees it: /product/indigo-kurta")
@click.option("--status", type=int, help="The page's right status; any below 400, if not given.")
@click.option("--expect", metavar="TEXT", help="What the right page says.")
@click.option("--unwanted", metavar="TEXT", help="What the wrong page says.")
@click.option("--order", metavar="NUMBER", help="An order whose price is wrong.")
@click.option("--total", metavar="AMOUNT", help="The order's right total, as in 1299.50.")
def bisect(
    page: str | None,
    status: int | None,
    expect: str | None,
    unwanted: str | None,
    order: str | None,
    total: str | None,
) -> None:
    """Find the plugin that makes a page, or the price of an order, wrong.

    The page or the price is tried again and again in this process, with some of the enabled plugins only.
    """
    if (page is None) == (order is None) or (order is not None and total is None):
        raise click.UsageError("Give --page PATH, or --order NUMBER with --total AMOUNT.")
    settings = local_settings().model_copy(update={"cache": "off", "plugin_poll_seconds": NEVER})
    if page is not None:
        guilty = asyncio.run(_among(settings, lambda app, _: _page_check(app, page, status, expect, unwanted)))
    else:
        guilty = asyncio.run(_among(settings, lambda _, shop: _price_check(shop, cast(str, order), cast(str, total))))
    names = " together with ".join(guilty)
    click.echo(f"It is {names}." if len(guilty) == 1 else f"It takes {names}: without one of them it is right.")


Checks = Callable[[ShopApp, Shop], IsWrong]


async def _among(settings: Settings, checks: Checks) -> list[str]:
    async with _apart(settings) as (app, shop):
        wrong, enabled = checks(app, shop), shop.hooks.enabled

        async def told(plugins: frozenset[str]) -> bool:
            found = await _with_only(shop, plugins, wrong)
            click.echo(f"{'wrong' if found else 'right'} with {_named(plugins, enabled)}")
            return found

        return await guilty_of(sorted(enabled), told)


@asynccontextmanager
async def _apart(settings: Settings) -> AsyncIterator[tuple[ShopApp, Shop]]:
    """The shop in this process, which keeps nothing and tells nobody."""
    app = create_app(settings, looking=True)
    async with app.test_app():
        yield app, app.extensions[EXTENSION]


async def _with_only(shop: Shop, plugins: frozenset[str], wrong: IsWrong) -> bool:
    hooks = shop.hooks
    enabled, held = hooks.enabled, hooks.held
    hooks.enabled, hooks.held = plugins, {name: why for name, why in held.items() if name in plugins}
    try:
        return await wrong(plugins)
    finally:
        hooks.enabled, hooks.held = enabled, held


def _page_check(app: ShopApp, path: str, status: int | None, expect: str | None, unwanted: str | None) -> IsWrong:
    async def wrong(_plugins: frozenset[str]) -> bool:
        answer = await app.test_client().get(path, headers={"Host": "localhost"})
        text = await answer.get_data(as_text=True)
        right = answer.status_code == status if status else answer.status_code < HTTPStatus.BAD_REQUEST
        said = (expect is None or _says(text, expect)) and not (unwanted is not None and _says(text, unwanted))
        return not (right and said)

    return wrong


def _price_check(shop: Shop, number: str, total: str) -> IsWrong:
    async def wrong(plugins: frozenset[str]) -> bool:
        order = await shop.repository(OrderRepository).find_one({"number": number})
        if order is None:
            raise NotFound(f"There is no order {number}.")
        wanted = parse_amount(total, order.currency)
        side = replace(shop, hooks=rehearsal(shop.hooks, plugins))
        try:
            priced = await price_cart(side, PricedCart.from_json(order.priced).cart)
        except SpoeqError as error:
            click.echo(f"  {error}")
            return True
        click.echo(f"  {plain_amount(priced.totals.grand_total, order.currency)}")
        return priced.totals.grand_total != wanted

    return wrong


def _says(page: str, text: str) -> bool:
    """Whether the page says so, however its lines are broken."""
    return re.sub(r"\s+", " ", text) in re.sub(r"\s+", " ", page)


def _named(plugins: frozenset[str], enabled: frozenset[str]) -> str:
    if plugins == enabled:
        return f"all {len(enabled)}"
    return ", ".join(sorted(plugins)) or "none"
