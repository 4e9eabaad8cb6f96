"""The form of a sale: what staff typed as a sale, and a sale as they type it.

The last minute that is typed belongs to the sale: until 5 December, 23:59 ends with that minute, at midnight.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from spoeq_core.sdk import (
    GOODS,
    Faults,
    Form,
    Invalid,
    Shop,
    SpoeqError,
    ids_of_goods,
    message,
    names_of_goods,
    parse_amount,
    plain_amount,
    segments_named,
)
from spoeq_sale_prices.checks import problems_of
from spoeq_sale_prices.model import Kind, Sale

MINUTE = timedelta(minutes=1)
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
LABELS = {
    "name": message("Name"),
    "kind": message("Takes off"),
    "value": message("How much"),
    "products": message("Products"),
    "categories": message("Categories"),
    "brands": message("Brands"),
    "segments": message("Customer segments"),
    "starts_at": message("From"),
    "ends_at": message("Until"),
    "active": message("Active"),
}
"""The fields that staff change, and what they are called where two changed them."""


async def entered(form: Form, shop: Shop, sale: Sale | None) -> Sale:
    """What was typed.

    Raises:
        Invalid: something of it is refused; all of it at once.
    """
    faults = Faults()
    start = sale or Sale("", "", Kind.PERCENT, NEVER, NEVER, currency=shop.profile.currency)
    kind = faults.of(lambda: _kind(form.text("kind")), start.kind)
    starts = faults.of(lambda: _moment("starts_at", form, shop), NEVER)
    ends = faults.of(lambda: _moment("ends_at", form, shop), NEVER)
    found = replace(
        start,
        name=" ".join(form.text("name").split()),
        kind=kind,
        percent=faults.of(lambda: _percent(form.text("value")), Decimal(0)) if kind is Kind.PERCENT else Decimal(0),
        amount=faults.of(lambda: _amount(form.text("value"), start.currency), 0) if kind is Kind.AMOUNT else 0,
        starts_at=starts,
        ends_at=ends if ends == NEVER else ends + MINUTE,
        active=form.flag("active"),
    )
    found = replace(found, **await _named(form, shop, start, faults))
    known = {"value", "starts_at", "ends_at"} if faults else set()
    faults.add([problem for problem in problems_of(found) if problem.field not in known])
    faults.raise_if_any()
    return found


async def _named(form: Form, shop: Shop, sale: Sale, faults: Faults) -> dict[str, Any]:
    """The goods and the segments that it is for."""
    found: dict[str, Any] = {}
    try:
        found |= await ids_of_goods(shop, {kind: form.names(kind) for kind in GOODS})
    except Invalid as error:
        faults.add(error.errors)
    try:
        found["segments"] = await segments_named(shop, form.names("segments"), sale.segments)
    except Invalid as error:
        faults.add(error.errors)
    return found


async def texts(sale: Sale, shop: Shop) -> dict[str, str]:
    """What the form changes, as its fields show it."""
    goods = await names_of_goods(shop, {kind: getattr(sale, kind) for kind in GOODS})
    percent = f"{sale.percent.normalize():f}"
    return {
        **{kind: ", ".join(names) for kind, names in goods.items()},
        "segments": ", ".join(sale.segments),
        "name": sale.name,
        "kind": sale.kind.value,
        "value": percent if sale.kind is Kind.PERCENT else plain_amount(sale.amount, sale.currency),
        "starts_at": _local(sale.starts_at, shop),
        "ends_at": _local(sale.ends_at - MINUTE, shop),
        "active": "1" if sale.active else "",
    }


def _kind(text: str) -> Kind:
    try:
        return Kind(text)
    except ValueError:
        raise Invalid.field("kind", "Choose what is taken off.", "enum") from None


def _percent(text: str) -> Decimal:
    try:
        return Decimal(text.removesuffix("%").strip())
    except InvalidOperation:
        raise Invalid.field("value", "Enter a percentage, as in 10 or 12.5.", "decimal") from None


def _amount(text: str, currency: str) -> int:
    try:
        return parse_amount(text, currency)
    except SpoeqError as error:
        raise Invalid.field("value", error.message, "amount") from None


def _moment(name: str, form: Form, shop: Shop) -> datetime:
    try:
        typed = datetime.fromisoformat(form.text(name))
        return typed.replace(second=0, microsecond=0, tzinfo=ZoneInfo(shop.profile.timezone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid.field(name, "Enter a date and a time.", "datetime") from None


def _local(moment: datetime, shop: Shop) -> str:
    return moment.astimezone(ZoneInfo(shop.profile.timezone)).strftime("%Y-%m-%dT%H:%M")
