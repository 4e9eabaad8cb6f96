"""What shoppers and staff see of sales and of the history of prices, slot by slot."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from spoeq_core.sdk import Fragment, Shop, format_amount, money
from spoeq_sale_prices.drawing import chart
from spoeq_sale_prices.members import OwnPrice, own_prices
from spoeq_sale_prices.model import Sale
from spoeq_sale_prices.service import history_of, lowest_of, running_sales
from spoeq_sale_prices.settings import SaleSettings
from spoeq_sale_prices.wording import gives

Page = Mapping[str, Any]
MINUTE = timedelta(minutes=1)
"""Staff type the last minute of a sale, and shoppers read it; it ends with that minute."""
MOST_SKUS = 12
MOST_ROWS = 20


async def badges(shop: Shop, page: Page) -> list[Fragment]:
    """The sale's name on the photograph of a card."""
    del shop
    reduced = {row["id"]: row["price"].get("reduced") for row in page["rows"] if row["price"]}
    return [
        Fragment("sale_prices/badge.html", {"name": one["name"]}, weight=10, item=key)
        for key, one in reduced.items()
        if one and one["name"]
    ]


async def lowest_on_cards(shop: Shop, page: Page) -> list[Fragment]:
    """The lowest price of 30 days below the struck prices of a list; one command, and none where it is not shown."""
    if not shop.plugin_settings(SaleSettings).show_lowest:
        return []
    struck = [row["id"] for row in page["rows"] if row["price"] and is_struck(row["price"])]
    found = await lowest_of(shop, struck) if struck else {}
    currency = shop.profile.currency
    return [
        Fragment("sale_prices/lowest.html", {"lowest": money(amount, currency)}, weight=20, item=key)
        for key, amount in found.items()
    ]


async def below_cards(shop: Shop, page: Page) -> list[Fragment]:
    """Below the prices of a list: what this visitor pays, and the lowest price of 30 days."""
    own = await own_prices(shop, [row["id"] for row in page["rows"] if row["price"]])
    return [*(_yours(shop, one, key) for key, one in own.items()), *await lowest_on_cards(shop, page)]


async def below_price(shop: Shop, page: Page) -> list[Fragment]:
    """Below a product's price: what this visitor pays, which sale it is and how long, the lowest price of 30 days."""
    product, selected = page["product"], page["selected"]
    price = selected["price"] if selected else product["price"]
    if not price:
        return []
    own = await own_prices(shop, [product["id"]], selected["sku"] if selected else "")
    found = [_yours(shop, one) for one in own.values()]
    if reduced := price.get("reduced"):
        ends = datetime.fromisoformat(reduced["until"])
        found.append(Fragment("sale_prices/until.html", {"name": reduced["name"], "last": ends - MINUTE}, weight=10))
    if shop.plugin_settings(SaleSettings).show_lowest and is_struck(price):
        sku = {product["id"]: selected["sku"]} if selected else {}
        lowest = (await lowest_of(shop, [product["id"]], sku)).get(product["id"])
        if lowest is not None:
            data = {"lowest": money(lowest, shop.profile.currency)}
            found.append(Fragment("sale_prices/lowest.html", data, weight=20))
    return found


async def above_offers(shop: Shop, page: Page) -> list[Fragment]:
    """The running sales on the page of the offers."""
    del page
    sales = [_offer(sale) for sale in await running_sales(shop)]
    return [Fragment("sale_prices/offers.html", {"sales": sales}, weight=10)] if sales else []


async def history(shop: Shop, page: Page) -> list[Fragment]:
    """What a product cost when, below its form in the admin."""
    product = page["product"]
    if not product or not product.get("id"):
        return []
    now, currency = shop.clock.now(), shop.profile.currency
    found = await history_of(shop, product["id"])
    shown = [
        {
            "sku": sku,
            "chart": chart(spans, now, lambda amount: format_amount(amount, currency)),
            "rows": [
                {"since": span.since, "until": span.until, "price": money(span.price, currency), "why": span.why}
                for span in reversed(spans[-MOST_ROWS:])
            ],
        }
        for sku, spans in list(found.items())[:MOST_SKUS]
    ]
    return [Fragment("sale_prices/history.html", {"skus": shown, "more": len(found) - len(shown)}, weight=60)]


def is_struck(price: Mapping[str, Any]) -> bool:
    """Whether a higher price stands struck beside it."""
    return bool(price["mrp"]["amount"] > price["sale"]["amount"])


def _yours(shop: Shop, own: OwnPrice, item: str = "") -> Fragment:
    data = {"price": money(own.amount, shop.profile.currency), "several": own.several}
    return Fragment("sale_prices/yours.html", data, weight=5, item=item)


def _offer(sale: Sale) -> dict[str, Any]:
    return {"name": sale.name, "gives": gives(sale), "last": sale.ends_at - MINUTE, "whole": _is_whole(sale)}


def _is_whole(sale: Sale) -> bool:
    return not (sale.products or sale.categories or sale.brands)


Shown = Callable[[Shop, Page], Awaitable[Sequence[Fragment]]]
PAGES: Mapping[str, Shown] = {
    "card.badges": badges,
    "card.below_price": below_cards,
    "product.below_price": below_price,
    "offers.above_list": above_offers,
}
ADMIN: Mapping[str, Shown] = {"admin.product.main": history}
