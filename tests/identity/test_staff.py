"""Staff, and what each role may do."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from spoeq_core.hooks.caller import hookimpl
from spoeq_core.hooks.contributions import Manifest, Permission
from spoeq_core.identity import service
from spoeq_core.identity.model import Role
from spoeq_core.identity.permissions import CORE, ROLE_LABELS, permissions_of
from spoeq_core.kernel.errors import Conflict, Invalid, NotFound
from spoeq_core.plugins import lifecycle
from spoeq_core.testing.shops import shop_with

PASSWORD = "neem leaves at dawn"
EVERYTHING = {permission.name for permission in CORE}

MATRIX = {
    Role.ADMIN: EVERYTHING,
    Role.STAFF: EVERYTHING - {"settings.manage", "plugins.manage", "staff.manage", "customers.delete"},
    Role.WAREHOUSE: {"dashboard.view", "inventory.view", "inventory.manage", "orders.view", "orders.fulfil"},
    Role.SUPPORT: {
        "dashboard.view",
        "orders.view",
        "orders.manage",
        "orders.refund",
        "customers.view",
        "customers.manage",
    },
}


@pytest.mark.parametrize("role", Role)
async def test_each_role_may_do_what_the_policies_say(shop, role):
    assert permissions_of(shop.hooks, role) == MATRIX[role]
    assert ROLE_LABELS[role]


@pytest.mark.parametrize("role", ["", "customer", "root", "ADMIN"])
async def test_who_has_no_role_may_do_nothing(shop, role):
    assert permissions_of(shop.hooks, role) == frozenset()


async def test_a_plugins_permission_comes_and_goes_with_it(servers: tuple[str, str], tmp_path: Path):
    plugin = ModuleType("spoeq_gifts.plugin")
    plugin.manifest = Manifest("gifts", "Gifts", "Wraps gifts.")

    @hookimpl
    def register_permissions():
        return [Permission("gifts.manage", "Wrap gifts", frozenset({"support"}))]

    plugin.register_permissions = register_permissions
    async with shop_with(plugin, servers=servers, data_dir=tmp_path) as shop:
        allowed = {role for role in Role if "gifts.manage" in permissions_of(shop.hooks, role)}
        assert allowed == {Role.ADMIN, Role.SUPPORT}
        await lifecycle.disable_plugin(shop, "gifts")
        assert not any("gifts.manage" in permissions_of(shop.hooks, role) for role in Role)


async def test_staff_are_made_with_a_role_that_exists(shop, boss):
    with pytest.raises(Invalid) as caught:
        await service.create_staff(shop, email="x", password="password", name="", role="owner")
    assert [error.field for error in caught.value.errors] == ["email", "name", "role", "password"]
    with pytest.raises(Invalid) as caught:
        await service.create_staff(shop, email="boss@example.com", password=PASSWORD, name="B", role="staff")
    assert caught.value.errors[0].code == "taken"
    assert await service.find_staff(shop) == [boss]


async def test_the_last_admin_stays(shop, boss):
    for attempt in (service.disable_staff(shop, boss.id), service.change_role(shop, boss.id, Role.STAFF)):
        with pytest.raises(Conflict) as caught:
            await attempt
        assert caught.value.code == "last_admin"
        assert caught.value.hint
    second = await service.create_staff(shop, email="b@example.com", password=PASSWORD, name="B", role=Role.ADMIN)
    assert (await service.change_role(shop, boss.id, Role.STAFF)).role is Role.STAFF
    with pytest.raises(Conflict):
        await service.disable_staff(shop, second.id)


async def test_a_disabled_member_of_staff_can_come_back(shop, boss):
    clerk = await service.create_staff(shop, email="c@example.com", password=PASSWORD, name="C", role=Role.SUPPORT)
    await service.disable_staff(shop, clerk.id)
    assert [staff.disabled for staff in await service.find_staff(shop)] == [False, True]
    await service.enable_staff(shop, clerk.id)
    assert (await service.authenticate(shop, clerk.email, PASSWORD)).id == clerk.id
    for missing in (service.disable_staff(shop, "nobody"), service.change_role(shop, "nobody", Role.STAFF)):
        with pytest.raises(NotFound):
            await missing
