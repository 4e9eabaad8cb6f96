"""Orders as the API and the pages show them: to buyers, and with more to staff."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spoeq_core.checkout.service import Placed
from spoeq_core.extensions.service import shown
from spoeq_core.kernel.messages import message
from spoeq_core.orders import shape as shapes
from spoeq_core.orders.model import RETURN_LABELS, Order, OrderLine, RefundStatus, TimelineEntry
from spoeq_core.orders.shape import item_shape, order_shape, order_totals, shipment_shape
from spoeq_core.orders.tokens import order_token
from spoeq_core.pricing.model.frozen import worded
from spoeq_core.pricing.shape import money
from spoeq_core.shop import Shop
from spoeq_core.web.formats import format_amount
from spoeq_core.web.languages import translate

__all__ = [
    "aftersales_view",
    "order_row",
    "order_view",
    "placed_view",
    "shipment_views",
    "timeline_view",
    "trace_view",
    "tracking_steps",
]

View = dict[str, Any]
REFUNDS = {RefundStatus.PENDING: message("Money on its way back"), RefundStatus.DONE: message("Money given back")}


def order_view(shop: Shop, order: Order, *, staff: bool = False) -> View:
    """The whole order; `staff` see who bought, the price's working, all of the timeline and what may come next."""
    shape = order_shape(order)
    for change in shape["changes"]:
        change["words"] = [translate(words) for words in change["words"]]
    for name in ("payment_label", "shipping_label"):
        shape[name] = translate(shape[name])
    shape["totals"]["fees"] = [{**fee, "label": translate(fee["label"])} for fee in shape["totals"]["fees"]]
    view = {**shape, "items": [_item(shop, order, line, staff=staff) for line in order.lines]}
    view["answers"] = [_answer(said) for said in shape["answers"]]
    view["ext"] = shown(shop, "order", order.ext, private=staff)
    view["timeline"] = timeline_view(order) if staff else _timeline(order, public=True)
    if not staff:
        return view
    return {
        **view,
        "version": order.version,
        "customer_id": order.customer_id,
        "cart_id": order.cart_id,
        "flags": list(order.flags),
        "refund_due": money(order.overpaid, order.currency),
        "trace": trace_view(order),
        "next_statuses": [status.value for status in order.next_statuses()],
        "payments": [
            {
                "provider": payment.provider,
                "payment_id": payment.payment_id,
                "amount": money(payment.amount, payment.currency or order.currency),
                "at": payment.at,
                "accepted": payment.accepted,
            }
            for payment in order.payments
        ],
    }


def placed_view(shop: Shop, placed: Placed) -> View:
    """What whoever placed an order is answered; `token` opens it without an account."""
    order, action = placed.order, placed.next_action
    next_action: View = {"type": action.type}
    if action.url:
        next_action["url"] = action.url
    if action.data:
        next_action["data"] = dict(action.data)
    return {
        "id": order.id,
        "number": order.number,
        "status": order.status.value,
        "totals": order_totals(order),
        "payment": {"status": order.payment_status.value, "next_action": next_action},
        "token": order_token(shop, order.id),
    }


def order_row(order: Order) -> View:
    """An order in a list of staff's."""
    return {
        "id": order.id,
        "number": order.number,
        "placed_at": order.placed_at,
        "customer": order.shipping_address.name,
        "postal_code": order.shipping_address.postal_code,
        "status": order.status.value,
        "payment": order.payment_status.value,
        "fulfilment": order.fulfilment_status.value,
        "total": money(order.grand_total, order.currency),
    }


def shipment_views(order: Order) -> list[View]:
    """The parcels, with what is in each."""
    return [shipment_shape(order, shipment) for shipment in order.shipments]


def tracking_steps(order: Order) -> list[View]:
    """The road of the order, in the words of the page's language."""
    return [{**step, "label": translate(step["label"])} for step in shapes.tracking_steps(order)]


def aftersales_view(order: Order) -> list[View]:
    """What the buyer asked to send back, and the money given back, oldest first: `[{label, text, at}]`."""
    asked = [
        {
            "label": translate(RETURN_LABELS[it.status]),
            "note": it.note,
            "text": _pieces_text(order, it.items),
            "at": it.at,
        }
        for it in order.returns
    ]
    given = [
        {"label": translate(REFUNDS[it.status]), "text": format_amount(it.amount, order.currency), "at": it.at}
        for it in order.refunds
        if it.status in REFUNDS
    ]
    return sorted([*asked, *given], key=lambda step: step["at"])


def _pieces_text(order: Order, items: Mapping[str, int]) -> str:
    return ", ".join(f"{count} × {line.name}" for key, count in items.items() if (line := order.line(key)))


def timeline_view(order: Order) -> list[View]:
    """Everything that happened, oldest first, for staff."""
    return _timeline(order, public=False)


def trace_view(order: Order) -> list[View]:
    """How the price came about, step by step, as it was frozen."""
    return [
        {**worded(step), "input": money(step["input"], order.currency), "output": money(step["output"], order.currency)}
        for step in order.priced["trace"]
    ]


def _timeline(order: Order, *, public: bool) -> list[View]:
    return [_entry(entry, staff=not public) for entry in order.timeline if entry.public or not public]


def _entry(entry: TimelineEntry, *, staff: bool) -> View:
    view: View = {"at": entry.at, "kind": entry.kind, "label": translate(entry.label)}
    return {**view, "actor": entry.actor, "note": entry.note} if staff else view


def _answer(said: View) -> View:
    return {"label": translate(said["label"]), "text": said["text"] if said["typed"] else translate(said["text"])}


def _item(shop: Shop, order: Order, line: OrderLine, *, staff: bool) -> View:
    image = {"src": shop.storage.url(line.image), "srcset": "", "alt": line.name, "sources": []} if line.image else None
    shape = item_shape(order, line)
    labels = {name: translate(label) for name, label in shape["property_labels"].items()}
    ext = shown(shop, "cart_line", line.ext, private=staff)
    said = {
        kind: [{**one, "label": translate(one["label"])} for one in shape[kind]] for kind in ("surcharges", "discounts")
    }
    return {**shape, **said, "property_labels": labels, "image": image, "ext": ext}
