"""The panel on a customer's page in the admin: which segments they are in, with a way in and out of those by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from spoeq_core.sdk import Fragment, Shop, current_actor, customer_by_id
from spoeq_segments.model import Rule
from spoeq_segments.service import PERMISSION, codes_of, kept_segments
from spoeq_segments.wording import who

SLOT = "admin.customer.side"


async def of_customer(shop: Shop, page: Mapping[str, Any]) -> Sequence[Fragment]:
    """The panel; nothing for a customer whose data was erased."""
    customer = await customer_by_id(shop, page["customer"]["id"])
    if customer.erased_at:
        return []
    codes, all_of_them = set(await codes_of(shop, customer)), await kept_segments(shop)
    by_hand = [segment for segment in all_of_them if segment.rule is Rule.HAND]
    data = {
        "customer_id": customer.id,
        "may": (await current_actor()).may(PERMISSION),
        "inside": [
            {"code": one.id, "name": one.name, "who": who(one), "by_hand": one.rule is Rule.HAND}
            for one in all_of_them
            if one.id in codes
        ],
        "others": [{"value": one.id, "label": one.name} for one in by_hand if one.id not in codes],
    }
    return [Fragment("segments/customer.html", data, weight=20)]
