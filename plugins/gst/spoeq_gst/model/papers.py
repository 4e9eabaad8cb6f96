"""Invoices and credit notes as values, and what an invoice says, made of an order as it was placed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from spoeq_core.sdk import Address, Order, find_state
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

    `round_off` is what its total was rounded to cash by, minor units and maybe below zero: no row has it, and no tax is
    on it. `recheck` is for staff: what the table of rates says otherwise on the day of issue. The order's rates stand.
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
    round_off: int = 0

    @property
    def of_rows(self) -> int:
        """What the rows come to with tax, minor units."""
        return sum(row.total for row in self.rows)

    @property
    def total(self) -> int:
        """With tax and rounded off, minor units."""
        return self.of_rows + self.round_off

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
        round_off=rounding_of(order),
    )


def rounding_of(order: Order) -> int:
    """What the total of an order is rounded to cash by, minor units."""
    return int(order.priced["totals"].get("rounding", 0))


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
