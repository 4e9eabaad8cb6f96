"""What carts tell. Subscribers load the cart by its id."""

from __future__ import annotations

from dataclasses import dataclass

from spoeq_core.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CartAbandoned(Event):
    """A customer left something in the cart and did not come back to it for `abandoned_hours`; once for each time.

    Attributes:
        version: The cart's. One that has another by now was changed, ordered or given up since.
    """

    cart_id: str
    customer_id: str
    version: int
