"""Believable pages of an admin: empty, ordinary, crowded and hostile ones, composed from `samples.json`."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from spoeq_core.web.views.charts import Series, chart

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


def edited(**more: Any) -> Context:
    """An order that is changed, before anything is stored."""
    names = ("name", "phone", "line1", "line2", "landmark", "postal_code", "city", "state")
    own = {"address": dict.fromkeys(names, "A <b>"), "methods": [{"value": "flat_rate:1", "label": "Express <b>"}]}
    whole = sample("order")["order"]
    items = [{**item, "shipped": 0} for item in whole["items"]]
    own |= {"order": {**whole, "items": items, "shipping_label": "Standard <b>"}}
    state = {"closed": "", "plan": None, "after": None, "has_left": False, "change_id": "c1", "form": FRESH}
    return order(**{**own, **state, "back_url": "/admin/orders/1", **more})


def plan_of_edit() -> Context:
    """What a change comes to."""
    sums = {"before": rupees(259800), "after": rupees(129900), "difference": rupees(-129900)}
    open_sums = {"due": rupees(100), "refund_due": rupees(200)}
    stock = [{"sku": "SAR-1 <b>", "available": 3, "delta": 1}]
    return {"id": "c1", "words": ["One piece less <b>"], "stock": stock, **sums, **open_sums}


def shipped() -> Context:
    """An order with its parcel, nothing left to do."""
    whole = {**sample("order")["order"], "status": "shipped", "fulfilment": {"status": "fulfilled"}}
    return order(actions=[], trace=[], order={**whole, "customer_id": "c1"}, shipments=[sample("parcel")])


def rupees(amount: int) -> Context:
    """Money."""
    return {"amount": amount, "currency": "INR"}


def crowded() -> Context:
    """The list of orders with everything it can show: filters, saved views, more than a page."""
    now = {"payment": "pending_cod", "since": "2025-11-01", "until": "2025-12-01", "pin": "56", "q": "<b>Asha"}
    mine = {"key": "", "label": "Diwali <b>rush", "url": "?x", "active": True, "count": None, "shared": True}
    return {
        "views": [*sample("views"), {**mine, "id": "v1", "owner": "Meera <b>Iyer"}],
        "view": {"id": "v1"},
        "now": now,
        "query": "payment=pending_cod",
        "chips": [
            *({"key": name, "value": now[name], "remove_url": "?"} for name in ("payment", "pin", "q")),
            {"key": "flagged", "value": "1", "remove_url": "?"},
            {"key": "fulfilment", "value": "returned", "remove_url": "?"},
            {"key": "placed", "value": "2025-11-01/2025-12-01", "remove_url": "?"},
        ],
        "payments": ["pending", "paid"],
        "columns": ["customer", "total"],
        "all_columns": ["placed", "customer", "pin", "status", "payment", "fulfilment", "total"],
        "total": 1284,
    }


def sales(*totals: int) -> Context:
    """Figures and a chart of these days."""
    days = [f"2025-12-{number:02}" for number in range(1, len(totals) + 1)]
    figures = [("sales", rupees(sum(totals)), 12), ("orders", 42, -3), ("average", rupees(99), None), ("orders", 1, 0)]
    return {
        "sales": {
            "days": len(totals),
            "figures": [{"key": key, "value": value, "change": change} for key, value, change in figures],
            "chart": chart(days, Series("now", totals), Series("before", totals[::-1])),
            "rows": [{"day": day, "orders": 3, "total": rupees(9), "before": rupees(0)} for day in days],
        },
        "ranges": [{"days": 7, "url": "?days=7", "active": True}, {"days": 30, "url": "?days=30", "active": False}],
    }


def ledger() -> Context:
    """An order's money with all that can happen to it."""
    rows = [("total", "", ""), ("paid", "razorpay", "pay_1"), ("aside", "razorpay", "<b>pay_2"), ("refunded", "", "")]
    return {
        "rows": [
            {"kind": kind, "at": None, "amount": rupees(1), "balance": rupees(2), "by": by, "ref": ref}
            for kind, by, ref in rows
        ],
        "due": rupees(0),
        "paid": rupees(5),
        "refunded": rupees(2),
        "kept": rupees(3),
        "at_the_door": False,
    }


AGREED = [{"what": "marketing", "at": "2025-12-02", "source": "register"}]


def erasure(**more: Any) -> Context:
    """What erasing somebody will do."""
    fates = ("deleted", "anonymised", "kept")
    parts = [{"title": "Mails <b>", "plugin": "email", "fate": fate, "why": "So.", "rows": None} for fate in fates]
    blockers = [{"number": "AN-10042", "url": "/admin/orders/01ORD", "why": "It is not delivered yet."}]
    who = {"id": "01CUS", "name": "Asha <b>"}
    shown = {"customer": who, "erased": False, "confirmation": "asha@example.in", "blockers": blockers, "parts": parts}
    return {**shown, "form": {"values": {}, "errors": {}, "summary": []}, **more}


LEFT = {"amount": rupees(500), "lines": [{"id": "l1", "name": "Saree <b>", "sku": "S", "left": 2}]}
TYPED = {"values": {"refund_reason": "<b>late", "csrf_token": "t"}, "errors": {}, "summary": []}


def sums() -> Context:
    """A refund before it is made."""
    amounts = {name: rupees(100) for name in ("paid", "before", "rounding", "by_items", "amount", "kept")}
    pieces = [{"name": "Saree <b>", "quantity": 1, "amount": rupees(100)}]
    return {**amounts, "pieces": pieces, "differs": True, "restock": True, "by_hand": "", "id": "r1"}


def job(**more: Any) -> Context:
    """A job under way."""
    at = "2025-12-02T08:35:00+00:00"
    whole = {"id": "j1", "title": "Pack 40 <b>orders", "state": "running", "ended": False, "done": 12, "failed": 0}
    whole |= {"total": 40, "percent": 30, "result": {}, "error": "", "by": "Meera", "created_at": at, "ended_at": None}
    return {**whole, "url": "/admin/jobs/j1", **more}


def products(*parts: Context) -> Context:
    """The list of products."""
    return page("Products", "/admin/products", sample("products"), *parts)


def crowded_goods() -> Context:
    """The list of products with tabs, a view and more than a page."""
    views = [{"key": "draft", "label": "", "url": "?", "active": True, "count": 3}]
    rows = [{**row, "missing": ["maker"]} for row in sample("products")["products"]]
    return {"products": rows, "views": views, "view": {"id": "v"}, "now": {"status": "draft"}, "total": 900}


def product_form(*parts: Context) -> Context:
    """The form of a product."""
    return page("Chanderi silk-cotton saree", "/admin/products", sample("product_form"), *parts)


def plugin_page(plugin: Context, fields: list[Context]) -> Context:
    """One plugin with its settings."""
    kinds = ("payment", "delivery", "prices", "menu", "events", "odd")
    effects = [{"kind": kind, "names": ["Loyalty <b>"]} for kind in kinds]
    own = {"plugin": plugin, "fields": fields, "form": FRESH, "action": plugin["url"], "effects": effects}
    return page(plugin["title"], "/admin/plugins", own)


_ROW = {"plugin": "cod", "hook": "price_adjustments", "calls": 9, "errors": 5, "timeouts": 1, "p95_ms": 200}
TROUBLE = {
    "rows": [{**_ROW, "breaker": state, "seconds": 12} for state in ("open", "half_open", "closed")],
    "failures": [{"plugin": "cod", "hook": "tax_rates", "text": "ValueError: <b>", "details": "Traceback <b>"}],
    "blocked": [{"plugin": "cod", "what": "page", "count": 2, "longest": "1.2", "stack": "File <b>"}],
    "aside": [{"name": "torn", "error": "ImportError: <b>", "details": "Traceback"}],
}


def replay_page(plugin: Context) -> Context:
    """What a plugin would have changed in past orders; one could not be priced."""
    job = {"state": "done", "ended": True, "done": 3, "total": 3, "percent": 100, "error": "", "url": "/admin/jobs/1"}
    money = {"before": rupees(259800), "after": rupees(233820), "difference": rupees(-25980)}
    base = {"number": "NEEL-1 <b>", "at": "2026-11-20T06:30:00+00:00", "url": "/admin/orders/1", "error": ""}
    why = [{"label": "Diwali & more", "amount": rupees(-25980)}]
    rows = [{**base, **money, "why": []} | {"error": "coupons: late"}, {**base, **money, "why": why}]
    found = {"orders": 3, "changed": 1, "failed": 1, "difference": rupees(-25980), "rows": rows}
    return {"plugin": plugin, "job": job, "with_settings": False, "found": found, "form": FRESH, "most": 5000}


def uninstall_page(plugin: Context) -> Context:
    """What the shop keeps of a plugin."""
    there = {"collections": {"points": 12}, "extensions": {"order": 3}, "settings": True, "shared": ["notes"]}
    return {"plugin": plugin, "there": there | {"interrupted": True}, "unpaid": 2, "enabled": False, "form": FRESH}


def cases_of_orders() -> dict[str, tuple[str, Context]]:
    """Sign-in, the start page, orders, customers."""
    rows, views = sample("orders"), sample("views")
    wrong = {"values": {"email": "a@b.in"}, "errors": {}, "summary": [{"field": "", "message": "Wrong."}]}
    orders = {"orders": rows, "views": views, "q": "", "next_url": "?cursor=x"}
    asha = sample("customer")
    home, path, people = "/admin", "/admin/orders", "/admin/customers"
    all_customers = {"q": "", "csv_url": f"{people}/export.csv"}
    return {
        "login": ("pages/login.html", page("Sign in", "/admin/login", form=FRESH)),
        "login-refused": ("pages/login.html", page("Sign in", "/admin/login", form=wrong, next="/admin")),
        "dashboard": ("pages/dashboard.html", page("Today", home, cards=sample("cards"), recent_orders=rows)),
        "dashboard-sales": ("pages/dashboard.html", page("Today", home, sales(5, 0, 9), cards=[], recent_orders=[])),
        "dashboard-new": ("pages/dashboard.html", page("Today", home, cards=[], recent_orders=[])),
        "orders": ("pages/orders.html", page("Orders", path, orders)),
        "orders-crowded": ("pages/orders.html", page("Orders", path, orders, crowded())),
        "orders-new-shop": ("pages/orders.html", page("Orders", path, orders, orders=[], shop_is_new=True)),
        "orders-none": ("pages/orders.html", page("Orders", path, orders, orders=[], next_url=None)),
        "orders-miss": ("pages/orders.html", page("Orders", path, orders, orders=[], views=[], q=rows[1]["customer"])),
        "order": ("pages/order.html", order(unshipped=[TWO_PIECES])),
        "order-edit": ("pages/order_edit.html", edited()),
        "order-edit-parcel": ("pages/order_edit.html", edited(has_left=True)),
        "order-edit-closed": ("pages/order_edit.html", edited(closed="It was cancelled. <b>")),
        "order-edit-sums": ("pages/order_edit.html", edited(plan=plan_of_edit(), after=sample("order")["order"])),
        "order-ledger": (
            "pages/order.html",
            order(ledger=ledger(), unshipped=[{**TWO_PIECES}, {**TWO_PIECES, "id": "l2"}]),
        ),
        "order-refund": ("pages/order.html", order(ledger=ledger(), refundable=LEFT, refund=sums(), form=TYPED)),
        "order-refundable": ("pages/order.html", order(ledger=ledger(), refundable=LEFT)),
        "order-shipped": ("pages/order.html", shipped()),
        "customers": ("pages/customers.html", page("Customers", people, customers=[asha], **all_customers)),
        "customers-none": ("pages/customers.html", page("Customers", people, customers=[], **all_customers)),
        "customer": (
            "pages/customer.html",
            page("Asha Rao", people, customer=asha, orders=rows, addresses=[sample("address")], consents=AGREED),
        ),
        "customer-elsewhere": (
            "pages/customer.html",
            page(
                "Asha Rao",
                people,
                customer={**asha, "has_password": False, "email_verified_at": "2025-12-02"},
                signs_in_with=["Google", "A cooperative of weavers <b>"],
            ),
        ),
        "customer-erase": ("pages/customer_erase.html", page("Erase", people, **erasure(blockers=[]))),
        "customer-erase-refused": ("pages/customer_erase.html", page("Erase", people, **erasure())),
    }


def cases_of_work() -> dict[str, tuple[str, Context]]:
    """Bulk steps, jobs, the search."""
    refused = [{"label": "AN-<b>1", "url": "/admin/orders/1", "reason": "not paid"}]
    step = {"board": "orders", "action": "pack", "able": 37, "ids": "1,2", "run_url": "/run", "back_url": "/back"}
    seen = {**step, "reasons": [("not paid", 2), ("cancelled", 1)], "refused": refused, "refused_total": 3}
    none = {**step, "able": 0, "reasons": [], "refused": [], "refused_total": 0}
    failures = [{"ref": "AN-<b>1", "reason": "Order cannot <b>go"}]
    ended = job(state="done", ended=True, failed=3, error="Odd <b>", result={"last": "x"}, ended_at="2025-12-02")
    hits = [{"key": "orders", "hits": [{"label": "AN-<b>1", "url": "/admin/orders/1", "more": "Asha <b>"}]}]
    where = "/admin/jobs"
    actions = ("ship", "deliver", "cancel", "publish", "draft", "archive")
    return {
        "bulk": ("pages/bulk.html", page("Pack", "/admin/orders", seen, with_note=True)),
        "bulk-none": ("pages/bulk.html", page("Pack", "/admin/orders", none, with_note=False)),
        **{
            f"bulk-{action}": ("pages/bulk.html", page("Do", "/admin/orders", seen, action=action, with_note=False))
            for action in actions
        },
        "jobs": ("pages/jobs.html", page("Jobs", where, jobs=[job(), ended], next_url="?cursor=x")),
        "jobs-none": ("pages/jobs.html", page("Jobs", where, jobs=[], next_url="")),
        "job": ("pages/job.html", page("Pack 40 orders", where, job=job(), failures=[])),
        "job-ended": ("pages/job.html", page("Pack 40 orders", where, job=ended, failures=failures)),
        "job-queued": ("pages/job.html", page("Pack 40 orders", where, job=job(state="queued", total=0), failures=[])),
        "search": ("pages/search.html", page("Search", "/admin/search", groups=hits, q="as")),
        "search-none": ("pages/search.html", page("Search", "/admin/search", groups=[], q="<b>as")),
    }


def place(code: str, label: str, *, active: bool = True) -> Context:
    """Where goods lie."""
    known = {"address": "12 Ring Road\nDelhi", "priority": 5, "version": 1, "home": code == "MAIN"}
    return {"code": code, "label": label, "active": active, **known}


PLACES = [place("MAIN", "Main location"), place("DEL", "Delhi"), place("OLD", "Old barn", active=False)]


def lying(item: Context) -> Context:
    """The stock, two pieces of it at another place."""
    return {**item, "away": 2, "lying": [{**PLACES[0], "pieces": item["on_hand"]}, {**PLACES[1], "pieces": 2}]}


def cases_of_goods() -> dict[str, tuple[str, Context]]:
    """Products and stock."""
    new = {"product": None, "extension_fields": [], "brands": []}
    stock, path = sample("stock"), "/admin/inventory"
    return {
        "products": ("pages/products.html", products()),
        "products-none": ("pages/products.html", products({"products": [], "total": 0, "pages": 0})),
        "product": ("pages/product_edit.html", product_form()),
        "product-new": ("pages/product_edit.html", product_form(new)),
        "product-conflict": ("pages/product_edit.html", product_form({"conflicts": CONFLICTS, "missing": ["maker"]})),
        "products-crowded": ("pages/products.html", products(crowded_goods())),
        "products-none-here": ("pages/products.html", products({"products": [], "total": 0, "shop_is_new": False})),
        "product-refused": ("pages/product_edit.html", product_form(new, {"form": sample("refused_product")})),
        "inventory": (
            "pages/inventory.html",
            page("Inventory", path, items=stock, q="", reasons=["received", "counted"]),
        ),
        "inventory-low": ("pages/inventory.html", page("Inventory", path, items=[], q="", low=True)),
        "stock": ("pages/stock.html", page("SAR-IND-M", path, item=stock[0], log=sample("log"), reasons=["received"])),
        "inventory-places": (
            "pages/inventory.html",
            page("Inventory", path, items=[lying(item) for item in stock], q="", locations=PLACES, location="DEL"),
        ),
        "stock-places": (
            "pages/stock.html",
            page("SAR-IND-M", path, item=lying(stock[0]), log=sample("log"), locations=PLACES, form_id="01T"),
        ),
        "locations": ("pages/locations.html", page("Locations", path, locations=PLACES, location=None)),
        "location": ("pages/locations.html", page("Locations", path, locations=PLACES, location=PLACES[1])),
        "stock-new": ("pages/stock.html", page("SAR-IND-M", path, item=stock[0], log=[])),
    }


def cases_of_tables() -> dict[str, tuple[str, Context]]:
    """Products as CSV files."""
    path, at = "/admin/products/import", "2025-12-02T08:35:00+00:00"
    column = {"name": "care.<b>", "level": "product", "meaning": "Of <b>", "example": "a | b"}
    change = {"slug": "a<b>", "sku": "", "column": "name", "before": "", "after": "=<b>"}
    error = {"line": "17", "column": "", "sku": "", "message": "Give <b>"}
    told = {"created": 1, "updated": 0, "unchanged": 2, "refused": 1, "stock": 0}
    told |= {"changes": [change], "changed": 40, "notes": ["Read as <b>"]}
    check = {"state": "done", "ended": True, "done": 4, "total": 4, "failed": 2, "error": "", "result": told}
    busy = {**check, "ended": False, "state": "running", "done": 2, "result": {}}
    found = {"id": "i1", "filename": "a<b>.csv", "by": "Meera <b>", "at": at}
    whole = {"found": found, "check": check, "job": None, "now": check, "errors": [error], "startable": True}
    kept = {"columns": [column], "form": FRESH, "most_megabytes": 32, "recent": [found]}
    wrong = {**FRESH, "errors": {"file": "No <b>"}, "summary": [{"field": "file", "message": "No <b>"}]}
    same = {**check, "result": {**told, "created": 0, "refused": 0, "changes": []}}
    ends = {state: {**check, "state": state, "error": "Odd <b>"} for state in ("done", "failed", "cancelled")}
    return {
        "import-new": ("pages/product_import_new.html", page("Import", path, kept)),
        "import-wrong": ("pages/product_import_new.html", page("Import", path, kept, form=wrong, recent=[])),
        "import": ("pages/product_import.html", page("a", path, whole)),
        "import-same": ("pages/product_import.html", page("a", path, whole, check=same, now=same, errors=[])),
        "import-gone": ("pages/product_import.html", page("a", path, whole, startable=False)),
        "import-checking": (
            "pages/product_import.html",
            page("a", path, whole, check=busy, now=busy, errors=[], startable=False),
        ),
        **{
            f"import-{state}": ("pages/product_import.html", page("a", path, whole, job=end, now=end, startable=False))
            for state, end in ends.items()
        },
        "export": (
            "pages/product_export.html",
            page("Export", path, columns=[column], form=FRESH, statuses=["draft"], separators=["comma"]),
        ),
    }


def cases_of_the_log() -> dict[str, tuple[str, Context]]:
    """Who did what."""
    path, at = "/admin/audit", "2025-12-02T08:35:00+00:00"
    change = {"name": "name", "text": "A <b> → B"}
    entry = {"id": "e", "at": at, "by": "Meera <b>", "by_url": "?", "action": "product.saved", "target": "product:<b>"}
    entries = [{**entry, "target_url": "?", "changes": [change], "ip": ""}]
    chips = [{"key": "actor", "value": "Meera", "remove_url": "?"}, {"key": "target", "value": "x", "remove_url": "?"}]
    kept = {"chips": [], "now": {}, "csv_url": "/admin/audit.csv", "next_url": ""}
    return {
        "audit": ("pages/audit.html", page("Audit log", path, kept, entries=entries, next_url="?cursor=x")),
        "audit-new": ("pages/audit.html", page("Audit log", path, kept, entries=[])),
        "audit-none": ("pages/audit.html", page("Audit log", path, kept, entries=[], chips=chips)),
    }


CONFLICTS = [
    {"field": "name", "label": "Shop name", "mine": "Neel <b>", "theirs": "Neel & Co", "both": True},
    {"field": "email", "label": "E-mail", "mine": "", "theirs": "a@b.in", "both": False},
]


def settings_page(fields: list[Context], **more: Any) -> Context:
    """The shop's own settings."""
    groups = [{"key": "shop", "fields": fields[:1]}, {"key": "other", "fields": fields[1:]}]
    rows = [{"name": "SPOEQ_ENV", "value": "dev<b>", "given": given, "hint": "x"} for given in (True, False)]
    whole = {"groups": groups, "hits": [], "q": "", "form": FRESH, "version": 3, "base": "{}", "conflicts": []}
    return page("Settings", "/admin/settings", whole, {"environment": rows}, more)


def stuck() -> list[Context]:
    """Dead letters that failed alike."""
    letters = sample("letters")
    return [
        {"key": f"g{n}", "type": one["type"], "subscriber": one["subscriber"], "error": one["error"]}
        | {"count": count, "letters": letters}
        for n, (one, count) in enumerate(((letters[0], 36), (letters[-1], 1)))
    ]


def cases_of_settings() -> dict[str, tuple[str, Context]]:
    """Plugins, settings, dead letters and the small pages."""
    on, broken, fields = sample("plugin"), sample("broken"), sample("settings")
    off = {**on, "name": "cod", "title": "Cod", "state": "disabled", "fault": "price: TimeoutError"}
    lost = {"code": 404, "title": "This page is not here", "detail": "It may have moved."}
    path = "/admin/dead-letters"
    return {
        "plugins": ("pages/plugins.html", page("Plugins", "/admin/plugins", plugins=[on, off, broken])),
        "plugin": ("pages/plugin.html", plugin_page(on, fields)),
        "plugin-off": ("pages/plugin.html", plugin_page(off, [])),
        "plugin-broken": ("pages/plugin.html", plugin_page(broken, [])),
        "plugin-health": ("pages/plugin_health.html", page("Plugin health", "/admin/plugins", TROUBLE)),
        "plugin-uninstall": ("pages/plugin_uninstall.html", page("Uninstall", "/admin/plugins", uninstall_page(on))),
        "plugin-replay": ("pages/plugin_replay.html", page("On past orders", "/admin/plugins", replay_page(on))),
        "plugin-replay-begun": (
            "pages/plugin_replay.html",
            page("On past orders", "/admin/plugins", replay_page(on) | {"job": None, "found": None}),
        ),
        "settings": ("pages/settings.html", settings_page(fields)),
        "settings-conflict": ("pages/settings.html", settings_page(fields, conflicts=CONFLICTS, q="na", hits=fields)),
        "dead-letters": ("pages/dead_letters.html", page("Dead letters", path, groups=stuck(), form=FRESH)),
        "dead-letters-none": ("pages/dead_letters.html", page("Dead letters", path, groups=[], form=FRESH)),
        "error": ("pages/error.html", page("Not found", "/admin/nowhere", lost)),
        "gallery": ("pages/gallery.html", page("Gallery", "/admin/gallery")),
    }


def cases_of_themes() -> dict[str, tuple[str, Context]]:
    """Themes, their settings and their pages."""
    fine = {"title": "Neel <b>", "face": "storefront", "extends": "", "active": True, "can_preview": True}
    fine |= {"name": "neel", "url": "/admin/themes/neel", "errors": [], "warnings": [], "faults": []}
    fine |= {"pages": [{"title": "Home page", "url": "/admin/themes/neel/pages/home"}]}
    torn = {**fine, "name": "torn", "extends": "neel", "active": False, "errors": ["a template is missing"]}
    torn |= {"warnings": ["a setting"], "faults": ["home.html: ValueError"], "url": "/admin/themes/torn"}
    spec = {"hint": "Why.", "minimum": "0", "maximum": "20", "step": "1", "max_length": 80, "options": []}
    logo = {"src": "/media/logo.png", "alt": "Logo", "width": 160, "height": 40}
    values = {"color": "#1F4172", "font": "serif", "range": "8", "bool": True, "richtext": "<p>a</p>", "image": logo}
    values |= {"text": "<b>Chanderi", "url": "/", "menu": "A | /a", "product": "", "collection": "", "select": "a"}
    choices = [{"value": "a", "label": "A"}, {"value": "serif", "label": "Serif"}]
    fields = [
        {**spec, "name": f"setting.{kind}", "type": kind, "label": kind.title(), "value": value, "options": choices}
        for kind, value in values.items()
    ]
    groups = [{"group": "Colours", "fields": fields[:6]}, {"group": "", "fields": fields[6:]}]
    wrong = {"setting.color": "Accent #999999 on Page #FFFFFF (light): 2.84 to 1.", "setting.image": "No picture."}
    told = {**FRESH, "errors": wrong, "summary": [{"field": f, "message": m} for f, m in wrong.items()]}
    editor = {"about": fine, "groups": groups, "revision": 3, "draft": False, "preview": False, "form": FRESH}
    sections = [
        {"id": "hero", "title": "Hero", "about": "Woven", "blocks": 0, "problems": [], "settable": True},
        {"id": "gone", "title": "gone", "about": "", "blocks": 1, "problems": ["Nobody has it."], "settable": False},
    ]
    arranged = {"sections": sections, "kinds": choices, "changed": True, "can_undo": True, "revision": 3}
    arranged |= {"theme_title": "Neel", "theme_url": fine["url"], "action": "/admin/themes/neel/pages/home"}
    blocks = [{"id": "b1", "title": "A reason", "groups": [{"group": "", "fields": fields[6:7]}]}]
    blocks += [{"id": "b2", "title": "What plugins bring: home.sections", "groups": []}]
    section = {"back": arranged["action"], "back_label": "Home page", "action": f"{arranged['action']}/hero"}
    section |= {"revision": 3, "groups": groups[:1], "blocks": blocks, "kinds": choices, "form": FRESH}
    path = "/admin/themes"
    lost = [{"name": "lost", "reason": "theme.toml <b>Chanderi"}]
    empty = {"sections": [], "changed": False, "can_undo": False}
    return {
        "themes": ("pages/themes.html", page("Themes", path, themes=[fine, torn], broken=lost)),
        "theme": ("pages/theme.html", page("Neel", path, editor)),
        "theme-refused": ("pages/theme.html", page("Neel", path, editor, form=told)),
        "theme-preview": ("pages/theme.html", page("Neel", path, editor, draft=True, preview=True)),
        "theme-bare": ("pages/theme.html", page("Bare", path, editor, about=torn, groups=[])),
        "composition": ("pages/composition.html", page("Home page", path, arranged)),
        "composition-empty": ("pages/composition.html", page("Home page", path, arranged, empty)),
        "section": ("pages/section.html", page("Hero", path, section)),
        "section-bare": ("pages/section.html", page("Hero", path, section, groups=[], blocks=[], kinds=[])),
    }


TWO_PIECES = {"id": "l1", "name": "Saree <b>", "sku": "SAR-1", "left": 2}
CASES = {
    **cases_of_orders(),
    **cases_of_work(),
    **cases_of_goods(),
    **cases_of_settings(),
    **cases_of_the_log(),
    **cases_of_themes(),
    **cases_of_tables(),
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test a page."""
    if "page_case" in metafunc.fixturenames:
        metafunc.parametrize("page_case", CASES.values(), ids=CASES.keys())


@pytest.fixture
def cases() -> dict[str, tuple[str, Context]]:
    """All pages with their contexts, by name."""
    return CASES
