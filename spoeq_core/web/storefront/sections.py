"""What the sections of a page show: their settings, and the products and categories that they ask for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from spoeq_core.catalog import service as catalog
from spoeq_core.catalog.model import ProductQuery, Sort
from spoeq_core.kernel.errors import NotFound
from spoeq_core.kernel.languages import Catalogue
from spoeq_core.shop import Shop
from spoeq_core.web.context import current_shop
from spoeq_core.web.themes.composition import Block, Section
from spoeq_core.web.themes.design import Design, Kind
from spoeq_core.web.themes.values import for_templates, read_values
from spoeq_core.web.theming import current_look, current_theming
from spoeq_core.web.views.catalog import card_view, image_view, shown_cards

View = dict[str, Any]
MOST = 24


async def page_sections(page: str) -> list[View]:
    """The sections of a composed page, ready to be drawn; those that nobody brings any more are left out."""
    shop, look = current_shop(), await current_look("storefront")
    speech = current_theming().speech(look.theme)
    known = [
        (section, kind)
        for section in look.pages.get(page, ())
        if (kind := usable(look.design.sections.get(section.type), shop)) is not None
    ]
    views = await asyncio.gather(*(_section(shop, look.design, section, kind, speech) for section, kind in known))
    headed = next((number for number, (_, kind) in enumerate(known) if kind.heading), None)
    for number, view in enumerate(views):
        view |= {"first": number == 0, "heading": number == headed}
    return views


def hero_image(sections: Sequence[View]) -> View | None:
    """The picture that stands for a page: the one set in the section with its heading, else a product's there."""
    headed = next((section for section in sections if section["heading"]), None)
    if headed is None:
        return None
    products = headed["data"].get("products") or ()
    return headed["settings"].get("image") or next((card["image"] for card in products if card["image"]), None)


def usable(kind: Kind | None, shop: Shop) -> Kind | None:
    """The kind, unless there is none or its plugin is switched off."""
    return None if kind is None or (kind.plugin and kind.plugin not in shop.hooks.enabled) else kind


async def _section(shop: Shop, design: Design, section: Section, kind: Kind, speech: Catalogue) -> View:
    values, _ = read_values(kind.settings, section.settings, section.type)
    needs = [name for name in kind.needs if name in LOADERS]
    loaded = await asyncio.gather(*(LOADERS[name](shop, values) for name in needs))
    return {
        "id": section.id,
        "type": section.type,
        "settings": _said(kind, values, speech),
        "blocks": [view for block in section.blocks if (view := _block(shop, design, block, speech)) is not None],
        "data": dict(zip(needs, loaded, strict=True)),
    }


def _block(shop: Shop, design: Design, block: Block, speech: Catalogue) -> View | None:
    view: View = {"id": block.id, "type": block.type, "slot": block.slot, "settings": {}}
    if block.slot:
        return view
    kind = usable(design.blocks.get(block.type), shop)
    if kind is None:
        return None
    values, _ = read_values(kind.settings, block.settings, block.type)
    return view | {"settings": _said(kind, values, speech)}


def _said(kind: Kind, values: Mapping[str, Any], speech: Catalogue) -> View:
    """The settings for templates; words that the theme ships are said in the page's language, staff's stay theirs."""
    shown = for_templates(kind.settings, values)
    texts = (name for name, setting in kind.settings.items() if setting.type == "text")
    return {**shown, **{name: speech.say(shown[name]) for name in texts}}


async def _products(shop: Shop, values: Mapping[str, Any]) -> list[View]:
    sort = str(values.get("sort", ""))
    query = ProductQuery(
        category=values.get("collection") or None,
        sort=Sort(sort) if sort in set(Sort) else Sort.BESTSELLING,
        per_page=min(int(values.get("count", 8)), MOST),
    )
    try:
        found, cards = await shown_cards(shop, query, counted=False)
    except NotFound:
        return []
    best = query.sort is Sort.BESTSELLING  # what nobody bought yet is no best seller
    return [card for product, card in zip(found.items, cards, strict=True) if product.sold_count or not best]


async def _product(shop: Shop, values: Mapping[str, Any]) -> View | None:
    try:
        found = await catalog.shown_product(shop, str(values.get("product", "")))
    except NotFound:
        return None
    return card_view(shop, found)


async def _categories(shop: Shop, _values: Mapping[str, Any]) -> list[View]:
    tree = await catalog.shown_categories(shop)
    tops = sorted((each for each in tree.all() if each.parent_id is None), key=lambda each: (each.position, each.name))
    return [
        {
            "slug": each.slug,
            "name": each.name,
            "url": f"/category/{each.slug}",
            "image": image_view(shop, each.image) if each.image else None,
        }
        for each in tops
    ]


LOADERS: Mapping[str, Callable[[Shop, Mapping[str, Any]], Awaitable[Any]]] = {
    "products": _products,
    "product": _product,
    "categories": _categories,
}
