"""Giving back what was taken for an order that will not be: idempotent, in any order with anything else."""

from __future__ import annotations

from spoeq_core.cart.documents import CartRepository
from spoeq_core.hooks import checkout as questions
from spoeq_core.inventory import service as inventory
from spoeq_core.orders.claims import claims_of
from spoeq_core.orders.documents import OrderRepository, Void
from spoeq_core.shop import Shop


async def undo(shop: Shop, void: Void) -> bool:
    """Void the order id, then give everything back; False if it is an order already, and nothing was touched.

    The claims go last: until then the reconciler finds them and repeats what a crash left out. A placement that is
    believed dead and still alive may take something after this, but can never store its order any more; it undoes
    itself, and the reconciler repeats `undo` for fresh void ids.

    Raises:
        HookError: a plugin could not give back its benefits; the reconciler tries again.
    """
    if not await shop.repository(OrderRepository).void(void):
        return False
    claims = claims_of(shop)
    await inventory.release(shop, void.order_id, void.quantities)
    await shop.repository(CartRepository).reopen(void.cart_id, void.order_id)
    await claims.free_places(void.order_id)
    await shop.hooks.collect(questions.release_benefits, shop=shop, order_id=void.order_id)
    await claims.forget(void.order_id)
    return True
