"""What is hard to lay out: endless names, crores, forty variants, no picture, carts of sixty lines, every wrong form.

The pages that the crawl of `tour` cannot find, and the goods that make them hard; and the admin as each role sees it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from playwright.sync_api import Browser, BrowserContext

from tests.e2e.tour import Stop, Tour, crawl, from_here, once, sign_in
from tests.processes import RunningDemo

ROLES = ("staff", "warehouse", "support")
SUBMIT = "main form:has([name={}]) button:is([type=submit], :not([type])):not([aria-hidden])"
LONG = (
    "Hand-block-printed Bagru cotton double bedspread with quilted border, natural indigo and madder dyes, "
    "washed in the water of the Sanjariya river, with four pillow covers and a drawstring bag of the same cloth "
    "(Donaudampfschifffahrtsgesellschaftskapitänsmütze edition, 274 by 274 centimetres, for summer and winter)"
)[:300].ljust(300, "!")
COLOURS = ("Indigo", "Madder red", "Turmeric", "Off-white", "Charcoal with a woven selvedge")
SIZES = ("XS", "S", "M", "L", "XL", "2XL", "3XL", "Made to measure")
DECLARED = {
    "country_of_origin": "IN",
    "maker": "Neel Textiles, 14 Church Street, Bengaluru 560001",
    "net_quantity": "1",
}


def stock_hard_goods(demo: RunningDemo) -> dict[str, str]:
    """Puts the goods into the shop; their ids by what they are."""
    staff = demo.token("admin@demo.spoeq")
    category = demo.client.get("/api/v1/categories").json()["items"][0]["id"]
    ids = {}
    for kind, body in {"long": endless(), "many": forty()}.items():
        body |= {"status": "active", "category_ids": [category], "declarations": DECLARED, "hsn": "630411"}
        made = demo.client.post("/api/v1/products", json=body, headers=staff)
        assert made.status_code == 201, made.text
        ids[kind] = made.json()["id"]
    return ids


def endless() -> dict[str, Any]:
    """300 characters, ₹99,99,99,999, no picture."""
    price = {"mrp": rupees(99_99_99_999), "sale": rupees(99_99_99_999)}
    return {
        "name": LONG,
        "description": "Nobody has bought it yet.",
        "specs": {"Washing": "By hand, in cold water, once a decade. " * 8},
        "variants": [{"sku": "HARD-LONG-" + "X" * 40, "price": price, "stock": 5}],
    }


def forty() -> dict[str, Any]:
    """Five colours in eight sizes; each seventh is sold out, and prices differ."""
    variants = []
    for number, (colour, size) in enumerate((colour, size) for colour in COLOURS for size in SIZES):
        price = {"mrp": rupees(2_499), "sale": rupees(1_799 + 50 * (number % 8))}
        options = {"Colour": colour, "Size": size}
        variants.append({"sku": f"HARD-{number:02}", "options": options, "price": price, "stock": number % 7 * 3})
    return {
        "name": "Kurta in forty kinds",
        "description": "One cut, five colours, eight sizes.",
        "options": [{"name": "Colour", "values": list(COLOURS)}, {"name": "Size", "values": list(SIZES)}],
        "variants": variants,
    }


def rupees(whole: int) -> dict[str, object]:
    """An amount as the API takes it."""
    return {"amount": whole * 100, "currency": "INR"}


def plan_hard(browser: Browser, base_url: str, ids: dict[str, str]) -> Tour:
    """The pages of the hard goods, wrong forms and empty lists."""
    contexts = {who: visitor(browser, base_url) for who in ("hoarder", "stranger", "beginner", "manager")}
    fill_up(contexts["hoarder"])
    register(contexts["beginner"])
    sign_in(contexts["manager"], "/admin/login", "admin@demo.spoeq")
    paths = {kind: "/product/" + slug_of(contexts["stranger"], key) for kind, key in ids.items()}
    stops = (*shopping(paths), *wrong_forms(), *nothing_there(), *staff_work(ids))
    return Tour({who: leave(context) for who, context in contexts.items()}, stops)


def plan_roles(browser: Browser, base_url: str) -> Tour:
    """Every page that a role is led to. Where a link leads to what the role may not see, the crawl says so."""
    cookies, stops = {}, []
    for role in ROLES:
        context = visitor(browser, base_url)
        sign_in(context, "/admin/login", f"{role}@demo.spoeq")
        stops += [replace(stop, name=f"as-{role}-{stop.name}") for stop in once(list(crawl(context, role, "/admin")))]
        cookies[role] = leave(context)
    return Tour(cookies, tuple(stops))


def shopping(paths: dict[str, str]) -> Iterator[Stop]:
    """As a shopper meets the hard goods, and what lies over the page."""
    yield Stop("hard-product-long", "stranger", paths["long"])
    yield Stop("hard-product-many", "stranger", paths["many"])
    yield Stop("hard-product-chosen", "stranger", f"{paths['many']}?opt.Colour=Indigo&opt.Size=S")
    yield Stop("hard-search", "stranger", "/search?q=bagru")
    yield Stop("hard-cart", "hoarder", "/cart")
    yield Stop("hard-checkout", "hoarder", "/checkout")
    yield Stop("listing-second-page", "stranger", "/products?page=2&sort=-price")
    yield Stop("listing-filtered", "stranger", "/products?in_stock=1&price_max=90000")
    yield Stop("listing-filter-sheet", "stranger", "/products#filters", one_screen=True)
    option, dialog = "#suggestions [role=option]", "dialog[open]"
    yield Stop("search-suggestions", "stranger", "/", ("#search",), typed="kurt", shows=option, one_screen=True)
    chosen = f"{paths['many']}?opt.Colour=Indigo&opt.Size=S"
    yield Stop("product-added", "stranger", chosen, ("#buy .button--primary",), shows=dialog, one_screen=True)


def wrong_forms() -> Iterator[Stop]:
    """Forms that were sent empty."""
    yield Stop("wrong-login", "stranger", "/login", (SUBMIT.format("password"),))
    yield Stop("wrong-register", "stranger", "/register", (SUBMIT.format("password"),))
    yield Stop("wrong-track", "stranger", "/track", ("main form button",))
    yield Stop("wrong-checkout", "hoarder", "/checkout", ("main button.button--primary >> visible=true",))
    yield Stop("wrong-address", "beginner", "/account/addresses", (SUBMIT.format("postal_code"),))
    yield Stop("wrong-admin-login", "stranger", "/admin/login", (SUBMIT.format("password"),))
    yield Stop("wrong-admin-product", "manager", "/admin/products/new", (".save-bar .button--primary",))
    yield Stop("wrong-admin-coupon", "manager", "/admin/coupons/new", (SUBMIT.format("code"),))


def nothing_there() -> Iterator[Stop]:
    """Lists without a row, and pages that are not there."""
    yield Stop("empty-listing", "stranger", "/products?price_min=99999999")
    yield Stop("empty-account", "beginner", "/account")
    yield Stop("empty-account-orders", "beginner", "/account/orders")
    yield Stop("empty-account-addresses", "beginner", "/account/addresses")
    yield Stop("empty-admin-orders", "manager", "/admin/orders?q=zzzzzz")
    yield Stop("empty-admin-products", "manager", "/admin/products?q=zzzzzz")
    yield Stop("empty-admin-customers", "manager", "/admin/customers?q=zzzzzz")
    yield Stop("empty-admin-inventory", "manager", "/admin/inventory?q=zzzzzz")
    yield Stop("empty-admin-search", "manager", "/admin/search?q=zzzzzz")
    yield Stop("empty-admin-page", "manager", "/admin/no-such-page")


def staff_work(ids: dict[str, str]) -> Iterator[Stop]:
    """What staff see in the middle of something."""
    yield Stop("hard-admin-product-many", "manager", f"/admin/products/{ids['many']}")
    yield Stop("hard-admin-product-long", "manager", f"/admin/products/{ids['long']}")
    yield Stop("hard-admin-products", "manager", "/admin/products?q=bagru")


def visitor(browser: Browser, base_url: str) -> BrowserContext:
    """A browser of its own, without a script."""
    context = browser.new_context(base_url=base_url, java_script_enabled=False)
    context.set_default_timeout(20_000)
    return context


def leave(context: BrowserContext) -> list[dict[str, object]]:
    """Closes it; its cookies."""
    cookies = [dict(cookie) for cookie in context.storage_state()["cookies"]]
    context.close()
    return cookies


def slug_of(context: BrowserContext, key: str) -> str:
    """The name of a product in its address."""
    return str(context.request.get(f"/api/v1/products/{key}").json()["slug"])


def fill_up(context: BrowserContext) -> None:
    """Sixty lines, more than 99 pieces, the hard goods among them."""
    found = context.request.get("/api/v1/products?in_stock=1&per_page=100").json()["items"]
    skus = [variant["sku"] for item in found for variant in item["variants"] if variant["stock"]["state"] != "out"]
    hard = sorted((sku for sku in skus if sku.startswith("HARD")), key=len, reverse=True)
    for sku in (*hard[:8], *(sku for sku in skus if sku not in hard))[:60]:
        form = {"sku": sku, "quantity": "2"}
        answer = context.request.post("/cart/items", form=form, headers=from_here(context))
        assert answer.ok, answer.text()


def register(context: BrowserContext) -> None:
    """An account that has done nothing yet."""
    page = context.new_page()
    page.goto("/register")
    for name, value in {"name": "Naya Grahak", "email": "naya@example.com", "password": "Indigo-42-vats"}.items():
        page.locator(f"main [name={name}]").fill(value)
    page.locator("main form:has([name=password]) button").last.click()
    page.wait_for_url(re.compile("/account|/$"))
    page.close()
