"""Keeping stock in step with the catalogue, in both directions, and its log short."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from spoeq_core.catalog import service as catalog
from spoeq_core.catalog.model import Product, ProductChanges, Variant
from spoeq_core.inventory.documents import StockRepository, not_logged
from spoeq_core.inventory.model import DEFAULT_THRESHOLD, MAX_PIECES, OUT, RECENT, Movement, Reason, Stock, stock_state
from spoeq_core.inventory.service.reading import get_stock, stock_of
from spoeq_core.inventory.service.telling import tell
from spoeq_core.kernel.errors import Conflict, Invalid
from spoeq_core.kernel.ids import new_id
from spoeq_core.kernel.messages import message
from spoeq_core.kernel.mongo import Document
from spoeq_core.shop import Shop

SETTLED = timedelta(minutes=5)
"""Younger rows stay where they are: whoever repeats a movement looks for its row in the log, then in the archive."""
BATCH = 500
AT_ONCE = 25
"""Products whose states are read together."""
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class NewStock:
    """Stock of a SKU as it begins."""

    sku: str
    product_id: str
    name: str = ""
    on_hand: int = 0
    threshold: int = DEFAULT_THRESHOLD
    backorder_limit: int = 0


async def create_stock(
    shop: Shop,
    sku: str,
    *,
    product_id: str,
    name: str = "",
    on_hand: int = 0,
    threshold: int = DEFAULT_THRESHOLD,
    actor: str = "system",
) -> Stock:
    """The first stock of a SKU.

    Raises:
        Conflict: it has stock already (`code` "duplicate").
        Invalid: a number is negative or too large.
    """
    made = await create_stocks(shop, [NewStock(sku, product_id, name, on_hand, threshold)], actor=actor)
    if not made:
        raise Conflict(message("%(sku)s has stock already.", sku=sku), hint="Adjust it instead.", code="duplicate")
    return await get_stock(shop, sku)


async def create_stocks(shop: Shop, new: Sequence[NewStock], *, actor: str = "system") -> set[str]:
    """The first stock of many SKUs, shown in lists at once; the SKUs that had none before.

    Raises:
        Invalid: a number is negative or too large; nothing was stored.
    """
    made = await begin_stocks(shop, new, actor=actor)
    await refresh_states(shop, {item.product_id for item in new})
    return made


async def begin_stocks(shop: Shop, new: Sequence[NewStock], *, actor: str = "system") -> set[str]:
    """The same without showing it in lists: for products that were stored with its states."""
    _check(new)
    first_rows = {item.sku: _initial(shop, item.sku, item.on_hand, actor) for item in new if item.on_hand}
    return await shop.repository(StockRepository).insert_new([_begun(item) for item in new], first_rows)


async def import_products(
    shop: Shop,
    drafts: Sequence[ProductChanges],
    pieces: Mapping[str, int],
    *,
    thresholds: Mapping[str, int] | None = None,
    actor: str = "system",
) -> list[Product]:
    """Many new products with their stock, by few commands; no event is told.

    Args:
        shop: The shop.
        drafts: As for the catalogue's `import_products`.
        pieces: What is on hand, by SKU; 0 where not named.
        thresholds: By SKU, where not the usual one.
        actor: For the log.

    Raises:
        Invalid: a product or a number is refused; nothing was stored.
        Conflict: a SKU or a slug is taken by a product of the shop; those before it are stored, without stock.
    """
    given = thresholds or {}
    skus = [variant.sku.strip() for changes in drafts for variant in changes.get("variants", ())]
    beyond = {v.sku.strip(): v.beyond_stock for changes in drafts for v in changes.get("variants", ())}
    first = {
        sku: NewStock(sku, "", "", pieces.get(sku, 0), given.get(sku, DEFAULT_THRESHOLD), beyond[sku]) for sku in skus
    }
    _check(first.values())
    states = {sku: stock_state(item.on_hand, item.threshold, item.backorder_limit) for sku, item in first.items()}
    products = await catalog.import_products(shop, drafts, stock_states=states)
    new = [replace(first[v.sku], product_id=p.id, name=name_of(p, v)) for p in products for v in p.variants]
    made = await begin_stocks(shop, new, actor=actor)
    reused = {item.product_id for item in new if item.sku not in made}
    for product in products:
        if product.id in reused:
            await ensure_stock(shop, product)
    return products


async def ensure_stock(
    shop: Shop, product: Product, initial: Mapping[str, int] | None = None, *, actor: str = "system"
) -> None:
    """Give every variant stock, under its name and policy of now; retire that of variants that are gone. Repeatable.

    Args:
        shop: The shop.
        product: As it is stored now.
        initial: Pieces by SKU to begin with, put in only where there are none and never were by this.
        actor: For the log.
    """
    stocks = shop.repository(StockRepository)
    names = {variant.sku: name_of(product, variant) for variant in product.variants}
    known = await stock_of(shop, list(names))
    beyond = {variant.sku: variant.beyond_stock for variant in product.variants}
    missing = [
        _begun(NewStock(sku, product.id, name, backorder_limit=beyond[sku]))
        for sku, name in names.items()
        if sku not in known
    ]
    if missing:
        await stocks.insert_new(missing, {})
    for sku, stock in known.items():
        if (stock.product_id, stock.name, stock.retired) != (product.id, names[sku], False):
            await stocks.set_where({"_id": sku}, {"product_id": product.id, "name": names[sku], "retired": False})
    gone = {"product_id": product.id, "_id": {"$nin": list(names)}, "retired": False}
    await stocks.set_where(gone, {"retired": True})
    for sku, pieces in (initial or {}).items():
        if sku in names and 0 < pieces <= MAX_PIECES:
            row = _initial(shop, sku, pieces, actor)
            await stocks.move(row, only_if={"on_hand": 0, **not_logged(Reason.INITIAL, "")})
            await tell(shop, sku)
    await _limit(shop, product, [sku for sku, stock in known.items() if stock.backorder_limit != beyond[sku]])
    await refresh_states(shop, [product.id])


async def _limit(shop: Shop, product: Product, skus: Sequence[str]) -> None:
    """Let stock follow the policy of these variants.

    The product is read again after the stock was written, and the stock written again if the policy changed: so of two
    that do this at once, the last one leaves the truth.
    """
    stocks, wanted = shop.repository(StockRepository), set(skus)
    for _ in range(ROUNDS if wanted else 0):
        variants = {variant.sku: variant for variant in product.variants if variant.sku in wanted}
        for sku, stock in (await stock_of(shop, sorted(variants))).items():
            if stock.backorder_limit != (limit := variants[sku].beyond_stock):
                while not await stocks.set_limit(stock, limit):
                    stock = await get_stock(shop, sku)  # noqa: PLW2901 - it moved: the same again with what it is now
                await tell(shop, sku)
        found = await catalog.products_by_ids(shop, [product.id], hidden=True)
        if not found or found[0].version == product.version:
            break
        product = found[0]


async def retire_stock(shop: Shop, product_id: str) -> None:
    """Take the stock of a deleted product out of the lists; what orders hold can still be shipped or released."""
    await shop.repository(StockRepository).set_where({"product_id": product_id}, {"retired": True})


async def refresh_states(shop: Shop, product_ids: Iterable[str]) -> None:
    """Let the catalogue's lists show what the stock of these products is.

    Only what differs is written. The stock is read again after the states were written, and they again if it changed:
    so of two that do this at once, the last one leaves the truth.
    """
    wanted = sorted(set(product_ids))
    for start in range(0, len(wanted), AT_ONCE):
        products = await catalog.products_by_ids(shop, wanted[start : start + AT_ONCE], hidden=True)
        shown = {product.id: dict(product.stock_states) for product in products}
        for _ in range(ROUNDS):
            states = await _states(shop, products)
            if states == shown:
                break
            await catalog.set_stock_states(shop, {key: of for key, of in states.items() if of != shown[key]})
            shown = states


async def compact_log(shop: Shop) -> int:
    """Move the older rows of long logs to the archive; how many rows moved."""
    stocks = shop.repository(StockRepository)
    before = shop.clock.now() - SETTLED
    moved = 0
    query: Document = {"moves": {"$gt": RECENT}}
    for stock, rows in [(stock, rows) async for stock, _, rows in stocks.with_log(query, limit=BATCH)]:
        surplus = [row for row in rows[:-RECENT] if row.at < before]
        if surplus:
            await stocks.archive_rows(stock.sku, surplus)
            moved += len(surplus)
    return moved


def name_of(product: Product, variant: Variant) -> str:
    """What staff see beside a SKU: "Kurta (Blue, M)"."""
    values = ", ".join(variant.options[o.name] for o in product.options if o.name in variant.options)
    return f"{product.name} ({values})" if values else product.name


async def _states(shop: Shop, products: Sequence[Product]) -> dict[str, dict[str, str]]:
    known = await stock_of(shop, [variant.sku for product in products for variant in product.variants])
    return {
        product.id: {v.sku: known[v.sku].state if v.sku in known else OUT for v in product.variants}
        for product in products
    }


def _check(new: Iterable[NewStock]) -> None:
    for item in new:
        if not (0 <= item.on_hand <= MAX_PIECES and 0 <= item.threshold <= MAX_PIECES):
            raise Invalid(
                message("%(sku)s: pieces and threshold must be 0 to %(most)s.", sku=item.sku, most=MAX_PIECES)
            )


def _begun(item: NewStock) -> Stock:
    state = stock_state(item.on_hand, item.threshold, item.backorder_limit)
    return Stock(
        sku=item.sku,
        product_id=item.product_id,
        name=item.name,
        on_hand=item.on_hand,
        threshold=item.threshold,
        backorder_limit=item.backorder_limit,
        told=state,
        low_told=item.on_hand <= item.threshold,
    )


def _initial(shop: Shop, sku: str, pieces: int, actor: str) -> Movement:
    return Movement(new_id(), sku, pieces, 0, Reason.INITIAL, "", actor, shop.clock.now())
