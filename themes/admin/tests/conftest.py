"""Believable pages of an admin: empty, ordinary, crowded and hostile ones, composed from `samples.json`."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

Context = dict[str, Any]
SAMPLES: Context = json.loads(Path(__file__).with_name("samples.json").read_text("utf-8"))
FRESH: Context = {"values": {}, "errors": {}, "summary": []}


def sample(name: str) -> Any:
    """A piece of the samples, that a page may change."""
    return deepcopy(SAMPLES[name])


def page(title: str, path: str, *parts: Context, **more: Any) -> Context:
    """A page's whole context: what every page gets, and its own parts, later ones winning."""
    nav = [
        {"label": label, "url": url, "icon": icon, "section": section, "active": url == path}
        for label, url, icon, section in SAMPLES["nav"]
    ]
    about = {"title": title, "description": "", "canonical": "", "kind": "page"}
    whole = {**sample("common"), "request_path": path, "page": about, "nav": nav}
    for part in (*parts, more):
        whole |= part
    return whole


def order(**more: Any) -> Context:
    """A confirmed COD order with a price trace."""
    return page("Order AN-10045", "/admin/orders", sample("order"), more)


def shipped() -> Context:
    """An order with its parcel, nothing left to do."""
    whole = {**sample("order")["order"], "status": "shipped", "fulfilment": {"status": "fulfilled"}}
    return order(actions=[], trace=[], order={**whole, "customer_id": "c1"}, shipments=[sample("parcel")])


def products(*parts: Context) -> Context:
    """The list of products."""
    return page("Products", "/admin/products", sample("products"), *parts)


def product_form(*parts: Context) -> Context:
    """The form of a product."""
    return page("Chanderi silk-cotton saree", "/admin/products", sample("product_form"), *parts)


def plugin_page(plugin: Context, fields: list[Context]) -> Context:
    """One plugin with its settings."""
    own = {"plugin": plugin, "fields": fields, "form": FRESH, "action": plugin["url"]}
    return page(plugin["title"], "/admin/plugins", own)


def cases_of_orders() -> dict[str, tuple[str, Context]]:
    """Sign-in, the start page, orders, customers."""
    rows, views = sample("orders"), sample("views")
    wrong = {"values": {"email": "a@b.in"}, "errors": {}, "summary": [{"field": "", "message": "Wrong."}]}
    orders = {"orders": rows, "views": views, "q": "", "next_url": "?cursor=x"}
    asha = sample("customer")
    home, path, people = "/admin", "/admin/orders", "/admin/customers"
    return {
        "login": ("pages/login.html", page("Sign in", "/admin/login", form=FRESH)),
        "login-refused": ("pages/login.html", page("Sign in", "/admin/login", form=wrong, next="/admin")),
        "dashboard": ("pages/dashboard.html", page("Today", home, cards=sample("cards"), recent_orders=rows)),
        "dashboard-new": ("pages/dashboard.html", page("Today", home, cards=[], recent_orders=[])),
        "orders": ("pages/orders.html", page("Orders", path, orders)),
        "orders-none": ("pages/orders.html", page("Orders", path, orders, orders=[], next_url=None)),
        "orders-miss": ("pages/orders.html", page("Orders", path, orders, orders=[], views=[], q=rows[1]["customer"])),
        "order": ("pages/order.html", order()),
        "order-shipped": ("pages/order.html", shipped()),
        "customers": ("pages/customers.html", page("Customers", people, customers=[asha], q="")),
        "customers-none": ("pages/customers.html", page("Customers", people, customers=[], q="")),
        "customer": (
            "pages/customer.html",
            page("Asha Rao", people, customer=asha, orders=rows, addresses=[sample("address")]),
        ),
    }


def cases_of_goods() -> dict[str, tuple[str, Context]]:
    """Products and stock."""
    new = {"product": None, "extension_fields": [], "brands": []}
    stock, path = sample("stock"), "/admin/inventory"
    return {
        "products": ("pages/products.html", products()),
        "products-none": ("pages/products.html", products({"products": [], "total": 0, "pages": 0})),
        "product": ("pages/product_edit.html", product_form()),
        "product-new": ("pages/product_edit.html", product_form(new)),
        "product-refused": ("pages/product_edit.html", product_form(new, {"form": sample("refused_product")})),
        "inventory": ("pages/inventory.html", page("Inventory", path, items=stock, q="")),
        "inventory-low": ("pages/inventory.html", page("Inventory", path, items=[], q="", low=True)),
        "stock": ("pages/stock.html", page("SAR-IND-M", path, item=stock[0], log=sample("log"))),
        "stock-new": ("pages/stock.html", page("SAR-IND-M", path, item=stock[0], log=[])),
    }


def cases_of_settings() -> dict[str, tuple[str, Context]]:
    """Plugins, settings, dead letters and the small pages."""
    on, broken, fields = sample("plugin"), sample("broken"), sample("settings")
    off = {**on, "name": "cod", "title": "Cod", "state": "disabled", "fault": "price: TimeoutError"}
    core = {**on, "title": "Settings", "url": "/admin/settings"}
    lost = {"code": 404, "title": "This page is not here", "detail": "It may have moved."}
    path = "/admin/dead-letters"
    return {
        "plugins": ("pages/plugins.html", page("Plugins", "/admin/plugins", plugins=[on, off, broken])),
        "plugin": ("pages/plugin.html", plugin_page(on, fields)),
        "plugin-off": ("pages/plugin.html", plugin_page(off, [])),
        "plugin-broken": ("pages/plugin.html", plugin_page(broken, [])),
        "settings": ("pages/plugin.html", plugin_page(core, fields)),
        "dead-letters": ("pages/dead_letters.html", page("Dead letters", path, letters=sample("letters"))),
        "dead-letters-none": ("pages/dead_letters.html", page("Dead letters", path, letters=[])),
        "error": ("pages/error.html", page("Not found", "/admin/nowhere", lost)),
        "gallery": ("pages/gallery.html", page("Gallery", "/admin/gallery")),
    }


CASES = {**cases_of_orders(), **cases_of_goods(), **cases_of_settings()}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test a page."""
    if "page_case" in metafunc.fixturenames:
        metafunc.parametrize("page_case", CASES.values(), ids=CASES.keys())


@pytest.fixture
def cases() -> dict[str, tuple[str, Context]]:
    """All pages with their contexts, by name."""
    return CASES
