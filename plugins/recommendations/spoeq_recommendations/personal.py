"""What this plugin keeps that has to do with people."""

from __future__ import annotations

from spoeq_core.sdk import PersonalData, message
from spoeq_recommendations.documents import BasketDocument
from spoeq_recommendations.viewing import COOKIE

BASKETS = PersonalData(
    str(BasketDocument.model_config["collection"]),
    message("Products of orders, counted for recommendations"),
    "none",
    "kept",
    message("Products by the order's id, without a name, for 180 days. When the order is made anonymous, so is this."),
)
VIEWED = PersonalData(
    f"cookie:{COOKIE}",
    message("Recently viewed products"),
    "contact",
    "kept",
    message(
        "Only in the visitor's own browser, for 30 days; the shop keeps no copy. The visitor clears it on the page."
    ),
)
