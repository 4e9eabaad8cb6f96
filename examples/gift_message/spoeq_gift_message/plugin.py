"""Gift messages: what they add to the shop, at a glance."""

from __future__ import annotations

from collections.abc import Sequence

from spoeq_core.sdk import Extension, LineProperty, Manifest, hookimpl
from spoeq_gift_message.model import GiftProduct

manifest = Manifest(
    name="gift_message",
    title="Gift messages",
    description="Shoppers write a card for the products that take one.",
)


@hookimpl
def register_extensions() -> Sequence[Extension]:
    """A tick at each product, also a column of the product CSV."""
    return [Extension("product", GiftProduct, columns=frozenset({"gift_message"}))]


@hookimpl
def register_line_properties() -> Sequence[LineProperty]:
    """The message, for products with the tick."""
    return [
        LineProperty(
            name="gift_message",
            label="Gift message",
            max_length=200,
            hint="We write it on a card, up to 200 characters.",
            multiline=True,
            flag="gift_message",
        )
    ]
