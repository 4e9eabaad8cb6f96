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


@hookspec
@policy(timeout=600.0, on_error="skip")
async def plugin_disabling(shop: Shop, plugin: str) -> bool | None:
    """Asked of one plugin just before it is switched off: take back what would go on showing without it.

    What it keeps for the day it is enabled again stays. Idempotent; an error does not keep it from being switched off.

    Example:
        >>> @hookimpl
        ... async def plugin_disabling(shop: Shop) -> bool | None:
        ...     await reduce_prices(shop, REDUCED, no_reductions)
        ...     return True
    """


@hookspec
@policy(timeout=600.0)
async def plugin_purging(shop: Shop, plugin: str) -> bool | None:
    """Asked of one plugin that is off, before its data is removed: remove what the core cannot know of.

    Its collections, its parts of products, orders and customers, its settings and what the outbox has for it are
    removed by the core after. Here go files, ratings, quotas, an index on disk. Idempotent: it is asked again if the
    purge is killed half-way. Raise to stop the purge, before anything is removed.

    Example:
        >>> @hookimpl
        ... async def plugin_purging(shop: Shop) -> bool | None:
        ...     await forget_quotas(shop, "mine:")
        ...     return True
    """


@hookspec
@policy(timeout=30.0, on_error="skip")
async def demo_data(shop: Shop) -> bool | None:
    """Fill a demo shop with what makes the plugin worth looking at; asked when its catalogue and accounts are there.

    Only demo shops ask. Do what is missing only: it is asked again after a crash. An error leaves the rest as it is.

    Example:
        >>> @hookimpl
        ... async def demo_data(shop: Shop) -> bool | None:
        ...     await write_reviews(shop)
        ...     return True
    """
