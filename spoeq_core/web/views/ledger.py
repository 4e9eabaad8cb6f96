"""An order's money as a ledger: what is owed, what came in, what went out, what is left."""

from __future__ import annotations

from typing import Any

from spoeq_core.orders.model import Order, RefundStatus
from spoeq_core.payments.model import PaymentStatus
from spoeq_core.pricing.shape import money

View = dict[str, Any]


def ledger_view(order: Order) -> View:
    """The rows with what is still due after each, and the sums.

    Money that is not the order's due (another amount, a cancelled order) is listed, and counts for nothing. What was
    given back is not due again.
    """
    balance = order.grand_total
    rows: list[View] = [_row("total", order.placed_at, order.grand_total, balance, order)]
    for payment in sorted(order.payments, key=lambda item: item.at):
        balance -= payment.amount if payment.accepted else 0
        row = _row("paid" if payment.accepted else "aside", payment.at, -payment.amount, balance, order)
        currency = payment.currency or order.currency
        rows.append(
            {**row, "amount": money(-payment.amount, currency), "by": payment.provider, "ref": payment.payment_id}
        )
    for refund in order.refunds:
        if refund.status is not RefundStatus.FAILED:
            kind = "refunded" if refund.status is RefundStatus.DONE else "refunding"
            rows.append({**_row(kind, refund.at, refund.amount, balance, order), "ref": refund.reference})
    return {
        "rows": rows,
        "due": money(order.due, order.currency),
        "paid": money(order.paid, order.currency),
        "refunded": money(order.refunded, order.currency),
        "kept": money(order.paid - order.refunded, order.currency),
        "at_the_door": order.payment_status is PaymentStatus.PENDING_COD,
    }


def _row(kind: str, at: Any, amount: int, balance: int, order: Order) -> View:
    return {
        "kind": kind,
        "at": at,
        "amount": money(amount, order.currency),
        "balance": money(balance, order.currency),
        "by": "",
        "ref": "",
    }
