"""Recommendations: who says what goes with a product or a cart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoeq_core.hooks.caller import hookspec, policy

if TYPE_CHECKING:
    from spoeq_core.recommendations.model import Recommender


@hookspec
@policy(timeout=0.5, on_error="skip", merge="first")
def register_recommender() -> Recommender | None:
    """An object that recommends products, for the storefront, the API and other plugins.

    Each product page, and `GET /products/{id}/recommendations`, asks the recommenders of the enabled plugins, in hook
    order, until one answers; where none does, the bestselling products of the same category are shown. One that fails
    or is late is skipped, and after a few failures in a row not asked for a while.

    Example:
        >>> @hookimpl
        ... def register_recommender() -> Recommender:
        ...     return MyRecommender()
    """
