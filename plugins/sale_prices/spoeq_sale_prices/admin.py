"""Staff pages: the sales."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quart import Blueprint, Response

from spoeq_core.sdk import (
    BothChanged,
    FieldError,
    Invalid,
    Shop,
    StaleAggregate,
    conflict_state,
    current_actor,
    current_shop,
    flash,
    form_state,
    message,
    page,
    query_int,
    read_form,
    record,
    render,
    see_other,
    settled,
    staff,
)
from spoeq_sale_prices.entry import LABELS, MINUTE, entered, texts
from spoeq_sale_prices.model import Sale
from spoeq_sale_prices.service import PERMISSION, create_sale, delete_sale, find_sale, list_sales, update_sale
from spoeq_sale_prices.wording import gives

PATH = "/admin/sales"
PER_PAGE = 50
ATTEMPTS = 5

blueprint = Blueprint("sale_prices_admin", __name__)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the form shows beside its values."""

    errors: Sequence[FieldError] = ()
    conflict: BothChanged | None = None


@blueprint.get("/sales")
@staff(PERMISSION)
async def index() -> Response:
    """All sales."""
    shop, number = current_shop(), query_int("page", 1, minimum=1)
    sales, total = await list_sales(shop, page=number, per_page=PER_PAGE)
    return await render(
        "admin",
        "sale_prices/list.html",
        page=page("Sales"),
        rows=[_row(sale, shop) for sale in sales],
        number=number,
        pages=max(1, -(-total // PER_PAGE)),
    )


@blueprint.get("/sales/new")
@staff(PERMISSION)
async def new() -> Response:
    """An empty form."""
    return await _form(None, {"kind": "percent", "active": "1"}, Sheet())


@blueprint.post("/sales/new")
@staff(PERMISSION)
async def create() -> Response:
    """Plan a sale."""
    shop, form = current_shop(), await read_form()
    try:
        sale = await create_sale(shop, await entered(form, shop, None))
    except Invalid as error:
        return await _form(None, form.as_dict(), Sheet(error.errors), 422)
    await note(shop, "sale.created", sale)
    return flash(see_other(PATH), message("%(name)s is saved. Prices follow within a minute.", name=sale.name))


@blueprint.get("/sales/<sale_id>")
@staff(PERMISSION)
async def edit(sale_id: str) -> Response:
    """A sale's form."""
    shop = current_shop()
    sale = await find_sale(shop, sale_id)
    return await _form(sale, await texts(sale, shop), Sheet())


@blueprint.post("/sales/<sale_id>")
@staff(PERMISSION)
async def update(sale_id: str) -> Response:
    """Change a sale."""
    shop, form = current_shop(), await read_form()
    for _ in range(ATTEMPTS):
        sale = await find_sale(shop, sale_id)
        try:
            mine = await texts(await entered(form, shop, sale), shop)
            now = settled(form, mine, await texts(sale, shop))
            stored = await update_sale(shop, await entered(now, shop, sale))
        except BothChanged as error:
            return await _form(sale, error.taken_over(form), Sheet(conflict=error), 409)
        except Invalid as error:
            return await _form(sale, form.as_dict(), Sheet(error.errors), 422)
        except StaleAggregate:
            continue
        await note(shop, "sale.changed", stored)
        return flash(see_other(PATH), message("%(name)s is saved. Prices follow within a minute.", name=stored.name))
    raise StaleAggregate("This sale is being changed by many at once.", hint="Try again.")


@blueprint.post("/sales/<sale_id>/delete")
@staff(PERMISSION)
async def remove(sale_id: str) -> Response:
    """End a sale and forget it."""
    shop = current_shop()
    sale = await delete_sale(shop, sale_id)
    await note(shop, "sale.deleted", sale)
    return flash(see_other(PATH), message("%(name)s is deleted. Past orders keep their prices.", name=sale.name))


async def note(shop: Shop, action: str, sale: Sale) -> None:
    """Write into the audit log what staff did."""
    actor = await current_actor()
    await record(shop, action, f"sale:{sale.id}", actor_id=actor.id, actor_name=actor.name)


async def _form(sale: Sale | None, values: Mapping[str, Any], sheet: Sheet, status: int = 200) -> Response:
    shop = current_shop()
    return await render(
        "admin",
        "sale_prices/edit.html",
        status=status,
        page=page(message("Sale %(name)s", name=sale.name) if sale else message("New sale")),
        sale=sale,
        gives=gives(sale) if sale else "",
        currency=sale.currency if sale else shop.profile.currency,
        timezone=shop.profile.timezone,
        form=form_state(values, sheet.errors),
        **conflict_state(await texts(sale, shop) if sale else None, LABELS, sheet.conflict, shown=values),
    )


def _row(sale: Sale, shop: Shop) -> dict[str, Any]:
    return {
        "name": sale.name,
        "gives": gives(sale),
        "some": bool(sale.segments),
        "state": sale.state(shop.clock.now()).value,
        "starts_at": sale.starts_at,
        "last": sale.ends_at - MINUTE,
        "url": f"{PATH}/{sale.id}",
    }
