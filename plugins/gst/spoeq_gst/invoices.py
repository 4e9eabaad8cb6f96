"""Issuing papers: the invoice of an order when it is sent, a credit note for what it is worth less since.

An invoice bears the day on which the first parcel left, in India, since tax is owed from then (CGST Act, sections 12
and 31), however late a worker writes it; a credit note the day on which it is written.

Everything here may be repeated, by several workers at once, and cut off anywhere: a paper is filed once by what it is
of, and frozen; then it takes the next number of its series, whose claim is the only thing that makes a number exist.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from spoeq_core.sdk import Conflict, Destination, Order, PaymentStatus, Shop, Unavailable, message, order_for
from spoeq_gst.documents import Filed, NumberRepository, PaperRepository
from spoeq_gst.model import indian_date, place_of_supply, rechecked
from spoeq_gst.model.credits import LOWERED, credit_of, credits_due, taken_out
from spoeq_gst.model.papers import (
    LONGEST_NUMBER,
    Paper,
    Seller,
    invoice_of,
    rounding_of,
    series_of,
)
from spoeq_gst.settings import GstSettings

RETURNED = "returned"
"""In the place of a refund's id: the goods came back, and nothing had been paid."""
ATTEMPTS = 200
"""So many numbers are tried in a row before the rest of the queue is let through."""


@dataclass(frozen=True, slots=True)
class Credit:
    """What is to be credited: a refund by its id, minor units with tax, and pieces by line id.

    `settles` says that it gives back what came in above a total that was lowered.
    """

    id: str
    amount: int
    items: Mapping[str, int]
    settles: bool = False


async def issue_papers(shop: Shop, order_id: str) -> list[Filed]:
    """The papers of an order: its invoice if a parcel has left, and a credit note for what it is worth less since.

    Raises:
        NotFound: there is no such order.
        Unavailable: too many papers are issued at once; what is missing is issued at the next attempt.
    """
    order = await order_for(shop, order_id, staff=True)
    if not order.shipments:
        return []
    papers = shop.repository(PaperRepository)
    await _file_invoice(shop, papers, order)
    await _file_credits(shop, papers, order)
    return [await _numbered(shop, papers, filed) for filed in await papers.of_order(order_id)]


async def _file_invoice(shop: Shop, papers: PaperRepository, order: Order) -> None:
    if await papers.find_by_id(f"invoice:{order.id}"):
        return
    settings = shop.plugin_settings(GstSettings)
    profile, there = shop.profile, order.shipping_address
    seller = Seller(
        profile.legal_name or profile.name, profile.address, settings.gstin, charges=bool(settings.taxation.home)
    )
    place = place_of_supply(
        settings.gstin[:2],
        Destination(there.country, there.state, there.postal_code, there.city),
        order.billing_address.gstin,
    )
    day = indian_date(order.shipments[0].shipped_at)
    paper = invoice_of(order, seller, place, day)
    paper = paper.model_copy(update={"recheck": rechecked(settings.taxation, order.priced, day)})
    await _file(shop, papers, f"invoice:{order.id}", settings.invoice_prefix, paper)


async def credit_returned(shop: Shop, order_id: str) -> list[Filed]:
    """The papers of an order whose parcel came back unpaid: what is left of its invoice is credited. Idempotent.

    Raises:
        NotFound: there is no such order.
        Conflict: nothing was sent, or it was paid for: then a refund is credited.
        Unavailable: too many papers are issued at once.
    """
    order = await order_for(shop, order_id, staff=True)
    if not returnable(order):
        raise Conflict(
            message("Only what was sent, was to be paid at the door and was never paid can come back unpaid."),
            hint="Give the money back instead; each refund has a credit note.",
            code="not_unpaid",
        )
    papers = shop.repository(PaperRepository)
    await _file_invoice(shop, papers, order)
    invoice = (await papers.of_order(order_id))[0]
    await _file_wanted(shop, papers, order, [Credit(RETURNED, invoice.paper.total, {})])
    return [await _numbered(shop, papers, filed) for filed in await papers.of_order(order_id)]


def returnable(order: Order) -> bool:
    """Whether a parcel of the order can have come back unpaid."""
    unpaid = order.payment_status in {PaymentStatus.PENDING_COD, PaymentStatus.FAILED}
    return bool(order.shipments) and unpaid and not order.paid and not order.refunds


async def _file_credits(shop: Shop, papers: PaperRepository, order: Order) -> None:
    done = [refund for refund in order.refunds if refund.status.value == "done"]
    await _file_wanted(shop, papers, order, [Credit(it.id, it.amount, it.items, it.settles > 0) for it in done])


async def _file_wanted(shop: Shop, papers: PaperRepository, order: Order, wanted: Sequence[Credit]) -> None:
    """File what is missing; a place in the order of credit notes is taken by one of them, whoever files at once."""
    prefix = shop.plugin_settings(GstSettings).credit_prefix
    for _ in range(2 * len(wanted) + 3):
        invoice, *earlier = await papers.of_order(order.id)
        notes = [filed.paper for filed in earlier]
        credited, due = {note.refund_id for note in notes}, credits_due(invoice.paper, notes, order)
        lowered = [Credit(key, amount, {}, settles=True) for key, amount in due.items() if key.startswith(LOWERED)]
        missing = [one for one in (*wanted, *lowered) if one.id not in credited and due.get(one.id, one.amount)]
        if not missing:
            return
        credit, invoice = missing[0], await _numbered(shop, papers, invoice)
        amount, items = due.get(credit.id, credit.amount), credit.items or taken_out(invoice.paper, notes, order)
        rounding = rounding_of(order) if credit.settles else None
        paper = credit_of(invoice.paper, notes, amount, items, indian_date(shop.clock.now()), rounding)
        against = {"against": invoice.number, "against_day": invoice.paper.day, "refund_id": credit.id, "recheck": ()}
        paper = paper.model_copy(update=against)
        await _file(shop, papers, f"credit:{order.id}:{len(earlier)}", prefix, paper)
    raise Unavailable("Many refunds of this order are booked at once.", hint="Try again.")


async def _file(shop: Shop, papers: PaperRepository, key: str, prefix: str, paper: Paper) -> None:
    series = series_of(prefix, paper.day)
    seq = await shop.repository(NumberRepository).last(series) + 1
    month = paper.day.isoformat()[:7]
    await papers.file(Filed(key, paper.order_id, series, seq, month, paper.model_dump(mode="json")))


async def _numbered(shop: Shop, papers: PaperRepository, filed: Filed) -> Filed:
    """The paper with a number of its own."""
    numbers = shop.repository(NumberRepository)
    for _ in range(ATTEMPTS):
        if filed.issued:
            return filed
        if len(filed.number) > LONGEST_NUMBER:
            raise Unavailable("This series of invoices is full.", hint="Choose a shorter prefix.")
        if await numbers.claim(filed):
            await papers.mark_issued(filed.id)
        else:
            await papers.try_number(filed, await numbers.last(filed.series) + 1)
        filed = await papers.get(filed.id)
    raise Unavailable("Many invoices are issued at once.", hint="Try again.")
