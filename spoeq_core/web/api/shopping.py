"""What the bodies of cart, checkout and orders have in common: quantities, money, addresses, keys."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StrictInt, StringConstraints
from quart import request

from spoeq_core.identity.addresses import parse_address
from spoeq_core.identity.model import Address
from spoeq_core.kernel.errors import Invalid, Malformed
from spoeq_core.shop import Shop
from spoeq_core.web.bodies import Body

Text = Annotated[str, StringConstraints(max_length=300)]
LONGEST_KEY = 200


def whole_number_of(value: Any) -> Any:
    """JSON has one kind of number: 2.0 and 1e9 are integers (JSON Schema, 6.1.1), 1.5 and "2" are none."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Quantity = Annotated[StrictInt, BeforeValidator(whole_number_of), Field(ge=1)]


class LinePieces(Body):
    """Pieces of a line, by its id in the order's `items`."""

    id: Text
    quantity: Quantity


def by_line(items: list[LinePieces]) -> dict[str, int]:
    """Pieces by line id."""
    sums: dict[str, int] = {}
    for item in items:
        sums[item.id] = sums.get(item.id, 0) + item.quantity
    return sums


class MoneyBody(Body):
    """An amount in integer minor units; of the shop's currency if none is named."""

    amount: StrictInt = Field(ge=0)
    currency: Text = ""


def _money(value: Any) -> Any:
    """A bare number of minor units stands for money."""
    return {"amount": value} if isinstance(value, int | float) else value


Amount = Annotated[MoneyBody, BeforeValidator(_money)]


class AddressBody(Body):
    """An address; what is missing or wrong in it is said field by field."""

    name: Text | None = None
    phone: Text | None = None
    line1: Text | None = None
    line2: Text | None = None
    landmark: Text | None = None
    city: Text | None = None
    state: Text | None = None
    postal_code: Text | None = None
    country: Text | None = "IN"
    gstin: Text | None = None

    def values(self) -> dict[str, str]:
        """The fields that were given."""
        return {name: value for name, value in self.model_dump().items() if value}

    def parsed(self, prefix: str) -> Address:
        """The whole address; raises `Invalid` under `<prefix>.<field>`."""
        return parse_address(self.values(), prefix)


def amount_of(given: MoneyBody, shop: Shop, field: str) -> int:
    """Minor units of the shop's currency.

    Raises:
        Invalid: it is another currency.
    """
    if given.currency not in {"", shop.profile.currency}:
        raise Invalid.field(field, f"This shop sells in {shop.profile.currency}.", "currency")
    return given.amount


def idempotency_key() -> str:
    """The request's Idempotency-Key; empty if it has none.

    Raises:
        Invalid: it is too long, or not printable ASCII.
    """
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise Invalid.field("Idempotency-Key", f"Use at most {LONGEST_KEY} printable ASCII characters.", "too_long")
    return key


def wanted_version() -> int | None:
    """The version that If-Match asks for; None if it asks for none.

    Raises:
        Malformed: it names no version.
    """
    text = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    if text in {"", "*"}:
        return None
    if not text.isdecimal():
        raise Malformed("If-Match names no version.", hint='Send the version that you read, as in If-Match: "3".')
    return int(text)
