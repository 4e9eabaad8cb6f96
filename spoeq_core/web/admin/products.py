"""Staff pages: the list of products, and the same change for many of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from quart import Blueprint, Response

from spoeq_core.catalog import service as catalog
from spoeq_core.catalog.model import NEEDED_TO_SELL, Product, ProductQuery, ProductStatus, Sort
from spoeq_core.catalog.service import bulk
from spoeq_core.catalog.service.bulk import MOST, ProductAction
from spoeq_core.desk.service import views_of
from spoeq_core.inventory.service import stock_of
from spoeq_core.kernel.errors import Invalid
from spoeq_core.kernel.ids import is_id
from spoeq_core.kernel.messages import Message, counted
from spoeq_core.shop import Shop
from spoeq_core.web.access import current_actor, staff
from spoeq_core.web.admin.boards import BOARDS
from spoeq_core.web.admin.lists import Tab, asked, own_view, query_of, read_query, tab_views
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import Form, query_int, read_form
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.flash import flash
from spoeq_core.web.languages import translate
from spoeq_core.web.storefront.filters import link
from spoeq_core.web.theming import render
from spoeq_core.web.views.catalog import THUMB, image_view
from spoeq_core.web.views.money import money

blueprint = Blueprint("admin_products", __name__)

PATH = "/admin/products"
PER_PAGE = 50
SHOWN = 100
TABS = (Tab("all"), *(Tab(status.value, {"status": status.value}) for status in ProductStatus))
SORTS = {"price": Sort.PRICE, "-price": Sort.PRICE_DOWN, "bestselling": Sort.BESTSELLING}
TITLES: Mapping[ProductAction, Callable[[int], Message]] = {
    ProductAction.PUBLISH: lambda n: counted("Put %(n)s product on sale", "Put %(n)s products on sale", n),
    ProductAction.DRAFT: lambda n: counted("Make %(n)s product a draft", "Make %(n)s products drafts", n),
    ProductAction.ARCHIVE: lambda n: counted("Archive %(n)s product", "Archive %(n)s products", n),
}
"""What the job is called, in the language of whoever starts it."""


@blueprint.get("/products")
@staff("catalog.view")
async def index() -> Response:
    """Products, drafts and archived ones too, as the address says."""
    shop, actor = current_shop(), await current_actor()
    now = {name: text for name, text in asked(BOARDS["products"][1]).items() if _is_meant(name, text)}
    number = query_int("page", 1, minimum=1, maximum=10_000)
    counts = await bulk.count_statuses(shop)
    items, total = await _found(shop, query_for(now, number), counts)
    stocks = await stock_of(shop, [variant.sku for product in items for variant in product.variants])
    pieces = {sku: stock.available for sku, stock in stocks.items()}
    by_tab = {tab.key: counts.get(tab.key, 0) for tab in TABS if tab.query}
    views = tab_views(PATH, TABS, await views_of(shop, "products", actor.id), now, by_tab)
    pages = max(1, -(-total // PER_PAGE))
    return await render(
        "admin",
        "pages/products.html",
        page=page("Products"),
        products=[_row(shop, product, pieces) for product in items],
        views=views,
        view=own_view(views, actor),
        now=now,
        query=query_of(now),
        total=total,
        at=number,
        pages=pages,
        q=now.get("q", ""),
        shop_is_new=not counts,
        prev_url=link(PATH, {**now, "page": str(number - 1)}) if number > 1 else "",
        next_url=link(PATH, {**now, "page": str(number + 1)}) if number < pages else "",
    )


async def _found(shop: Shop, query: ProductQuery, counts: Mapping[str, int]) -> tuple[Sequence[Product], int]:
    """The products of the page, and how many there are of such."""
    if not query.text:
        items = await catalog.first_products(shop, query)
        return items, sum(counts.get(status.value, 0) for status in query.statuses)
    found = await catalog.list_products(shop, query)
    return found.items, found.total


def query_for(now: Mapping[str, str], number: int = 1, per_page: int = PER_PAGE) -> ProductQuery:
    """What the list's address asks for."""
    status = now.get("status", "")
    return ProductQuery(
        text=now.get("q", ""),
        sort=SORTS.get(now.get("sort", ""), Sort.NEWEST),
        page=number,
        per_page=per_page,
        statuses=(ProductStatus(status),) if status else tuple(ProductStatus),
    )


@blueprint.post("/products/bulk")
@staff("catalog.manage")
async def look() -> Response:
    """What the change would do: how many can take it, and why the others cannot."""
    form = await read_form()
    now = read_query(form.text("query"), BOARDS["products"][1])
    back = link(PATH, now)
    ids = await _chosen(form, {name: text for name, text in now.items() if _is_meant(name, text)})
    if not ids:
        return flash(see_other(back), "Choose one product or more first.", "warn")
    action = _action(form)
    seen = await bulk.preview_change(current_shop(), ids, action)
    return await render(
        "admin",
        "pages/bulk.html",
        page=page(TITLES[action](len(seen.able))),
        board="products",
        action=action.value,
        able=len(seen.able),
        ids=",".join(product.id for product in seen.able),
        reasons=[(translate(reason), count) for reason, count in seen.reasons().items()],
        refused=[
            {"label": product.name, "url": f"{PATH}/{product.id}", "reason": translate(reason)}
            for product, reason in seen.refused[:SHOWN]
        ],
        refused_total=len(seen.refused),
        run_url=f"{PATH}/bulk/run",
        back_url=back,
        with_note=False,
    )


@blueprint.post("/products/bulk/run")
@staff("catalog.manage")
async def run() -> Response:
    """Begin the job, and lead to its progress."""
    form, actor = await read_form(), await current_actor()
    action, ids = _action(form), _ids(form.text("ids").split(","))
    if not ids:
        return flash(see_other(PATH), "Choose one product or more first.", "warn")
    title = translate(TITLES[action](len(ids)))
    job = await bulk.start_change(current_shop(), ids, action, title=title, actor_id=actor.id, actor_name=actor.name)
    return see_other(f"/admin/jobs/{job.id}")


async def _chosen(form: Form, now: Mapping[str, str]) -> list[str]:
    """The ticked products, or all that the list holds: with words as far as the search can tell them at once."""
    if form.text("scope") != "all":
        return _ids(form.texts("ids"))
    shop = current_shop()
    if not now.get("q"):
        return await bulk.product_ids(shop, query_for(now).statuses)
    ids: list[str] = []
    for number in range(1, MOST // 100 + 1):
        found = await catalog.list_products(shop, query_for(now, number, 100))
        ids += [product.id for product in found.items]
        if len(ids) >= found.total or not found.items:
            break
    return ids


def _ids(found: list[str]) -> list[str]:
    return [text for text in dict.fromkeys(found) if is_id(text)][:MOST]


def _action(form: Form) -> ProductAction:
    try:
        return ProductAction(form.text("action"))
    except ValueError:
        raise Invalid.field("action", "Choose what to do with the products.", "enum") from None


def _is_meant(name: str, text: str) -> bool:
    known = {"status": {status.value for status in ProductStatus}, "sort": set(SORTS)}
    return name == "q" or text in known.get(name, set())


def _row(shop: Shop, product: Product, pieces: dict[str, int]) -> dict[str, Any]:
    return {
        "id": product.id,
        "name": product.name,
        "slug": product.slug,
        "image": image_view(shop, product.images[0], widest=THUMB) if product.images else None,
        "status": product.status.value,
        "missing": [name for name in NEEDED_TO_SELL if not product.declarations.get(name)],
        "skus": len(product.variants),
        "price": money(product.lowest_price, shop.profile.currency) if product.variants else None,
        "stock": sum(max(0, pieces.get(variant.sku, 0)) for variant in product.variants),
        "updated_at": product.updated_at,
    }
