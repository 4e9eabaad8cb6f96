"""Believable pages of a shop: empty, ordinary, crowded and hostile ones, composed from `samples.json`."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from spoeq_core.web.themes import load_theme
from spoeq_core.web.themes.design import read_design
from spoeq_core.web.themes.values import for_templates, read_values

Context = dict[str, Any]
SAMPLES: Context = json.loads(Path(__file__).with_name("samples.json").read_text("utf-8"))
FOLDER = Path(__file__).parents[1] / "spoeq_theme_storefront"
DESIGN = read_design([load_theme("storefront", FOLDER)], {})
DECLINED: Context = {"url": "/orders/01ORD/pay?token=t", "failed": True, "reason": "The bank declined the payment."}
FRESH: Context = {"values": {}, "errors": {}, "summary": []}
NOTHING = {"products": [], "total": 0, "pages": 0, "next_url": None}
EVERYWHERE = {"category": None, "breadcrumb": []}


def sample(name: str) -> Any:
    """A piece of the samples, that a page may change."""
    return deepcopy(SAMPLES[name])


def page(title: str, path: str, *parts: Context, signed_in: bool = False) -> Context:
    """A page's whole context: what every page gets, and its own parts, later ones winning."""
    about = {
        "title": title,
        "description": "Handmade things from all over India.",
        "canonical": f"https://anand.example{path}",
        "kind": "page",
    }
    whole = {**sample("common"), "request_path": path, "page": about}
    if signed_in:
        whole["visitor"] = {"signed_in": True, "name": "Asha Rao"}
    for part in parts:
        whole |= part
    return whole


def sections(name: str, loaded: Context) -> list[Context]:
    """The sections of a page as the theme ships it, with what the shop would have loaded for each."""
    found = []
    for section in DESIGN.pages[name]:
        kind = DESIGN.sections[section.type]
        blocks = [
            {"id": block.id, "type": block.type, "slot": block.slot, "settings": settings(block, DESIGN.blocks)}
            for block in section.blocks
        ]
        about = {"id": section.id, "type": section.type, "heading": kind.heading, "first": not found}
        data = {need: loaded.get(need) for need in kind.needs}
        found.append({**about, "settings": settings(section, DESIGN.sections), "blocks": blocks, "data": data})
    return found


def settings(part: Any, kinds: Any) -> Context:
    """The checked settings of a section or a block."""
    if part.type not in kinds:
        return {}
    values, _ = read_values(kinds[part.type].settings, part.settings, part.type)
    return for_templates(kinds[part.type].settings, values)


def home(*, hero: Context | None = None, **loaded: Any) -> Context:
    """The first page."""
    parts = sections("home", {**sample("home"), **loaded})
    parts[0]["settings"] |= hero if hero is not None else sample("home")["hero"]
    return page("Anand Emporium", "/", {"sections": parts})


def listing(*parts: Context, **more: Any) -> Context:
    """A category with filters in use."""
    return page("Clothing", "/category/clothing", sample("listing"), *parts, more)


def promise(state: str, **more: Any) -> Context:
    """What is said of the delivery to a PIN code."""
    return {"pin": "560001", "state": state, "city": "", "by": None, "price": None, "door": None, **more}


def product(**more: Any) -> Context:
    """A product with two options, one variant chosen."""
    return page("Chanderi silk-cotton saree", "/product/saree", sample("product"), more)


def cart(**more: Any) -> Context:
    """Two lines, one of which has less stock than wanted."""
    return page("Cart", "/cart", sample("cart"), more)


def empty_cart() -> Context:
    """A cart in which nothing is left."""
    whole = {**sample("cart")["cart"], "items": []}
    return cart(cart=whole, notices=[], cart_count=0)


def checkout(**more: Any) -> Context:
    """A guest's checkout, address given."""
    return page("Checkout", "/checkout", sample("checkout"), {"states": sample("states")}, more)


def refused(*fields: str) -> Context:
    """What a form looks like after it was refused."""
    told = {
        "postal_code": "Enter a PIN code of 6 digits, like 560001.",
        "payment_method": "Choose how you pay.",
        "delete_password": "This is not your password.",
        "password": "This is not your password.",
    }
    errors = {name: told[name] for name in fields}
    values = {"postal_code": "5600", "name": sample("long_shelf")[0]["name"]}
    return {"values": values, "errors": errors, "summary": [{"field": f, "message": m} for f, m in errors.items()]}


def order(**more: Any) -> Context:
    """A COD order on its way."""
    return {**sample("order"), **more}


def confirmation(paying: Context | None = None, **more: Any) -> Context:
    """The page after placing an order as a guest."""
    offer = {"account_url": "/orders/01ORD/account?token=t", "form": FRESH, "paying": paying}
    return page("Thank you", "/orders/01ORD/confirmation", offer, {"order": order(**more)})


def long_cart(lines: int) -> Context:
    """A cart of so many lines, of each almost all that one may order."""
    line = {**sample("cart")["cart"]["items"][0], "name": "Long " * 60, "quantity": 99}
    items = [{**line, "id": f"l-{number}"} for number in range(lines)]
    return cart(cart={**sample("cart")["cart"], "items": items}, cart_count=99 * lines)


def many_variants(count: int) -> Context:
    """A product that is chosen by one option of so many values, the dearest that can be sold."""
    most = {"amount": 99_99_99_999_00, "currency": "INR"}
    values = [
        {"value": str(n), "label": f"Size {n}", "selected": n == 1, "available": n % 2 == 1, "url": "?"}
        for n in range(count)
    ]
    group = {"name": "size", "label": "Size", "kind": "select", "values": values}
    whole = sample("product")
    named = {**whole["product"], "name": "Endless" * 43, "images": []}
    chosen = {**whole["selected"], "price": {"mrp": most, "sale": most}, "images": []}
    return product(product=named, selected=chosen, option_groups=[group])


def tracking(**more: Any) -> Context:
    """An order followed from its signed link."""
    return page("Order AN-10042", "/track/AN-10042", sample("tracking"), {"order": order(), "form": FRESH}, more)


def account(title: str, path: str, **more: Any) -> Context:
    """A signed-in page."""
    return page(title, path, more, signed_in=True)


def overview(**more: Any) -> Context:
    """The account at a glance."""
    return account(
        "Account", "/account", customer={"name": more.pop("name"), "email": "asha@example.in", "phone": None}, **more
    )


def orders() -> list[Context]:
    """Three orders, one of many lines."""
    line = sample("order")["items"][0]
    lines = [{**line, "id": str(number)} for number in range(6)]
    return [order(), order(id="2", status="delivered"), order(id="3", status="cancelled", items=lines)]


def addresses(**more: Any) -> Context:
    """The address book."""
    long = {**sample("address"), "id": "a2", "name": sample("long_shelf")[0]["name"]}
    book = {"addresses": [sample("address"), long], "form": FRESH, "editing": None, "states": sample("states")}
    return account("Addresses", "/account/addresses", **{**book, **more})


def sign_in(**more: Any) -> Context:
    """Sign-in and registration."""
    return page("Sign in", "/login", {"form": FRESH, "next": "/checkout"}, more)


def cases_of_the_journey() -> dict[str, tuple[str, Context]]:
    """From the first page to the parcel."""
    soon = {"title": "Soon", "text": "", "url": "", "cta": "", "image": None}
    wrong = {"values": {"email": "a@b.in"}, "errors": {}, "summary": [{"field": "", "message": "Something is wrong."}]}
    bare = {"facets": [], "chips": []}
    searched = {**NOTHING, **bare, **EVERYWHERE, "q": "<script>alert(1)</script>"}
    return {
        "home": ("pages/home.html", home()),
        "home-bare": (
            "pages/home.html",
            home(categories=[], products=[], hero=soon),
        ),
        "listing": ("pages/listing.html", listing()),
        "listing-one": (
            "pages/listing.html",
            listing(bare, EVERYWHERE, products=sample("long_shelf"), total=1, pages=1, next_url=None),
        ),
        "listing-last": ("pages/listing.html", listing(page_number=3, next_url=None, prev_url="?page=2")),
        "listing-none": ("pages/listing.html", listing(NOTHING)),
        "listing-new": ("pages/listing.html", listing(NOTHING, bare, sorts=[])),
        "search": ("pages/listing.html", listing(EVERYWHERE, q="khadi", request_path="/search")),
        "search-none": ("pages/listing.html", listing(searched)),
        "product": ("pages/product.html", product()),
        "product-unchosen": ("pages/product.html", product(selected=None)),
        **{
            f"product-{state or 'unasked'}": ("pages/product.html", product(delivery=promise(state)))
            for state in ("", "nowhere", "unknown", "wrong", "failed")
        },
        "cart": ("pages/cart.html", cart()),
        "cart-added": ("pages/cart.html", cart(added=sample("cart")["cart"]["items"][0])),
        "cart-sixty": ("pages/cart.html", long_cart(60)),
        "product-many": ("pages/product.html", many_variants(40)),
        "cart-empty": ("pages/cart.html", empty_cart()),
        "checkout": ("pages/checkout.html", checkout()),
        "checkout-refused": (
            "pages/checkout.html",
            checkout(form=refused("postal_code", "payment_method"), addresses=[sample("address")]),
        ),
        "checkout-steps": ("pages/checkout.html", checkout(steps={"done": ["contact", "address"], "at": "delivery"})),
        "checkout-fresh": ("pages/checkout.html", checkout(form=FRESH, quote=None)),
        "confirmation": ("pages/confirmation.html", confirmation(status="confirmed")),
        "confirmation-pending": (
            "pages/confirmation.html",
            confirmation(
                {"url": "/orders/01ORD/pay?token=t", "failed": False, "reason": ""},
                status="pending_payment",
                payment={"status": "pending"},
            ),
        ),
        "confirmation-failed": (
            "pages/confirmation.html",
            confirmation(
                DECLINED,
                status="pending_payment",
                payment={"status": "failed"},
            ),
        ),
        "tracking": ("pages/tracking.html", tracking()),
        "tracking-unpaid": ("pages/tracking.html", tracking(paying=DECLINED, order=order(status="pending_payment"))),
        "tracking-form": ("pages/tracking.html", tracking(order=None, steps=[], aftersales=[], shipments=[])),
        "login": ("pages/login.html", sign_in()),
        "login-refused": ("pages/login.html", sign_in(form=wrong, next="")),
        "login-elsewhere": ("pages/login.html", sign_in(logins=LOGINS)),
        "register": ("pages/register.html", sign_in()),
        "register-elsewhere": ("pages/register.html", sign_in(logins=LOGINS)),
        "checkout-elsewhere": ("pages/checkout.html", checkout(logins=LOGINS)),
    }


def privacy(**more: Any) -> Context:
    """One's own data, with an order that is not finished."""
    open_order = {"number": "AN-10042", "url": "/account/orders/01ORD", "why": "It is not delivered yet. <b>"}
    mine = {"agreed_since": "2025-12-02", "unfinished": [open_order], "form": FRESH}
    return account("Your data", "/account/privacy", **{**mine, **more})


LOGINS = [
    {"name": "google", "label": "Google", "url": "/api/v1/auth/oauth/google?next=/checkout"},
    {"name": "long", "label": "A cooperative of weavers <b>", "url": "/api/v1/auth/oauth/long"},
]


def sign_ins(**more: Any) -> Context:
    """The ways into an account: two accounts elsewhere, one of a provider that is switched off."""
    google = {
        "id": "google:110169484474386276334",
        "label": "Google",
        "email": "asha@example.in",
        "since": "2025-12-02",
        "used_at": "2025-12-09",
        "offered": True,
    }
    other = {**google, "id": "long:<b>", "label": LOGINS[1]["label"], "email": "", "used_at": None, "offered": False}
    mine = {
        "email": "asha@example.in",
        "has_password": False,
        "ask_password": False,
        "linked": [google, other],
        "addable": LOGINS[:1],
        "form": FRESH,
    }
    return account("Signing in", "/account/sign-ins", **{**mine, **more})


def cases_of_the_account() -> dict[str, tuple[str, Context]]:
    """What a customer finds again, and the small pages."""
    lost = {"code": 404, "title": "This page is not here", "detail": "It may have moved, or the address has a slip."}
    mine = "/account/orders"
    editing = addresses(addresses=[], form=refused("postal_code"), editing=sample("address"), states=[])
    return {
        "account": ("pages/account.html", overview(name="Asha Rao", last_order=order(), addresses=[sample("address")])),
        "account-new": ("pages/account.html", overview(name="", last_order=None, addresses=[])),
        "orders": ("pages/orders.html", account("Your orders", mine, orders=orders(), next_url="?cursor=x")),
        "orders-none": ("pages/orders.html", account("Your orders", mine, orders=[], next_url=None)),
        "order": ("pages/order.html", account("Order AN-10042", f"{mine}/01ORD", order=order())),
        "order-unpaid": (
            "pages/order.html",
            account("Order AN-10042", f"{mine}/01ORD", paying=DECLINED, order=order(status="pending_payment")),
        ),
        "addresses": ("pages/addresses.html", addresses()),
        "addresses-edit": ("pages/addresses.html", editing),
        "privacy": ("pages/privacy.html", privacy(agreed_since=None, unfinished=[])),
        "privacy-refused": ("pages/privacy.html", privacy(form=refused("delete_password"))),
        "sign-ins": ("pages/sign_ins.html", sign_ins()),
        "sign-ins-none": ("pages/sign_ins.html", sign_ins(has_password=True, linked=[])),
        "sign-ins-asked": (
            "pages/sign_ins.html",
            sign_ins(has_password=True, ask_password=True, addable=LOGINS, form=refused("password")),
        ),
        "sign-ins-alone": ("pages/sign_ins.html", sign_ins(has_password=True, linked=[], addable=[])),
        "gallery": ("pages/gallery.html", page("Gallery", "/admin/gallery/storefront", {"form": FRESH})),
        "menu": ("pages/menu.html", page("All categories", "/menu")),
        "error": ("pages/error.html", page("Not found", "/nowhere", lost)),
    }


CASES = {**cases_of_the_journey(), **cases_of_the_account()}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test a page."""
    if "page_case" in metafunc.fixturenames:
        metafunc.parametrize("page_case", CASES.values(), ids=CASES.keys())


@pytest.fixture
def cases() -> dict[str, tuple[str, Context]]:
    """All pages with their contexts, by name; what a test changes in them is its own."""
    return deepcopy(CASES)
