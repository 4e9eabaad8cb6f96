"""Coupons are taken out with all that they counted."""

from __future__ import annotations

from spoeq_core.orders.claims import QUOTA, claims_of
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.service import cancel
from spoeq_core.plugins.lifecycle import disable_plugin, enable_plugin
from spoeq_core.plugins.removing import purge_plugin
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import deliver_all

from .conftest import Give
from .test_buying import order_of


async def test_purged_the_uses_are_forgotten_and_orders_stand(shop: Shop, give: Give):
    await give(shop, "TEN", max_uses=3)
    order = await order_of(shop, "TEN")
    await deliver_all(shop)
    counted = {"kind": QUOTA, "quota": {"$regex": "^coupon:"}}
    assert await claims_of(shop).collection.count_documents(counted) > 0
    await disable_plugin(shop, "coupons")
    await purge_plugin(shop, "coupons")
    assert await claims_of(shop).collection.count_documents(counted) == 0
    stands = await shop.repository(OrderRepository).get(order.id)
    assert (stands.grand_total, stands.codes) == (order.grand_total, order.codes)
    await cancel(shop, order.id, actor="Meera", reason="mind")
    await deliver_all(shop)
    await enable_plugin(shop, "coupons")
    await give(shop, "TEN", max_uses=1)
    assert (await order_of(shop, "TEN")).codes == order.codes
