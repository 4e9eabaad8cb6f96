"""Staff pages: the same step for many orders, shown before it is taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from quart import Blueprint, Response

from spoeq_core.kernel.errors import Invalid
from spoeq_core.kernel.ids import is_id
from spoeq_core.kernel.messages import Message, counted
from spoeq_core.orders import bulk
from spoeq_core.orders.bulk import MOST, Action, Preview
from spoeq_core.orders.finding import order_ids
from spoeq_core.web.access import current_actor, staff
from spoeq_core.web.admin.boards import BOARDS
from spoeq_core.web.admin.lists import query_of, read_query
from spoeq_core.web.admin.orders import PATH, filter_of
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import Form, read_form
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.flash import flash
from spoeq_core.web.languages import translate
from spoeq_core.web.theming import render

blueprint = Blueprint("admin_order_bulk", __name__)

TITLES: Mapping[Action, Callable[[int], Message]] = {
    Action.PACK: lambda n: counted("Pack %(n)s order", "Pack %(n)s orders", n),
    Action.SHIP: lambda n: counted("Ship %(n)s order", "Ship %(n)s orders", n),
    Action.DELIVER: lambda n: counted("Mark %(n)s order delivered", "Mark %(n)s orders delivered", n),
    Action.CANCEL: lambda n: counted("Cancel %(n)s order", "Cancel %(n)s orders", n),
}
"""What the job is called, in the language of whoever starts it."""
SHOWN = 100
"""Refused orders that the preview lists; it counts them all."""


@blueprint.post("/orders/bulk")
@staff("orders.view")
async def look() -> Response:
    """What the step would do: how many can take it, and why the others cannot."""
    form = await read_form()
    query = query_of(read_query(form.text("query"), BOARDS["orders"][1]))
    back = f"{PATH}?{query}" if query else PATH
    ids = await _chosen(form)
    if not ids:
        return flash(see_other(back), "Choose one order or more first.", "warn")
    action = _action(form)
    (await current_actor()).require(action.permission)
    return await _preview(await bulk.preview(current_shop(), ids, action), action, back)


@blueprint.post("/orders/bulk/run")
@staff("orders.view")
async def run() -> Response:
    """Begin the job, and lead to its progress."""
    form, actor = await read_form(), await current_actor()
    action = _action(form)
    actor.require(action.permission)
    ids = _ids(form.text("ids").split(","))
    if not ids:
        return flash(see_other(PATH), "Choose one order or more first.", "warn")
    title = translate(TITLES[action](len(ids)))
    note = form.text("note")[:500]
    job = await bulk.start(
        current_shop(), ids, action, title=title, note=note, actor_id=actor.id, actor_name=actor.name
    )
    return see_other(f"/admin/jobs/{job.id}")


async def _chosen(form: Form) -> list[str]:
    if form.text("scope") != "all":
        return _ids(form.texts("ids"))
    wanted = filter_of(read_query(form.text("query"), BOARDS["orders"][1]))
    return await order_ids(current_shop(), wanted, limit=MOST)


async def _preview(seen: Preview, action: Action, back: str) -> Response:
    return await render(
        "admin",
        "pages/bulk.html",
        page=page(TITLES[action](len(seen.able))),
        board="orders",
        action=action.value,
        able=len(seen.able),
        ids=",".join(order.id for order in seen.able),
        reasons=[(translate(reason), count) for reason, count in seen.reasons().items()],
        refused=[
            {"label": item.order.number, "url": f"{PATH}/{item.order.id}", "reason": translate(item.reason)}
            for item in seen.refused[:SHOWN]
        ],
        refused_total=len(seen.refused),
        run_url=f"{PATH}/bulk/run",
        back_url=back,
        with_note=True,
    )


def _ids(found: list[str]) -> list[str]:
    return [text for text in dict.fromkeys(found) if is_id(text)][:MOST]


def _action(form: Form) -> Action:
    try:
        return Action(form.text("action"))
    except ValueError:
        raise Invalid.field("action", "Choose what to do with the orders.", "enum") from None
