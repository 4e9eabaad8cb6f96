"""Staff pages: events that a subscriber could not handle."""

from __future__ import annotations

from quart import Blueprint, Response

from spoeq_core.kernel.errors import Invalid
from spoeq_core.kernel.outbox import DeadLetters
from spoeq_core.web.access import current_actor, staff
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import read_form
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.flash import flash
from spoeq_core.web.theming import render

blueprint = Blueprint("admin_dead_letters", __name__)

PATH = "/admin/dead-letters"


@blueprint.get("/dead-letters")
@staff("dead_letters.manage")
async def list_letters() -> Response:
    """Deliveries that were given up."""
    shop = current_shop()
    letters = await DeadLetters(shop.mongo, shop.clock).find()
    return await render("admin", "pages/dead_letters.html", page=page("Dead letters"), letters=letters)


@blueprint.post("/dead-letters/<key>")
@staff("dead_letters.manage")
async def handle(key: str) -> Response:
    """Deliver again, or discard with a reason."""
    shop = current_shop()
    form = await read_form()
    letters = DeadLetters(shop.mongo, shop.clock)
    if form.text("action") == "replay":
        await letters.replay(key)
        return flash(see_other(PATH), "It will be delivered again.")
    if not form.text("reason"):
        raise Invalid.field("reason", "Say why this event is discarded.", "missing")
    actor = await current_actor()
    await letters.discard(key, reason=form.text("reason")[:500], actor=actor.id or actor.email)
    return flash(see_other(PATH), "Discarded.")
