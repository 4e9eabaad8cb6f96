"""Believable pages of an admin: empty, ordinary, crowded and hostile ones."""

from datetime import UTC, datetime
from typing import Any

import pytest

Context = dict[str, Any]
LONG = "Handwoven<b>Chanderi</b>silk&cotton" + "unbreakable" * 25
NOW = datetime(2025, 12, 2, 8, 35, tzinfo=UTC)
FRESH: Context = {"values": {}, "errors": {}, "summary": []}
NAV = [
    ("Home", "/admin", "home", "Shop"),
    ("Orders", "/admin/orders", "orders", "Shop"),
    ("Products", "/admin/products", "products", "Shop"),
    ("Inventory", "/admin/inventory", "inventory", "Shop"),
    ("Customers", "/admin/customers", "customers", "Shop"),
    ("Coupons", "/admin/coupons", "coupons", "Shop"),
    ("Loyalty", "/admin/loyalty", "an-icon-nobody-drew", "Shop"),
    ("Plugins", "/admin/plugins", "plugins", "Settings"),
    ("Settings", "/admin/settings", "settings", "Settings"),
    ("Dead letters", "/admin/dead-letters", "warning", "Settings"),
]


def inr(amount: int) -> dict[str, Any]:
    """Money, in paise."""
    return {"amount": amount, "currency": "INR"}


def common(title: str, path: str, **more: Any) -> Context:
    """What every page gets."""
    shop = {
        "name": "Anand Emporium",
        "legal_name": "Anand Handicrafts Private Limited",
        "address": "14 Brigade Road, Bengaluru 560001",
        "email": "care@anand.example",
        "phone": "",
        "grievance_officer": "",
        "currency": "INR",
        "locale": "en_IN",
    }
    nav = [
        {"label": label, "url": url, "icon": icon, "section": section, "active": url == path}
        for label, url, icon, section in NAV
    ]
    staff = {"name": "Meera Iyer", "email": "meera@anand.example", "role": "Admin", "permissions": []}
    base = {"shop": shop, "request_path": path, "scheme": "", "lang": "en", "nav": nav, "staff": staff, "flash": []}
    page = {"title": title, "description": "", "canonical": "", "kind": "page"}
    return {**base, "page": page, **more}


def image(name: str) -> Context:
    """A picture of a product."""
    return {"id": name, "src": f"/media/{name}.png", "srcset": "", "alt": name, "width": 800, "height": 1000}


def row(number: int, status: str, payment: str, fulfilment: str, customer: str = "Asha Rao") -> Context:
    """A line of the list of orders."""
    return {
        "id": f"01ORD{number}",
        "number": f"AN-{number}",
        "placed_at": NOW,
        "customer": customer,
        "postal_code": "560001",
        "status": status,
        "payment": payment,
        "fulfilment": fulfilment,
        "total": inr(503720),
    }


def many() -> list[Context]:
    """Orders in all states."""
    return [
        row(10046, "pending_payment", "pending", "unfulfilled"),
        row(10045, "confirmed", "pending_cod", "unfulfilled", LONG),
        row(10044, "processing", "paid", "partial", "Imran Sheikh"),
        row(10043, "shipped", "paid", "fulfilled", "Lakshmi Subramanian"),
        row(10042, "delivered", "partially_refunded", "partially_returned"),
        row(10041, "cancelled", "refunded", "unfulfilled"),
    ]


ADDRESS = {
    "name": "Asha Rao",
    "phone": "98450 12345",
    "line1": "12 Temple Street",
    "line2": "Malleshwaram",
    "landmark": "Sai Mandir",
    "city": "Bengaluru",
    "state": "Karnataka",
    "postal_code": "560003",
    "country": "IN",
    "gstin": "29ABCDE1234F1Z5",
}


def line(name: str = "Chanderi silk-cotton saree") -> Context:
    """A line of an order."""
    return {
        "id": "l1",
        "sku": "SAR-IND-M",
        "product_id": "01",
        "name": name,
        "options": {"colour": "Indigo", "size": "M"},
        "properties": {"Engraving": "For Amma"},
        "quantity": 2,
        "unit_price": inr(249900),
        "subtotal": inr(499800),
        "discounts": [{"label": "DIWALI10", "amount": inr(49980), "plugin": "coupons"}],
        "total": inr(449820),
    }


def order(**more: Any) -> Context:
    """A confirmed COD order with a price trace."""
    totals = {
        "items": inr(548800),
        "discounts": inr(49980),
        "shipping": inr(4900),
        "tax": inr(23963),
        "tax_included": True,
        "grand_total": inr(508720),
        "fees": [{"label": "Cash on delivery fee", "amount": inr(5000)}],
    }
    whole = {
        "id": "01ORD",
        "number": "AN-10045",
        "status": "confirmed",
        "payment": {"status": "pending_cod"},
        "fulfilment": {"status": "unfulfilled"},
        "items": [line(), line(LONG)],
        "totals": totals,
        "placed_at": NOW,
        "shipping_address": ADDRESS,
        "billing_address": ADDRESS,
        "email": "asha@example.in",
        "phone": "98450 12345",
        "customer_id": None,
        "version": 3,
        "shipping_label": "Standard delivery",
        "payment_label": "Cash on delivery",
    }
    trace = [
        {"phase": "order", "plugin": "coupons", "rule": "DIWALI10", "label": "10% off", "input": inr(499800), "output": inr(449820), "note": None},
        {"phase": "shipping", "plugin": "flat_rate", "rule": "zone-1", "label": "", "input": None, "output": 4900, "note": "Free above ₹10,000."},
    ]  # fmt: skip
    timeline = [
        {"at": NOW, "label": "Confirmed", "actor": "system", "note": None},
        {"at": NOW, "label": "Placed", "actor": "Asha Rao", "note": "Please ring the bell."},
    ]
    actions = [
        {"status": "processing", "label": "Start packing", "primary": True},
        {"status": "cancelled", "label": "Cancel order", "primary": False},
    ]
    page = common("Order AN-10045", "/admin/orders", order=whole, actions=actions, trace=trace, timeline=timeline)
    return {**page, "shipments": [], "form": FRESH, **more}


def shipped() -> Context:
    """An order with its parcel, nothing left to do."""
    base = order(actions=[], trace=[])
    parcel = {"carrier": "Delhivery", "awb": "1490812", "url": "https://courier.example/1", "shipped_at": NOW, "items": [{"name": "Saree", "quantity": 2}]}  # fmt: skip
    whole = {**base["order"], "status": "shipped", "fulfilment": {"status": "fulfilled"}, "customer_id": "c1"}
    return {**base, "order": whole, "shipments": [parcel]}


def listed(name: str, status: str, stock: int, picture: bool = True) -> Context:
    """A line of the list of products."""
    return {
        "id": name[:4],
        "name": name,
        "slug": "saree",
        "image": image("saree") if picture else None,
        "status": status,
        "skus": 4,
        "price": {"mrp": inr(349900), "sale": inr(249900)},
        "stock": stock,
        "updated_at": NOW,
    }


def products(**more: Any) -> Context:
    """The list of products."""
    rows = [
        listed("Chanderi silk-cotton saree", "active", 12),
        listed(LONG, "draft", 0, picture=False),
        listed("Brass diya", "archived", 3),
    ]
    return common("Products", "/admin/products", products=rows, total=63, page_number=2, pages=3, q="", **more)


def product() -> Context:
    """A product as it is edited."""
    variants = [
        {
            "sku": f"SAR-IND-{size}",
            "options": {"colour": "Indigo", "size": size},
            "price": {"mrp": inr(349900), "sale": inr(249950)},
            "stock": {"state": "low", "quantity": 3},
            "weight_g": 450,
        }
        for size in ("S", "M")
    ]
    return {
        "id": "01",
        "slug": "saree",
        "name": "Chanderi silk-cotton saree",
        "brand_id": "b1",
        "category_ids": ["c2"],
        "description": "Woven on a pit loom.",
        "specs": {"Fabric": "Silk and cotton", "Length": "5.5 m"},
        "images": [image("saree"), image("kurta")],
        "variants": variants,
        "tags": ["handloom", "wedding"],
        "status": "active",
        "declarations": {"country_of_origin": "India", "maker": "Anokhi Weaves", "net_quantity": "1 N"},
        "hsn": "5007",
        "weight_g": 450,
    }


def product_form(**more: Any) -> Context:
    """The form of a product."""
    categories = [
        {"id": "c1", "name": "Clothing", "depth": 0},
        {"id": "c2", "name": "Sarees", "depth": 1},
        {"id": "c3", "name": "Silk", "depth": 2},
    ]
    fields = [field("bool", True), field("select", "a"), field("list", ["one", "two"])]
    page = common("Chanderi silk-cotton saree", "/admin/products", product=product(), form=FRESH, categories=categories)
    return {**page, "brands": [{"id": "b1", "name": "Anokhi Weaves"}], "extension_fields": fields, "version": 4, **more}


def product_refused() -> Context:
    """A new product, sent with one wrong cell and a row more."""
    values = {
        "name": LONG,
        "option_names": "colour",
        "category_ids": ["c1", "c3"],
        "spec_name": ["Fabric", ""],
        "spec_value": ["Silk", ""],
        "variants-0-sku": "SAR-IND",
        "variants-0-options-colour": "Indigo",
        "variants-0-mrp": "ten",
        "variants-1-sku": "",
    }
    wrong = {"variants-0-mrp": "Enter an amount, like 1299 or 1299.50.", "category_ids": "Choose at least one."}
    summary = [{"field": name, "message": text} for name, text in wrong.items()]
    return product_form(product=None, form={"values": values, "errors": wrong, "summary": summary})


def field(kind: str, value: Any, **more: Any) -> Context:
    """A field described by data."""
    options = [{"value": "a", "label": "A"}, {"value": "b", "label": "B"}]
    base = {"name": f"plugin.care.{kind}", "label": kind.capitalize(), "kind": kind, "value": value, "hint": "A hint."}
    return {**base, "required": False, "options": options, "error": "", "secret_set": False, **more}


def plugin(name: str, state: str, **more: Any) -> Context:
    """A plugin as staff see it."""
    return {
        "name": name,
        "title": name.capitalize(),
        "description": f"What {name} does for the shop.",
        "version": "1.0",
        "state": state,
        "error": "",
        "fault": "",
        "details": "",
        "hooks": ["price_adjustments", "page_fragments"],
        "permissions": ["coupons.manage"],
        "hosts": [],
        "has_settings": True,
        "url": f"/admin/plugins/{name}",
        **more,
    }


def plugin_page(one: Context, **more: Any) -> Context:
    """One plugin with its settings."""
    return {**common(one["title"], "/admin/plugins", plugin=one, fields=[], form=FRESH, action=one["url"]), **more}


STOCK = [
    {"sku": "SAR-IND-M", "name": "Chanderi saree, M", "on_hand": 12, "reserved": 2, "available": 10, "threshold": 3},
    {"sku": "SAR-IND-S", "name": LONG, "on_hand": 2, "reserved": 0, "available": 2, "threshold": 3},
    {"sku": "DIYA-4", "name": "Brass diya", "on_hand": 1, "reserved": 1, "available": 0, "threshold": None},
]
LOG = [
    {"at": NOW, "delta": -2, "reason": "sold", "ref": "AN-10045", "actor": "system"},
    {"at": NOW, "delta": 14, "reason": "delivery", "ref": None, "actor": "Meera Iyer"},
]
CARDS = [
    {"label": "to pack", "value": 37, "url": "/admin/orders?status=confirmed", "kind": "warn"},
    {"label": "running low", "value": 4, "url": "/admin/inventory?low=1", "kind": "danger"},
    {"label": "sold today", "value": inr(4872050), "url": "", "kind": "ok"},
    {"label": "dead letters", "value": 0, "url": "/admin/dead-letters", "kind": ""},
]
LETTER = {"id": "e1", "type": "OrderPlaced", "subscriber": "email.confirm", "error": "OSError: <script>", "attempts": 8}
VIEWS = [
    {"label": "All", "url": "/admin/orders", "active": True},
    {"label": "To pack", "url": "?status=confirmed", "active": False, "count": 37},
]
CUSTOMER = {"id": "c1", "name": "Asha Rao", "email": "asha@example.in", "phone": "98450 12345", "created_at": NOW}
REFUSED = {"values": {"email": "a@b.in"}, "errors": {}, "summary": [{"field": "", "message": "Wrong."}]}
BROKEN = plugin("parcels", "quarantined", error="ImportError: no module", details="Traceback …\n<b>", has_settings=False)
SETTINGS = [field(kind, value) for kind, value in (("text", "a"), ("money", "49"), ("number", 3), ("email", "a@b.in"), ("textarea", "t"), ("date", "2025-12-02"))]  # fmt: skip
SETTINGS += [field("password", "", secret_set=True, error="Too short.")]

CASES: dict[str, tuple[str, Context]] = {
    "login": ("pages/login.html", common("Sign in", "/admin/login", form=FRESH)),
    "login-refused": ("pages/login.html", common("Sign in", "/admin/login", form=REFUSED, next="/admin")),
    "dashboard": ("pages/dashboard.html", common("Today", "/admin", cards=CARDS, recent_orders=many())),
    "dashboard-new": ("pages/dashboard.html", common("Today", "/admin", cards=[], recent_orders=[])),
    "orders": ("pages/orders.html", common("Orders", "/admin/orders", orders=many(), views=VIEWS, q="", next_url="?c")),
    "orders-none": ("pages/orders.html", common("Orders", "/admin/orders", orders=[], views=VIEWS, q="", next_url=None)),
    "orders-miss": ("pages/orders.html", common("Orders", "/admin/orders", orders=[], views=[], q=LONG, next_url=None)),
    "order": ("pages/order.html", order()),
    "order-shipped": ("pages/order.html", shipped()),
    "products": ("pages/products.html", products()),
    "products-none": ("pages/products.html", {**products(), "products": [], "total": 0, "pages": 0}),
    "product": ("pages/product_edit.html", product_form()),
    "product-new": ("pages/product_edit.html", product_form(product=None, extension_fields=[], brands=[])),
    "product-refused": ("pages/product_edit.html", product_refused()),
    "inventory": ("pages/inventory.html", common("Inventory", "/admin/inventory", items=STOCK, q="")),
    "inventory-low": ("pages/inventory.html", common("Inventory", "/admin/inventory", items=[], q="", low=True)),
    "stock": ("pages/stock.html", common("SAR-IND-M", "/admin/inventory", item=STOCK[0], log=LOG)),
    "stock-new": ("pages/stock.html", common("SAR-IND-M", "/admin/inventory", item=STOCK[0], log=[])),
    "customers": ("pages/customers.html", common("Customers", "/admin/customers", customers=[CUSTOMER], q="")),
    "customers-none": ("pages/customers.html", common("Customers", "/admin/customers", customers=[], q="")),
    "customer": ("pages/customer.html", common("Asha Rao", "/admin/customers", customer=CUSTOMER, orders=many(), addresses=[ADDRESS])),
    "plugins": ("pages/plugins.html", common("Plugins", "/admin/plugins", plugins=[plugin("coupons", "enabled"), plugin("cod", "disabled", fault="price: TimeoutError"), BROKEN])),
    "plugin": ("pages/plugin.html", plugin_page(plugin("coupons", "enabled"), fields=SETTINGS)),
    "plugin-off": ("pages/plugin.html", plugin_page(plugin("cod", "disabled"))),
    "plugin-broken": ("pages/plugin.html", plugin_page(BROKEN)),
    "settings": ("pages/plugin.html", plugin_page(plugin("core", "enabled", url="/admin/settings"), fields=SETTINGS)),
    "dead-letters": ("pages/dead_letters.html", common("Dead letters", "/admin/dead-letters", letters=[{**LETTER, "at": NOW, "data": {"x": "</pre><script>"}}, {**LETTER, "at": NOW, "data": {}}])),
    "dead-letters-none": ("pages/dead_letters.html", common("Dead letters", "/admin/dead-letters", letters=[])),
    "error": ("pages/error.html", common("Not found", "/admin/nowhere") | {"code": 404, "title": "This page is not here", "detail": "It may have moved."}),
    "gallery": ("pages/gallery.html", common("Gallery", "/admin/gallery")),
}  # fmt: skip


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test a page."""
    if "page_case" in metafunc.fixturenames:
        metafunc.parametrize("page_case", CASES.values(), ids=CASES.keys())


@pytest.fixture
def cases() -> dict[str, tuple[str, Context]]:
    """All pages with their contexts, by name."""
    return CASES
