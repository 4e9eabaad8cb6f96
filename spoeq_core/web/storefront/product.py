"""The page of a product: as it is asked for, and again with what was wrong in the form that puts it into the cart."""

from __future__ import annotations

import asyncio
from typing import Any

from quart import Response, request

from spoeq_core.catalog import service as catalog
from spoeq_core.catalog.model import BACKORDER, Categories, Category, Product, Variant, choose
from spoeq_core.inventory.service import shown_stock
from spoeq_core.kernel.messages import message
from spoeq_core.payments.service import providers
from spoeq_core.pricing.service import Item
from spoeq_core.recommendations.model import RecommendationKind, RecommendationQuery
from spoeq_core.recommendations.service import recommended
from spoeq_core.shop import Shop
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.languages import translate
from spoeq_core.web.storefront.choices import option_groups
from spoeq_core.web.storefront.delivery import asked_pin, delivery_of, remember_pin
from spoeq_core.web.storefront.sections import page_sections
from spoeq_core.web.theming import render
from spoeq_core.web.views import structured
from spoeq_core.web.views.catalog import image_view, product_view, recommended_view
from spoeq_core.web.views.delivery import no_answer

View = dict[str, Any]
RELATED = 4
"""Cards below a product."""


async def product_page(
    found: Product, chosen: dict[str, str], *, form: View | None = None, status: int = 200
) -> Response:
    """The page of a product with the variant of these options; `form` is what was typed and what is wrong with it."""
    shop = current_shop()
    stocks, categories = await asyncio.gather(
        shown_stock(shop, [variant.sku for variant in found.variants]), catalog.shown_categories(shop)
    )
    view = product_view(shop, found, stocks, categories)
    variant = choose(found, chosen)
    delivery = await _delivery(found, variant, view)
    view |= {"url": f"/product/{found.slug}", "breadcrumb": _trail(categories, found)}
    response = await render(
        "storefront",
        "pages/product.html",
        status=status,
        page=_about(shop, found, view),
        form=form or {},
        product=view,
        selected=_selected(shop, found, view, variant),
        option_groups=option_groups(found, dict(variant.options) if variant else chosen),
        delivery=delivery,
        door=any(provider.on_delivery for _, provider in providers(shop)),
        related=await _related(shop, found),
        sections=await page_sections("product"),
    )
    return remember_pin(response, delivery)


def _about(shop: Shop, found: Product, view: View) -> View:
    return page(
        found.name,
        found.description or _what_is_sold(shop, view),
        canonical=view["url"],
        kind="product",
        image=next(iter(view["images"]), None),
        structured=[structured.product(shop, view), structured.breadcrumb_data(shop, view["breadcrumb"])],
    )


def _selected(shop: Shop, found: Product, view: View, variant: Variant | None) -> View | None:
    """The variant that was chosen, its own picture first."""
    if variant is None:
        return None
    picture = found.image_of(variant)
    first = [image_view(shop, picture)] if picture else []
    rest = [image_view(shop, image) for image in found.images if picture is None or image.id != picture.id]
    of_sku = next(item for item in view["variants"] if item["sku"] == variant.sku)
    return {**of_sku, "images": [*first, *rest]}


def chosen_options(found: Product) -> dict[str, str]:
    """The options that the address names."""
    names = {option.name for option in found.options}
    given = {name.removeprefix("opt."): value for name, value in request.args.items() if name.startswith("opt.")}
    return {name: value for name, value in given.items() if name in names and value}


def path_of(categories: Categories, category: Category) -> list[dict[str, str]]:
    """The way from the home page to a category."""
    above = [categories.find(key) for key in category.path]
    named = [item for item in above if item is not None] or [category]
    return [{"name": translate("Home"), "url": "/"}, *({"name": c.name, "url": f"/category/{c.slug}"} for c in named)]


def _what_is_sold(shop: Shop, view: dict[str, Any]) -> str:
    """A description for a product that has none."""
    said = {"name": view["name"], "shop": shop.profile.name}
    if view["brand"]:
        return translate(message("%(name)s by %(brand)s at %(shop)s.", brand=view["brand"], **said))
    return translate(message("%(name)s at %(shop)s.", **said))


async def _delivery(found: Product, variant: Variant | None, view: View) -> dict[str, Any]:
    """What is said of the delivery of one piece to the PIN code that was asked about."""
    wanted = variant or next(iter(found.variants), None)
    if wanted is None:
        return no_answer("", "")
    state = next(item["stock"]["state"] for item in view["variants"] if item["sku"] == wanted.sku)
    wait = (wanted.ships_in_days or None) if state == BACKORDER else 0
    return await delivery_of([Item(wanted.sku, found, wanted, 1)], asked_pin(), wait=wait)


async def _related(shop: Shop, found: Product) -> list[View]:
    query = RecommendationQuery((found.id,), RecommendationKind.SIMILAR, RELATED)
    return [recommended_view(shop, one) for one in await recommended(shop, query, [found])]


def _trail(categories: Categories, found: Product) -> list[dict[str, str]]:
    category = categories.find(found.category_ids[-1]) if found.category_ids else None
    start = path_of(categories, category) if category else [{"name": translate("Home"), "url": "/"}]
    return [*start, {"name": found.name, "url": f"/product/{found.slug}"}]
