"""What the carrier tells: heard also while the plugin is switched off, since parcels are on their way still.

What the gateway tells comes to the core's own address: see `EchoPayment.told`.
"""

from __future__ import annotations

from typing import cast

from quart import Blueprint, Response, request

from spoeq_core.sdk import NotFound, csrf_exempt, current_shop, operation, public
from spoeq_echo import carrier
from spoeq_echo.gateway import secret_of
from spoeq_echo.model import SIGNATURE, is_signed, read_event

blueprint = Blueprint("echo_webhooks", __name__)


@blueprint.post("/echo/tracking")
@public
@csrf_exempt
@operation("What the carrier Echo tells of a parcel", tags=["Echo"], responses={204: None, 404: None})
async def tracking() -> Response:
    """Let the order follow; whoever does not sign finds nothing here."""
    shop, body = current_shop(), cast(bytes, await request.get_data(as_text=False))
    if not is_signed(secret_of(shop), body, request.headers.get(SIGNATURE, "")):
        raise NotFound("There is nothing here.")
    await carrier.heard(shop, dict(read_event(body)))
    return Response("", 204)
