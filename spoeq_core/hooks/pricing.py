"""What plugins say about prices. The core does the arithmetic; money fails closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from spoeq_core.hooks.caller import hookspec, policy

if TYPE_CHECKING:
    from spoeq_core.pricing.model import Adjustment, Declined, Phase, PricingCart, State, TaxAnswer
    from spoeq_core.shop import Shop


@hookspec
@policy(timeout=2.0, may_refuse=False)
async def pricing_facts(shop: Shop, cart: PricingCart) -> Mapping[str, Any] | None:
    """Everything the plugin must look up to price this cart, loaded once, in one batch.

    The answer comes back as `facts` in `price_adjustments` and `tax_rates`; nothing else does input or output.
    """


@hookspec
@policy(timeout=0.5, may_refuse=False)
async def price_adjustments(
    cart: PricingCart, facts: Mapping[str, Any], phase: Phase, state: State
) -> Sequence[Adjustment | Declined] | None:
    """Discounts and surcharges of one phase (item, order, shipping), as data.

    Called once a phase with the plugin's own facts. Pure: the same arguments give the same answer, and the order of
    plugins does not matter. `state.view()` tells what earlier phases left. Answer `Declined` to say why a promotion
    does not apply. An error refuses the checkout and shows pages without a total.

    Example:
        >>> @hookimpl
        ... async def price_adjustments(cart, facts, phase):
        ...     if phase is Phase.ORDER and cart.items_total >= 100_000:
        ...         return [Adjustment(rule="big", label="10% off", effect=Percent(Decimal(10)), target=OnOrder())]
    """


@hookspec
@policy(timeout=0.5, may_refuse=False, merge="first")
async def tax_rates(cart: PricingCart, facts: Mapping[str, Any], state: State) -> TaxAnswer | None:
    """The component tax rates of each line; the first plugin that answers wins. The core computes the amounts."""
