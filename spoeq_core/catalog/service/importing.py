"""Many products at once: checked like single ones, with a few commands for all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from spoeq_core.catalog.documents import ProductRepository
from spoeq_core.catalog.events import ProductCreated, ProductUpdated
from spoeq_core.catalog.model import OUT, Product, ProductChanges, slugify
from spoeq_core.catalog.service.checks import References, all_references, in_catalogue, in_itself, refuse
from spoeq_core.catalog.service.products import ASKED, drafted
from spoeq_core.kernel.errors import FieldError, Invalid
from spoeq_core.kernel.messages import message
from spoeq_core.shop import Shop


async def import_products(
    shop: Shop, drafts: Sequence[ProductChanges], *, stock_states: Mapping[str, str] | None = None
) -> list[Product]:
    """New products; no event is told of them, so whoever keeps a copy of the catalogue builds it anew afterwards.

    Args:
        shop: The shop.
        drafts: As for `create_product`.
        stock_states: What lists show at first, by SKU; inventory gives it when it stores the stock with them.

    Raises:
        Invalid: a product is refused, or a SKU or slug stands twice; nothing was stored.
        Conflict: a SKU or a slug is taken by a product of the shop; those before it are stored.
    """
    known = await all_references(shop)
    products = [_checked(shop, product, known) for product in await _with_slugs(shop, drafts)]
    _refuse_doubles(products)
    states = stock_states or {}
    shown = [replace(p, stock_states={v.sku: states.get(v.sku, OUT) for v in p.variants}) for p in products]
    await shop.repository(ProductRepository).insert_all(shown)
    return shown


def _checked(shop: Shop, product: Product, known: References) -> Product:
    product, errors = in_itself(shop, product)
    product, unknown = in_catalogue(product, known)
    refuse(product, [*errors, *unknown])
    return product


async def _with_slugs(shop: Shop, drafts: Sequence[ProductChanges]) -> list[Product]:
    """The products, each with a slug; where the name's is taken by another, an end of the id makes it another."""
    used = {draft["slug"] for draft in drafts if draft.get("slug")}
    made = [slugify(draft.get("name", "")) for draft in drafts if not draft.get("slug")]
    products = shop.repository(ProductRepository)
    for start in range(0, len(made), ASKED):
        used |= await products.taken_slugs(made[start : start + ASKED])
    found = []
    for draft in drafts:
        product = drafted(shop, draft)
        if not draft.get("slug"):
            if not product.slug or product.slug in used:
                tail = product.id[-8:].lower()
                product = replace(product, slug=f"{product.slug or 'product'}-{tail}")
            used.add(product.slug)
        found.append(product)
    return found


def _refuse_doubles(products: Sequence[Product]) -> None:
    counts = Counter([("slug", p.slug) for p in products] + [("sku", v.sku) for p in products for v in p.variants])
    doubles = [
        FieldError(field, message("“%(name)s” stands twice.", name=value), "duplicate")
        for (field, value), n in counts.items()
        if n > 1
    ]
    if doubles:
        raise Invalid("Nothing was imported: slugs and SKUs must be unique.", errors=doubles, hint="Mend those named.")


async def save_many(
    shop: Shop, created: Sequence[Product], updated: Sequence[Product]
) -> tuple[frozenset[str], frozenset[str]]:
    """Store checked products, new and changed ones, by few commands, and tell of each; the ids that were refused.

    A new one is refused if its slug or a SKU was taken meanwhile, a changed one also if somebody else changed it.
    Whoever calls wakes the worker for the others (`tell_saved`) when all that belongs to them is stored.
    """
    now = shop.clock.now()
    products = shop.repository(ProductRepository)
    taken = await products.insert_many(
        [(product, ProductCreated(product_id=product.id, prices=product.prices)) for product in created]
    )
    stale = await products.save_many(
        [
            (replace(product, updated_at=now), ProductUpdated(product_id=product.id, prices=product.prices))
            for product in updated
        ]
    )
    return frozenset(taken), frozenset(stale)


async def tell_saved(shop: Shop, product_ids: Sequence[str]) -> None:
    """Wake the worker for what `save_many` has told of these products."""
    for start in range(0, len(product_ids), ASKED):
        await shop.repository(ProductRepository).announce(product_ids[start : start + ASKED])
