"""What carriers tell of parcels."""

from __future__ import annotations

from typing import cast

from quart import Blueprint, Response, request

from spoeq_core.shipping.service import hear
from spoeq_core.web.access import public
from spoeq_core.web.api.shapes.orders import Heard
from spoeq_core.web.bodies import json_response
from spoeq_core.web.context import current_shop
from spoeq_core.web.openapi import Content, operation
from spoeq_core.web.security import csrf_exempt

blueprint = Blueprint("api_carriers", __name__)


@blueprint.post("/shipping/webhook/<carrier>")
@public
@csrf_exempt
@operation(
    "What a carrier tells by itself",
    tags=["Orders"],
    request=Content({}, media="*/*"),
    responses={200: Heard, 400: None, 404: None, 503: None},
)
async def webhook(carrier: str) -> Response:
    """Let orders follow it, if the carrier signed it."""
    body = cast(bytes, await request.get_data(as_text=False))
    await hear(current_shop(), carrier, body, {name.lower(): value for name, value in request.headers.items()})
    return json_response({"received": True})
