"""What plugins add to the admin's pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from spoeq_core.hooks.caller import hookspec, policy

if TYPE_CHECKING:
    from spoeq_core.hooks.contributions import Fragment
    from spoeq_core.shop import Shop


@hookspec
@policy(timeout=0.5, on_error="skip")
async def admin_fragments(shop: Shop, slot: str, page: Mapping[str, Any]) -> Sequence[Fragment] | None:
    """Fragments for a named slot of an admin page, as `page_fragments` is for the storefront."""
