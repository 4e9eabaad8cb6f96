"""An erasure under way, and the orders that forbid one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from spoeq_core.kernel.errors import Conflict
from spoeq_core.kernel.messages import message

MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Erasure:
    """An erasure from the moment it is wanted until its last part is done.

    Attributes:
        id: The customer's, or a digest of a guest's address.
        sealed: Whom it is about: sealed, since the account is empty before all parts are done.
        by: Who wanted it: "customer", "staff" or "cli".
    """

    id: str
    sealed: str
    by: str
    begun_at: datetime
    version: int = 1


@dataclass(frozen=True, slots=True)
class Blocker:
    """An order for which the shop still needs to know its buyer, and why."""

    order_id: str
    number: str
    why: str


class StillNeeded(Conflict):
    """Somebody cannot be erased now, because of these orders."""

    code = "orders_unfinished"

    def __init__(self, blockers: Sequence[Blocker]) -> None:
        named = ", ".join(blocker.number for blocker in blockers[:MOST_NAMED])
        more = len(blockers) - MOST_NAMED
        text = (
            message("These orders are not finished: %(orders)s and %(n)s more.", orders=named, n=more)
            if more > 0
            else message("These orders are not finished: %(orders)s.", orders=named)
        )
        super().__init__(text, hint=message("Finish or cancel them first; then the data can be deleted."))
        self.blockers = tuple(blockers)
