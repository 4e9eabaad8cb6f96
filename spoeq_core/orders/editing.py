"""Changing placed orders: what it would come to, then the stock it needs more, then the order, then what is free again.

More stock is promised to the order before the order says so, under a claim that names the change. A crash in between
leaves the claim: whoever finds it makes sure that the change is never made any more, by writing to the order, whose
version the change was decided on; and then gives the stock back. What an order needs less follows by its event.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from spoeq_core.inventory import service as inventory
from spoeq_core.inventory.model import OutOfStock
from spoeq_core.inventory.service import Sellable
from spoeq_core.kernel.errors import Conflict, Invalid, StaleAggregate
from spoeq_core.kernel.ids import derived_id, new_id
from spoeq_core.kernel.messages import message
from spoeq_core.orders import model
from spoeq_core.orders.changing import Change, change_order
from spoeq_core.orders.claims import claims_of
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.events import OrderEdited
from spoeq_core.orders.model import ChosenShipping, Order, OrderEdit, OrderLine, Revision, TimelineEntry
from spoeq_core.orders.model.pieces import require_pieces
from spoeq_core.pricing.model import (
    Charge,
    Destination,
    PricedCart,
    PricedLine,
    PricingCart,
    refigured,
    reopened,
)
from spoeq_core.pricing.service import Item, PriceRequest, price, retaxed
from spoeq_core.shipping import service as shipping
from spoeq_core.shipping.model import ShippingOption
from spoeq_core.shop import Shop

CHANGE = "order-change"
KEEP = timedelta(days=30)
UNDONE = "change_undone"


async def plan_edit(
    shop: Shop, order: Order, edit: OrderEdit, *, change_id: str, actor: str, by_shopper: bool = False
) -> Order:
    """The order as it would be; nothing is stored. Its last change says what it comes to.

    What is added is sold at today's price, alone: promotions of a whole cart are not given for it. Another state of
    delivery is taxed anew; otherwise each line keeps its rates.

    Raises:
        NotAllowed, Invalid: it cannot be changed, or not like this.
        HookError: a plugin failed at prices or tax.
    """
    model.check_edit(order, edit, by_shopper=by_shopper)
    frozen = PricedCart.from_json(order.priced)
    destination = _destination(edit, frozen)
    lines = model.resized_lines(order, edit)
    new, sold = await _added(shop, order, edit, destination, change_id)
    state = reopened(frozen, [*lines, *new], destination=destination)
    option = await _option(shop, order, edit, state.cart)
    if option is not None:
        state = reopened(frozen, [*lines, *new], destination=destination, shipping=_charge(option))
    elsewhere = (
        destination is not None
        and frozen.cart.destination is not None
        and (
            (destination.country, destination.state) != (frozen.cart.destination.country, frozen.cart.destination.state)
        )
    )
    revision = Revision(
        priced=await retaxed(shop, state) if elsewhere else refigured(state),
        added=sold,
        shipping=_chosen(option) if option and edit.shipping_method else None,
        address=edit.shipping_address,
    )
    change = model.new_change(change_id, shop.clock.now(), actor, edit.reason)
    return model.edited(order, revision, change)


async def edit_order(
    shop: Shop,
    order_id: str,
    edit: OrderEdit,
    *,
    change_id: str,
    actor: str,
    by_shopper: bool = False,
    version: int | None = None,
    expected_total: int | None = None,
) -> Order:
    """Change an order, once per change id.

    Args:
        shop: The shop.
        order_id: Which.
        edit: What is to be different.
        change_id: Safe to repeat under the same id.
        actor: Who decides it.
        by_shopper: Whether the buyer does.
        version: The only version that the caller has seen, if it must still be that.
        expected_total: The total that was shown for it, if it must still come to that; minor units.

    Raises:
        NotAllowed, Invalid: it cannot be changed, or not like this.
        OutOfStock: too few are left of what is added.
        StaleAggregate: the order is not of that version any more, or was changed meanwhile.
        Conflict: it comes to another total (`code` "order_changed").
    """
    order = await shop.repository(OrderRepository).get(order_id)
    if model.change_of(order, change_id) is not None:
        return order
    if version is not None and order.version != version:
        raise StaleAggregate("This order was changed by somebody else in the meantime.", hint="Reload it and repeat.")
    after = await plan_edit(shop, order, edit, change_id=change_id, actor=actor, by_shopper=by_shopper)
    if expected_total is not None and after.grand_total != expected_total:
        raise Conflict(
            "The change comes to another total than the one that was shown.",
            hint="Look at it again.",
            code="order_changed",
            extra={"grand_total": {"amount": after.grand_total, "currency": order.currency}},
        )
    return await _store(shop, order, after)


async def _store(shop: Shop, before: Order, after: Order) -> Order:
    """Promise what the change needs more, under an id of this attempt, then store the order."""
    attempt, change = new_id(), after.changes[-1]
    if change.taken:
        change = replace(change, hold=attempt)
        after = replace(after, changes=(*before.changes, change))
        await _claim(shop, before.id, attempt, change.taken)
    try:
        await inventory.hold_more(shop, before.id, change.taken, change_id=attempt, actor=change.actor)
        event = OrderEdited(order_id=before.id, change_id=change.id)
        stored = await shop.repository(OrderRepository).save(after, event, only_if={"customer_id": before.customer_id})
    except (OutOfStock, StaleAggregate):
        await inventory.unhold(shop, before.id, change.taken, change_id=attempt, actor=change.actor)
        await _forget(shop, attempt)
        known = await shop.repository(OrderRepository).get(before.id)
        if model.change_of(known, change.id) is not None:
            return known
        raise
    if change.taken:
        await _forget(shop, attempt)
    return stored


async def plan_lines(
    shop: Shop, order: Order, pieces: Mapping[str, int], *, change_id: str, actor: str, reason: str, by_shopper: bool
) -> Order:
    """What `cancel_lines` would come to; nothing is stored. Raises the same."""
    edit = OrderEdit(reason, _remaining(order, pieces))
    return await plan_edit(shop, order, edit, change_id=change_id, actor=actor, by_shopper=by_shopper)


async def cancel_lines(
    shop: Shop, order: Order, pieces: Mapping[str, int], *, change_id: str, actor: str, reason: str, by_shopper: bool
) -> Order:
    """Take pieces out of an order that are not sent yet, by line id: an edit that says how many go.

    Raises:
        NotAllowed, Invalid: see `edit_order`.
    """
    if model.change_of(order, change_id) is not None:
        return order
    edit = OrderEdit(reason, _remaining(order, pieces))
    who = {"actor": actor, "by_shopper": by_shopper}
    return await edit_order(shop, order.id, edit, change_id=change_id, version=order.version, **who)  # type: ignore[arg-type]


async def heal_changes(shop: Shop, before: datetime) -> int:
    """Give back what was promised for changes that nobody finished; how many there were."""
    claims, healed = claims_of(shop), 0
    for claim in await claims.collection.find({"kind": CHANGE, "at": {"$lte": before}}).to_list(None):
        attempt = str(claim["_id"]).partition(":")[2]
        order = await change_order(shop, claim["order_id"], partial(_barred, shop, attempt))
        if not _made(order, attempt):
            await inventory.unhold(shop, order.id, claim["quantities"], change_id=attempt)
            healed += 1
        await _forget(shop, attempt)
    return healed


def _barred(shop: Shop, attempt: str, order: Order) -> Change:
    """The order written to, so that a change decided on its older version can never be stored."""
    if _made(order, attempt) or any(entry.kind == UNDONE and entry.note == attempt for entry in order.timeline):
        return order, ()
    entry = TimelineEntry(shop.clock.now(), UNDONE, "A change was not finished and is undone", "system", attempt)
    return model.told(order, entry), ()


def _made(order: Order, attempt: str) -> bool:
    return any(change.hold == attempt for change in order.changes)


async def _claim(shop: Shop, order_id: str, attempt: str, taken: Mapping[str, int]) -> None:
    now = shop.clock.now()
    claim = {"_id": f"{CHANGE}:{attempt}", "kind": CHANGE, "at": now, "expires_at": now + KEEP}
    await claims_of(shop).take([{**claim, "order_id": order_id, "quantities": dict(taken)}])


async def _forget(shop: Shop, attempt: str) -> None:
    await claims_of(shop).collection.delete_one({"_id": f"{CHANGE}:{attempt}"})


def _remaining(order: Order, pieces: Mapping[str, int]) -> dict[str, int]:
    require_pieces(order, "items", pieces, order.unshipped())
    return {line_id: order.line_for(line_id, "items").quantity - less for line_id, less in pieces.items()}


def _destination(edit: OrderEdit, frozen: PricedCart) -> Destination | None:
    there = edit.shipping_address
    if there is None:
        return frozen.cart.destination
    return Destination(there.country, there.state, there.postal_code, there.city)


async def _added(
    shop: Shop, order: Order, edit: OrderEdit, destination: Destination | None, change_id: str
) -> tuple[Sequence[PricedLine], tuple[OrderLine, ...]]:
    """What is added, priced as it is sold now."""
    if not edit.added:
        return (), ()
    found = await inventory.sellable(shop, list(edit.added))
    for sku, pieces in edit.added.items():
        if sku not in found:
            raise Invalid.field("added", message("There is no SKU '%(sku)s'.", sku=sku), "unknown_sku")
        if type(pieces) is not int or not 1 <= pieces <= shop.profile.max_quantity:
            most = shop.profile.max_quantity
            said = message("Add 1 to %(most)s pieces of %(sku)s.", most=most, sku=sku)
            raise Invalid.field("added", said, "quantity")
    items = tuple(
        Item(derived_id(f"{change_id}:{sku}"), found[sku].product, found[sku].variant, pieces)
        for sku, pieces in edit.added.items()
    )
    buyer = PricedCart.from_json(order.priced).cart.buyer
    priced = await price(shop, PriceRequest(items, (), buyer, destination, fields=order.fields))
    return priced.lines, tuple(_line(line, found[line.line.sku]) for line in priced.lines)


def _line(priced: PricedLine, found: Sellable) -> OrderLine:
    image = found.product.image_of(found.variant)
    return OrderLine(
        id=priced.line.id,
        sku=priced.line.sku,
        product_id=priced.line.product_id,
        name=priced.line.name,
        quantity=priced.line.quantity,
        unit_price=priced.line.unit_price,
        subtotal=priced.subtotal,
        total=priced.total,
        options=dict(found.variant.options),
        image=image.small.key if image and image.small else "",
        hsn=priced.line.hsn or "",
        weight_g=priced.line.weight_g,
        backordered=max(0, priced.line.quantity - max(0, found.stock.available)),
        ships_in_days=found.variant.ships_in_days,
    )


async def _option(shop: Shop, order: Order, edit: OrderEdit, cart: PricingCart) -> ShippingOption | None:
    """The way it goes, where that is asked again: another way was chosen, or the way it goes must reach the address.

    Raises:
        Invalid: it is not offered there.
    """
    wanted = edit.shipping_method or (order.shipping.id if edit.shipping_address else "")
    if not wanted:
        return None
    option = shipping.chosen(await shipping.options(shop, cart), wanted)
    if option is None:
        field = "shipping_method" if edit.shipping_method else "shipping_address"
        raise Invalid.field(field, "This way of delivery is not offered there.", "unavailable")
    if order.payment.on_delivery and not option.cod:
        raise Invalid.field("shipping_method", "This way of delivery takes no payment at the door.", "unavailable")
    return option if edit.shipping_method else None


def _charge(option: ShippingOption) -> Charge:
    return Charge(option.id, option.label, option.price, option.id.partition(":")[0])


def _chosen(option: ShippingOption) -> ChosenShipping:
    promised = option.latest.isoformat() if option.latest else ""
    return ChosenShipping(option.id, option.label, option.price, option.carrier, promised)


async def shipping_choices(shop: Shop, order: Order) -> list[ShippingOption]:
    """The ways that the order could go now, for staff to choose from."""
    return await shipping.options(shop, PricedCart.from_json(order.priced).cart)
