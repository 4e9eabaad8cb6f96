"""What plugins add to the shop's pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from spoeq_core.hooks.caller import hookspec, policy

if TYPE_CHECKING:
    from spoeq_core.hooks.contributions import Fragment
    from spoeq_core.shop import Shop


@hookspec
@policy(timeout=0.25, on_error="skip")
async def page_fragments(shop: Shop, slot: str, page: Mapping[str, Any]) -> Sequence[Fragment] | None:
    """Fragments for a named slot of a storefront page; `page` holds what the template passed to the slot.

    Return templates with data, not HTML. A slot of a list (`card.badges`, `card.below_price`) is asked once, with all
    its products as `page["rows"]`; each fragment names its row: `Fragment(…, item=row["id"])`. An error or a late
    answer leaves the page without the fragment.
    """
