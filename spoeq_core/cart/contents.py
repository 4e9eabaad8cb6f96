"""A cart together with what its lines are today: what can be bought, how many, and what changed since last time."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from spoeq_core.cart.model import Cart, CartLine
from spoeq_core.cart.properties import UNKNOWN, Taken, faults
from spoeq_core.catalog.model import ProductStatus
from spoeq_core.inventory.service import Sellable
from spoeq_core.kernel.messages import message
from spoeq_core.pricing.model import Buyer, Charge, Destination
from spoeq_core.pricing.service import Item, PriceRequest

NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the shopper should know of the cart; `item_id` is the line's, where it concerns one."""

    code: str
    message: str
    item_id: str = ""


@dataclass(frozen=True, slots=True)
class Contents:
    """A cart with today's products, variants and stocks by SKU; what is gone or hidden is not in `found`.

    `taken` is what shoppers may say about a line, by product id; `at` the moment as of which prices are shown.
    """

    cart: Cart
    found: Mapping[str, Sellable] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    taken: Mapping[str, Taken] = field(default_factory=dict)
    at: datetime = NEVER

    def price_of(self, found: Sellable) -> int:
        """What a piece costs as of then, minor units, as the product's page shows it."""
        return found.product.price_at(found.variant, self.at)

    def sellable(self, line: CartLine) -> Sellable | None:
        """What the line holds, if it is still for sale."""
        found = self.found.get(line.sku)
        return found if found is not None and is_for_sale(found) else None

    def properties_of(self, line: CartLine) -> Taken:
        """What shoppers may say about the line today."""
        found = self.found.get(line.sku)
        return self.taken.get(found.product.id, {}) if found else {}

    def property_labels(self, line: CartLine) -> dict[str, str]:
        """What the line's properties are called, in English: as they are declared, else as they were."""
        taken = self.properties_of(line)
        return {
            name: taken[name].label if name in taken else line.property_labels.get(name, name)
            for name in line.properties
        }

    def seen(self, line: CartLine) -> CartLine:
        """The line as the shopper sees it now: with today's price and names, where it is for sale."""
        found, labels = self.sellable(line), self.property_labels(line)
        if found is None:
            return line
        return replace(line, seen_price=self.price_of(found), name=found.product.name, property_labels=labels)

    def outdated(self, line: CartLine) -> Notice | None:
        """Why the line cannot be sold with what it says, or without what it does not say; None if all is well.

        A property that nobody takes any more (its plugin is disabled, its product no longer flagged) is kept and
        shown, and never sold silently: nobody would engrave it. `property_unavailable` is mended by leaving it out,
        `property_invalid` (something became required, shorter, of another form) by adding the item again.
        """
        found, wrong = self.sellable(line), faults(line.properties, self.properties_of(line))
        if found is None or not wrong:
            return None
        name, first = found.product.name, wrong[0]
        if any(fault.code != UNKNOWN for fault in wrong):
            words = message("%(name)s cannot be ordered like this. Remove it and add it again.", name=name)
            return Notice("property_invalid", words, line.id)
        label = self.property_labels(line)[first.field.removeprefix("properties.")]
        words = message(
            "%(name)s: “%(label)s” is not offered any more. In the cart you can continue without it.",
            name=name,
            label=label,
        )
        return Notice("property_unavailable", words, line.id)

    def wait(self) -> int | None:
        """Days until all of it can be sent: 0 if it is there, None if it has yet to come and nobody said when."""
        days = [found.variant.ships_in_days for line in self.cart.lines if (found := self._ahead(line))]
        return None if 0 in days else max(days, default=0)

    def _ahead(self, line: CartLine) -> Sellable | None:
        return self.sellable(line) if self.backordered(line) else None

    def available(self) -> dict[str, int]:
        """Pieces that can be promised now, by SKU of the cart; 0 for what is not for sale."""
        return {sku: self.left(sku) for sku in self.cart.quantities()}

    def left(self, sku: str) -> int:
        """Pieces of a SKU that can be promised now."""
        found = self.found.get(sku)
        return found.stock.promisable if found is not None and is_for_sale(found) else 0

    def backordered(self, line: CartLine) -> int:
        """Pieces of the line that have yet to come; what is on hand goes to the lines before it first."""
        found = self.sellable(line)
        if found is None:
            return 0
        before = itertools.takewhile(lambda other: other.id != line.id, self.cart.lines)
        on_hand = found.stock.available - sum(other.quantity for other in before if other.sku == line.sku)
        return min(line.quantity - max(0, min(line.quantity, on_hand)), found.stock.backorder_limit)

    def short(self) -> dict[str, int]:
        """What is left of each SKU of which the cart wants more than there is."""
        wanted = self.cart.quantities()
        return {sku: left for sku, left in self.available().items() if wanted[sku] > left}

    def lines_for_sale(self) -> tuple[CartLine, ...]:
        """The lines that can be priced."""
        return tuple(line for line in self.cart.lines if self.sellable(line) is not None)

    def price_request(
        self,
        buyer: Buyer,
        *,
        destination: Destination | None = None,
        shipping: Charge | None = None,
        fees: tuple[Charge, ...] = (),
        payment_method: str | None = None,
    ) -> PriceRequest:
        """What the pricing is asked: the lines that are for sale, the codes, and what is known of the rest."""
        lines = ((line, self.sellable(line)) for line in self.cart.lines)
        return PriceRequest(
            items=tuple(
                Item(line.id, found.product, found.variant, line.quantity, line.properties, line.ext)
                for line, found in lines
                if found is not None
            ),
            codes=self.cart.codes,
            buyer=buyer,
            destination=destination,
            shipping=shipping,
            fees=fees,
            payment_method=payment_method,
        )


def is_for_sale(found: Sellable) -> bool:
    """Whether shoppers may buy it at all, whatever the stock."""
    return found.product.status is ProductStatus.ACTIVE


def with_notices(cart: Cart, found: Mapping[str, Sellable], taken: Mapping[str, Taken], at: datetime) -> Contents:
    """The cart's contents, with what changed since the shopper last touched it: prices, stock, what is gone."""
    contents, wanted = Contents(cart, found, taken=taken, at=at), cart.quantities()
    notices = (notice for line in cart.lines for notice in _changes_of(contents, line, wanted[line.sku]))
    return replace(contents, notices=tuple(notices))


def _changes_of(contents: Contents, line: CartLine, wanted: int) -> list[Notice]:
    found = contents.sellable(line)
    if found is None:
        return [
            Notice(
                "unavailable",
                message("%(name)s is no longer sold. Please remove it.", name=line.name or line.sku),
                line.id,
            )
        ]
    notices = []
    name, left = found.product.name, contents.left(line.sku)
    if left < wanted:
        words = _few(name, left)
        notices.append(Notice("out_of_stock", words, line.id))
    if outdated := contents.outdated(line):
        notices.append(outdated)
    if (price := contents.price_of(found)) != line.seen_price:
        dearer = price > line.seen_price
        notices.append(Notice("price_changed", _moved(name, dearer=dearer), line.id))
    return notices


def _few(name: str, left: int) -> str:
    if left:
        return message("Only %(n)s of %(name)s left.", n=left, name=name)
    return message("%(name)s is out of stock.", name=name)


def _moved(name: str, *, dearer: bool) -> str:
    if dearer:
        return message("The price of %(name)s went up since you added it.", name=name)
    return message("The price of %(name)s went down since you added it.", name=name)
