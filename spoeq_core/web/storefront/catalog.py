"""Pages to look for things: home, categories, lists, search, the product."""

from __future__ import annotations

import asyncio
from typing import Any

from quart import Blueprint, Response, request

from spoeq_core.catalog import service as catalog
from spoeq_core.catalog.model import Categories, Category, Product, ProductQuery, Sort, Variant, choose
from spoeq_core.inventory.service import stock_of
from spoeq_core.kernel.errors import NotFound
from spoeq_core.kernel.messages import message
from spoeq_core.payments.service import providers
from spoeq_core.pricing.service import Item
from spoeq_core.shop import Shop
from spoeq_core.web.access import public
from spoeq_core.web.bodies import query_text
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.languages import translate
from spoeq_core.web.security import limit_visitor
from spoeq_core.web.storefront.choices import option_groups
from spoeq_core.web.storefront.delivery import asked_pin, delivery_of, remember_pin
from spoeq_core.web.storefront.filters import chips, facet_views, is_filtered, link, product_query, sort_views
from spoeq_core.web.storefront.sections import hero_image, page_sections
from spoeq_core.web.theming import render
from spoeq_core.web.views import structured
from spoeq_core.web.views.catalog import card_view, image_view, product_view
from spoeq_core.web.views.delivery import no_answer

blueprint = Blueprint("pages_catalog", __name__)

SEARCH = "/search"
NOTHING_HERE = 404
"""The status of a list whose filters leave nothing: there are endlessly many of them, and none is worth finding."""
RESCUE = 4
SUGGESTED = 6
SUGGESTED_CATEGORIES = 2


@blueprint.get("/")
@public
async def home() -> Response:
    """Where most begin."""
    shop, sections = current_shop(), await page_sections("home")
    return await render(
        "storefront",
        "pages/home.html",
        page=page(
            shop.profile.name,
            shop.profile.tagline,
            canonical="/",
            kind="home",
            image=hero_image(sections),
            structured=[structured.organization(shop), structured.website(shop)],
        ),
        sections=sections,
    )


@blueprint.get("/products")
@public
async def all_products() -> Response:
    """Everything there is."""
    return await _listing(current_shop(), None, "All products", "/products")


@blueprint.get("/search")
@public
async def search() -> Response:
    """What matches some words."""
    q = query_text("q", longest=200)
    return await _listing(current_shop(), None, f"“{q}”" if q else "Search", SEARCH, q=q)


@blueprint.get("/search/suggest")
@public
async def suggest() -> Response:
    """The search field's suggestions: categories and products that match what was typed so far."""
    shop, q = current_shop(), query_text("q", longest=200)
    await limit_visitor(shop, "suggest", times=300, seconds=60)
    categories = await catalog.all_categories(shop)
    found = await catalog.list_products(shop, ProductQuery(text=q, per_page=SUGGESTED), categories) if q else None
    named = [category for category in categories.all() if q and _begins_a_word(q, category.name)]
    named.sort(key=lambda category: (len(category.path), category.position, category.name))
    suggestions = {
        "categories": [{"name": c.name, "url": f"/category/{c.slug}"} for c in named[:SUGGESTED_CATEGORIES]],
        "products": [card_view(shop, item) for item in found.items] if found else [],
    }
    response = await render("storefront", "partials/suggestions.html", q=q, suggestions=suggestions)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.get("/category/<slug>")
@public
async def category(slug: str) -> Response:
    """A category with everything below it."""
    shop = current_shop()
    categories = await catalog.all_categories(shop)
    found = categories.find(slug)
    if found is None:
        raise NotFound("There is no such category.")
    return await _listing(shop, found, found.name, f"/category/{found.slug}", categories=categories)


@blueprint.get("/product/<slug>")
@public
async def product(slug: str) -> Response:
    """A product, with the variant that was chosen."""
    shop = current_shop()
    found = await catalog.product_by_id_or_slug(shop, slug)
    stocks, categories = await asyncio.gather(
        stock_of(shop, [variant.sku for variant in found.variants]), catalog.all_categories(shop)
    )
    view = product_view(shop, found, stocks, categories)
    chosen = _chosen(found)
    variant = choose(found, chosen)
    by_sku = {item["sku"]: item for item in view["variants"]}
    selected = None
    if variant is not None:
        picture = found.image_of(variant)
        first = [image_view(shop, picture)] if picture else []
        rest = [image_view(shop, image) for image in found.images if picture is None or image.id != picture.id]
        selected = {**by_sku[variant.sku], "images": [*first, *rest]}
        chosen = dict(variant.options)
    delivery = await _delivery(found, variant)
    view |= {"url": f"/product/{found.slug}", "breadcrumb": _trail(categories, found)}
    response = await render(
        "storefront",
        "pages/product.html",
        page=page(
            found.name,
            found.description or _what_is_sold(shop, view),
            canonical=view["url"],
            kind="product",
            image=next(iter(view["images"]), None),
            structured=[structured.product(shop, view), structured.breadcrumb_data(shop, view["breadcrumb"])],
        ),
        product=view,
        selected=selected,
        option_groups=option_groups(found, chosen),
        delivery=delivery,
        door=any(provider.on_delivery for _, provider in providers(shop)),
        related=await _related(shop, found),
        sections=await page_sections("product"),
    )
    return remember_pin(response, delivery)


async def _listing(
    shop: Shop, category: Category | None, title: str, path: str, *, q: str = "", categories: Categories | None = None
) -> Response:
    query = product_query(category.slug if category else None, q)
    found = await catalog.list_products(shop, query, categories)
    pages = max(1, -(-found.total // found.per_page))
    if query.page > pages:
        raise NotFound(
            message("This list has %(n)s pages.", n=pages), hint=message("Its first page is %(path)s.", path=path)
        )
    tree = categories or Categories(())
    children = [c for c in tree.all() if category and c.parent_id == category.id]
    home = {"name": translate("Home"), "url": "/"}
    trail = _path(tree, category) if category else [home, {"name": translate(title), "url": path}]
    cards = [card_view(shop, item) for item in found.items]
    return await render(
        "storefront",
        "pages/listing.html",
        status=NOTHING_HERE if is_filtered(query) and not found.total else 200,
        page=_about_list(shop, query, category, title, trail, cards),
        category=_category_page(shop, category, children) if category else None,
        breadcrumb=trail,
        q=q,
        products=cards,
        total=found.total,
        page_number=query.page,
        per_page=found.per_page,
        pages=pages,
        sort=query.sort.value,
        sorts=sort_views(),
        facets=facet_views(shop, found.facets),
        filtered=is_filtered(query),
        chips=chips(shop, found.facets, path),
        rescue=await _rescue(shop) if q and not found.total else [],
        clear_url=link(path, {"q": q} if q else {}),
        next_url=_page_link(path, query.page + 1) if query.page < pages else "",
        prev_url=_page_link(path, query.page - 1) if query.page > 1 else "",
        sections=await page_sections("listing"),
    )


async def _rescue(shop: Shop) -> list[dict[str, Any]]:
    """What is shown to whoever searched and found nothing."""
    best = await catalog.list_products(shop, ProductQuery(sort=Sort.BESTSELLING, in_stock=True, per_page=RESCUE))
    return [card_view(shop, item) for item in best.items]


def _about_list(
    shop: Shop,
    query: ProductQuery,
    category: Category | None,
    title: str,
    trail: list[dict[str, str]],
    cards: list[dict[str, Any]],
) -> dict[str, Any]:
    """What a list says of itself; search engines shall find neither searches nor what filters make of it."""
    path, first = trail[-1]["url"], query.page == 1
    items = structured.item_list(shop, cards, after=(query.page - 1) * query.per_page) if cards else None
    return page(
        title if first else message("%(title)s, page %(n)s", title=title, n=query.page),
        category.description if category else "",
        canonical=path if first else f"{path}?page={query.page}",
        kind="listing",
        noindex=path == SEARCH or is_filtered(query) or not cards,
        image=_picture(shop, category, cards),
        structured=[structured.breadcrumb_data(shop, trail), items],
    )


def _what_is_sold(shop: Shop, view: dict[str, Any]) -> str:
    """A description for a product that has none."""
    said = {"name": view["name"], "shop": shop.profile.name}
    if view["brand"]:
        return translate(message("%(name)s by %(brand)s at %(shop)s.", brand=view["brand"], **said))
    return translate(message("%(name)s at %(shop)s.", **said))


def _picture(shop: Shop, category: Category | None, cards: list[dict[str, Any]]) -> dict[str, Any] | None:
    """What a link to a list is shown with: the category's picture, else the first product's."""
    if category and category.image:
        return image_view(shop, category.image)
    return next((card["image"] for card in cards if card["image"]), None)


async def _delivery(found: Product, variant: Variant | None) -> dict[str, Any]:
    """What is said of the delivery of one piece to the PIN code that was asked about."""
    wanted = variant or next(iter(found.variants), None)
    if wanted is None:
        return no_answer("", "")
    return await delivery_of([Item(wanted.sku, found, wanted, 1)], asked_pin())


def _page_link(path: str, number: int) -> str:
    kept = {name: values for name, values in request.args.to_dict(flat=False).items() if name != "page"}
    return link(path, {**kept, **({"page": [str(number)]} if number > 1 else {})})


def _chosen(found: Product) -> dict[str, str]:
    names = {option.name for option in found.options}
    given = {name.removeprefix("opt."): value for name, value in request.args.items() if name.startswith("opt.")}
    return {name: value for name, value in given.items() if name in names and value}


async def _related(shop: Shop, found: Product) -> list[dict[str, Any]]:
    if not found.category_ids:
        return []
    query = ProductQuery(category=found.category_ids[-1], sort=Sort.BESTSELLING, per_page=5)
    others = await catalog.list_products(shop, query)
    return [card_view(shop, other) for other in others.items if other.id != found.id][:4]


def _begins_a_word(q: str, name: str) -> bool:
    return any(words.startswith(q.casefold()) for words in (name.casefold(), *name.casefold().split()))


def _trail(categories: Categories, found: Product) -> list[dict[str, str]]:
    category = categories.find(found.category_ids[-1]) if found.category_ids else None
    start = _path(categories, category) if category else [{"name": translate("Home"), "url": "/"}]
    return [*start, {"name": found.name, "url": f"/product/{found.slug}"}]


def _path(categories: Categories, category: Category) -> list[dict[str, str]]:
    above = [categories.find(key) for key in category.path]
    named = [item for item in above if item is not None] or [category]
    return [{"name": translate("Home"), "url": "/"}, *({"name": c.name, "url": f"/category/{c.slug}"} for c in named)]


def _category_link(shop: Shop, category: Category) -> dict[str, Any]:
    image = image_view(shop, category.image) if category.image else None
    return {"slug": category.slug, "name": category.name, "url": f"/category/{category.slug}", "image": image}


def _category_page(shop: Shop, category: Category, children: list[Category]) -> dict[str, Any]:
    children = sorted(children, key=lambda child: (child.position, child.name))
    return {
        "name": category.name,
        "slug": category.slug,
        "description": category.description,
        "children": [_category_link(shop, child) for child in children],
    }
