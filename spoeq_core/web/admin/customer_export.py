"""The customers as a file for a spreadsheet; contacts are whole only for whoever may download what is kept of them."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Sequence

from quart import Blueprint, Response

from spoeq_core.audit.service import record
from spoeq_core.bulk.model.text import harmless
from spoeq_core.identity.model import Customer
from spoeq_core.identity.service import stream_customers
from spoeq_core.shop import Shop
from spoeq_core.web.access import current_actor, staff
from spoeq_core.web.bodies import query_text
from spoeq_core.web.context import current_shop
from spoeq_core.web.downloads import download
from spoeq_core.web.views.masking import masked_email, masked_phone

blueprint = Blueprint("admin_customer_export", __name__)

COLUMNS = ("name", "email", "phone", "city", "state", "postal_code", "since", "agreed_to", "disabled")
BATCH = 500
BOM = "\ufeff"
"""Without it a spreadsheet takes UTF-8 for something else."""


@blueprint.get("/customers/export.csv")
@staff("customers.view")
async def export() -> Response:
    """All customers, or those that the search of the list finds; erased ones are not in it."""
    shop, actor, q = current_shop(), await current_actor(), query_text("q")
    whole = actor.may("customers.export")
    detail = {"search": q, "masked": not whole}
    await record(shop, "customers.exported", "customers", actor_id=actor.id, actor_name=actor.name, detail=detail)
    name = f"customers-{shop.clock.now():%Y-%m-%d}.csv"
    return download(_pieces(shop, q, whole=whole), "text/csv; charset=utf-8", name)


async def _pieces(shop: Shop, q: str, *, whole: bool) -> AsyncIterator[bytes]:
    yield (BOM + _lines([COLUMNS])).encode()
    rows: list[Sequence[str]] = []
    async for customer in stream_customers(shop, text=q):
        rows.append(_cells(customer, whole=whole))
        if len(rows) == BATCH:
            yield _lines(rows).encode()
            rows = []
    yield _lines(rows).encode()


def _cells(customer: Customer, *, whole: bool) -> Sequence[str]:
    address = customer.addresses[0].address if customer.addresses else None
    return (
        customer.name,
        customer.email if whole else masked_email(customer.email),
        customer.phone if whole else masked_phone(customer.phone),
        address.city if address else "",
        address.state if address else "",
        address.postal_code if address else "",
        customer.created_at.isoformat(timespec="seconds") if customer.created_at else "",
        " | ".join(sorted(customer.consents)),
        "yes" if customer.disabled else "",
    )


def _lines(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([map(harmless, row) for row in rows])
    return text.getvalue()
