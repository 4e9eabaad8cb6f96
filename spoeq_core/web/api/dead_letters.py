"""JSON: events that a subscriber could not handle, for staff."""

from __future__ import annotations

from dataclasses import asdict

from quart import Blueprint, Response

from spoeq_core.audit.service import record
from spoeq_core.kernel.outbox import DeadLetters
from spoeq_core.web.access import current_actor, staff
from spoeq_core.web.api.shapes.staff import Accepted, DeadLetterList
from spoeq_core.web.bodies import json_response, query_int, query_text
from spoeq_core.web.context import current_shop
from spoeq_core.web.openapi import CURSOR, PER_PAGE, operation

blueprint = Blueprint("api_dead_letters", __name__)

TAGS = ("Admin",)


@blueprint.get("/admin/dead-letters")
@staff("dead_letters.manage")
@operation(
    "Deliveries that were given up, newest first; per_page counts events, which may have several",
    tags=TAGS,
    query={"cursor": CURSOR, "per_page": PER_PAGE},
    responses={200: DeadLetterList},
)
async def list_letters() -> Response:
    """Deliveries that were given up."""
    shop, cursor, size = current_shop(), query_text("cursor"), query_int("per_page", 50, minimum=1, maximum=100)
    letters = await DeadLetters(shop.mongo, shop.clock).find(before=cursor, limit=size + 1)
    events = sorted({letter.id for letter in letters}, reverse=True)[:size]
    more = len({letter.id for letter in letters}) > size
    items = [asdict(letter) for letter in letters if letter.id in events]
    return json_response({"items": items, "next": events[-1] if more else None})


@blueprint.post("/admin/dead-letters/<key>/replay")
@staff("dead_letters.manage")
@operation("Deliver an event's dead deliveries again", tags=TAGS, responses={202: Accepted, 404: None, 409: None})
async def replay(key: str) -> Response:
    """Deliver again."""
    shop, actor = current_shop(), await current_actor()
    await DeadLetters(shop.mongo, shop.clock).replay(key)
    await record(shop, "dead_letter.replayed", f"event:{key}", actor_id=actor.id, actor_name=actor.name)
    return json_response({"status": "queued"}, 202)
