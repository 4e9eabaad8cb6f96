"""JSON: what matches while it is being typed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from quart import Blueprint, Response

from spoeq_core.catalog import service as catalog
from spoeq_core.catalog.model import Product, ProductQuery, terms_of
from spoeq_core.search.shown import shown_products
from spoeq_core.shop import Shop
from spoeq_core.web.access import public
from spoeq_core.web.api.shapes.catalog import Suggestions
from spoeq_core.web.api.validators import tagged
from spoeq_core.web.bodies import query_text
from spoeq_core.web.context import current_shop
from spoeq_core.web.openapi import IF_NONE_MATCH, operation
from spoeq_core.web.views.catalog import card_view

blueprint = Blueprint("api_search", __name__)

MOST_PRODUCTS = 6
MOST_OTHERS = 3
LONGEST = 100


@blueprint.get("/search/suggest")
@public
@operation(
    "Categories, brands and products that match what is being typed",
    tags=["Search"],
    query={"q": "Words, the last one perhaps not whole; nothing matches nothing"},
    headers=[IF_NONE_MATCH],
    responses={200: Suggestions},
)
async def suggest() -> Response:
    """A few things that match, categories and brands before products."""
    shop, text = current_shop(), query_text("q", longest=LONGEST)
    items = await _suggestions(shop, text) if terms_of(text) else []
    return await tagged({"items": items, "total": len(items)})


async def _suggestions(shop: Shop, text: str) -> list[dict[str, Any]]:
    categories = await catalog.shown_categories(shop)
    named = [("category", it.name, f"/category/{it.slug}") for it in categories.all()]
    brands = [("brand", it.name, f"/products?brand={it.slug}") for it in await catalog.shown_brands(shop)]
    found = await shown_products(shop, ProductQuery(text=text, per_page=MOST_PRODUCTS), categories, counted=False)
    terms = terms_of(found.corrected or text)
    return [*_matching(named, terms), *_matching(brands, terms), *(_product(shop, it) for it in found.items)]


def _matching(named: Iterable[tuple[str, str, str]], terms: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The first few whose name has a word that begins with each term."""
    matching = (it for it in named if all(any(word.startswith(term) for word in terms_of(it[1])) for term in terms))
    for kind, label, url in islice(matching, MOST_OTHERS):
        yield {"kind": kind, "label": label, "url": url}


def _product(shop: Shop, product: Product) -> dict[str, Any]:
    card = card_view(shop, product)
    price = card["price"] and {name: amount for name, amount in card["price"].items() if name != "from"}
    return {"kind": "product", "label": card["name"], "url": card["url"], "image": card["image"], "price": price}
