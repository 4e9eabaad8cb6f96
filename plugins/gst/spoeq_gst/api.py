"""The papers of an order, for its owner, for staff, or for whoever holds its token."""

from __future__ import annotations

from quart import Blueprint, Response

from spoeq_core.sdk import (
    PDF_FILE,
    NotFound,
    Order,
    current_actor,
    current_shop,
    operation,
    order_for,
    public,
    query_text,
)
from spoeq_gst.documents import Filed
from spoeq_gst.invoices import issue_papers
from spoeq_gst.pdf import paper_pdf

TOKEN = {"token": "Opens the order without an account."}
TAGS = ["Orders"]

blueprint = Blueprint("gst_api", __name__)


@blueprint.get("/orders/<order_id>/invoice.pdf")
@public
@operation("The invoice of an order that was sent, as a PDF", tags=TAGS, responses={200: PDF_FILE, 404: None})
async def invoice(order_id: str) -> Response:
    """The invoice; it is issued now if the worker has not done so yet."""
    return await _answer(order_id, 0)


@blueprint.get("/orders/<order_id>/credit-notes/<int:number>.pdf")
@public
@operation("A credit note of an order, as a PDF; the first is 1", tags=TAGS, responses={200: PDF_FILE, 404: None})
async def credit_note(order_id: str, number: int) -> Response:
    """One of the credit notes against the invoice."""
    return await _answer(order_id, number)


async def _answer(order_id: str, place: int) -> Response:
    papers = await issue_papers(current_shop(), (await _readable(order_id)).id)
    if place >= len(papers):
        raise NotFound("There is no such invoice yet.", hint="An order has an invoice when it is sent.")
    return _pdf(papers[place], await paper_pdf(papers[place]))


async def _readable(order_id: str) -> Order:
    actor = await current_actor()
    return await order_for(
        current_shop(),
        order_id,
        customer_id=actor.id if actor.kind == "customer" else None,
        token=query_text("token"),
        staff=actor.may("orders.view"),
    )


def _pdf(filed: Filed, content: bytes) -> Response:
    name = filed.number.replace("/", "-")
    return Response(
        content,
        headers={
            "Content-Type": "application/pdf",
            "Content-Disposition": f'inline; filename="{name}.pdf"',
            "Cache-Control": "private, no-store",
        },
    )
