"""Staff pages: customers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from quart import Blueprint, Response

from spoeq_core.identity import service as identity
from spoeq_core.identity.logins import provider_of
from spoeq_core.identity.model import Customer
from spoeq_core.identity.service import customer_by_id
from spoeq_core.kernel.errors import Conflict, Invalid
from spoeq_core.kernel.messages import message
from spoeq_core.orders.listing import list_orders
from spoeq_core.privacy.erasing import is_being_erased
from spoeq_core.web.access import current_actor, staff
from spoeq_core.web.admin.extension_form import (
    at_fields,
    extension_panel,
    merged_extensions,
    note_extensions,
)
from spoeq_core.web.admin.merging import BothChanged, Difference
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import form_state, query_text, read_form
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.flash import flash
from spoeq_core.web.formats import phone
from spoeq_core.web.storefront.filters import link
from spoeq_core.web.theming import render
from spoeq_core.web.views.masking import masked_email, masked_phone
from spoeq_core.web.views.orders import order_row

blueprint = Blueprint("admin_customers", __name__)

PATH = "/admin/customers"
PER_PAGE = 50


@blueprint.get("/customers")
@staff("customers.view")
async def index() -> Response:
    """All customers, newest first."""
    q = query_text("q")
    found = await identity.find_customers(current_shop(), text=q, before=query_text("cursor"), limit=PER_PAGE + 1)
    more = len(found) > PER_PAGE
    shown = found[:PER_PAGE]
    return await render(
        "admin",
        "pages/customers.html",
        page=page("Customers"),
        customers=[_row(customer) for customer in shown],
        q=q,
        csv_url=link(f"{PATH}/export.csv", {"q": q} if q else {}),
        next_url=link(PATH, {"q": q, "cursor": shown[-1].id}) if more else "",
    )


@blueprint.get("/customers/<customer_id>")
@staff("customers.view")
async def show(customer_id: str) -> Response:
    """A customer with addresses and orders."""
    return await _page(customer_id, Invalid(""), {})


@blueprint.post("/customers/<customer_id>/extensions")
@staff("customers.manage")
async def save_extensions(customer_id: str) -> Response:
    """Store what plugins keep with the customer."""
    shop, form, actor = current_shop(), await read_form(), await current_actor()
    before = (await customer_by_id(shop, customer_id)).ext
    try:
        after = await identity.change_extensions(
            shop, customer_id, lambda ext: merged_extensions(shop, "customer", form, ext)
        )
    except BothChanged as error:
        return await _page(customer_id, Invalid(""), error.taken_over(form), 409, error.found)
    except Invalid as error:
        refused = Invalid(error.message, errors=at_fields(shop, "customer", error.errors))
        return await _page(customer_id, refused, form.as_dict(), 422)
    except Conflict as error:
        return flash(see_other(f"{PATH}/{customer_id}#extensions"), str(error), "danger")
    await note_extensions(shop, actor, "customer", customer_id, before, after.ext)
    return flash(see_other(f"{PATH}/{customer_id}#extensions"), "Saved.")


async def _page(
    customer_id: str, error: Invalid, typed: dict[str, str], status: int = 200, found: Sequence[Difference] = ()
) -> Response:
    shop, actor = current_shop(), await current_actor()
    customer = await customer_by_id(shop, customer_id)
    form = form_state(typed, error.errors)
    orders = await list_orders(shop, customer_id=customer.id, limit=25)
    return await render(
        "admin",
        "pages/customer.html",
        status=status,
        page=page(customer.name or customer.email or message("Erased customer")),
        customer=_whole(customer) if actor.may("customers.manage") else _row(customer),
        signs_in_with=[identity.login_label(shop, provider_of(key)) for key in customer.sign_ins],
        erasing=await is_being_erased(shop, customer.id),
        addresses=[asdict(saved.address) for saved in customer.addresses],
        consents=[
            {"what": what, "at": at, "source": customer.consent_sources.get(what, "")}
            for what, at in sorted(customer.consents.items())
        ],
        orders=[order_row(order) for order in orders.items],
        extensions=extension_panel(shop, "customer", customer.ext, form, found),
        form=form,
    )


def _row(customer: Customer) -> dict[str, Any]:
    """As lists show it: contacts can be recognised, not copied."""
    return {
        "id": customer.id,
        "name": customer.name,
        "email": masked_email(customer.email),
        "phone": masked_phone(customer.phone),
        "created_at": customer.created_at,
        "has_password": bool(customer.password_hash),
        "email_verified_at": customer.email_verified_at,
        "disabled": customer.disabled,
        "erased_at": customer.erased_at,
        "url": f"{PATH}/{customer.id}",
    }


def _whole(customer: Customer) -> dict[str, Any]:
    """As whoever looks after the customer needs it."""
    return {**_row(customer), "email": customer.email, "phone": phone(customer.phone)}
