"""The same change for many products: which can take it, why the others cannot, and the job that makes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from spoeq_core.catalog.documents import ProductRepository
from spoeq_core.catalog.model import Product, ProductStatus, faults
from spoeq_core.catalog.service.products import update_product
from spoeq_core.jobs.model import Failure, Job, JobKind, Step
from spoeq_core.jobs.service import create_job
from spoeq_core.kernel.errors import Invalid, SpoeqError
from spoeq_core.kernel.messages import message, sentences
from spoeq_core.kernel.mongo import Document
from spoeq_core.shop import Shop

AT_A_STEP = 20
MOST = 5_000
"""Products of one job."""
NEEDED = "needed_to_sell"


class ProductAction(StrEnum):
    """What can be done with many products at once."""

    PUBLISH = "publish"
    DRAFT = "draft"
    ARCHIVE = "archive"

    @property
    def status(self) -> ProductStatus:
        """What it makes of a product."""
        return _TARGETS[self]


_TARGETS = {
    ProductAction.PUBLISH: ProductStatus.ACTIVE,
    ProductAction.DRAFT: ProductStatus.DRAFT,
    ProductAction.ARCHIVE: ProductStatus.ARCHIVED,
}
_ALREADY = {
    ProductStatus.ACTIVE: message("already on sale"),
    ProductStatus.DRAFT: message("already a draft"),
    ProductStatus.ARCHIVED: message("already archived"),
}


@dataclass(frozen=True, slots=True)
class ProductPreview:
    """Which products can take the change, and which cannot, with the reason: a few words that several may share."""

    able: tuple[Product, ...]
    refused: tuple[tuple[Product, str], ...]

    def reasons(self) -> dict[str, int]:
        """How many products each reason keeps back, the commonest first."""
        counts: dict[str, int] = {}
        for _, reason in self.refused:
            counts[reason] = counts.get(reason, 0) + 1
        return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def refusal(product: Product, action: ProductAction) -> str:
    """Why the product cannot take the change; empty if it can."""
    if product.status is action.status:
        return _ALREADY[product.status]
    wrong = list(faults(replace(product, status=action.status)))
    if any(fault.code == NEEDED for fault in wrong):
        return message("declarations or variants missing")
    return message("something else is wrong with it") if wrong else ""


async def preview_change(shop: Shop, ids: Sequence[str], action: ProductAction) -> ProductPreview:
    """What a change would do to these products, in the order given; ids that are no products are left out."""
    chosen = list(dict.fromkeys(ids))[:MOST]
    products = await shop.repository(ProductRepository).by_ids(chosen) if chosen else []
    reasons = [(product, refusal(product, action)) for product in products]
    return ProductPreview(
        tuple(product for product, reason in reasons if not reason),
        tuple((product, reason) for product, reason in reasons if reason),
    )


async def start_change(
    shop: Shop, ids: Sequence[str], action: ProductAction, *, title: str, actor_id: str, actor_name: str
) -> Job:
    """The job that changes these products."""
    chosen = list(dict.fromkeys(ids))[:MOST]
    params = {"ids": chosen, "action": action.value}
    return await create_job(
        shop, STATUS, title=title, params=params, total=len(chosen), actor_id=actor_id, actor_name=actor_name
    )


async def product_ids(shop: Shop, statuses: Sequence[ProductStatus], *, limit: int = MOST) -> list[str]:
    """The ids of the products of these statuses, the newest first."""
    query: Document = {"status": {"$in": [status.value for status in statuses]}}
    cursor = shop.repository(ProductRepository).collection.find(query, {"_id": 1}).sort([("_id", -1)]).limit(limit)
    return [raw["_id"] async for raw in cursor]


async def count_statuses(shop: Shop) -> dict[str, int]:
    """How many products have each status; counted once, until a product changes."""

    async def count() -> dict[str, int]:
        known = {"status": {"$in": [status.value for status in ProductStatus]}}  # by an index, without the products
        rows = shop.repository(ProductRepository).collection.aggregate(
            [{"$match": known}, {"$group": {"_id": "$status", "n": {"$sum": 1}}}]
        )
        return {row["_id"]: row["n"] async for row in rows}

    return await shop.cache.get_or_make("products by status", count)


async def _step(shop: Shop, job: Job) -> Step:
    """Some more products; one that is there already stays as it is."""
    action = ProductAction(job.params["action"])
    first = int(job.cursor.get("next", 0))
    ids = job.params["ids"][first : first + AT_A_STEP]
    found = {product.id: product for product in await shop.repository(ProductRepository).by_ids(ids)}
    failures = []
    for product_id in ids:
        product = found.get(product_id)
        reason = message("There is no such product.") if product is None else await _change(shop, product, action)
        if reason:
            failures.append(Failure(f"{product.name} ({product_id})" if product else product_id, reason))
    following = first + len(ids)
    return Step(len(ids), failures, {"next": following}, finished=following >= len(job.params["ids"]))


async def _change(shop: Shop, product: Product, action: ProductAction) -> str:
    if product.status is action.status:
        return ""
    try:
        await update_product(shop, product.id, {"status": action.status})
    except Invalid as error:
        return sentences(dict.fromkeys(fault.message for fault in error.errors)) or error.message
    except SpoeqError as error:
        return error.message
    return ""


STATUS = JobKind("catalog.status", _step, "catalog.manage")
JOBS: tuple[JobKind, ...] = (STATUS,)
