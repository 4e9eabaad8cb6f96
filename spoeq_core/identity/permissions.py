"""What staff may do: permissions declared by the core and by plugins, and the sets of them that roles are."""

from __future__ import annotations

from collections.abc import Iterable

from spoeq_core.hooks import app as app_hooks
from spoeq_core.hooks.caller import Hooks
from spoeq_core.hooks.contributions import Permission
from spoeq_core.identity.model import Role

_EVERYBODY = frozenset({Role.STAFF, Role.WAREHOUSE, Role.SUPPORT})
_STAFF = frozenset({Role.STAFF})
_PACKING = frozenset({Role.STAFF, Role.WAREHOUSE})
_SERVICE = frozenset({Role.STAFF, Role.SUPPORT})
_ADMIN_ONLY: frozenset[str] = frozenset()

CORE: tuple[Permission, ...] = (
    Permission("dashboard.view", "See the start page of the admin", _EVERYBODY),
    Permission("catalog.view", "See products, categories and brands", _STAFF),
    Permission("catalog.manage", "Change products, categories and brands", _STAFF),
    Permission("catalog.import", "Import products from CSV files", _STAFF),
    Permission("catalog.export", "Export products as CSV files", _STAFF),
    Permission("inventory.view", "See stock", _PACKING),
    Permission("inventory.manage", "Adjust stock", _PACKING),
    Permission("orders.view", "See orders", _EVERYBODY),
    Permission("orders.manage", "Change, annotate and cancel orders", _SERVICE),
    Permission("orders.fulfil", "Pack and ship orders", _PACKING),
    Permission("orders.refund", "Refund orders", _SERVICE),
    Permission("customers.view", "See customers", _SERVICE),
    Permission("customers.manage", "Change customers", _SERVICE),
    Permission("customers.export", "Download what is kept about a customer", _STAFF),
    Permission("customers.delete", "Disable and erase customers", _ADMIN_ONLY),
    Permission("staff.manage", "Make, change and disable staff accounts", _ADMIN_ONLY),
    Permission("settings.manage", "Change the shop's settings", _ADMIN_ONLY),
    Permission("plugins.manage", "Enable, disable and configure plugins", _ADMIN_ONLY),
    Permission("dead_letters.manage", "Replay and discard failed deliveries", _STAFF),
    Permission("audit.view", "See who did what", _STAFF),
)
"""POLICIES, Roles: Admin has all; Staff all but settings, plugins and destructive account work; Warehouse Manager
inventory and fulfilment; Support Agent orders, customers and limited refunds."""

ROLE_LABELS: dict[Role, str] = {
    Role.ADMIN: "Admin",
    Role.STAFF: "Staff",
    Role.WAREHOUSE: "Warehouse Manager",
    Role.SUPPORT: "Support Agent",
}


def all_permissions(hooks: Hooks) -> list[Permission]:
    """The permissions of the core and of the enabled plugins."""
    return [*CORE, *(item for part in hooks.parts(app_hooks.register_permissions) for item in part.value)]


def permissions_of(hooks: Hooks, role: str) -> frozenset[str]:
    """The names of what a role may do now; nothing if there is no such role."""
    return granted(all_permissions(hooks), role)


def granted(permissions: Iterable[Permission], role: str) -> frozenset[str]:
    """The names of those permissions that a role has."""
    if role not in set(Role):
        return frozenset()
    return frozenset(item.name for item in permissions if role == Role.ADMIN or role in item.roles)
