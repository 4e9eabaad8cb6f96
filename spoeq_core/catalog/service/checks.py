"""What must hold of a product before it is stored, asked of the model, of the rest of the catalogue, of plugins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from spoeq_core.catalog.documents import BrandRepository, CategoryRepository, ProductRepository
from spoeq_core.catalog.model import Brand, Product, Variant, faults, tidied
from spoeq_core.extensions.service import extended
from spoeq_core.kernel.errors import FieldError, Invalid
from spoeq_core.kernel.messages import message
from spoeq_core.shop import Shop

SUFFIXES = 20
"""How many numbered slugs are tried before the product's id makes one."""


async def checked(shop: Shop, product: Product, stored: Product | None = None) -> Product:
    """The product tidied, with its brand's name and its extension data; `stored` is what it was before.

    Raises:
        Invalid: with an error for each field that is refused.
    """
    product, errors = in_itself(shop, product, stored)
    known = await _references(shop, product, stored)
    product, unknown = in_catalogue(product, known)
    errors += [*unknown, *await taken(shop, product, stored)]
    refuse(product, errors)
    return product


@dataclass(frozen=True, slots=True)
class References:
    """The brands and categories that products may name."""

    brands: Mapping[str, Brand]
    categories: frozenset[str]


async def all_references(shop: Shop) -> References:
    """Every brand and category; two commands."""
    brands = await shop.repository(BrandRepository).find({})
    categories = await shop.repository(CategoryRepository).find({})
    return References({brand.id: brand for brand in brands}, frozenset(category.id for category in categories))


def in_itself(shop: Shop, product: Product, stored: Product | None = None) -> tuple[Product, list[FieldError]]:
    """The product tidied, with its extension data, and what is wrong with it whatever else there is."""
    product, errors = _extended(shop, tidied(product), stored)
    return product, [*errors, *faults(product)]


def in_catalogue(product: Product, known: References) -> tuple[Product, list[FieldError]]:
    """The product with its brand's name, and which brand or categories there are not."""
    missing = [key for key in product.category_ids if key not in known.categories]
    errors = [
        FieldError("category_ids", message("There is no category “%(name)s”.", name=key), "unknown") for key in missing
    ]
    brand = known.brands.get(product.brand_id or "")
    if product.brand_id is not None and brand is None:
        errors.append(FieldError("brand_id", "There is no such brand.", "unknown"))
    named = replace(product, brand_name=brand.name if brand else "", brand_slug=brand.slug if brand else "")
    return named, errors


def refuse(product: Product, errors: Sequence[FieldError]) -> None:
    """Raise what is wrong, if anything is.

    Raises:
        Invalid: with every error.
    """
    if errors:
        raise Invalid(
            message(
                "The product “%(name)s” was not saved: %(errors)s field(s) were refused.",
                name=product.name or product.id,
                errors=len(errors),
            ),
            errors=errors,
            hint="Mend the fields that are named.",
        )


async def taken(shop: Shop, product: Product, stored: Product | None = None) -> list[FieldError]:
    """The slug and the SKUs that other products have; those the product had before are its own."""
    products = shop.repository(ProductRepository)
    errors = []
    own_slug = stored is not None and product.slug == stored.slug
    if not own_slug and await products.taken_slugs([product.slug], besides=product.id):
        errors.append(FieldError("slug", "Another product has this address.", "taken"))
    old = {variant.sku for variant in stored.variants} if stored else set()
    new = [variant.sku for variant in product.variants if variant.sku not in old]
    others = await products.taken_skus(new, besides=product.id) if new else set()
    for place, variant in enumerate(product.variants):
        if variant.sku in others:
            errors.append(FieldError(f"variants.{place}.sku", "Another product has this SKU.", "taken"))
    return errors


async def free_slug(shop: Shop, base: str, product_id: str) -> str:
    """The slug, or the first numbered one that no product has."""
    tail = product_id[-8:].lower()
    wanted = base or f"product-{tail}"
    candidates = [wanted, *(f"{wanted}-{number}" for number in range(2, SUFFIXES)), f"{wanted}-{tail}"]
    used = await shop.repository(ProductRepository).taken_slugs(candidates, besides=product_id)
    return next(slug for slug in candidates if slug not in used or slug == candidates[-1])


def _extended(shop: Shop, product: Product, stored: Product | None) -> tuple[Product, list[FieldError]]:
    ext, errors = extended(shop, "product", stored.ext if stored else {}, product.ext)
    variants = []
    for place, variant in enumerate(product.variants):
        old = stored.variant(variant.sku) if stored else None
        of, refused = extended(shop, "variant", (old or Variant("")).ext, variant.ext, f"variants.{place}.ext")
        variants.append(replace(variant, ext=of))
        errors += refused
    return replace(product, ext=ext, variants=tuple(variants)), errors


async def _references(shop: Shop, product: Product, stored: Product | None) -> References:
    """What the product names: its brand, and its categories unless it had them before (one may be gone since)."""
    had = frozenset(stored.category_ids) if stored else frozenset()
    new = [key for key in product.category_ids if key not in had]
    brand = await shop.repository(BrandRepository).find_by_id(product.brand_id) if product.brand_id else None
    found = await shop.repository(CategoryRepository).find({"_id": {"$in": new}}) if new else []
    return References({brand.id: brand} if brand else {}, had | {category.id for category in found})
