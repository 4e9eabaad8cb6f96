"""The category tree and brands: how staff change them, how pages read them."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import replace
from typing import TypedDict, TypeVar

from spoeq_core.catalog.documents import BrandRepository, CategoryRepository, ProductRepository
from spoeq_core.catalog.events import BrandUpdated
from spoeq_core.catalog.model import SLUG, Brand, Categories, Category, Image, Node, slugify, tree
from spoeq_core.kernel.errors import Conflict, FieldError, Invalid, NotFound, StaleAggregate
from spoeq_core.kernel.ids import new_id
from spoeq_core.kernel.messages import message
from spoeq_core.shop import Shop

T = TypeVar("T")

LONGEST_NAME = 120
LONGEST_DESCRIPTION = 5_000


class CategoryChanges(TypedDict, total=False):
    """What staff may say of a category."""

    name: str
    slug: str
    description: str
    parent_id: str | None
    position: int
    image: Image | None


class BrandChanges(TypedDict, total=False):
    """What staff may say of a brand."""

    name: str
    slug: str
    description: str


async def all_categories(shop: Shop) -> Categories:
    """Every category with its path; one command."""
    return Categories(await shop.repository(CategoryRepository).find({}))


async def category_tree(shop: Shop) -> tuple[Node, ...]:
    """The categories as menus show them."""
    return tree((await all_categories(shop)).all())


async def create_category(shop: Shop, changes: CategoryChanges) -> Category:
    """A new category; without a slug, its name makes one.

    Raises:
        Invalid: with an error for each field that is refused.
    """
    known = await all_categories(shop)
    category = replace(Category(new_id(), "", ""), **changes)
    category = replace(category, slug=category.slug or slugify(category.name))
    _check(_category_faults(category, known))
    parent = known.find(category.parent_id)
    placed = replace(category, path=(*(parent.path if parent else ()), category.id))
    return await _unique(shop.repository(CategoryRepository).insert(placed))


async def update_category(
    shop: Shop, category_id: str, changes: CategoryChanges, *, version: int | None = None
) -> Category:
    """The category changed, or moved with all that is below it by giving another `parent_id`.

    Raises:
        NotFound: there is none.
        StaleAggregate: it was changed meanwhile.
        Invalid: a field is refused; a category cannot be moved below itself.
    """
    known = await all_categories(shop)
    stored = known.find(category_id)
    if stored is None or stored.id != category_id:
        raise NotFound(message("There is no category “%(name)s”.", name=category_id))
    if version is not None and version != stored.version:
        raise StaleAggregate("This category was changed by somebody else.", hint="Read it again and repeat the change.")
    changed = replace(stored, **changes)
    _check(_category_faults(changed, known))
    saved = await _unique(shop.repository(CategoryRepository).save(changed))
    return await _rooted(shop, saved, stored) if saved.parent_id != stored.parent_id else saved


async def delete_category(shop: Shop, category_id: str) -> None:
    """Remove a category that nothing hangs on.

    Raises:
        NotFound: there is none.
        Conflict: it has categories below it, or products.
    """
    known = await all_categories(shop)
    stored = known.find(category_id)
    if stored is None or stored.id != category_id:
        raise NotFound(message("There is no category “%(name)s”.", name=category_id))
    if len(known.with_descendants(stored)) > 1:
        raise Conflict("This category has others below it.", hint="Move or delete those first.")
    if await shop.repository(ProductRepository).find_one({"category_ids": category_id}):
        raise Conflict("This category has products.", hint="Put them into another one first.")
    await shop.repository(CategoryRepository).delete(category_id)


async def all_brands(shop: Shop) -> list[Brand]:
    """Every brand, by name; one command."""
    return sorted(await shop.repository(BrandRepository).find({}), key=lambda brand: brand.name.casefold())


async def create_brand(shop: Shop, changes: BrandChanges) -> Brand:
    """A new brand; without a slug, its name makes one.

    Raises:
        Invalid: with an error for each field that is refused.
    """
    brand = replace(Brand(new_id(), "", ""), **changes)
    brand = replace(brand, slug=brand.slug or slugify(brand.name))
    _check(_named(brand))
    return await _unique(shop.repository(BrandRepository).insert(brand))


async def update_brand(shop: Shop, brand_id: str, changes: BrandChanges, *, version: int | None = None) -> Brand:
    """The brand changed; its products follow by event.

    Raises:
        NotFound: there is none.
        StaleAggregate: it was changed meanwhile.
        Invalid: with an error for each field that is refused.
    """
    brands = shop.repository(BrandRepository)
    stored = await brands.get(brand_id)
    if version is not None and version != stored.version:
        raise StaleAggregate("This brand was changed by somebody else.", hint="Read it again and repeat the change.")
    changed = replace(stored, **changes)
    _check(_named(changed))
    return await _unique(brands.save(changed, BrandUpdated(brand_id=brand_id)))


async def rename_brand(shop: Shop, brand_id: str) -> None:
    """Bring the brand's name in its products up to date. May be repeated."""
    brand = await shop.repository(BrandRepository).find_by_id(brand_id)
    if brand is not None:
        await shop.repository(ProductRepository).rename_brand(brand)


async def _rooted(shop: Shop, saved: Category, before: Category) -> Category:
    """The moved category, unless two moves at once made a circle: whoever sees it takes their own move back."""
    known = await all_categories(shop)
    found = known.find(saved.id)
    if found is None or known.is_rooted(found):
        return found or saved
    await shop.repository(CategoryRepository).save(replace(found, parent_id=before.parent_id))
    raise Conflict("Somebody else moved these categories at the same time.", hint="Look at the tree and try again.")


def _category_faults(category: Category, known: Categories) -> list[FieldError]:
    errors = _named(category)
    if category.parent_id is not None:
        parent = known.find(category.parent_id)
        if parent is None or parent.id != category.parent_id:
            errors.append(FieldError("parent_id", "There is no such category.", "unknown"))
        elif category.id in parent.path:
            errors.append(FieldError("parent_id", "A category cannot be moved below itself.", "below_itself"))
    return errors


def _named(item: Category | Brand) -> list[FieldError]:
    errors = []
    if not item.name.strip() or len(item.name) > LONGEST_NAME:
        errors.append(
            FieldError("name", message("Give a name of at most %(most)s characters.", most=LONGEST_NAME), "length")
        )
    if not SLUG.match(item.slug):
        errors.append(FieldError("slug", "Use small letters, digits and single hyphens.", "pattern"))
    if len(item.description) > LONGEST_DESCRIPTION:
        errors.append(
            FieldError("description", message("At most %(most)s characters.", most=LONGEST_DESCRIPTION), "too_long")
        )
    return errors


def _check(errors: list[FieldError]) -> None:
    if errors:
        raise Invalid("This was not saved: fields were refused.", errors=errors, hint="Mend the fields that are named.")


async def _unique(write: Awaitable[T]) -> T:
    try:
        return await write
    except StaleAggregate:
        raise
    except Conflict:
        raise Invalid.field("slug", "Another one has this address.", "taken") from None
