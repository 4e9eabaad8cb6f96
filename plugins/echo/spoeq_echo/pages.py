"""The gateway's page, where somebody pays or does not, and the carrier's, which says where a parcel is."""

from __future__ import annotations

from urllib.parse import urlencode

from quart import Blueprint, Response

from spoeq_core.sdk import (
    Invalid,
    NotFound,
    Shop,
    current_shop,
    flash,
    message,
    money,
    page,
    public,
    read_form,
    render,
    see_other,
    translate,
)
from spoeq_echo import carrier, gateway
from spoeq_echo.documents import Sessions
from spoeq_echo.model import CHOICES, STEPS, Choice, Session, Step, returned

blueprint = Blueprint("echo_pages", __name__)

CLOSED = message("You have closed the window. The shop hears of your payment by the webhook.")
OVER = "This payment is paid, pending or expired already."


@blueprint.get("/echo/pay/<reference>")
@public
async def show(reference: str) -> Response:
    """What is to be paid, and a button for each thing that may happen."""
    session = await _session(current_shop(), reference)
    return await render(
        "storefront",
        "echo/pay.html",
        page=page("Echo: pay", noindex=True),
        number=session.number,
        amount=money(session.amount, session.currency),
        open=session.payment is None and not session.closed,
        back=session.return_url,
        choices=[
            {"value": choice, "label": translate(label), "about": translate(about)}
            for choice, (label, about) in CHOICES.items()
        ],
    )


@blueprint.post("/echo/pay/<reference>")
@public
async def decide(reference: str) -> Response:
    """Let it happen, and send the shopper back, unless they close the window."""
    shop, form = current_shop(), await read_form()
    session = await _session(shop, reference)
    try:
        choice = Choice(form.text("choice"))
    except ValueError:
        raise Invalid.field("choice", "Choose what is to happen.", "choice") from None
    attempt = await gateway.choose(shop, session, choice)
    here = see_other(f"/echo/pay/{session.id}")
    if attempt is None:
        return flash(here, OVER, "warn")
    if choice is Choice.CLOSED:
        return flash(here, CLOSED, "info")
    fields = returned(gateway.secret_of(shop), session, attempt.id)
    return see_other(f"{session.return_url}&{urlencode(fields)}")


@blueprint.get("/echo/track/<number>")
@public
async def track(number: str) -> Response:
    """Where a parcel has been, and a button for each place where it may come."""
    parcel = await carrier.find(current_shop(), number)
    been = {event.step for event in parcel.events}
    return await render(
        "storefront",
        "echo/track.html",
        page=page("Echo: where it is", noindex=True),
        number=parcel.id,
        events=[{"label": translate(STEPS[event.step]), "at": event.at} for event in parcel.events],
        steps=[{"value": step, "label": translate(STEPS[step])} for step in Step if step not in been],
    )


@blueprint.post("/echo/track/<number>")
@public
async def go_on(number: str) -> Response:
    """Let the parcel come somewhere."""
    shop, form = current_shop(), await read_form()
    parcel = await carrier.find(shop, number)
    try:
        step = Step(form.text("step"))
    except ValueError:
        raise Invalid.field("step", "Choose where the parcel has come.", "choice") from None
    await carrier.move(shop, parcel, step)
    return see_other(f"/echo/track/{parcel.id}")


async def _session(shop: Shop, reference: str) -> Session:
    session = await shop.repository(Sessions).find_by_id(reference)
    if session is None:
        raise NotFound("Echo knows no such payment.", hint="Begin it in the shop.")
    return session
