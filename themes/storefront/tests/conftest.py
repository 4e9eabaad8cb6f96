"""Believable pages of a shop: empty, ordinary, crowded and hostile ones."""

from datetime import UTC, datetime
from typing import Any

import pytest

Context = dict[str, Any]
LONG = "Handwoven<b>Chanderi</b>silk&cotton" + "unbreakable" * 25
PLACED = datetime(2025, 12, 2, 8, 35, tzinfo=UTC)
FRESH: Context = {"values": {}, "errors": {}, "summary": []}
STATES = [{"value": code, "label": name} for code, name in (("KA", "Karnataka"), ("MH", "Maharashtra"), ("DL", "Delhi"))]


def inr(amount: int) -> dict[str, Any]:
    """Money, in paise."""
    return {"amount": amount, "currency": "INR"}


def image(name: str, alt: str = "") -> Context:
    """A photograph with one modern source."""
    sources = [{"type": "image/webp", "srcset": f"/media/{name}.webp 800w"}]
    return {"src": f"/media/{name}.png", "srcset": f"/media/{name}.png 800w", "alt": alt or name, "width": 800, "height": 1000, "sources": sources}


def card(name: str, *, slug: str = "saree", mrp: int = 349900, sale: int = 249900, state: str = "in_stock", **more: Any) -> Context:
    """A product in a list."""
    off = (mrp - sale) * 100 // mrp
    price = {"mrp": inr(mrp), "sale": inr(sale), "from": False}
    base = {"id": f"01-{slug}", "slug": slug, "name": name, "url": f"/product/{slug}", "brand": "Anokhi Weaves", "image": image(slug)}
    return {**base, "price": price, "percent_off": off, "badges": [], "stock_state": state, "rating": {"average": 4.3, "count": 128}, **more}


def shelf() -> list[Context]:
    """Six products that differ in all a card can show."""
    return [
        card("Chanderi silk-cotton saree", badges=["New"]),
        card("Block-printed cotton kurta with pockets", slug="kurta", mrp=129900, sale=84400, brand="Jaipur Chhapai"),
        card("Brass diya, set of four", slug="diya", mrp=89900, sale=89900, rating={"average": 0, "count": 0}),
        card("Kondapalli toy bullock cart", slug="toy", state="out", mrp=64900, sale=49900, brand=""),
        card("Darjeeling first flush, 100 g", slug="tea", state="low", image=None, price={"mrp": inr(59900), "sale": inr(45000), "from": True}),
        card("Terracotta handi with lid for slow cooking, 2.5 litre, unglazed", slug="handi", mrp=12345600, sale=11999950),
    ]


MENU = [
    {"slug": "clothing", "name": "Clothing", "url": "/category/clothing", "children": [{"slug": "sarees", "name": "Sarees", "url": "/category/sarees"}, {"slug": "kurtas", "name": "Kurtas", "url": "/category/kurtas"}]},
    *({"slug": word.lower().replace(" ", "-"), "name": word, "url": f"/category/{word.lower()}", "children": []} for word in ("Home linen", "Kitchen", "Tea & spices", "Toys", "Jewellery", "Footwear", "Books")),
]


def common(title: str = "Anand Emporium", path: str = "/", **more: Any) -> Context:
    """What every page gets."""
    shop = {"name": "Anand Emporium", "legal_name": "Anand Handicrafts Private Limited", "address": "14 Brigade Road, Bengaluru, Karnataka 560001", "email": "care@anand.example", "phone": "+91 80 4123 4567", "grievance_officer": "Meera Iyer, grievance@anand.example", "currency": "INR", "locale": "en_IN"}
    page = {"title": title, "description": "Handmade things from all over India.", "canonical": f"https://anand.example{path}", "kind": "page"}
    return {"shop": shop, "request_path": path, "scheme": "", "lang": "en", "page": page, "visitor": {"signed_in": False, "name": ""}, "cart_count": 3, "menu": MENU, **more}


def home(**more: Any) -> Context:
    """The first page."""
    hero = {"title": "Woven by hand, priced in plain sight", "text": "Sarees, linen, brass and tea from makers we know by name.", "url": "/category/clothing", "cta": "See the new sarees", "image": image("hero")}
    tiles = [{"slug": one["slug"], "name": one["name"], "url": one["url"], "image": image(one["slug"])} for one in MENU]
    rails = [{"title": "New this week", "url": "/products?sort=newest", "products": shelf()[:4]}, {"title": "Under ₹1,000", "url": "/products?price_max=1000", "products": shelf()[2:]}]
    return common(hero=hero, categories=tiles, rails=rails) | more


def listing(**more: Any) -> Context:
    """A category with filters in use."""
    colours = [{"value": name.lower(), "label": name, "count": 9 - at, "selected": at == 0, "url": "?"} for at, name in enumerate(("Indigo", "Madder", "Turmeric"))]
    facets = [
        {"name": "f.colour", "label": "Colour", "kind": "choice", "values": colours},
        {"name": "price", "label": "Price", "kind": "range", "values": [], "low": "500", "high": "", "min": "89", "max": "1,20,000"},
        {"name": "in_stock", "label": "Availability", "kind": "bool", "values": [{"value": "1", "label": "In stock only", "count": 40, "selected": False, "url": "?"}]},
        {"name": "f.origin", "label": "Country of origin", "kind": "choice", "values": [{"value": "IN", "label": "India", "count": 52, "selected": False, "url": "?"}]},
    ]
    chips = [{"label": "Indigo", "remove_url": "?price_min=500"}, {"label": "From ₹500", "remove_url": "?f.colour=indigo"}]
    context = common("Clothing", "/category/clothing", category={"name": "Clothing", "slug": "clothing", "description": "Cotton, silk and wool, most of it woven by hand.", "children": MENU[0]["children"]})
    context |= {"breadcrumb": [{"name": "Home", "url": "/"}, {"name": "Clothing", "url": "/category/clothing"}], "q": "", "products": shelf(), "total": 56, "page_number": 1, "per_page": 24, "pages": 3, "sort": "relevance"}
    context |= {"sorts": [{"value": "relevance", "label": "Best match"}, {"value": "price", "label": "Price, low to high"}], "facets": facets, "chips": chips, "clear_url": "/category/clothing", "next_url": "?page=2", "prev_url": None}
    return context | more


def product(**more: Any) -> Context:
    """A product with two options, one variant chosen."""
    variant = {"sku": "SAR-IND-M", "options": {"colour": "Indigo", "size": "M"}, "price": {"mrp": inr(349900), "sale": inr(249900)}, "stock": {"state": "low", "quantity": 3}, "images": [image("saree"), image("kurta"), image("handi")]}
    item = {"id": "01", "slug": "saree", "url": "/product/saree", "name": "Chanderi silk-cotton saree", "brand": "Anokhi Weaves", "categories": ["sarees"], "description": "Woven on a pit loom in Chanderi.\n\nSoft, light and a little sheer.", "specs": {"Fabric": "Silk and cotton", "Length": "5.5 m", "Care": "Dry clean"}, "images": variant["images"], "price": variant["price"], "variants": [variant], "rating": {"average": 4.3, "count": 128}, "tags": [], "badges": ["Handloom"], "declarations": {"country_of_origin": "India", "maker": "Anokhi Weaves", "net_quantity": "1 N"}, "hsn": "5007", "weight_g": 450, "dimensions_mm": None, "ext": {}, "breadcrumb": [{"name": "Home", "url": "/"}, {"name": "Sarees", "url": "/category/sarees"}, {"name": "Chanderi silk-cotton saree", "url": "/product/saree"}]}
    sizes = [{"value": size, "label": size, "selected": size == "M", "available": size != "XL", "url": "?"} for size in ("S", "M", "L", "XL")]
    colours = [{"value": name, "label": name, "selected": name == "Indigo", "available": True, "url": "?"} for name in ("Indigo", "Madder")]
    groups = [{"name": "colour", "label": "Colour", "values": colours, "kind": "select"}, {"name": "size", "label": "Size", "values": sizes, "kind": "radio"}]
    return common(item["name"], "/product/saree", product=item, selected=variant, option_groups=groups, delivery=None, related=shelf()[:4]) | more


def line(name: str = "Chanderi silk-cotton saree", *, available: int = 8, **more: Any) -> Context:
    """A line of a cart or an order."""
    base = {"id": "l-" + name[:4].lower(), "sku": "SAR-IND-M", "product_id": "01", "name": name, "url": "/product/saree", "image": image("saree"), "options": {"colour": "Indigo", "size": "M"}, "properties": {}}
    return {**base, "quantity": 2, "unit_price": inr(249900), "subtotal": inr(499800), "discounts": [{"label": "DIWALI10", "amount": inr(49980), "plugin": "coupons"}], "total": inr(449820), "available": available, **more}


def totals(**more: Any) -> Context:
    """Totals whose rows add up."""
    return {"items": inr(548800), "discounts": inr(49980), "shipping": inr(4900), "tax": inr(23963), "tax_included": True, "grand_total": inr(503720), **more}


def cart(**more: Any) -> Context:
    """Two lines, one of which has less stock than wanted."""
    brass = line("Brass diya, set of four", id="l-2", options={}, available=1, quantity=2, discounts=[], unit_price=inr(24500), total=inr(49000), properties={"Engraving": "For Amma"})
    whole = {"id": "c1", "version": 3, "currency": "INR", "items": [line(), brass], "coupons": [], "totals": totals(), "notices": []}
    return common("Cart", "/cart", cart=whole, notices=[{"code": "stock", "message": "Only 1 of Brass diya, set of four is left."}]) | more


def checkout(**more: Any) -> Context:
    """A guest's checkout, address given."""
    values = {"phone": "98450 12345", "email": "asha@example.in", "name": "Asha Rao", "line1": "12 Temple Street", "line2": "", "landmark": "", "city": "Bengaluru", "state": "KA", "postal_code": "560001", "gstin": "", "shipping_method": "standard", "payment_method": "cod"}
    shipping = [{"id": "standard", "label": "Standard delivery", "price": inr(4900), "estimate": "By Tue 9 Dec"}, {"id": "express", "label": "Express", "price": inr(14900), "estimate": "By Fri 5 Dec"}]
    payment = [{"id": "cod", "label": "Cash on delivery", "fee": inr(0), "available": True}, {"id": "upi", "label": "UPI", "fee": inr(0), "available": False, "reason": "Not for orders above ₹1,00,000."}]
    quote = {"lines": [], "totals": totals(), "shipping_methods": shipping, "payment_methods": payment, "problems": []}
    context = common("Checkout", "/checkout", cart=cart()["cart"], quote=quote, form={"values": values, "errors": {}, "summary": []}, addresses=[])
    return context | {"countries": [{"value": "IN", "label": "India"}], "states": STATES, "expected_total": 503720, "idempotency_key": "k1"} | more


def refused(*fields: str) -> Context:
    """What a form looks like after it was refused."""
    told = {"postal_code": "Enter a PIN code of 6 digits, like 560001.", "payment_method": "Choose how you pay."}
    errors = {name: told[name] for name in fields}
    return {"values": {"postal_code": "5600", "name": LONG}, "errors": errors, "summary": [{"field": field, "message": text} for field, text in errors.items()]}


ADDRESS = {"id": "a1", "name": "Asha Rao", "phone": "98450 12345", "line1": "12 Temple Street", "line2": "Malleshwaram", "landmark": "Sai Mandir", "city": "Bengaluru", "state": "Karnataka", "postal_code": "560003", "country": "IN"}


def order(**more: Any) -> Context:
    """A COD order on its way."""
    base = {"id": "01ORD", "number": "AN-10042", "status": "shipped", "payment": {"status": "pending_cod"}, "fulfilment": {"status": "fulfilled"}, "items": [line(), line("Brass diya, set of four", id="l-2", options={}, image=None)], "totals": totals(), "placed_at": PLACED}
    return {**base, "shipping_address": ADDRESS, "shipping_label": "Standard delivery, by Tue 9 Dec", "payment_label": "Cash on delivery", "email": "asha@example.in", "track_url": "/track/AN-10042?token=t", **more}


def tracking(**more: Any) -> Context:
    """An order followed from its signed link."""
    steps = [{"key": "confirmed", "label": "Confirmed", "state": "done", "at": PLACED}, {"key": "shipped", "label": "On its way", "state": "current", "at": PLACED}, {"key": "delivered", "label": "Delivered", "state": "todo", "at": None}]
    shipments = [{"carrier": "Delhivery", "awb": "1490812345678", "url": "https://courier.example/1490812345678", "shipped_at": PLACED, "items": [{"name": "Chanderi silk-cotton saree", "quantity": 2}]}]
    return common("Order AN-10042", "/track/AN-10042", order=order(), steps=steps, shipments=shipments, form=FRESH) | more


def account(title: str, path: str, **more: Any) -> Context:
    """A signed-in page."""
    return common(title, path, visitor={"signed_in": True, "name": "Asha Rao"}, **more)


def long_shelf() -> list[Context]:
    """A product whose name breaks what can be broken."""
    return [card(LONG, slug="long", brand=LONG)]


CASES: dict[str, tuple[str, Context]] = {
    "home": ("pages/home.html", home()),
    "home-bare": ("pages/home.html", home(categories=[], rails=[{"title": "Empty", "url": "/", "products": []}], hero={"title": "Soon", "text": "", "url": "", "cta": "", "image": None})),
    "listing": ("pages/listing.html", listing()),
    "listing-one": ("pages/listing.html", listing(products=long_shelf(), total=1, pages=1, chips=[], facets=[], next_url=None, category=None, breadcrumb=[])),
    "listing-last": ("pages/listing.html", listing(page_number=3, next_url=None, prev_url="?page=2")),
    "listing-none": ("pages/listing.html", listing(products=[], total=0, pages=0, next_url=None)),
    "listing-new": ("pages/listing.html", listing(products=[], total=0, pages=0, chips=[], facets=[], sorts=[], next_url=None)),
    "search-none": ("pages/listing.html", listing(products=[], total=0, pages=0, chips=[], facets=[], next_url=None, category=None, q="<script>alert(1)</script>", breadcrumb=[])),
    "search": ("pages/listing.html", listing(category=None, q="khadi", request_path="/search", breadcrumb=[])),
    "product": ("pages/product.html", product()),
    "product-unchosen": ("pages/product.html", product(selected=None)),
    "cart": ("pages/cart.html", cart()),
    "cart-empty": ("pages/cart.html", cart(cart={"id": "c1", "version": 1, "currency": "INR", "items": [], "coupons": [], "totals": totals(), "notices": []}, notices=[], cart_count=0)),
    "checkout": ("pages/checkout.html", checkout()),
    "checkout-refused": ("pages/checkout.html", checkout(form=refused("postal_code", "payment_method"), addresses=[ADDRESS])),
    "checkout-fresh": ("pages/checkout.html", checkout(form=FRESH, quote=None)),
    "confirmation": ("pages/confirmation.html", common("Thank you", "/orders/01ORD/confirmation", order=order(status="confirmed"))),
    "confirmation-pending": ("pages/confirmation.html", common("Order received", "/orders/01ORD/confirmation", order=order(status="pending_payment", payment={"status": "pending"}))),
    "tracking": ("pages/tracking.html", tracking()),
    "tracking-form": ("pages/tracking.html", tracking(order=None, steps=[], shipments=[])),
    "login": ("pages/login.html", common("Sign in", "/login", form=FRESH, next="/checkout")),
    "login-refused": ("pages/login.html", common("Sign in", "/login", form={"values": {"email": "a@b.in"}, "errors": {}, "summary": [{"field": "", "message": "E-mail or password is wrong."}]}, next="")),
    "register": ("pages/register.html", common("Create an account", "/register", form=FRESH)),
    "account": ("pages/account.html", account("Account", "/account", customer={"name": "Asha Rao", "email": "asha@example.in", "phone": None}, last_order=order(), addresses=[ADDRESS])),
    "account-new": ("pages/account.html", account("Account", "/account", customer={"name": "", "email": "asha@example.in", "phone": None}, last_order=None, addresses=[])),
    "orders": ("pages/orders.html", account("Your orders", "/account/orders", orders=[order(), order(id="2", status="delivered"), order(id="3", status="cancelled", items=[line(id=str(n)) for n in range(6)])], next_url="?cursor=x")),
    "orders-none": ("pages/orders.html", account("Your orders", "/account/orders", orders=[], next_url=None)),
    "order": ("pages/order.html", account("Order AN-10042", "/account/orders/01ORD", order=order())),
    "addresses": ("pages/addresses.html", account("Addresses", "/account/addresses", addresses=[ADDRESS, {**ADDRESS, "id": "a2", "name": LONG}], form=FRESH, editing=None, states=STATES)),
    "addresses-edit": ("pages/addresses.html", account("Addresses", "/account/addresses", addresses=[], form=refused("postal_code"), editing=ADDRESS)),
    "menu": ("pages/menu.html", common("All categories", "/menu")),
    "error": ("pages/error.html", common("Not found", "/nowhere") | {"code": 404, "title": "This page is not here", "detail": "It may have moved, or the address has a slip."}),
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test a page."""
    if "page_case" in metafunc.fixturenames:
        metafunc.parametrize("page_case", CASES.values(), ids=CASES.keys())


@pytest.fixture
def cases() -> dict[str, tuple[str, Context]]:
    """All pages with their contexts, by name."""
    return CASES
