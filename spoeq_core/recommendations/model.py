"""What a recommender is asked and what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from spoeq_core.catalog.model import Product

if TYPE_CHECKING:
    from spoeq_core.shop import Shop

MOST_ANCHORS = 100
"""Products that a recommendation may go out from; of a larger cart the first ones count."""


class RecommendationKind(StrEnum):
    """Why something is recommended."""

    TOGETHER = "together"
    SIMILAR = "similar"


@dataclass(frozen=True, slots=True)
class RecommendationQuery:
    """What is wanted.

    Attributes:
        anchors: Ids of the products that it is for: the one that is looked at, or those in the cart.
        kind: Bought together with them, or similar to them.
        limit: How many at most.
        without: Ids of products that are not wanted either.
    """

    anchors: tuple[str, ...]
    kind: RecommendationKind
    limit: int
    without: frozenset[str] = frozenset()

    @property
    def unwanted(self) -> frozenset[str]:
        """Ids that no answer may name."""
        return self.without | frozenset(self.anchors)


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A product by its id; `why`: a sentence for shoppers, English text by `message` or `counted`."""

    product_id: str
    why: str


@dataclass(frozen=True, slots=True)
class Recommended:
    """A product that can be bought now, and why it is shown."""

    product: Product
    why: str


class Recommender(Protocol):
    """Recommends products, contributed by a plugin through `register_recommender`.

    `spoeq_core.testing.recommendations.RecommenderContract` says what each must do. It answers ids, best first; the
    core asks for some more than are shown, reads the products and leaves out what cannot be bought now.
    """

    async def recommend(self, shop: Shop, query: RecommendationQuery) -> Sequence[Recommendation] | None:
        """What goes with the anchors; empty: nothing is to be shown; None: somebody else may say it.

        Asked with a deadline and a breaker (`register_recommender`) while a page waits: look things up, do not count.
        """
        ...
