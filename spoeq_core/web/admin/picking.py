"""What a field of goods or segments offers while staff type, and what it calls what was chosen."""

from __future__ import annotations

from quart import Blueprint, Response, request

from spoeq_core.catalog.service.goods import Named, find_goods, goods_called
from spoeq_core.identity.service import find_segments, list_segments
from spoeq_core.web.access import current_actor, staff
from spoeq_core.web.bodies import json_response, query_text, split_names
from spoeq_core.web.context import current_shop
from spoeq_core.web.languages import translate

blueprint = Blueprint("admin_picking", __name__)

MOST = 200
LONGEST = 8_000


@blueprint.get("/pick/<any(products, categories, brands):kind>")
@staff("dashboard.view")
async def pick(kind: str) -> Response:
    """`{"items": [{"name", "label", "more"}]}`: those of `names`, or a few that the words of `q` begin.

    Products that are not on sale are told only to staff who may see the catalogue.
    """
    shop, actor = current_shop(), await current_actor()
    hidden = actor.may("catalog.view")
    if "names" in request.args:
        names = split_names(query_text("names", longest=LONGEST))[:MOST]
        found = [item for item in await goods_called(shop, kind, names) if hidden or not item.hidden]
    else:
        found = await find_goods(shop, kind, query_text("q", longest=100), hidden=hidden)
    return json_response({"items": [_item(item) for item in found]})


@blueprint.get("/pick/segments")
@staff("dashboard.view")
async def pick_segments() -> Response:
    """The same of customer segments, whose names are their codes."""
    shop = current_shop()
    if "names" in request.args:
        names = split_names(query_text("names", longest=LONGEST))[:MOST]
        found = [it for it in await list_segments(shop) if it.code in names]
    else:
        found = await find_segments(shop, query_text("q", longest=100))
    return json_response({"items": [{"name": it.code, "label": translate(it.label), "more": ""} for it in found]})


def _item(item: Named) -> dict[str, str]:
    return {"name": item.name, "label": item.label, "more": item.more}
