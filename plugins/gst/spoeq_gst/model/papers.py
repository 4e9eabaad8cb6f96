"""Invoices and credit notes as values: what they say, made of an order as it was placed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from spoeq_core.sdk import Address, Order, allocate, find_state
from spoeq_gst.model.dates import financial_year
from spoeq_gst.model.places import ABROAD, INDIA, Place

Kind = Literal["invoice", "bill", "credit"]
LONGEST_NUMBER = 16
"""CGST Rules, rule 46 (b)."""


class Value(BaseModel):
    """Frozen, and nothing else than what it names."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Tax(Value):
    """One component: percent, and minor units."""

    name: str
    rate: Decimal
    amount: int


class Row(Value):
    """A line or a part of a charge; `total` is with tax, minor units."""

    key: str
    name: str
    hsn: str = ""
    quantity: int = 1
    total: int
    taxable: int
    taxes: tuple[Tax, ...] = ()

    @property
    def rate(self) -> Decimal:
        """All components together, in percent."""
        return sum((tax.rate for tax in self.taxes), Decimal(0))


class Party(Value):
    """Who sells, buys or receives; `code` is the state's."""

    name: str
    lines: tuple[str, ...] = ()
    state: str = ""
    code: str = ""
    gstin: str = ""


class Recheck(Value):
    """A row whose rate in percent is another on the day of the invoice than it was on the order's."""

    name: str
    was: Decimal
    now: Decimal


class Paper(Value):
    """An invoice, a bill of supply or a credit note; a credit note is against one of that number and day.

    `recheck` is for staff: what the table of rates says otherwise on the day of issue. The order's rates stand.
    """

    kind: Kind
    order_id: str
    order_number: str
    currency: str
    day: date
    seller: Party
    buyer: Party
    delivery: Party
    place: str
    place_code: str
    rows: tuple[Row, ...]
    against: str = ""
    against_day: date | None = None
    refund_id: str = ""
    of_bill: bool = False
    recheck: tuple[Recheck, ...] = ()

    @property
    def total(self) -> int:
        """With tax, minor units."""
        return sum(row.total for row in self.rows)

    @property
    def taxable(self) -> int:
        """Without tax, minor units."""
        return sum(row.taxable for row in self.rows)

    def tax(self, *names: str) -> int:
        """The sum of these components, minor units."""
        return sum(tax.amount for row in self.rows for tax in row.taxes if tax.name in names)


@dataclass(frozen=True, slots=True)
class Seller:
    """Who issues papers: the GSTIN and whether tax is charged under it."""

    name: str
    address: str
    gstin: str
    charges: bool


def series_of(prefix: str, day: date) -> str:
    """The series of a day's financial year, as in `INV/26-27`."""
    return f"{prefix}/{financial_year(day)[2:]}"


def invoice_of(order: Order, seller: Seller, place: Place, day: date) -> Paper:
    """The invoice of a whole order, with the taxes that it was placed with.

    Where nothing of it bears tax (the seller is not registered or under composition, all goods are exempt, or none was
    charged when it was placed) it is a bill of supply (CGST Act, s. 31(3)(c)): a tax invoice shows the tax charged.

    Args:
        order: The order.
        seller: Who sells.
        place: The place of supply.
        day: The day in India on which it is issued.
    """
    taxed = {line["line"]["id"]: line for line in order.priced["lines"]}
    goods = [
        _row(line.id, _name(line.name, line.options), taxed[line.id], line.hsn, line.quantity) for line in order.lines
    ]
    priced_charges = [order.priced.get("shipping"), *order.priced.get("fees", [])]
    charges = [row for charge in priced_charges if charge for row in _charge_rows(charge)]
    home, rows = find_state(seller.gstin[:2]), (*goods, *charges)
    return Paper(
        kind="invoice" if seller.charges and any(row.rate for row in rows) else "bill",
        order_id=order.id,
        order_number=order.number,
        currency=order.currency,
        day=day,
        seller=Party(
            name=seller.name,
            lines=tuple(line.strip() for line in seller.address.splitlines() if line.strip()),
            state=home.name if home else "",
            code=home.code if home else "",
            gstin=seller.gstin,
        ),
        buyer=_party(order.billing_address),
        delivery=_party(order.shipping_address),
        place=_place_name(place, order.shipping_address),
        place_code=place.code,
        rows=rows,
    )


def credits_due(invoice: Paper, notes: Sequence[Paper], order: Order) -> dict[str, int]:
    """What is to be credited of each refund that was made and has no note yet: minor units by the refund's id.

    A refund that settles a lowered total is credited as far as the invoice was made before it was lowered: what was
    taken out before is not in the invoice.
    """
    done = {refund.id: refund for refund in order.refunds if refund.status.value == "done"}
    credited = {note.refund_id for note in notes}
    settled = sum(
        max(0, note.total - (done[note.refund_id].amount - done[note.refund_id].settles))
        for note in notes
        if note.refund_id in done
    )
    room = max(0, invoice.total - order.grand_total - settled)
    found = {}
    for refund in done.values():
        if refund.id not in credited:
            part = min(refund.settles, room)
            found[refund.id] = refund.amount - refund.settles + part
            room -= part
    return found


def taken_out(invoice: Paper, order: Order) -> dict[str, int]:
    """Pieces by line id that the invoice has and the order has not any more."""
    now = {line.id: line.quantity for line in order.lines}
    goods = (row for row in invoice.rows if "#" not in row.key)
    return {row.key: row.quantity - now.get(row.key, 0) for row in goods if row.quantity > now.get(row.key, 0)}


def credit_of(invoice: Paper, earlier: Sequence[Paper], amount: int, prefer: Mapping[str, int], day: date) -> Paper:
    """The credit note for money given back of an invoice, at its rates.

    The amount falls on the lines that are given back first, then on all that is left, in proportion. What each
    component gives back is rounded on all that was credited of a line so far: when all is credited, all tax is.

    Args:
        invoice: What is credited.
        earlier: The credit notes against it, in their order.
        amount: Minor units with tax; more than is left is not credited.
        prefer: Pieces by line id.
        day: The day in India on which it is issued.
    """
    done = [sum(note.total for paper in earlier for note in paper.rows if note.key == row.key) for row in invoice.rows]
    left = [row.total - before for row, before in zip(invoice.rows, done, strict=True)]
    wanted = [
        min(room, row.total * prefer.get(row.key, 0) // row.quantity)
        for row, room in zip(invoice.rows, left, strict=True)
    ]
    first = allocate(min(amount, sum(wanted)), wanted)
    rest = [room - part for room, part in zip(left, first, strict=True)]
    more = allocate(min(amount - sum(first), sum(rest)), rest)
    parts = [one + other for one, other in zip(first, more, strict=True)]
    rows = tuple(
        _credited(row, before, part, prefer.get(row.key, row.quantity))
        for row, before, part in zip(invoice.rows, done, parts, strict=True)
        if part
    )
    return invoice.model_copy(update={"kind": "credit", "day": day, "rows": rows, "of_bill": invoice.kind == "bill"})


def _credited(row: Row, before: int, part: int, pieces: int) -> Row:
    taxes = tuple(
        tax.model_copy(
            update={"amount": _share(tax.amount, before + part, row.total) - _share(tax.amount, before, row.total)}
        )
        for tax in row.taxes
    )
    taxable = part - sum(tax.amount for tax in taxes)
    return row.model_copy(update={"total": part, "taxable": taxable, "taxes": taxes, "quantity": pieces})


def _share(amount: int, part: int, whole: int) -> int:
    """`amount × part / whole`, half up; all of them are positive."""
    return (2 * amount * part + whole) // (2 * whole)


def _row(key: str, name: str, priced: Mapping[str, Any], hsn: str, quantity: int) -> Row:
    taxes = tuple(Tax(name=tax["name"], rate=tax["rate"], amount=tax["amount"]) for tax in priced["taxes"])
    total = priced["taxable"] + sum(tax.amount for tax in taxes)
    return Row(key=key, name=name, hsn=hsn, quantity=quantity, total=total, taxable=priced["taxable"], taxes=taxes)


def _charge_rows(charge: Mapping[str, Any]) -> list[Row]:
    about = charge["charge"]
    return [
        _row(f"{about['plugin']}:{about['id']}#{number}", about["label"], share, "", 1)
        for number, share in enumerate(charge["shares"])
        if share["amount"]
    ]


def _name(name: str, options: Mapping[str, str]) -> str:
    return f"{name} ({', '.join(options.values())})" if options else name


def _party(address: Address) -> Party:
    state = find_state(address.state) if address.country == INDIA else None
    last = " ".join(part for part in (address.city, address.postal_code) if part)
    lines = (address.line1, address.line2, address.landmark, last)
    return Party(
        name=address.name,
        lines=tuple(line for line in lines if line),
        state=state.name if state else " ".join(part for part in (address.state, address.country) if part),
        code=state.code if state else ABROAD if address.country != INDIA else "",
        gstin=address.gstin,
    )


def _place_name(place: Place, address: Address) -> str:
    state = find_state(place.code) if place.code and place.code != ABROAD else None
    return state.name if state else address.state or address.country
