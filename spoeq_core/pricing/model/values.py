"""What is priced: a cart as plain immutable values, loaded once, so that pricing itself asks nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from spoeq_core.kernel.errors import SpoeqError
from spoeq_core.kernel.money import exponent


class InvalidCart(SpoeqError):
    """A cart that cannot be priced: the caller built it wrongly."""

    code = "invalid_cart"


class Phase(StrEnum):
    """The steps of pricing, in the order in which they run."""

    ITEM = "item"
    ORDER = "order"
    SHIPPING = "shipping"
    TAX = "tax"
    PAYABLE = "payable"


@dataclass(frozen=True, slots=True)
class PricingLine:
    """One line of a cart.

    Args:
        id: The cart line's id, unique in the cart.
        sku: The variant's SKU.
        product_id: The product's id.
        name: What the shopper reads.
        quantity: Pieces, one or more.
        unit_price: Selling price of one piece, minor units, before any promotion.
        list_price: The MRP of one piece, or None where there is none.
        min_price: What one piece must bring in, whatever the promotions; minor units.
        category_ids: The categories that the product was put in; `all_categories` knows those above and below.
        brand_id: The product's brand.
        tags: The product's tags.
        weight_g: Weight of one piece in grams.
        hsn: Tariff code for tax.
        properties: What the shopper asked of this line (an engraving).
        ext: Extension data by plugin: the product's, the variant's and the line's fields, of which the last counts.
    """

    id: str
    sku: str
    product_id: str
    name: str
    quantity: int
    unit_price: int
    list_price: int | None = None
    min_price: int = 0
    category_ids: frozenset[str] = frozenset()
    brand_id: str | None = None
    tags: frozenset[str] = frozenset()
    weight_g: int = 0
    hsn: str | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    ext: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Charge:
    """Something charged beside the goods, in minor units: shipping, or a fee such as that for cash on delivery."""

    id: str
    label: str
    amount: int
    plugin: str


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys, as far as a price may depend on it.

    `segments` are those that a signed-in customer is in, as `<plugin>.<code>` (`customer_segments`). `is_new` has no
    earlier order; `gstin` is the tax number of who is billed, a business in India.
    """

    customer_id: str | None = None
    email: str | None = None
    phone: str | None = None
    segments: frozenset[str] = frozenset()
    is_new: bool = True
    gstin: str = ""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the goods go; `country` is ISO 3166 alpha-2."""

    country: str
    state: str
    postal_code: str
    city: str = ""


@dataclass(frozen=True, slots=True)
class PricingCart:
    """Everything a price depends on. All amounts are minor units of `currency`; `at` is an aware time.

    `fields` are the answers of the checkout (`register_checkout_fields`), none before it. `cash_step` is the smallest
    amount of cash that the total is rounded to; 0 where it is not.
    """

    currency: str
    lines: tuple[PricingLine, ...]
    at: datetime
    codes: tuple[str, ...] = ()
    buyer: Buyer = field(default_factory=Buyer)
    destination: Destination | None = None
    shipping: Charge | None = None
    fees: tuple[Charge, ...] = ()
    payment_method: str | None = None
    prices_include_tax: bool = True
    fields: Mapping[str, str] = field(default_factory=dict)
    cash_step: int = 0

    @property
    def items_total(self) -> int:
        """Sum of quantity × unit price, before any promotion."""
        return sum(line.quantity * line.unit_price for line in self.lines)

    @property
    def weight_g(self) -> int:
        """Weight of all pieces, in grams."""
        return sum(line.quantity * line.weight_g for line in self.lines)

    def check(self) -> None:
        """Refuses a cart that cannot be priced.

        Raises:
            InvalidCart: If a line id comes twice, a number is not an integer in its range, or `at` is naive.
            UnknownCurrency: If ISO 4217 does not list the currency.
        """
        exponent(self.currency)
        if self.at.tzinfo is None:
            raise InvalidCart("The cart's time has no time zone.", hint="Give an aware UTC time.")
        _at_least(0, self.cash_step, "The smallest amount of cash")
        seen: set[str] = set()
        for line in self.lines:
            if line.id in seen:
                raise InvalidCart(f"Line {line.id!r} is in the cart twice.", hint="Give each line its own id.")
            seen.add(line.id)
            _at_least(1, line.quantity, f"The quantity of line {line.id!r}")
            _at_least(0, line.unit_price, f"The unit price of line {line.id!r}")
            _at_least(0, line.min_price, f"The minimum price of line {line.id!r}")
            _at_least(0, line.weight_g, f"The weight of line {line.id!r}")
        for charge in (*self.fees, *([self.shipping] if self.shipping else [])):
            _at_least(0, charge.amount, f"The charge {charge.id!r} of plugin {charge.plugin!r}")


def _at_least(least: int, value: object, what: str) -> None:
    if type(value) is not int or value < least:
        raise InvalidCart(f"{what} is {value!r}.", hint=f"Give an integer of {least} or more.")
