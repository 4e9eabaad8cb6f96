"""Credit notes: what of an invoice is given back by a refund, until all of it is, to the last paisa of its taxes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from spoeq_core.sdk import Order, allocate
from spoeq_gst.model.papers import Paper, Row

LOWERED = "lowered"
"""In the place of a refund's id, with a number: the total was lowered, and nobody had paid what was taken out."""


def credits_due(invoice: Paper, notes: Sequence[Paper], order: Order) -> dict[str, int]:
    """What is to be credited and has no note yet: minor units by the refund's id, or by `lowered:1`.

    A refund that settles a lowered total is credited as far as the invoice was made before it was lowered: what was
    taken out before is not in the invoice. What was taken out of it and brings no money back, since it is to be paid at
    the door, is credited without a refund.
    """
    done = {refund.id: refund for refund in order.refunds if refund.status.value == "done"}
    credited = {note.refund_id for note in notes}
    unpaid = [note.total for note in notes if note.refund_id.startswith(LOWERED)]
    settled = sum(unpaid) + sum(
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
    coming = order.overpaid + sum(it.settles for it in order.refunds if it.status.value == "pending")
    left = invoice.total - sum(note.total for note in notes) - sum(found.values())
    if (lowered := min(room - coming, left)) > 0:
        found[f"{LOWERED}:{len(unpaid) + 1}"] = lowered
    return found


def taken_out(invoice: Paper, notes: Sequence[Paper], order: Order) -> dict[str, int]:
    """Pieces by line id that the order has not any more, and no earlier note took out of the invoice."""
    settling = {refund.id for refund in order.refunds if refund.settles}
    known = {line.id: line.quantity for line in order.lines}
    goods = {row.key: row for row in invoice.rows if "#" not in row.key}
    for note in notes:
        if note.refund_id in settling or note.refund_id.startswith(LOWERED):
            for row in note.rows:
                if of := goods.get(row.key):  # money that was given beyond what was taken out took no pieces
                    pieces = min(row.quantity, _share(of.quantity, row.total, of.total))
                    known[row.key] = known.get(row.key, 0) + pieces
    return {
        row.key: row.quantity - known.get(row.key, 0) for row in goods.values() if row.quantity > known.get(row.key, 0)
    }


def credit_of(
    invoice: Paper,
    earlier: Sequence[Paper],
    amount: int,
    prefer: Mapping[str, int],
    day: date,
    rounding: int | None = None,
) -> Paper:
    """The credit note for money given back of an invoice, at its rates.

    The amount falls on the lines that are given back first, then on all that is left, in proportion. What each
    component gives back is rounded on all that was credited of a line so far: when all is credited, all tax is.

    Args:
        invoice: What is credited.
        earlier: The credit notes against it, in their order.
        amount: Minor units with tax; more than is left is not credited.
        prefer: Pieces by line id.
        day: The day in India on which it is issued.
        rounding: What the order's total is rounded by now, where it was lowered and this settles that.
    """
    round_off = _rounded_off(invoice, earlier, amount, rounding)
    amount -= round_off
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
    kind: dict[str, object] = {"kind": "credit", "of_bill": invoice.kind == "bill"}
    return invoice.model_copy(update={**kind, "day": day, "rows": rows, "round_off": round_off})


def _rounded_off(invoice: Paper, earlier: Sequence[Paper], amount: int, rounding: int | None) -> int:
    """How much of what is credited was only the rounding of a total, so that nothing of it is left at the end.

    The last credit takes what is left of it; one that settles a lowered total what that is rounded by less; any other
    nothing, as long as the rows bear what is credited.
    """
    rows = invoice.of_rows - sum(note.of_rows for note in earlier)
    left = invoice.round_off - sum(note.round_off for note in earlier)
    if amount >= rows + left:
        return left
    return max(0, amount - rows) if rounding is None else min(left - rounding, amount)


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
