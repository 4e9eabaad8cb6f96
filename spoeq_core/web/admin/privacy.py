"""Staff pages: a customer's data as a file, and its erasure with what it will do."""

from __future__ import annotations

from typing import Any

from quart import Blueprint, Response

from spoeq_core.audit.service import record
from spoeq_core.identity.model import Customer
from spoeq_core.identity.service import customer_by_id
from spoeq_core.kernel.errors import FieldError
from spoeq_core.privacy.erasing import PERMISSION, blockers, erase_person, is_being_erased, person_of
from spoeq_core.privacy.exporting import count_rows, export_person
from spoeq_core.privacy.manifest import manifest_of
from spoeq_core.privacy.model import StillNeeded
from spoeq_core.web.access import current_actor, staff
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import form_state, read_form
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.downloads import download
from spoeq_core.web.flash import flash
from spoeq_core.web.theming import render

blueprint = Blueprint("admin_privacy", __name__)

PATH = "/admin/customers"
CONFIRMATION = "ERASE"
"""What staff type for an account that has no e-mail address any more."""


@blueprint.post("/customers/<customer_id>/export")
@staff("customers.export")
async def export(customer_id: str) -> Response:
    """Everything that is kept about the customer, as a file; who took it is written down."""
    shop, actor = current_shop(), await current_actor()
    customer = await customer_by_id(shop, customer_id)
    await record(shop, "customer.exported", f"customer:{customer.id}", actor_id=actor.id, actor_name=actor.name)
    person = await person_of(shop, customer, by_email=True)
    return download(export_person(shop, person), "application/json", f"customer-{customer.id}.json")


@blueprint.get("/customers/<customer_id>/erase")
@staff(PERMISSION)
async def preview(customer_id: str) -> Response:
    """What will be deleted, made anonymous or kept, and why."""
    return await _page(await customer_by_id(current_shop(), customer_id))


@blueprint.post("/customers/<customer_id>/erase")
@staff(PERMISSION)
async def erase(customer_id: str) -> Response:
    """Begin to erase, once the customer's e-mail address was typed."""
    shop, actor, form = current_shop(), await current_actor(), await read_form()
    customer = await customer_by_id(shop, customer_id)
    if customer.erased_at and not await is_being_erased(shop, customer.id):
        return flash(see_other(f"{PATH}/{customer.id}"), "This customer's data is erased already.", "info")
    if form.text("confirmation").casefold() != _confirmation(customer).casefold():
        wrong = FieldError("confirmation", "This is not what is asked for. Type it exactly.", "wrong")
        return await _page(customer, form_state(form.as_dict(), [wrong]), 422)
    person = await person_of(shop, customer, by_email=True)
    try:
        job = await erase_person(shop, person, by="staff", actor_id=actor.id, actor_name=actor.name)
    except StillNeeded as error:
        refused = FieldError("confirmation", error.message, error.code)
        return await _page(customer, form_state(form.as_dict(), [refused]), 409)
    return see_other(f"/admin/jobs/{job.id}")


async def _page(customer: Customer, form: dict[str, Any] | None = None, status: int = 200) -> Response:
    shop = current_shop()
    person = await person_of(shop, customer, by_email=True)
    found = await blockers(shop, person)
    return await render(
        "admin",
        "pages/customer_erase.html",
        status,
        page=page("Erase a customer's data"),
        customer={"id": customer.id, "name": customer.name or customer.email or customer.id},
        erased=customer.erased_at is not None and not await is_being_erased(shop, customer.id),
        confirmation=_confirmation(customer),
        blockers=[{"number": it.number, "url": f"/admin/orders/{it.order_id}", "why": it.why} for it in found],
        parts=[
            {
                "title": part.data.title,
                "plugin": "" if part.plugin == "core" else part.plugin,
                "fate": part.data.fate,
                "why": part.data.why,
                "rows": await count_rows(shop, part, person),
            }
            for part in manifest_of(shop)
        ],
        form=form or form_state(),
    )


def _confirmation(customer: Customer) -> str:
    return customer.email or CONFIRMATION
