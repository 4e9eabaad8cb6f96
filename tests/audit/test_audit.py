"""The audit log: what was written down is found again, newest first."""

from __future__ import annotations

from spoeq_core.audit import service


async def test_entries_are_found_by_thing_and_by_person(shop):
    first = await service.record(
        shop, "order.cancelled", "order:1", actor_id="s1", actor_name="Asha", detail={"note": "twice"}, ip="203.0.113.7"
    )
    second = await service.record(shop, "plugin.disabled", "plugin:coupons", actor_id="s2", actor_name="Ravi")
    third = await service.record(shop, "order.shipped", "order:1", actor_id="s2", actor_name="Ravi")
    assert await service.find_entries(shop) == [third, second, first]
    assert await service.find_entries(shop, target="order:1") == [third, first]
    assert await service.find_entries(shop, actor_id="s2") == [third, second]
    assert await service.find_entries(shop, before=second.id) == [first]
    assert await service.find_entries(shop, limit=1) == [third]
    assert first.detail == {"note": "twice"}
