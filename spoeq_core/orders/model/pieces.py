"""How many pieces of which lines: what every step that takes some of an order's pieces asks first."""

from __future__ import annotations

from collections.abc import Mapping

from spoeq_core.kernel.errors import Invalid
from spoeq_core.kernel.messages import counted, message, sentences
from spoeq_core.orders.model.order import Order


def require_pieces(order: Order, field: str, items: Mapping[str, int], left: Mapping[str, int]) -> None:
    """Refuse pieces that are not whole numbers from 1 to what is left of their line, naming every such line.

    Args:
        order: Whose lines they are.
        field: Where the pieces were given.
        items: Pieces by line id.
        left: What may be taken, by line id.

    Raises:
        Invalid: a line is unknown (`unknown_item`), or has fewer pieces left (`quantity`).
    """
    faults = []
    for line_id, pieces in items.items():
        line, most = order.line_for(line_id, field), left.get(line_id, 0)
        if type(pieces) is not int or not 1 <= pieces <= most:
            none = message("%(name)s: no pieces are left.", name=line.name)
            some = counted("%(name)s: one piece at most.", "%(name)s: 1 to %(n)s pieces.", most, name=line.name)
            faults.append(some if most > 0 else none)
    if faults:
        raise Invalid.field(field, sentences(faults), "quantity")
