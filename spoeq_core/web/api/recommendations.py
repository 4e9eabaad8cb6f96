"""JSON: what goes with a product."""

from __future__ import annotations

import asyncio

from quart import Blueprint, Response

from spoeq_core.catalog import service as catalog
from spoeq_core.kernel.errors import Invalid
from spoeq_core.recommendations.model import RecommendationKind, RecommendationQuery
from spoeq_core.recommendations.service import recommended
from spoeq_core.web.access import public
from spoeq_core.web.api.shapes.catalog import RecommendationList
from spoeq_core.web.api.validators import tagged
from spoeq_core.web.bodies import query_int, query_text
from spoeq_core.web.context import current_shop
from spoeq_core.web.kept import kept
from spoeq_core.web.openapi import IF_NONE_MATCH, Parameter, operation, whole_number
from spoeq_core.web.views.catalog import product_view

blueprint = Blueprint("api_recommendations", __name__)

MOST = 24


@blueprint.get("/products/<key>/recommendations")
@public
@kept("kind", "limit")
@operation(
    "What goes with a product and can be bought now, best first, and why",
    tags=("Products",),
    query={
        "kind": Parameter("similar if left out", {"type": "string", "enum": list(RecommendationKind)}),
        "limit": whole_number("How many at most; 4 if left out", 1, MOST),
    },
    headers=[IF_NONE_MATCH],
    responses={200: RecommendationList, 404: None},
)
async def recommendations(key: str) -> Response:
    """The same for everybody."""
    shop = current_shop()
    kind, limit = _kind(query_text("kind")), query_int("limit", 4, minimum=1, maximum=MOST)
    product, categories = await asyncio.gather(catalog.shown_product(shop, key), catalog.shown_categories(shop))
    found = await recommended(shop, RecommendationQuery((product.id,), kind, limit), [product])
    items = [{"product": product_view(shop, one.product, {}, categories), "why": str(one.why)} for one in found]
    return await tagged({"items": items})


def _kind(text: str) -> RecommendationKind:
    try:
        return RecommendationKind(text or RecommendationKind.SIMILAR)
    except ValueError:
        kinds = ", ".join(RecommendationKind)
        raise Invalid.field("kind", f"There is no kind {text!r}; there are {kinds}.", "enum") from None
