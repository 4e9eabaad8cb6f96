"""Staff page: which pairs were found, hiding one, and counting everything anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from quart import Blueprint, Response

from spoeq_core.sdk import (
    Invalid,
    Product,
    ProductQuery,
    ProductStatus,
    Shop,
    current_actor,
    current_shop,
    flash,
    list_products,
    page,
    products_by_ids,
    query_int,
    query_text,
    read_form,
    record,
    render,
    see_other,
    staff,
)
from spoeq_recommendations.documents import NeighboursRepository
from spoeq_recommendations.model import Neighbours
from spoeq_recommendations.rebuilding import PERMISSION, begin
from spoeq_recommendations.service import numbers
from spoeq_recommendations.settings import RecommendationSettings

PATH = "/admin/recommendations"
PER_PAGE = 25
SHOWN = 8
LAST_PAGE = 10_000
LONGEST_ID = 40
View = dict[str, Any]

blueprint = Blueprint("recommendations_admin", __name__)


@blueprint.get("/recommendations")
@staff(PERMISSION)
async def index() -> Response:
    """The products with pairs, the most frequent pairs first."""
    shop, q = current_shop(), query_text("q")
    number = query_int("page", 1, minimum=1, maximum=LAST_PAGE)
    found = await shop.repository(NeighboursRepository).frequent(
        await _asked(shop, q), skip=(number - 1) * PER_PAGE, limit=PER_PAGE + 1
    )
    return await render(
        "admin",
        "recommendations/pairs.html",
        page=page("Bought together"),
        rows=await _rows(shop, found[:PER_PAGE]),
        known=await numbers(shop),
        minimum=shop.plugin_settings(RecommendationSettings).minimum,
        q=q,
        number=number,
        more=len(found) > PER_PAGE,
    )


@blueprint.post("/recommendations/rebuild")
@staff(PERMISSION)
async def rebuild() -> Response:
    """Ask the worker to count everything, and watch it."""
    shop, actor = current_shop(), await current_actor()
    job = await begin(shop, actor.id, actor.name)
    await record(shop, "recommendations.rebuild", "plugin:recommendations", actor_id=actor.id, actor_name=actor.name)
    return see_other(f"/admin/jobs/{job.id}")


@blueprint.post("/recommendations/pair")
@staff(PERMISSION)
async def pair() -> Response:
    """Hide a pair, or show it again."""
    shop, actor, form = current_shop(), await current_actor(), await read_form()
    one, other = form.text("product")[:LONGEST_ID], form.text("other")[:LONGEST_ID]
    if not one or not other or one == other:
        raise Invalid.field("other", "Say which two products.", "missing")
    hidden = form.text("action") != "show"
    await shop.repository(NeighboursRepository).hide(one, other, hidden=hidden)
    action = "recommendations.hidden" if hidden else "recommendations.shown"
    await record(shop, action, f"product:{one}", actor_id=actor.id, actor_name=actor.name, detail={"other": other})
    back = see_other(_back(form.text("back")))
    if hidden:
        return flash(back, "This pair is not shown any more.")
    return flash(back, "This pair is shown again.")


def _back(query: str) -> str:
    """The list as it was: only what it reads itself."""
    return f"{PATH}?{query}" if query.startswith(("q=", "page=")) and "\n" not in query else PATH


async def _asked(shop: Shop, q: str) -> Sequence[str] | None:
    if not q:
        return None
    wanted = ProductQuery(text=q, per_page=100, statuses=tuple(ProductStatus))
    return [product.id for product in (await list_products(shop, wanted)).items]


async def _rows(shop: Shop, found: Sequence[Neighbours]) -> list[View]:
    ids = dict.fromkeys(key for one in found for key in (one.id, *(each.product_id for each in one.together)))
    products = {product.id: product for product in await products_by_ids(shop, list(ids), hidden=True)}
    return [_row(one, products) for one in found if one.id in products]


def _row(one: Neighbours, products: Mapping[str, Product]) -> View:
    pairs = [
        {
            "id": other.product_id,
            "name": products[other.product_id].name,
            "orders": other.orders,
            "hidden": other.product_id in one.hidden,
            "for_sale": products[other.product_id].in_stock
            and products[other.product_id].status is ProductStatus.ACTIVE,
        }
        for other in one.together
        if other.product_id in products
    ]
    return {"id": one.id, "name": products[one.id].name, "pairs": pairs[:SHOWN], "more": max(0, len(pairs) - SHOWN)}
