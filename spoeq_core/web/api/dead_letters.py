"""JSON: events that a subscriber could not handle, for staff."""

from __future__ import annotations

from dataclasses import asdict

from quart import Blueprint, Response

from spoeq_core.kernel.outbox import DeadLetters
from spoeq_core.web.access import staff
from spoeq_core.web.bodies import json_response
from spoeq_core.web.context import current_shop
from spoeq_core.web.openapi import operation

blueprint = Blueprint("api_dead_letters", __name__)


@blueprint.get("/admin/dead-letters")
@staff("dead_letters.manage")
@operation("Deliveries that were given up, newest first", tags=["admin"])
async def list_letters() -> Response:
    """Deliveries that were given up."""
    shop = current_shop()
    letters = await DeadLetters(shop.mongo, shop.clock).find()
    return json_response({"items": [asdict(letter) for letter in letters], "next": None})


@blueprint.post("/admin/dead-letters/<key>/replay")
@staff("dead_letters.manage")
@operation("Deliver an event's dead deliveries again", tags=["admin"], responses={202: None})
async def replay(key: str) -> Response:
    """Deliver again."""
    shop = current_shop()
    await DeadLetters(shop.mongo, shop.clock).replay(key)
    return json_response({"status": "queued"}, 202)
