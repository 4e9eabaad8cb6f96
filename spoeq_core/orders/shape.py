"""An order as JSON shows it, to its buyer. Pages, API and mails use the same; staff see more (see `web.views`)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from spoeq_core.identity.model import Address
from spoeq_core.orders.model import LABELS, Order, OrderChange, OrderLine, OrderStatus, Refund, Return, Shipment
from spoeq_core.orders.tokens import order_token
from spoeq_core.pricing.model.frozen import worded
from spoeq_core.pricing.shape import Shape, money, surcharge, totals
from spoeq_core.shop import Shop

STEPS = (OrderStatus.CONFIRMED, OrderStatus.PROCESSING, OrderStatus.SHIPPED, OrderStatus.DELIVERED)


def order_shape(order: Order) -> Shape:
    """The order: what was bought, for how much, where it goes, where it is."""
    return {
        "id": order.id,
        "number": order.number,
        "status": order.status.value,
        "currency": order.currency,
        "placed_at": _moment(order.placed_at),
        "email": order.email,
        "phone": order.phone,
        "payment": {
            "status": order.payment_status.value,
            "method": order.payment.provider,
            "paid": money(order.paid, order.currency),
            "refunded": money(order.refunded, order.currency),
            "due": money(0 if order.status is OrderStatus.CANCELLED else order.due, order.currency),
        },
        "payment_label": order.payment.label,
        "fulfilment": {"status": order.fulfilment_status.value},
        "shipping": {
            "id": order.shipping.id,
            "label": order.shipping.label,
            "price": money(order.shipping.price, order.currency),
            "promised": order.shipping.promised or None,
        },
        "shipping_label": order.shipping.label,
        "shipping_address": address_shape(order.shipping_address),
        "billing_address": address_shape(order.billing_address),
        "items": [item_shape(order, line) for line in order.lines],
        "coupons": list(order.codes),
        "totals": order_totals(order),
        "shipments": [shipment_shape(order, shipment) for shipment in order.shipments],
        "refunds": [refund_shape(order, refund) for refund in order.refunds],
        "returns": [return_shape(wanted) for wanted in order.returns],
        "changes": [change_shape(order, change) for change in order.changes],
        "fields": dict(order.fields),
        "answers": [
            {"label": said.label, "text": said.text, "typed": said.typed} for said in order.field_words.values()
        ],
    }


def order_totals(order: Order) -> Shape:
    """The frozen totals."""
    fees = ((worded(fee["charge"])["label"], fee["total"]) for fee in order.priced["fees"])
    return totals(order.priced["totals"], fees, order.currency)


def item_shape(order: Order, line: OrderLine) -> Shape:
    """A sold line, with what it cost beside its price and the discounts it was given."""
    currency = order.currency
    frozen: dict[str, Any] = next((it for it in order.priced["lines"] if it["line"]["id"] == line.id), {})
    return {
        "id": line.id,
        "sku": line.sku,
        "product_id": line.product_id,
        "name": line.name,
        "options": dict(line.options),
        "properties": dict(line.properties),
        "property_labels": {name: line.property_labels.get(name, name) for name in line.properties},
        "quantity": line.quantity,
        "shipped": line.shipped,
        "returned": line.returned,
        "backordered": min(line.backordered, line.quantity - line.shipped),
        "ships_by": _ships_by(order, line),
        "unit_price": money(line.unit_price, currency),
        "subtotal": money(line.subtotal, currency),
        "surcharges": [
            surcharge(added["label"], added["amount"], added["per_unit"], added["plugin"], currency)
            for added in map(worded, frozen.get("surcharges", ()))
        ],
        "discounts": [
            {"label": given["label"], "amount": money(given["amount"], currency), "plugin": given["plugin"]}
            for given in map(worded, frozen.get("discounts", ()))
        ],
        "total": money(line.total, currency),
    }


def _ships_by(order: Order, line: OrderLine) -> str | None:
    """The day by which pieces that had yet to come were to be shipped, as the shopper was told."""
    if not line.backordered or not line.ships_in_days:
        return None
    return (order.placed_at + timedelta(days=line.ships_in_days)).date().isoformat()


def shipment_shape(order: Order, shipment: Shipment) -> Shape:
    """A parcel, with what is in it."""
    names = {line.id: line.name for line in order.lines}
    return {
        "id": shipment.id,
        "carrier": shipment.carrier,
        "awb": shipment.awb,
        "url": shipment.tracking_url,
        "shipped_at": _moment(shipment.shipped_at),
        "delivered_at": _moment(shipment.delivered_at),
        "items": [{"name": names.get(key, ""), "quantity": count} for key, count in shipment.items.items()],
    }


def refund_shape(order: Order, refund: Refund) -> Shape:
    """Money given back."""
    return {
        "id": refund.id,
        "amount": money(refund.amount, order.currency),
        "status": refund.status.value,
        "at": _moment(refund.at),
        "reason": refund.reason,
        "reference": refund.reference or None,
        "items": dict(refund.items),
        "restocked": dict(refund.restocked),
    }


def return_shape(wanted: Return) -> Shape:
    """Pieces that are to come back, and what became of them."""
    return {
        "id": wanted.id,
        "at": _moment(wanted.at),
        "status": wanted.status.value,
        "reason": wanted.reason,
        "note": wanted.note,
        "items": dict(wanted.items),
        "received": dict(wanted.received),
        "restocked": dict(wanted.restocked),
        "damaged": dict(wanted.damaged),
    }


def change_shape(order: Order, change: OrderChange) -> Shape:
    """A change of the placed order."""
    return {
        "id": change.id,
        "at": _moment(change.at),
        "reason": change.reason,
        "words": list(change.words),
        "before": money(change.before, order.currency),
        "after": money(change.after, order.currency),
    }


def address_shape(address: Address) -> Shape:
    """An address, field by field."""
    return {
        "name": address.name,
        "phone": address.phone,
        "line1": address.line1,
        "line2": address.line2,
        "landmark": address.landmark,
        "city": address.city,
        "state": address.state,
        "postal_code": address.postal_code,
        "country": address.country,
        "gstin": address.gstin,
    }


def tracking_steps(order: Order) -> list[Shape]:
    """The road of the order: each step is done, current or still to do, and when it was reached."""
    reached = {entry.label: entry.at for entry in order.timeline}
    reached.setdefault(LABELS[OrderStatus.CONFIRMED], order.placed_at)
    if order.status is OrderStatus.CANCELLED:
        ends = (OrderStatus.CONFIRMED, OrderStatus.CANCELLED)
        return [_step(status, "current" if status is order.status else "done", reached) for status in ends]
    road = STEPS if order.status is not OrderStatus.PENDING_PAYMENT else (OrderStatus.PENDING_PAYMENT, *STEPS)
    place = road.index(order.status) if order.status in road else len(road) - 1
    states = ["done" if here < place else "current" if here == place else "todo" for here in range(len(road))]
    return [_step(status, state, reached) for status, state in zip(road, states, strict=True)]


def track_path(shop: Shop, order: Order) -> str:
    """The path of the page that follows the order, with the token that opens it."""
    return f"/track/{order.number}?token={order_token(shop, order.id)}"


def return_url(shop: Shop, order: Order) -> str:
    """Where a payment gateway sends the buyer back to, by GET or POST: the provider's `verify` gets the fields."""
    return f"{shop.settings.base_url.rstrip('/')}/orders/{order.id}/return?token={order_token(shop, order.id)}"


def _step(status: OrderStatus, state: str, reached: dict[str, datetime]) -> Shape:
    at = reached.get(LABELS[status]) if state != "todo" else None
    return {"key": status.value, "label": LABELS[status], "state": state, "at": _moment(at)}


def _moment(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None
