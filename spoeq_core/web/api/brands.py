"""JSON: brands."""

from __future__ import annotations

from typing import cast

from pydantic import Field
from quart import Blueprint, Response

from spoeq_core.audit.service import record
from spoeq_core.catalog import service as catalog
from spoeq_core.catalog.model import Brand
from spoeq_core.catalog.service import BrandChanges
from spoeq_core.shop import Shop
from spoeq_core.web.access import current_actor, public, staff
from spoeq_core.web.api.shapes.catalog import BrandList, BrandShape
from spoeq_core.web.api.shopping import Text, wanted_version
from spoeq_core.web.api.validators import FOR_STAFF, tagged
from spoeq_core.web.bodies import Body, json_response, query_int, read_body
from spoeq_core.web.context import current_shop
from spoeq_core.web.kept import kept
from spoeq_core.web.openapi import IF_MATCH, IF_NONE_MATCH, PER_PAGE, operation, whole_number
from spoeq_core.web.views.catalog import brand_view

blueprint = Blueprint("api_brands", __name__)

TAGS = ("Brands",)
MANAGE = "catalog.manage"
LAST_PAGE = 10_000


class BrandPatch(Body):
    """Fields to change."""

    name: Text = ""
    slug: Text = ""
    description: str = Field("", max_length=5_000)

    def changes(self) -> BrandChanges:
        """What was given."""
        return cast(BrandChanges, self.model_dump(include=self.model_fields_set))


class NewBrand(BrandPatch):
    """A brand; without a slug, the name makes one."""

    name: Text


@blueprint.get("/brands")
@public
@kept("page", "per_page")
@operation(
    "Brands by name",
    tags=TAGS,
    query={"page": whole_number("Which page", 1, LAST_PAGE), "per_page": PER_PAGE},
    headers=[IF_NONE_MATCH],
    responses={200: BrandList},
)
async def index() -> Response:
    """A page of brands."""
    page = query_int("page", 1, minimum=1, maximum=LAST_PAGE)
    per_page = query_int("per_page", 100, minimum=1, maximum=100)
    brands = await catalog.shown_brands(current_shop())
    chosen = brands[(page - 1) * per_page : page * per_page]
    items = [brand_view(brand) for brand in chosen]
    return await tagged({"items": items, "total": len(brands), "page": page, "per_page": per_page})


@blueprint.post("/brands")
@staff(MANAGE)
@operation("Make a brand", tags=TAGS, request=NewBrand, responses={201: BrandShape})
async def create() -> Response:
    """Make a brand."""
    shop, body = current_shop(), await read_body(NewBrand)
    return await _saved(shop, await catalog.create_brand(shop, body.changes()), "brand.created", 201)


@blueprint.patch("/brands/<brand_id>")
@staff(MANAGE)
@operation("Change a brand", tags=TAGS, request=BrandPatch, headers=[IF_MATCH], responses={200: BrandShape, 404: None})
async def update(brand_id: str) -> Response:
    """Change what is named; If-Match refuses a version that is not the one seen. The brand's products follow."""
    shop, body = current_shop(), await read_body(BrandPatch)
    brand = await catalog.update_brand(shop, brand_id, body.changes(), version=wanted_version())
    return await _saved(shop, brand, "brand.changed", 200)


async def _saved(shop: Shop, brand: Brand, action: str, status: int) -> Response:
    actor = await current_actor()
    await record(shop, action, f"brand:{brand.id}", actor_id=actor.id, actor_name=actor.name)
    return json_response(brand_view(brand), status, {"ETag": f'"{brand.version}"', "Cache-Control": FOR_STAFF})
