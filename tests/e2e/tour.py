"""Every page of a demo shop, and who may see it: what the pictures, the accessibility tests and the budgets go through.

Pages that need something done first (a cart, an order, a wrong field) are named here; all others are found by following
links, one page of each kind, so that a page which somebody adds is looked at without being listed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e.test_journey import ADDRESS, choose_payment, save
from tests.processes import PASSWORD

# Cash on delivery is limited by phone and address: each buyer here has their own.
BUYER = {**ADDRESS, "phone": "+91 98450 54321", "line1": "7, Church Street", "email": "shopper@demo.spoeq"}
SECTIONS = {
    "Contact": ("phone", "email"),
    "Delivery address": ("name", "postal_code", "line1"),
    "Delivery": (),
    "Payment": (),
}
LITERAL = frozenset({"new", "import", "export"})
DOWNLOADS = re.compile(r"\.(csv|xml|txt|json|pdf)$|/html$|^/(static|media|api|metrics|healthz|readyz|theme)")
ACTIONS = re.compile(r"/(logout|preview|scheme)\b")
MOST = 80


@dataclass(frozen=True)
class Stop:
    """One page of the tour."""

    name: str
    who: str
    path: str
    then: tuple[str, ...] = ()
    """What is pressed before somebody looks; what is chosen in a list, as `selector <- value`."""
    typed: str = ""
    shows: str = ""
    """What a script then brings; without one there is nothing to see."""
    one_screen: bool = False
    """Whether it lies over the page, so that only what fits on the screen is seen."""
    meanwhile: Callable[[], None] | None = None
    """What somebody else does while the page is open, before anything is pressed."""


@dataclass(frozen=True)
class Tour:
    """Signed-in visitors by name (`guest` with a cart, `newcomer` without, `shopper`, `admin`) and the pages to see."""

    cookies: dict[str, list[dict[str, object]]]
    stops: tuple[Stop, ...]


def plan_tour(browser: Browser, base_url: str) -> Tour:
    """Does what the pages need (fills a cart, buys, signs in) and finds all pages."""
    visitors = ("newcomer", "guest", "shopper", "admin")
    contexts = {who: browser.new_context(base_url=base_url, java_script_enabled=False) for who in visitors}
    for context in contexts.values():
        context.set_default_timeout(30_000)
    sku = _cheap(contexts["guest"])
    _fill_cart(contexts["guest"])
    sign_in(contexts["shopper"], "/login", "shopper@demo.spoeq")
    order = _buy(contexts["shopper"], sku)
    sign_in(contexts["admin"], "/admin/login", "admin@demo.spoeq")
    stops = [
        Stop("cart-empty", "newcomer", "/cart"),
        Stop("cart", "guest", "/cart"),
        Stop("checkout", "guest", "/checkout"),
        Stop("search", "newcomer", "/search?q=kurta"),
        Stop("search-nothing", "newcomer", "/search?q=zzzzzz"),
        Stop("not-found", "newcomer", "/no-such-page"),
        Stop("confirmation", "newcomer", order["confirmation"]),
        Stop("tracking", "newcomer", order["tracking"]),
        *crawl(contexts["shopper"], "shopper", "/account"),
        *crawl(contexts["newcomer"], "newcomer", "/"),
        Stop("admin-login", "newcomer", "/admin/login"),
        *crawl(contexts["admin"], "admin", "/admin"),
    ]
    cookies = {who: context.storage_state()["cookies"] for who, context in contexts.items()}
    for context in contexts.values():
        context.close()
    return Tour({who: [dict(cookie) for cookie in found] for who, found in cookies.items()}, tuple(once(stops)))


def once(stops: list[Stop]) -> Iterator[Stop]:
    seen: set[str] = set()
    for stop in stops:
        if stop.name not in seen:
            seen.add(stop.name)
            yield stop


def _cheap(context: BrowserContext) -> str:
    found = context.request.get("/api/v1/products?in_stock=1&price_max=90000&per_page=20").json()
    return str(found["items"][0]["variants"][0]["sku"])


def _fill_cart(context: BrowserContext) -> None:
    items = context.request.get("/api/v1/products?in_stock=1&price_max=200000&per_page=5&sort=-price").json()["items"]
    for item in items[:3]:
        answer = context.request.post(
            "/cart/items", form={"sku": item["variants"][0]["sku"], "quantity": "1"}, headers=from_here(context)
        )
        assert answer.ok, answer.text()


def from_here(context: BrowserContext) -> dict[str, str]:
    return {"Sec-Fetch-Site": "same-origin"}


def _buy(context: BrowserContext, sku: str) -> dict[str, str]:
    """Orders one piece through the pages; the paths of the confirmation and of tracking."""
    answer = context.request.post("/cart/items", form={"sku": sku, "quantity": "1"}, headers=from_here(context))
    assert answer.ok, answer.text()
    page = context.new_page()
    page.goto("/checkout")
    for section, names in SECTIONS.items():
        for name in names:
            page.locator(f"[name={name}]").fill(BUYER[name])
        if section == "Payment":
            choose_payment(page, "cod")
        save(page, section)
    page.get_by_text("Cash on delivery fee").first.wait_for()
    page.get_by_role("button", name=re.compile("^(Place order|Pay )")).click()
    page.wait_for_url("**/confirmation?**")
    tracking = page.get_by_role("link", name=re.compile("Track")).first.get_attribute("href")
    paths = {"confirmation": path_of(page.url), "tracking": path_of(str(tracking))}
    page.close()
    return paths


def sign_in(context: BrowserContext, path: str, email: str) -> None:
    page = context.new_page()
    page.goto(path)
    page.locator("[name=email]").first.fill(email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main").get_by_role("button", name=re.compile("Sign in")).click()
    page.wait_for_url(re.compile(r"/(account|admin)(?!/login)"))
    page.close()


def crawl(context: BrowserContext, who: str, start: str) -> Iterator[Stop]:
    """One page of each kind below the start, by links."""
    page = context.new_page()
    area = "/admin" if start.startswith("/admin") else ""
    waiting, seen = [start], {_kind(start)}
    for _ in range(MOST):
        if not waiting:
            break
        path = waiting.pop(0)
        answer = page.goto(path)
        assert answer is not None
        assert answer.status < 400, f"{path} is linked to and answers {answer.status}"
        yield Stop(_kind(path), who, path)
        for link in _links(page):
            same_area = link.startswith("/admin") == bool(area)
            if same_area and _kind(link) not in seen and not DOWNLOADS.search(link) and not ACTIONS.search(link):
                seen.add(_kind(link))
                waiting.append(link)
    assert not waiting, f"more than {MOST} kinds of pages: {waiting}"
    page.close()


def _links(page: Page) -> list[str]:
    hrefs = page.locator("a[href]").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    here = urlsplit(page.url)
    absolute = [urlsplit(urljoin(page.url, href)) for href in hrefs]
    return [path_of(link.geturl()) for link in absolute if link.netloc == here.netloc]


def _kind(path: str) -> str:
    """A name for pages that one template makes: `/product/blue-kurta` is a `product-one`."""
    parts = [part for part in urlsplit(path).path.split("/") if part]
    fixed = 2 if parts[:1] == ["admin"] or parts[:1] == ["account"] else 1
    named = [part if place < fixed or part in LITERAL else "one" for place, part in enumerate(parts)]
    return "-".join(named) or "home"


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")
