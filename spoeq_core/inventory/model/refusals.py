"""What stock refuses, as the caller is told."""

from __future__ import annotations

from collections.abc import Mapping

from spoeq_core.inventory.model.stock import Stock
from spoeq_core.kernel.errors import Conflict
from spoeq_core.kernel.messages import message


class OutOfStock(Conflict):
    """Fewer pieces are left than were asked for; `extra["available"]` says how many of which SKU."""

    code = "out_of_stock"

    def __init__(self, left: Mapping[str, int]) -> None:
        words = ", ".join(f"{sku}: {count} left" for sku, count in sorted(left.items()))
        super().__init__(
            f"Not enough in stock ({words}).",
            hint="Lower the quantity and try again.",
            extra={"available": [{"sku": sku, "available": count} for sku, count in sorted(left.items())]},
        )
        self.left = dict(left)


class HoldMissing(Conflict):
    """An order does not hold the pieces that were to be shipped for it."""

    code = "not_reserved"


class NoGoods(Conflict):
    """Pieces that were to be packed have not come yet; `extra["on_hand"]` says how many of which SKU there are."""

    code = "no_goods"

    def __init__(self, on_hand: Mapping[str, int], *, place: str = "") -> None:
        """Say how many there are; `place` is the name of the place, where others have more of them."""
        words = ", ".join(f"{sku}: {count}" for sku, count in sorted(on_hand.items()))
        hint = message("Book the goods when they come, or pack what is there in a parcel of its own.")
        said = message("The goods are not on the shelf (on hand: %(words)s).", words=words)
        if place:
            said = message("%(place)s has not got all of it (there: %(words)s).", place=place, words=words)
            hint = message("Send a parcel from each place that has some, or move the goods to one place first.")
        super().__init__(
            said,
            hint=hint,
            extra={"on_hand": [{"sku": sku, "on_hand": count} for sku, count in sorted(on_hand.items())]},
        )


class BelowReserved(Conflict):
    """An adjustment would take pieces away that are promised to orders."""

    code = "below_reserved"


class NotThere(Conflict):
    """A place has fewer pieces than are to be taken from it, though others may have more."""

    code = "not_there"

    def __init__(self, stock: Stock, location: str, place: str, pieces: int) -> None:
        super().__init__(
            message(
                "%(place)s has %(there)s pieces of %(sku)s, not %(pieces)s.",
                place=place,
                there=stock.at(location),
                sku=stock.sku,
                pieces=pieces,
            ),
            hint="Take them from a place that has as many, or move them there first.",
            extra={"location": location, "on_hand": stock.at(location)},
        )
