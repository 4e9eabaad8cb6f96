"""Giving money back on staff's page of an order: what was typed, and its arithmetic before any money moves."""

from __future__ import annotations

from typing import Any

from spoeq_core.identity.model import Role
from spoeq_core.kernel.errors import Conflict, Invalid, SpoeqError
from spoeq_core.kernel.money import parse_amount
from spoeq_core.orders.model import Order, RefundStatus, amount_of_items, refundable
from spoeq_core.orders.service import RefundWish
from spoeq_core.pricing.shape import money
from spoeq_core.shop import Shop
from spoeq_core.web.access import Actor
from spoeq_core.web.bodies import Form
from spoeq_core.web.flash import Kind

PIECES = "refund-"


def read_wish(shop: Shop, form: Form) -> RefundWish:
    """What staff want to give back.

    Raises:
        Invalid: there is no reason, an amount or a number that cannot be read, or nothing to give back.
    """
    reason, text = form.text("refund_reason")[:500], form.text("refund_amount")
    if not reason:
        raise Invalid.field("refund_reason", "Say why the money is given back.", "missing")
    try:
        amount = parse_amount(text, shop.profile.currency) if text else None
    except SpoeqError as error:
        raise Invalid.field("refund_amount", error.message, "amount") from None
    items = {
        name.removeprefix(PIECES): form.integer(name)
        for name in form
        if name.startswith(PIECES) and form.text(name) not in {"", "0"}
    }
    if amount is None and not items:
        raise Invalid.field("refund_amount", "Give an amount, or the pieces that are refunded.", "missing")
    return RefundWish(reason, amount, items, form.flag("restock"), form.text("refund_reference")[:80])


def refund_view(order: Order, wish: RefundWish, cap: int | None) -> dict[str, Any]:
    """The arithmetic of a refund: what came in, what went back already, this one, what is kept.

    Raises:
        Invalid: the pieces are not the order's, or more than there are.
        Conflict: it is more than is left, or than the role may give.
    """
    by_items = amount_of_items(order, wish.items)
    asked = by_items if wish.amount is None else wish.amount
    left = refundable(order)
    if not 0 < asked <= left:
        raise Invalid.field("refund_amount", "Give back more than nothing, and no more than is left of it.", "range")
    if cap is not None and asked > cap:
        raise Conflict("This is more than your role may give back at once.", hint="Ask a member of staff.")

    def shown(amount: int) -> dict[str, Any]:
        return money(amount, order.currency)

    costs = {line_id: amount_of_items(order, {line_id: count}) for line_id, count in wish.items.items()}

    return {
        "paid": shown(order.paid),
        "before": shown(order.paid - left),
        "pieces": [
            {"name": line.name, "quantity": count, "amount": shown(costs[line_id])}
            for line_id, count in wish.items.items()
            if (line := order.line(line_id)) is not None
        ],
        "rounding": shown(by_items - sum(costs.values())),
        "by_items": shown(by_items),
        "differs": bool(wish.items) and asked != by_items,
        "amount": shown(asked),
        "kept": shown(left - asked),
        "restock": wish.restock,
        "by_hand": wish.reference,
    }


def refundable_view(order: Order) -> dict[str, Any]:
    """What can still be given back: the amount, and pieces by line."""
    gone: dict[str, int] = {}
    for refund in order.refunds:
        if refund.status is not RefundStatus.FAILED:
            for line_id, count in refund.items.items():
                gone[line_id] = gone.get(line_id, 0) + count
    lines = [
        {"id": line.id, "name": line.name, "sku": line.sku, "left": line.quantity - gone.get(line.id, 0)}
        for line in order.lines
    ]
    return {"amount": money(refundable(order), order.currency), "lines": [line for line in lines if line["left"]]}


def refund_cap(shop: Shop, actor: Actor) -> int | None:
    """What the role may give back at once, minor units; None is no limit."""
    return shop.profile.support_refund_cap if actor.role == Role.SUPPORT else None


def outcome_words(order: Order, refund_id: str) -> tuple[str, Kind]:
    """What became of it, for the page that follows."""
    done = order.refund(refund_id)
    if done is not None and done.status is RefundStatus.FAILED:
        return "The payment provider declined this refund. See the timeline.", "danger"
    if done is not None and done.status is RefundStatus.PENDING:
        return "The refund is on its way; the provider is asked until it answers.", "info"
    return "The money is given back.", "ok"
