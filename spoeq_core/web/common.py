"""What every page of a face shows besides its own content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pymongo.errors import PyMongoError
from quart import Quart, request

from spoeq_core.catalog import service as catalog
from spoeq_core.catalog.model import Node
from spoeq_core.hooks import app as app_hooks
from spoeq_core.hooks.contributions import MenuEntry
from spoeq_core.jobs.service import running_jobs
from spoeq_core.kernel.cache import BRIEFLY, keep_at_most
from spoeq_core.kernel.errors import SpoeqError
from spoeq_core.kernel.languages import tongue
from spoeq_core.kernel.outbox import DeadLetters
from spoeq_core.plugins.lifecycle import configuration_of
from spoeq_core.shop import Shop
from spoeq_core.web.access import Actor, current_actor
from spoeq_core.web.addresses import absolute, alternates, in_language
from spoeq_core.web.context import current_shop
from spoeq_core.web.cookies import COUNT_COOKIE, SCHEME_COOKIE, SCHEMES
from spoeq_core.web.flash import flashed, forget_said
from spoeq_core.web.head import excerpt, head_tags, open_graph
from spoeq_core.web.languages import language_context, translate
from spoeq_core.web.security import csrf_field
from spoeq_core.web.themes import Face

KEYS_COOKIE = "spoeq_keys"

CORE_MENU = (
    MenuEntry("Home", "/admin", "", "Shop", "home", 0),
    MenuEntry("Orders", "/admin/orders", "orders.view", "Shop", "orders", 10),
    MenuEntry("Products", "/admin/products", "catalog.view", "Shop", "products", 20),
    MenuEntry("Inventory", "/admin/inventory", "inventory.view", "Shop", "inventory", 30),
    MenuEntry("Customers", "/admin/customers", "customers.view", "Shop", "customers", 40),
    MenuEntry("Jobs", "/admin/jobs", "dashboard.view", "Settings", "jobs", 70),
    MenuEntry("Plugins", "/admin/plugins", "plugins.manage", "Settings", "plugins", 80),
    MenuEntry("Themes", "/admin/themes", "settings.manage", "Settings", "layers", 82),
    MenuEntry("Settings", "/admin/settings", "settings.manage", "Settings", "settings", 85),
    MenuEntry("Dead letters", "/admin/dead-letters", "dead_letters.manage", "Settings", "warning", 90),
    MenuEntry("Audit log", "/admin/audit", "audit.view", "Settings", "audit", 95),
)


def install(app: Quart) -> None:
    """Let `render` find the common context."""
    app.extensions["spoeq_context"] = common_context
    app.after_request(forget_said)


async def common_context(face: Face) -> dict[str, Any]:
    """The values that layouts of a face rely on."""
    shop = current_shop()
    actor = await current_actor()
    values: dict[str, Any] = {
        "shop": shop.profile.model_dump(),
        "request_path": request.path,
        "scheme": chosen if (chosen := request.cookies.get(SCHEME_COOKIE, "")) in SCHEMES else "",
        **language_context(shop),
        "page": page(""),
        "csrf_field": csrf_field,
        "flash": flashed(),
        "env": shop.settings.env,
    }
    return {**values, **await (admin_context(shop, actor) if face == "admin" else storefront_context(shop, actor))}


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
        "title": translate(title),
        "description": excerpt(description),
        "canonical": absolute(shop, in_language(shop, canonical, tongue().language)) if shown else "",
        "alternates": alternates(shop, canonical) if shown else (),
        "kind": kind,
        "noindex": noindex,
        "structured": [item for item in structured if item is not None],
    }
    return {**about, "open_graph": open_graph(shop, about, image) if shown else []}


async def storefront_context(shop: Shop, actor: Actor) -> dict[str, Any]:
    """Menu, cart badge and whether somebody is signed in."""
    try:
        menu = [_menu(node) for node in await catalog.shown_tree(shop)]
    except (SpoeqError, PyMongoError):
        menu = []
        keep_at_most(BRIEFLY)
    count = request.cookies.get(COUNT_COOKIE, "0")
    return {
        "menu": menu,
        "head_tags": head_tags,
        "visitor": {"signed_in": actor.kind == "customer", "name": actor.name},
        "cart_count": int(count) if count.isdecimal() and len(count) < 5 else 0,  # noqa: PLR2004 - a display value
    }


async def admin_context(shop: Shop, actor: Actor) -> dict[str, Any]:
    """Who is working, where they may go, and what wants their attention."""
    visible = menu_for(shop, actor)
    longest = max((len(e.url) for e in visible if _inside(request.path, e.url)), default=0)
    return {
        "staff": {
            "name": actor.name,
            "email": actor.email,
            "role": actor.role,
            "permissions": sorted(actor.permissions),
        },
        "shortcuts": request.cookies.get(KEYS_COOKIE) != "off",
        "alerts": await alerts_for(shop, actor),
        "jobs_running": await running_jobs(shop, actor.id) if actor.kind == "staff" else 0,
        "nav": [
            {
                "label": translate(entry.label),
                "url": entry.url,
                "icon": entry.icon,
                "section": translate(entry.section),
                "active": _inside(request.path, entry.url) and len(entry.url) == longest,
            }
            for entry in visible
        ],
    }


def menu_for(shop: Shop, actor: Actor) -> list[MenuEntry]:
    """The admin's pages that this person may open, the core's and the plugins', in the order of the menu."""
    entries = [*CORE_MENU, *(entry for part in shop.hooks.parts(app_hooks.register_menu) for entry in part.value)]
    visible = [entry for entry in entries if not entry.permission or actor.may(entry.permission)]
    return sorted(visible, key=lambda entry: (entry.section != "Shop", entry.position, entry.label))


async def alerts_for(shop: Shop, actor: Actor) -> list[dict[str, Any]]:
    """What has gone wrong that this person can do something about: the key of its words, how often, where to go."""
    found: list[dict[str, Any]] = []
    if actor.may("dead_letters.manage"):
        dead = await DeadLetters(shop.mongo, shop.clock).count()
        found.append({"key": "dead", "count": dead, "url": "/admin/dead-letters"})
    if actor.may("plugins.manage"):
        configuration = configuration_of(shop)
        broken = len(configuration.quarantined) + len(configuration.errors) + len(shop.hooks.held)
        found.append({"key": "plugins", "count": broken, "url": "/admin/plugins"})
    return [alert for alert in found if alert["count"]]


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
