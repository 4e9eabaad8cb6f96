"""JSON for a workshop elsewhere, which shows a key."""

from __future__ import annotations

import hmac

from quart import Blueprint, Response, request

from spoeq_core.sdk import Forbidden, Shape, current_shop, json_response, limit_visitor, operation, public
from spoeq_gift_wrap.documents import WrapRepository
from spoeq_gift_wrap.settings import GiftWrapSettings

HEADER = "X-Workshop-Key"

blueprint = Blueprint("gift_wrap_api", __name__)


class WrapShape(Shape):
    """An order to wrap."""

    number: str
    paper: str
    pieces: int


class WrapList(Shape):
    """What is to be wrapped, the oldest order first."""

    items: list[WrapShape]


@blueprint.get("/gift-wrap/waiting")
@public
@operation(
    "What is to be wrapped, for the workshop: send its key as X-Workshop-Key",
    tags=("Orders",),
    responses={200: WrapList, 403: None, 429: None},
)
async def waiting() -> Response:
    """What is to be wrapped."""
    shop = current_shop()
    await limit_visitor(shop, "gift-wrap", times=60, seconds=60)
    key = shop.plugin_settings(GiftWrapSettings).workshop_key.get_secret_value()
    given = request.headers.get(HEADER, "")
    if not key or not hmac.compare_digest(key.encode(), given.encode()):
        raise Forbidden("This key opens nothing.", hint=f"Send the workshop's key as {HEADER}.")
    rows = await shop.repository(WrapRepository).waiting()
    items = [{"number": row.number, "paper": row.paper, "pieces": row.pieces} for row in rows]
    return json_response({"items": items}, headers={"Cache-Control": "private, no-store"})
