"""The form of a sold-out product, and the way out by a link of the mail; both work without a script."""

from __future__ import annotations

from collections.abc import Sequence

from quart import Blueprint, Response

from spoeq_core.sdk import (
    FieldError,
    Form,
    Invalid,
    NotFound,
    Sellable,
    current_shop,
    flash,
    form_state,
    page,
    page_language,
    public,
    query_text,
    read_form,
    render,
    see_other,
)
from spoeq_restock.api import refuse_flood
from spoeq_restock.service import Answer, ask, find, path_of, stop, who_stops

blueprint = Blueprint("restock_pages", __name__)

HOME = "/"
LONGEST_TOKEN = 300


@blueprint.post("/restock")
@public
async def request_notice() -> Response:
    """Note who wants to be told, and go back to the product."""
    shop, form = current_shop(), await read_form()
    wanted = await find(shop, form.text("sku"))
    await refuse_flood(shop, form.text("email"))
    try:
        answer = await ask(shop, wanted, form.text("email"), page_language())
    except Invalid as error:
        return await _again(wanted, form, error.errors)
    back = see_other(path_of(wanted.product.slug, wanted.variant))
    if answer is Answer.IN_STOCK:
        return flash(back, "Good news: it is in stock again.", "info")
    return flash(back, "Noted. We write to you once, as soon as it is back.")


@blueprint.get("/restock/stop")
@public
async def ask_to_stop() -> Response:
    """Ask before anything is forgotten: mail programs open links to look at them."""
    token = _token(query_text("token", longest=LONGEST_TOKEN))
    return await render("storefront", "restock/stop.html", page=page("No more messages", noindex=True), token=token)


@blueprint.post("/restock/stop")
@public
async def stop_telling() -> Response:
    """Forget whoever has the link."""
    shop, form = current_shop(), await read_form()
    who = who_stops(shop, _token(form.text("token")))
    if who is not None:
        await stop(shop, who)
    return flash(see_other(HOME), "Done. You get no more messages about sold-out products.")


def _token(text: str) -> str:
    if who_stops(current_shop(), text) is None:
        raise NotFound("This link is not complete.", hint="Open it from the mail again.")
    return text


async def _again(wanted: Sellable, form: Form, errors: Sequence[FieldError]) -> Response:
    """The form on a page of its own, with what was typed and what is wrong with it."""
    return await render(
        "storefront",
        "restock/ask.html",
        status=422,
        page=page("Tell me when it is back", noindex=True),
        form=form_state(form.as_dict(), errors),
        product=wanted.product.name,
        options=dict(wanted.variant.options),
        sku=wanted.variant.sku,
        back=path_of(wanted.product.slug, wanted.variant),
    )
