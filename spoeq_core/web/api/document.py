"""The API's own description."""

from __future__ import annotations

from typing import cast

from quart import Blueprint, Response, current_app

from spoeq_core.web import openapi
from spoeq_core.web.access import public
from spoeq_core.web.bodies import json_response
from spoeq_core.web.context import current_shop
from spoeq_core.web.routing import ShopApp
from spoeq_core.web.theming import render

blueprint = Blueprint("api_document", __name__)


@blueprint.get("/openapi.json")
@public
async def openapi_json() -> Response:
    """OpenAPI 3.1 for what is enabled now."""
    shop = current_shop()
    app = cast(ShopApp, current_app._get_current_object())  # type: ignore[attr-defined]
    return json_response(openapi.build(app, shop.settings.base_url, shop.profile.name))


@blueprint.get("/docs")
@public
async def docs() -> Response:
    """The same for people."""
    app = cast(ShopApp, current_app._get_current_object())  # type: ignore[attr-defined]
    shop = current_shop()
    return await render(
        "admin", "core/api_docs.html", document=openapi.build(app, shop.settings.base_url, shop.profile.name)
    )
