"""Fills a new shop: settings, plugins, people, catalogue, pictures. Each step may be repeated after a crash."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from itertools import islice
from pathlib import Path

from spoeq_core.sdk import (
    NewStock,
    Option,
    ProductChanges,
    ProductStatus,
    RenderedImage,
    Rendition,
    Shop,
    Variant,
    add_rendered_images,
    all_brands,
    all_categories,
    create_brand,
    create_category,
    create_stocks,
    enable_plugin,
    import_products,
    installed_plugins,
    products_by_slugs,
    save_settings,
    stock_of,
    update_category,
)
from spoeq_demo.accounts import create_accounts
from spoeq_demo.catalogue import DemoProduct, load_catalogue
from spoeq_demo.drawings import ProductPicture, render_product

Say = Callable[[str], None]

BATCH = 250
PROFILE = {
    "name": "Neel & Co.",
    "tagline": "Handmade in India, delivered to your door",
    "legal_name": "Neel Handmade Private Limited",
    "address": "14 Church Street, Bengaluru 560001, Karnataka",
    "email": "care@demo.spoeq",
    "phone": "+91 80 4000 1234",
    "grievance_officer": "Meera Nair, grievance@demo.spoeq",
    "return_days": 7,
    "languages": ["en", "hi"],
    "language_from_browser": True,
    "order_prefix": "NEEL",
}
TYPES = {"avif": "image/avif", "webp": "image/webp", "jpeg": "image/jpeg"}


async def seed_demo(shop: Shop, say: Say) -> None:
    """Make the demo shop complete; does only what is missing."""
    say("Setting up the shop, its plugins and the demo accounts …")
    await save_settings(shop, "core", PROFILE)
    for name in installed_plugins(shop, usable=True):
        await enable_plugin(shop, name)
    await create_accounts(shop)
    catalogue = load_catalogue()
    brands, categories = await _frame(shop)
    fresh = await _store(shop, catalogue.products, brands, categories)
    say(f"{fresh} products stored; drawing their pictures …")
    await _draw(shop, catalogue.products, say)
    await _picture_categories(shop, catalogue.products)


async def seed_many(shop: Shop, products: Iterable[DemoProduct], say: Say) -> int:
    """Add made-up products without pictures, batch by batch; how many are new."""
    brands, categories = await _frame(shop)
    waiting, total = iter(products), 0
    while batch := list(islice(waiting, BATCH)):
        total += await _store(shop, batch, brands, categories)
        say(f"{total} products stored")
    return total


async def _frame(shop: Shop) -> tuple[dict[str, str], dict[str, str]]:
    """Brands and categories; their ids by slug."""
    catalogue = load_catalogue()
    brands = {brand.slug: brand.id for brand in await all_brands(shop)}
    for brand in catalogue.brands:
        if brand.slug not in brands:
            made = await create_brand(shop, {"name": brand.name, "slug": brand.slug, "description": brand.description})
            brands[brand.slug] = made.id
    categories = {category.slug: category.id for category in (await all_categories(shop)).all()}
    for category in catalogue.categories:
        if category.slug not in categories:
            stored = await create_category(
                shop,
                {
                    "name": category.name,
                    "slug": category.slug,
                    "description": category.description,
                    "parent_id": categories[category.parent] if category.parent else None,
                    "position": category.position,
                },
            )
            categories[category.slug] = stored.id
    return brands, categories


async def _store(
    shop: Shop, products: Sequence[DemoProduct], brands: dict[str, str], categories: dict[str, str]
) -> int:
    known = await products_by_slugs(shop, [product.slug for product in products])
    new = [product for product in products if product.slug not in known]
    made = await import_products(shop, [_changes(product, brands, categories) for product in new])
    ids = {product.slug: product.id for product in (*known.values(), *made)}
    skus = [variant.sku for product in products for variant in product.variants]
    stocked = set(await stock_of(shop, skus))
    missing = [
        NewStock(
            sku=v.sku, product_id=ids[p.slug], name=_stock_name(p, v.options), on_hand=v.stock, threshold=v.threshold
        )
        for p in products
        for v in p.variants
        if v.sku not in stocked
    ]
    await create_stocks(shop, missing)
    return len(new)


def _changes(product: DemoProduct, brands: dict[str, str], categories: dict[str, str]) -> ProductChanges:
    return {
        "name": product.name,
        "slug": product.slug,
        "description": product.description,
        "status": ProductStatus.ACTIVE,
        "brand_id": brands[product.brand],
        "category_ids": tuple(categories[slug] for slug in product.categories),
        "tags": product.tags,
        "badges": product.badges,
        "specs": product.specs,
        "options": tuple(Option(name, tuple(values)) for name, values in product.options.items()),
        "variants": tuple(
            Variant(sku=v.sku, options=v.options, sale=v.sale, mrp=v.mrp, weight_g=v.weight_g) for v in product.variants
        ),
        "declarations": product.declarations,
        "hsn": product.hsn,
        "dimensions_mm": product.dimensions_mm,
    }


def _stock_name(product: DemoProduct, options: object) -> str:
    values = ", ".join(options.values()) if isinstance(options, dict) else ""
    return f"{product.name} ({values})" if values else product.name


async def _draw(shop: Shop, products: Sequence[DemoProduct], say: Say) -> None:
    """Draw what has no picture yet, in as many processes as there are processors."""
    stored = await products_by_slugs(shop, [product.slug for product in products])
    wanted = [product for product in products if product.slug in stored and not stored[product.slug].images]
    if not wanted:
        return
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor() as pool:
        drawing = {pool.submit(render_product, product, Path(folder)): product for product in wanted}
        for done, future in enumerate(as_completed(drawing), start=1):
            pictures = await asyncio.to_thread(future.result)
            product_id = stored[drawing[future].slug].id
            await add_rendered_images(shop, product_id, [await asyncio.to_thread(_rendered, p) for p in pictures])
            if done % 10 == 0 or done == len(wanted):
                say(f"  {done} of {len(wanted)} products drawn")


async def _picture_categories(shop: Shop, products: Sequence[DemoProduct]) -> None:
    """Show each top category by a picture of its first product."""
    categories = await all_categories(shop)
    stored = await products_by_slugs(shop, [product.slug for product in products])
    for category in categories.all():
        if category.parent_id is not None or category.image is not None:
            continue
        below = set(categories.with_descendants(category))
        inside = [stored[p.slug] for p in products if p.slug in stored and below & set(stored[p.slug].category_ids)]
        pictured = next((product for product in inside if product.images), None)
        if pictured is not None:
            await update_category(shop, category.id, {"image": pictured.images[0]})


def _rendered(picture: ProductPicture) -> RenderedImage:
    renditions = tuple(Rendition(TYPES[f.format], f.width, f.height, f.path.read_bytes()) for f in picture.files)
    largest = max(renditions, key=lambda item: item.width)
    return RenderedImage(picture.alt, largest.width, largest.height, renditions)
