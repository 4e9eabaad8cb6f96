"""What a part of a file would change, looked up with a few commands for all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from spoeq_core.bulk.model.groups import Group
from spoeq_core.bulk.model.plan import Facts, Plan, changes_of, located, planned
from spoeq_core.bulk.service.columns import columns_of, words_of
from spoeq_core.catalog import service as catalog
from spoeq_core.catalog.model import Product, slugify
from spoeq_core.inventory.service import stock_of
from spoeq_core.kernel.errors import FieldError
from spoeq_core.shop import Shop

AT_ONCE = 100
"""Slugs that are looked up by one command."""


@dataclass
class Known:
    """The shop's side of a part: its products by slug, and what products may name. `used`: slugs of its new ones."""

    facts: Facts
    references: catalog.References
    by_slug: dict[str, Product]
    used: set[str] = field(default_factory=set)


async def plans_of(shop: Shop, groups: Sequence[Group], header: Sequence[str], *, counting: bool = True) -> list[Plan]:
    """What each group would change, checked by all rules of the catalogue; `counting`: their stock too."""
    known = await _known(shop, groups, header, counting)
    return [_plan(shop, group, known) for group in groups]


async def _known(shop: Shop, groups: Sequence[Group], header: Sequence[str], counting: bool) -> Known:
    skus = list(dict.fromkeys(row.sku for group in groups for row in group.rows if row.sku))
    slugs = list(dict.fromkeys(slug for group in groups for slug in _slugs(group)))
    found: dict[str, Product] = {}
    for start in range(0, len(slugs), AT_ONCE):
        found |= await catalog.products_by_slugs(shop, slugs[start : start + AT_ONCE])
    stock = await stock_of(shop, skus)
    facts = Facts(await words_of(shop), await columns_of(shop), frozenset(header), stock, counting)
    return Known(facts, await catalog.all_references(shop), found)


def _plan(shop: Shop, group: Group, known: Known) -> Plan:
    stored = _stored(group, known)
    fresh = catalog.drafted(shop, {"name": "", "slug": _free_slug(group, known)})
    plan = planned(group, stored, fresh, known.facts)
    if plan.saves and not plan.errors:
        _check(shop, plan, known)
    plan.changes = list(changes_of(plan, known.facts))
    known.used.add(plan.product.slug)
    return plan


def _stored(group: Group, known: Known) -> Product | None:
    """The product of the group; of a new one without a slug that which was made from it before, known by its SKU."""
    found = [known.by_slug[slug] for slug in _slugs(group) if slug in known.by_slug]
    mine = [product for product in found if group.slug or product.variant(group.rows[0].sku)]
    return mine[0] if mine else None


def _slugs(group: Group) -> tuple[str, ...]:
    """The group's slug; for one without the slug of its name, and that with its first SKU, where the first is taken."""
    if group.slug:
        return (group.slug,)
    made = slugify(group.head.cell("name") if group.head else "")
    longer = slugify(f"{made or 'product'} {group.rows[0].sku}")
    return (made, longer) if made else (longer,)


def _free_slug(group: Group, known: Known) -> str:
    slugs = _slugs(group)
    return next((slug for slug in slugs if slug not in known.by_slug and slug not in known.used), slugs[-1])


def _check(shop: Shop, plan: Plan, known: Known) -> None:
    """Put the product through the catalogue's rules; what they refuse goes to the rows."""
    stored = plan.stored
    product, errors = catalog.in_itself(shop, plan.product, stored)
    had = frozenset(stored.category_ids) if stored else frozenset()
    references = replace(known.references, categories=known.references.categories | had)
    product, unknown = catalog.in_catalogue(product, references)
    plan.product = product
    found: list[FieldError] = [*errors, *unknown]
    plan.errors += [located(plan, error) for error in found]
