"""Pages to look for things: home, categories, lists, search, the product."""

from __future__ import annotations

from typing import Any

from quart import Blueprint, Response, request

from spoeq_core.catalog import service as catalog
from spoeq_core.catalog.model import Categories, Category, ProductPage, ProductQuery, Sort
from spoeq_core.kernel.errors import NotFound
from spoeq_core.kernel.messages import message
from spoeq_core.shop import Shop
from spoeq_core.web.access import public
from spoeq_core.web.bodies import query_text
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.kept import kept
from spoeq_core.web.languages import translate
from spoeq_core.web.storefront.filters import chips, facet_views, is_filtered, link, product_query, sort_views
from spoeq_core.web.storefront.product import chosen_options, path_of, product_page
from spoeq_core.web.storefront.sections import hero_image, page_sections
from spoeq_core.web.theming import render
from spoeq_core.web.views import structured
from spoeq_core.web.views.catalog import image_view, shown_cards

blueprint = Blueprint("pages_catalog", __name__)

SEARCH = "/search"
FILTERS = ("q", "literal", "brand", "sort", "page", "price_min", "price_max", "rating_min", "in_stock")
"""What lists read of the query string, besides facets (`f.`)."""
NOTHING_HERE = 404
"""The status of a list whose filters leave nothing: there are endlessly many of them, and none is worth finding."""
RESCUE = 4
SUGGESTED = 6
SUGGESTED_CATEGORIES = 2


@blueprint.get("/")
@public
@kept()
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
@kept(*FILTERS, prefixes=("f.",))
async def all_products() -> Response:
    """Everything there is."""
    return await _listing(current_shop(), None, message("All products"), "/products")


@blueprint.get("/search")
@public
@kept(*FILTERS, prefixes=("f.",))
async def search() -> Response:
    """What matches some words."""
    q = query_text("q", longest=200)
    return await _listing(current_shop(), None, f"“{q}”" if q else "Search", SEARCH, q=q)


@blueprint.get("/search/suggest")
@public
@kept("q")
async def suggest() -> Response:
    """The search field's suggestions: categories and products that match what was typed so far."""
    shop, q = current_shop(), query_text("q", longest=200)
    categories = await catalog.shown_categories(shop)
    wanted = ProductQuery(text=q, per_page=SUGGESTED)
    found, cards = await shown_cards(shop, wanted, categories, counted=False) if q else (None, [])
    meant = found.corrected if found and found.corrected else q
    named = [category for category in categories.all() if q and _begins_a_word(meant, category.name)]
    named.sort(key=lambda category: (len(category.path), category.position, category.name))
    suggestions = {
        "categories": [{"name": c.name, "url": f"/category/{c.slug}"} for c in named[:SUGGESTED_CATEGORIES]],
        "products": cards,
    }
    response = await render("storefront", "partials/suggestions.html", q=q, suggestions=suggestions)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.get("/category/<slug>")
@public
@kept(*FILTERS, prefixes=("f.",))
async def category(slug: str) -> Response:
    """A category with everything below it."""
    shop = current_shop()
    categories = await catalog.shown_categories(shop)
    found = categories.find(slug)
    if found is None:
        raise NotFound("There is no such category.")
    return await _listing(shop, found, found.name, f"/category/{found.slug}", categories=categories)


@blueprint.get("/product/<slug>")
@public
@kept(prefixes=("opt.",), never=("pin",))
async def product(slug: str) -> Response:
    """A product, with the variant that was chosen."""
    found = await catalog.shown_product(current_shop(), slug)
    return await product_page(found, chosen_options(found))


async def _listing(
    shop: Shop, category: Category | None, title: str, path: str, *, q: str = "", categories: Categories | None = None
) -> Response:
    query = product_query(category.slug if category else None, q)
    found, cards = await shown_cards(shop, query, categories)
    pages = max(1, -(-found.total // found.per_page))
    if query.page > pages:
        raise NotFound(
            message("This list has %(n)s pages.", n=pages), hint=message("Its first page is %(path)s.", path=path)
        )
    tree = categories or Categories(())
    children = [c for c in tree.all() if category and c.parent_id == category.id]
    home = {"name": translate("Home"), "url": "/"}
    trail = path_of(tree, category) if category else [home, {"name": translate(title), "url": path}]
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
        sorts=sort_views(shop),
        facets=facet_views(shop, found.facets),
        filtered=is_filtered(query),
        chips=chips(shop, found.facets, path),
        rescue=await _rescue(shop) if q and not found.total else [],
        **_wording(query, found, path, q),
        next_url=_page_link(path, query.page + 1) if query.page < pages else "",
        prev_url=_page_link(path, query.page - 1) if query.page > 1 else "",
        sections=await page_sections("listing"),
    )


def _wording(query: ProductQuery, found: ProductPage, path: str, q: str) -> dict[str, Any]:
    """Which words the list is of, if not those that were asked for; the links that keep the words and nothing else."""
    literal = "1" if query.literal else ""
    return {
        "corrected": found.corrected,
        "literal": query.literal,
        "literal_url": link(path, {"q": q, "literal": "1"}),
        "clear_url": link(path, {"q": q, "literal": literal}),
    }


async def _rescue(shop: Shop) -> list[dict[str, Any]]:
    """What is shown to whoever searched and found nothing."""
    wanted = ProductQuery(sort=Sort.BESTSELLING, in_stock=True, per_page=RESCUE)
    _, cards = await shown_cards(shop, wanted, counted=False)
    return cards


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


def _picture(shop: Shop, category: Category | None, cards: list[dict[str, Any]]) -> dict[str, Any] | None:
    """What a link to a list is shown with: the category's picture, else the first product's."""
    if category and category.image:
        return image_view(shop, category.image)
    return next((card["image"] for card in cards if card["image"]), None)


def _page_link(path: str, number: int) -> str:
    kept = {name: values for name, values in request.args.to_dict(flat=False).items() if name != "page"}
    return link(path, {**kept, **({"page": [str(number)]} if number > 1 else {})})


def _begins_a_word(q: str, name: str) -> bool:
    return any(words.startswith(q.casefold()) for words in (name.casefold(), *name.casefold().split()))


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
