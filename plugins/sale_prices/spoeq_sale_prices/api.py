"""JSON: sales, for staff."""

from __future__ import annotations

from dataclasses import replace

from quart import Blueprint, Response

from spoeq_core.sdk import (
    IF_MATCH,
    PER_PAGE,
    StaleAggregate,
    current_shop,
    json_response,
    operation,
    query_int,
    read_body,
    staff,
    wanted_version,
    whole_number,
)
from spoeq_sale_prices.admin import note
from spoeq_sale_prices.bodies import SaleBody, SaleChange, SaleList, SaleShape, given_fields, sale_view
from spoeq_sale_prices.model import Kind, Sale
from spoeq_sale_prices.service import PERMISSION, create_sale, delete_sale, find_sale, list_sales, update_sale

TAGS = ("Sales",)
LAST_PAGE = 100_000

blueprint = Blueprint("sale_prices_api", __name__)


@blueprint.get("/sales")
@staff(PERMISSION)
@operation(
    "All sales, newest first",
    tags=TAGS,
    query={"page": whole_number("Which page", 1, LAST_PAGE), "per_page": PER_PAGE},
    responses={200: SaleList},
)
async def index() -> Response:
    """A page of all sales."""
    shop = current_shop()
    page = query_int("page", 1, minimum=1, maximum=LAST_PAGE)
    per_page = query_int("per_page", 50, minimum=1, maximum=100)
    sales, total = await list_sales(shop, page=page, per_page=per_page)
    items = [sale_view(sale, shop.clock.now()) for sale in sales]
    return json_response({"items": items, "total": total, "page": page, "per_page": per_page})


@blueprint.post("/sales")
@staff(PERMISSION)
@operation("Plan a sale; prices follow within a minute", tags=TAGS, request=SaleBody, responses={201: SaleShape})
async def create() -> Response:
    """Plan a sale."""
    shop, body = current_shop(), await read_body(SaleBody)
    given = {"kind": Kind.PERCENT, **await given_fields(shop, body)}
    sale = await create_sale(shop, Sale(id="", **given))
    await note(shop, "sale.created", sale)
    return _answer(sale, 201)


@blueprint.get("/sales/<sale_id>")
@staff(PERMISSION)
@operation("A sale", tags=TAGS, responses={200: SaleShape, 404: None})
async def show(sale_id: str) -> Response:
    """A sale."""
    return _answer(await find_sale(current_shop(), sale_id))


@blueprint.patch("/sales/<sale_id>")
@staff(PERMISSION)
@operation(
    "Change a sale; prices follow within a minute",
    tags=TAGS,
    request=SaleChange,
    headers=[IF_MATCH],
    responses={200: SaleShape, 404: None},
)
async def change(sale_id: str) -> Response:
    """Change a sale."""
    shop, body, version = current_shop(), await read_body(SaleChange), wanted_version()
    sale = await find_sale(shop, sale_id)
    if version is not None and version != sale.version:
        raise StaleAggregate("This sale was changed by somebody else in the meantime.", hint="Read it again.")
    stored = await update_sale(shop, replace(sale, **await given_fields(shop, body, sale.segments)))
    await note(shop, "sale.changed", stored)
    return _answer(stored)


@blueprint.delete("/sales/<sale_id>")
@staff(PERMISSION)
@operation("End a sale and forget it", tags=TAGS, headers=[IF_MATCH], responses={204: None, 404: None})
async def remove(sale_id: str) -> Response:
    """End a sale; past orders keep their prices."""
    shop = current_shop()
    await note(shop, "sale.deleted", await delete_sale(shop, sale_id, version=wanted_version()))
    return Response("", status=204)


def _answer(sale: Sale, status: int = 200) -> Response:
    shape = sale_view(sale, current_shop().clock.now())
    return json_response(shape, status, {"ETag": f'"{sale.version}"'})
