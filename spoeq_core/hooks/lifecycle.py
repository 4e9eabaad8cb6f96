"""What happens to a plugin itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoeq_core.hooks.caller import hookspec, policy

if TYPE_CHECKING:
    from spoeq_core.shop import Shop


@hookspec
@policy(timeout=30.0)
async def plugin_enabling(shop: Shop, plugin: str) -> bool | None:
    """Asked of one plugin just before it is enabled; prepare what it needs (idempotent), or raise to refuse."""
