"""What reviews tell."""

from __future__ import annotations

from dataclasses import dataclass

from spoeq_core.sdk import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewChanged(Event):
    """What a product's page shows of a review changed: the product is counted anew."""

    review_id: str
    product_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPublished(Event):
    """A review is shown from now on."""

    review_id: str
