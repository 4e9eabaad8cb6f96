"""The core's routes: which module brings them, and where they mount."""

from __future__ import annotations

from quart import Blueprint

from spoeq_core.web import files, health
from spoeq_core.web.admin import (
    audit as admin_audit,
    boards,
    customers,
    dashboard,
    dead_letters as admin_dead_letters,
    inventory,
    jobs,
    order,
    order_bulk,
    orders as admin_orders,
    plugins as admin_plugins,
    products,
    search as admin_search,
    session,
    settings,
)
from spoeq_core.web.api import (
    aftersales,
    audit,
    auth,
    brands,
    cart as api_cart,
    categories,
    checkout as api_checkout,
    dead_letters,
    document,
    inventory as api_inventory,
    me,
    order_steps,
    orders as api_orders,
    payments,
    plugins,
    products as api_products,
    search,
    sessions,
)
from spoeq_core.web.storefront import account, cart, catalog, checkout, orders, preview, recovery, seo, small

API: tuple[Blueprint, ...] = (
    document.blueprint,
    auth.blueprint,
    sessions.blueprint,
    me.blueprint,
    plugins.blueprint,
    dead_letters.blueprint,
    audit.blueprint,
    api_cart.blueprint,
    api_checkout.blueprint,
    api_orders.blueprint,
    order_steps.blueprint,
    aftersales.blueprint,
    payments.blueprint,
    api_products.blueprint,
    categories.blueprint,
    brands.blueprint,
    search.blueprint,
    api_inventory.blueprint,
)
PAGES: tuple[Blueprint, ...] = (
    files.blueprint,
    health.blueprint,
    catalog.blueprint,
    small.blueprint,
    cart.blueprint,
    checkout.blueprint,
    orders.blueprint,
    account.blueprint,
    recovery.blueprint,
    seo.blueprint,
    preview.blueprint,
)
ADMIN: tuple[Blueprint, ...] = (
    session.blueprint,
    dashboard.blueprint,
    admin_search.blueprint,
    boards.blueprint,
    admin_audit.blueprint,
    jobs.blueprint,
    order_bulk.blueprint,
    admin_orders.blueprint,
    order.blueprint,
    products.blueprint,
    inventory.blueprint,
    customers.blueprint,
    admin_plugins.blueprint,
    settings.blueprint,
    admin_dead_letters.blueprint,
)
