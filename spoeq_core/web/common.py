"""What every page of a face shows besides its own content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from quart import Quart, request

from spoeq_core.catalog import service as catalog
from spoeq_core.catalog.model import Node
from spoeq_core.hooks import app as app_hooks
from spoeq_core.hooks.contributions import MenuEntry
from spoeq_core.kernel.errors import SpoeqError
from spoeq_core.shop import Shop
from spoeq_core.web.access import Actor, current_actor
from spoeq_core.web.addresses import absolute, alternates
from spoeq_core.web.context import current_shop
from spoeq_core.web.flash import flashed
from spoeq_core.web.head import excerpt, head_tags, open_graph
from spoeq_core.web.security import csrf_field
from spoeq_core.web.themes import Face

SCHEMES = ("light", "dark")
COUNT_COOKIE = "spoeq_cart_count"

CORE_MENU = (
    MenuEntry("Home", "/admin", "", "Shop", "home", 0),
    MenuEntry("Orders", "/admin/orders", "orders.view", "Shop", "orders", 10),
    MenuEntry("Products", "/admin/products", "catalog.view", "Shop", "products", 20),
    MenuEntry("Inventory", "/admin/inventory", "inventory.view", "Shop", "inventory", 30),
    MenuEntry("Customers", "/admin/customers", "customers.view", "Shop", "customers", 40),
    MenuEntry("Plugins", "/admin/plugins", "plugins.manage", "Settings", "plugins", 80),
    MenuEntry("Settings", "/admin/settings", "settings.manage", "Settings", "settings", 85),
    MenuEntry("Dead letters", "/admin/dead-letters", "dead_letters.manage", "Settings", "warning", 90),
)


def install(app: Quart) -> None:
    """Let `render` find the common context."""
    app.extensions["spoeq_context"] = common_context


async def common_context(face: Face) -> dict[str, Any]:
    """The values that layouts of a face rely on."""
    shop = current_shop()
    actor = await current_actor()
    values: dict[str, Any] = {
        "shop": shop.profile.model_dump(),
        "request_path": request.path,
        "scheme": request.cookies.get("spoeq_scheme", "") if request.cookies.get("spoeq_scheme") in SCHEMES else "",
        "lang": "en",
        "page": page(""),
        "csrf_field": csrf_field,
        "flash": flashed(),
        "env": shop.settings.env,
    }
    return {**values, **(admin_context(shop, actor) if face == "admin" else await storefront_context(shop, actor))}


def page(
    title: str,
    description: str = "",
    *,
    canonical: str = "",
    kind: str = "page",
    noindex: bool = False,
    image: Mapping[str, Any] | None = None,
    structured: Sequence[Mapping[str, Any] | None] = (),
) -> dict[str, Any]:
    """What a page says of itself.

    Args:
        title: Without the shop's name, which the layout adds.
        description: Any text; it is cut to what search engines show.
        canonical: The path that search engines shall know it by; empty for pages that they shall not.
        kind: Of page ("home", "listing", "product", "article" …).
        noindex: Whether search engines shall leave it out; it has no canonical address then.
        image: Its picture, as `image_view` made it.
        structured: JSON-LD objects; those that are None are left out.
    """
    shop = current_shop()
    shown = bool(canonical) and not noindex
    about: dict[str, Any] = {
        "title": title,
        "description": excerpt(description),
        "canonical": absolute(shop, canonical) if shown else "",
        "alternates": alternates(shop, canonical) if shown else (),
        "kind": kind,
        "noindex": noindex,
        "structured": [item for item in structured if item is not None],
    }
    return {**about, "open_graph": open_graph(shop, about, image) if shown else []}


async def storefront_context(shop: Shop, actor: Actor) -> dict[str, Any]:
    """Menu, cart badge and whether somebody is signed in."""
    try:
        menu = [_menu(node) for node in await catalog.category_tree(shop)]
    except SpoeqError:
        menu = []
    count = request.cookies.get(COUNT_COOKIE, "0")
    return {
        "menu": menu,
        "head_tags": head_tags,
        "visitor": {"signed_in": actor.kind == "customer", "name": actor.name},
        "cart_count": int(count) if count.isdecimal() and len(count) < 5 else 0,  # noqa: PLR2004 - a display value
    }


def admin_context(shop: Shop, actor: Actor) -> dict[str, Any]:
    """Who is working, and where they may go."""
    entries = [*CORE_MENU, *(entry for part in shop.hooks.parts(app_hooks.register_menu) for entry in part.value)]
    visible = [entry for entry in entries if not entry.permission or entry.permission in actor.permissions]
    longest = max((len(e.url) for e in visible if _inside(request.path, e.url)), default=0)
    return {
        "staff": {
            "name": actor.name,
            "email": actor.email,
            "role": actor.role,
            "permissions": sorted(actor.permissions),
        },
        "nav": [
            {
                "label": entry.label,
                "url": entry.url,
                "icon": entry.icon,
                "section": entry.section,
                "active": _inside(request.path, entry.url) and len(entry.url) == longest,
            }
            for entry in sorted(visible, key=lambda entry: (entry.section != "Shop", entry.position, entry.label))
        ],
    }


def _menu(node: Node) -> dict[str, Any]:
    category = node.category
    return {
        "slug": category.slug,
        "name": category.name,
        "url": f"/category/{category.slug}",
        "children": [_menu(child) for child in node.children],
    }


def _inside(path: str, url: str) -> bool:
    return path == url or (url != "/admin" and path.startswith(f"{url}/"))
