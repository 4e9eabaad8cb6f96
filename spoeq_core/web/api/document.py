"""The API's own description."""

from __future__ import annotations

from itertools import groupby
from typing import Any, cast

from quart import Blueprint, Response, current_app

from spoeq_core.web import openapi
from spoeq_core.web.access import public
from spoeq_core.web.api.validators import tagged
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.routing import ShopApp
from spoeq_core.web.theming import render

blueprint = Blueprint("api_document", __name__)


@blueprint.get("/openapi.json")
@public
async def openapi_json() -> Response:
    """OpenAPI 3.1 for what is enabled now."""
    return await tagged(_document())


@blueprint.get("/docs")
@public
async def docs() -> Response:
    """The same for people."""
    document = _document()
    return await render(
        "storefront",
        "core/api_docs.html",
        page=page("API", noindex=True),
        sections=_sections(document),
        schemas=document["components"]["schemas"],
    )


def _document() -> openapi.Schema:
    app = cast(ShopApp, current_app._get_current_object())  # type: ignore[attr-defined]
    shop = current_shop()
    return openapi.build(app, shop.settings.base_url, shop.profile.name)


def _sections(document: openapi.Schema) -> list[dict[str, Any]]:
    """The operations by their tag, each with its path and method."""
    rows = [
        {"method": method.upper(), "path": path, "tag": (found["tags"] or ["Other"])[0], **found}
        for path, methods in document["paths"].items()
        for method, found in methods.items()
    ]
    ordered = sorted(rows, key=lambda row: row["tag"])
    return [{"tag": tag, "operations": list(group)} for tag, group in groupby(ordered, key=lambda row: row["tag"])]
