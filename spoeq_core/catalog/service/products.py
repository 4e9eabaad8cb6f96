"""What staff do with products, and how products are found."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace

from spoeq_core.catalog.documents import ProductRepository, Removal, RemovalRepository
from spoeq_core.catalog.events import ProductCreated, ProductDeleted, ProductUpdated
from spoeq_core.catalog.model import Product, ProductAddress, ProductChanges, ProductStatus, slugify
from spoeq_core.catalog.service.checks import checked, free_slug, taken
from spoeq_core.catalog.service.files import let_all_go, passing_files
from spoeq_core.kernel.errors import Conflict, Invalid, NotFound, StaleAggregate
from spoeq_core.kernel.ids import is_id, new_id
from spoeq_core.kernel.messages import message
from spoeq_core.shop import Shop

ASKED = 100
"""So many values are looked up by one command: long lists in a query are slow on the embedded server."""


async def product_by_id_or_slug(shop: Shop, key: str, *, hidden: bool = False) -> Product:
    """The product of that id or slug; a ULID is an id.

    Args:
        shop: The shop.
        key: Id or slug.
        hidden: Whether drafts and archived products are found too, as for staff.

    Raises:
        NotFound: there is none, or it is hidden.
    """
    products = shop.repository(ProductRepository)
    found = await (products.find_by_id(key) if is_id(key) else products.find_one({"slug": key}))
    if found is None or (found.status is not ProductStatus.ACTIVE and not hidden):
        raise NotFound(
            message("There is no product “%(name)s”.", name=key), hint="It may have been renamed or taken off sale."
        )
    return found


async def products_by_ids(shop: Shop, ids: Sequence[str], *, hidden: bool = False) -> list[Product]:
    """The products of those ids that exist and may be seen, in the order given; one command."""
    found = await shop.repository(ProductRepository).by_ids(ids) if ids else []
    return [product for product in found if hidden or product.status is ProductStatus.ACTIVE]


async def products_by_slugs(shop: Shop, slugs: Sequence[str]) -> dict[str, Product]:
    """The products of these slugs that exist, whatever their status, by slug; one command."""
    found = await shop.repository(ProductRepository).find({"slug": {"$in": list(slugs)}}) if slugs else []
    return {product.slug: product for product in found}


def product_addresses(shop: Shop) -> AsyncIterator[ProductAddress]:
    """Where each active product is found, one by one: there may be a million of them."""
    return shop.repository(ProductRepository).addresses()


async def slugs_by_sku(shop: Shop, skus: Sequence[str]) -> dict[str, str]:
    """The slug of the product that has the SKU, for those of the SKUs that there are; one command.

    Of many SKUs at once the whole catalogue is read: that takes less time than to look for each.
    """
    found = await shop.repository(ProductRepository).slugs_by_sku(skus if len(skus) <= ASKED else None)
    wanted = set(skus)
    return {sku: slug for sku, slug in found.items() if sku in wanted}


def drafted(shop: Shop, changes: ProductChanges) -> Product:
    """A new product as it was described, unchecked; without a slug, its name makes one."""
    now = shop.clock.now()
    product = replace(Product(new_id(), "", "", created_at=now, updated_at=now), **changes)
    return product if product.slug else replace(product, slug=slugify(product.name))


async def create_product(shop: Shop, changes: ProductChanges) -> Product:
    """A new product, a draft unless `status` says otherwise; without a slug, its name makes one that is free.

    Raises:
        Invalid: with an error for each field that is refused.
    """
    product = drafted(shop, changes)
    if not changes.get("slug"):
        product = replace(product, slug=await free_slug(shop, product.slug, product.id))
    product = await checked(shop, product)
    try:
        return await shop.repository(ProductRepository).insert(
            product, ProductCreated(product_id=product.id, prices=product.prices)
        )
    except Conflict:
        raise await _refused(shop, product, None) from None


async def update_product(
    shop: Shop, product_id: str, changes: ProductChanges, *, version: int | None = None
) -> Product:
    """The product with the changes made, if it is still at the version that whoever changes it has seen.

    Raises:
        NotFound: there is none.
        StaleAggregate: it was changed meanwhile.
        Invalid: with an error for each field that is refused.
    """
    stored = await shop.repository(ProductRepository).get(product_id)
    require_version(stored, version)
    changed = await checked(shop, replace(stored, **changes), stored)
    return await save_product(shop, changed, stored)


async def save_product(shop: Shop, changed: Product, stored: Product) -> Product:
    """Store a checked change and tell of it; the same product again if nothing changed.

    Raises:
        StaleAggregate: it was changed meanwhile.
        Invalid: its slug or a SKU was taken meanwhile.
    """
    if changed == stored:
        return stored
    changed = replace(changed, updated_at=shop.clock.now())
    try:
        return await shop.repository(ProductRepository).save(
            changed, ProductUpdated(product_id=changed.id, prices=changed.prices)
        )
    except StaleAggregate:
        raise
    except Conflict:
        raise await _refused(shop, changed, stored) from None


async def archive_product(shop: Shop, product_id: str, *, version: int | None = None) -> Product:
    """Take a product off sale and keep it.

    Raises:
        NotFound, StaleAggregate: as for `update_product`.
    """
    return await update_product(shop, product_id, {"status": ProductStatus.ARCHIVED}, version=version)


async def delete_product(shop: Shop, product_id: str) -> None:
    """Remove a product for good; orders keep what they froze of it.

    The removal is stored first and tells the event, so that a crash in between is finished by `finish_removal`.

    Raises:
        NotFound: there is none.
    """
    product = await shop.repository(ProductRepository).get(product_id)
    files = tuple(passing_files(product.images))
    event = ProductDeleted(product_id=product_id, skus=[variant.sku for variant in product.variants])
    with contextlib.suppress(Conflict):  # somebody is deleting it already, and tells the same
        await shop.repository(RemovalRepository).insert(Removal(product_id, files), event)
    await shop.repository(ProductRepository).delete(product_id)


async def finish_removal(shop: Shop, product_id: str) -> None:
    """Do what is left to do of a removal: the product, the note of it; its pictures go later. May be repeated."""
    removals = shop.repository(RemovalRepository)
    removal = await removals.find_by_id(product_id)
    if removal is None:
        return
    await shop.repository(ProductRepository).delete(product_id)
    if removal.files:
        await let_all_go(shop, product_id, removal.files)
    await removals.delete(product_id)


async def set_stock_states(shop: Shop, states: Mapping[str, Mapping[str, str]]) -> None:
    """Let lists show what inventory knows: the state of every SKU of each product, `{product id: {sku: state}}`."""
    if states:
        await shop.repository(ProductRepository).set_stock_states(states)


async def record_sales(shop: Shop, pieces: Mapping[str, int]) -> None:
    """Count pieces sold for the order "bestselling", `{product id: pieces}`; negative ones came back."""
    await shop.repository(ProductRepository).add_sold(pieces)


def require_version(stored: Product, version: int | None) -> None:
    """Refuse a change that was made from an older version; None is not checked.

    Raises:
        StaleAggregate: the stored version is another.
    """
    if version is not None and stored.version != version:
        raise StaleAggregate(
            "This product was changed by somebody else in the meantime.",
            hint="Read it again and repeat the change.",
            extra={"version": stored.version},
        )


async def _refused(shop: Shop, product: Product, stored: Product | None) -> Invalid | Conflict:
    """Why a unique index refused a product: another took the slug or a SKU between the check and the write."""
    errors = await taken(shop, product, stored)
    if not errors:
        return Conflict("Another product took the same address or SKU meanwhile.", hint="Try again.", code="duplicate")
    return Invalid("Another product took the same address or SKU meanwhile.", errors=errors)
