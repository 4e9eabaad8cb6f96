"""What papers keep of people: who was billed and where it went, for as long as tax law asks for them."""

from __future__ import annotations

from collections.abc import AsyncIterator

from spoeq_core.sdk import Person, PersonalData, Row, Shop, message, orders_of
from spoeq_gst.documents import PaperRepository


async def export(shop: Shop, person: Person) -> AsyncIterator[Row]:
    """The invoices and credit notes of their orders."""
    papers = shop.repository(PaperRepository)
    async for order in orders_of(shop, person):
        for filed in await papers.of_order(order.id):
            paper = filed.paper
            yield {
                "number": filed.number,
                "day": paper.day.isoformat(),
                "order": paper.order_number,
                "billed_to": paper.buyer.model_dump(),
                "delivered_to": paper.delivery.model_dump(),
                "total": paper.total,
            }


PAPERS = PersonalData(
    "gst_papers",
    message("Invoices and credit notes"),
    "contact",
    "kept",
    message(
        "Tax law asks for invoices, with the names and addresses on them, for 72 months after the annual return "
        "(CGST Act, section 36)."
    ),
    export,
)
"""Erasing an order leaves its papers as they were issued."""
