"""JSON: the category tree."""

from __future__ import annotations

from typing import cast

from pydantic import Field
from quart import Blueprint, Response

from spoeq_core.audit.service import record
from spoeq_core.catalog import service as catalog
from spoeq_core.catalog.model import Category, Node
from spoeq_core.catalog.service import CategoryChanges
from spoeq_core.kernel.errors import NotFound
from spoeq_core.shop import Shop
from spoeq_core.web.access import current_actor, public, staff
from spoeq_core.web.api.shapes.catalog import CategoryTree, SavedCategory
from spoeq_core.web.api.shopping import Text, wanted_version
from spoeq_core.web.api.validators import FOR_STAFF, tagged
from spoeq_core.web.bodies import Body, json_response, read_body
from spoeq_core.web.context import current_shop
from spoeq_core.web.kept import kept
from spoeq_core.web.openapi import IF_MATCH, IF_NONE_MATCH, operation
from spoeq_core.web.views.catalog import category_view

blueprint = Blueprint("api_categories", __name__)

TAGS = ("Categories",)
MANAGE = "catalog.manage"


class CategoryPatch(Body):
    """Fields to change; another `parent_id` moves the category with all below it, null makes it a root."""

    name: Text = ""
    slug: Text = ""
    description: str = Field("", max_length=5_000)
    parent_id: Text | None = None
    position: int = Field(0, ge=-(10**6), le=10**6)

    def changes(self) -> CategoryChanges:
        """What was given."""
        return cast(CategoryChanges, self.model_dump(include=self.model_fields_set))


class NewCategory(CategoryPatch):
    """A category; without a slug, the name makes one."""

    name: Text


@blueprint.get("/categories")
@public
@kept()
@operation("The category tree", tags=TAGS, headers=[IF_NONE_MATCH], responses={200: CategoryTree})
async def index() -> Response:
    """Every category, those below others as their children."""
    shop = current_shop()
    roots = await catalog.shown_tree(shop)
    return await tagged({"items": [category_view(shop, node) for node in roots], "total": len(roots)})


@blueprint.post("/categories")
@staff(MANAGE)
@operation("Make a category", tags=TAGS, request=NewCategory, responses={201: SavedCategory})
async def create() -> Response:
    """Make a category."""
    shop, body = current_shop(), await read_body(NewCategory)
    category = await catalog.create_category(shop, body.changes())
    return await _saved(shop, category, "category.created", 201)


@blueprint.patch("/categories/<key>")
@staff(MANAGE)
@operation(
    "Change or move a category",
    tags=TAGS,
    request=CategoryPatch,
    headers=[IF_MATCH],
    responses={200: SavedCategory, 404: None},
)
async def update(key: str) -> Response:
    """Change what is named; If-Match refuses a version that is not the one seen."""
    shop, body = current_shop(), await read_body(CategoryPatch)
    stored = await _category(shop, key)
    category = await catalog.update_category(shop, stored.id, body.changes(), version=wanted_version())
    return await _saved(shop, category, "category.changed", 200)


@blueprint.delete("/categories/<key>")
@staff(MANAGE)
@operation("Remove a category that nothing hangs on", tags=TAGS, responses={204: None, 404: None, 409: None})
async def delete(key: str) -> Response:
    """Remove a category that has neither products nor categories below it."""
    shop = current_shop()
    stored = await _category(shop, key)
    await catalog.delete_category(shop, stored.id)
    await _note(shop, stored, "category.deleted")
    return Response("", status=204)


async def _category(shop: Shop, key: str) -> Category:
    found = (await catalog.all_categories(shop)).find(key)
    if found is None:
        raise NotFound(f"There is no category {key!r}.")
    return found


async def _saved(shop: Shop, category: Category, action: str, status: int) -> Response:
    await _note(shop, category, action)
    view = {**category_view(shop, Node(category)), "parent_id": category.parent_id}
    del view["children"]
    return json_response(view, status, {"ETag": f'"{category.version}"', "Cache-Control": FOR_STAFF})


async def _note(shop: Shop, category: Category, action: str) -> None:
    actor = await current_actor()
    await record(shop, action, f"category:{category.id}", actor_id=actor.id, actor_name=actor.name)
