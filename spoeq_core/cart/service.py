"""What shoppers do with carts. Reading takes one command for the cart and one for all its lines, changing one more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from spoeq_core.cart.changing import (
    Owner,
    change_cart,
    contents_of,
    find_cart,
    is_open_guest_cart,
    newest_contents,
)
from spoeq_core.cart.contents import Contents
from spoeq_core.cart.documents import CartRepository
from spoeq_core.cart.model import MAX_LINES, Cart, CartLine, merge
from spoeq_core.cart.properties import checked
from spoeq_core.extensions.service import M, with_part
from spoeq_core.identity.service import segments_of
from spoeq_core.inventory.model import OutOfStock
from spoeq_core.kernel.errors import Conflict, FieldError, Invalid, NotFound
from spoeq_core.kernel.ids import new_id
from spoeq_core.kernel.messages import message
from spoeq_core.pricing.model import Buyer
from spoeq_core.pricing.service import price
from spoeq_core.shop import Shop

__all__ = [
    "LONGEST_CODE",
    "MAX_CODES",
    "CartFull",
    "Owner",
    "QuantityLimit",
    "add_item",
    "adopt",
    "apply_code",
    "contents_of",
    "extend_line",
    "find_cart",
    "leave_out",
    "load",
    "newest_contents",
    "remove_code",
    "remove_item",
    "restore_item",
    "set_quantity",
]

MAX_CODES = 10
LONGEST_CODE = 64


class QuantityLimit(Conflict):
    """More pieces of one item than the shop sells in an order; `extra["limit"]` is the most."""

    code = "quantity_limit"


class CartFull(Conflict):
    """More different lines than a cart holds."""

    code = "cart_full"


async def load(shop: Shop, owner: Owner) -> Contents:
    """The cart with what its lines are today, and notices of what changed since."""
    return await contents_of(shop, await find_cart(shop, owner))


async def add_item(
    shop: Shop, owner: Owner, sku: str, quantity: int, properties: Mapping[str, str] | None = None
) -> Contents:
    """Put so many more pieces of a SKU into the cart.

    Raises:
        Invalid: the quantity is under 1, or a property is not taken, wrong or missing.
        NotFound: no such SKU is for sale.
        OutOfStock: the cart would hold more than is available.
        QuantityLimit: it would hold more than the shop sells of one item in an order.
        CartFull: it holds as many lines as it can.
    """
    _check_quantity(quantity)

    def change(contents: Contents) -> Cart:
        found = contents.found.get(sku)
        line = CartLine(new_id(), sku, found.product.id if found else "", 0)
        if contents.sellable(line) is None:
            raise NotFound(message("There is no item %(sku)s for sale.", sku=sku), code="unknown_sku")
        wanted = checked(properties or {}, contents.properties_of(line))
        old = contents.cart.same(sku, wanted)
        line = old or replace(line, properties=wanted)
        if old is None and len(contents.cart.lines) >= MAX_LINES:
            raise CartFull(
                message("A cart holds at most %(n)s different items.", n=MAX_LINES), hint="Order these first."
            )
        return _with_quantity(shop, contents, line, line.quantity + quantity)

    return await change_cart(shop, owner, change, also=[sku])


async def set_quantity(shop: Shop, owner: Owner, item_id: str, quantity: int) -> Contents:
    """Change how many pieces a line holds; taking a line out is `remove_item`.

    Raises:
        Invalid, NotFound, OutOfStock, QuantityLimit: as for `add_item`.
    """
    _check_quantity(quantity)

    def change(contents: Contents) -> Cart:
        line = _line(contents.cart, item_id)
        if quantity > line.quantity or contents.sellable(line) is not None:
            return _with_quantity(shop, contents, line, quantity)
        return contents.cart.with_line(replace(line, quantity=quantity))

    return await change_cart(shop, owner, change)


async def extend_line(shop: Shop, owner: Owner, item_id: str, model: type[M], edit: Callable[[M], M]) -> Contents:
    """Change what the plugin that registered the model keeps with a line; `edit` is repeated if others were faster.

    Raises:
        NotFound: there is no such line.
        Invalid: the model refuses the changed data.
    """

    def change(contents: Contents) -> Cart:
        line = _line(contents.cart, item_id)
        return contents.cart.with_line(replace(line, ext=with_part(shop, "cart_line", line.ext, model, edit)))

    return await change_cart(shop, owner, change)


async def remove_item(shop: Shop, owner: Owner, item_id: str) -> Contents:
    """Take a line out; `restore_item` puts the last one back.

    Raises:
        NotFound: there is no such line.
    """
    return await change_cart(shop, owner, lambda contents: contents.cart.without_line(_line(contents.cart, item_id).id))


async def leave_out(shop: Shop, owner: Owner, item_id: str) -> Contents:
    """Take out of a line the properties that its product does not take (any more).

    Raises:
        NotFound: there is no such line.
    """

    def change(contents: Contents) -> Cart:
        line = _line(contents.cart, item_id)
        taken = contents.properties_of(line)
        kept = {name: text for name, text in line.properties.items() if name in taken}
        return contents.cart.with_properties(line, kept)

    return await change_cart(shop, owner, change)


async def restore_item(shop: Shop, owner: Owner, item_id: str) -> Contents:
    """Put back the line that was taken out last.

    Raises:
        NotFound: it was not that one, or the cart was changed since.
        OutOfStock: somebody else bought it meanwhile.
    """

    def change(contents: Contents) -> Cart:
        line = contents.cart.removed
        if line is None or line.id != item_id or contents.cart.line(item_id) is not None:
            raise NotFound("This item cannot be put back any more.", hint="Add it to the cart again.")
        if contents.sellable(line) is None:
            raise NotFound(message("%(name)s is no longer sold.", name=line.name or line.sku), code="unknown_sku")
        return _with_quantity(shop, contents, line, line.quantity)

    removed = (await find_cart(shop, owner)).removed
    return await change_cart(shop, owner, change, also=[removed.sku] if removed else [])


async def apply_code(shop: Shop, owner: Owner, code: str, buyer: Buyer | None = None) -> Contents:
    """Put a coupon code into the cart, if it gives something there.

    Raises:
        Invalid: the code is unknown, expired or does not apply; `code` and message are the reason's.
        HookError: a plugin failed, so nobody knows.
    """
    wanted = code.strip()
    if not wanted or len(wanted) > LONGEST_CODE:
        raise Invalid.field("code", "Enter a coupon code.", "missing")
    contents = await load(shop, owner)
    if contents.cart.has_code(wanted):
        return contents
    if len(contents.cart.codes) >= MAX_CODES:
        raise Invalid.field("code", message("A cart takes at most %(n)s codes.", n=MAX_CODES), "too_many_codes")
    tried = replace(contents, cart=replace(contents.cart, codes=(*contents.cart.codes, wanted)))
    if buyer is None:
        buyer = Buyer(owner.customer_id, segments=await segments_of(shop, owner.customer_id))
    await _refuse_declined(shop, tried, wanted, buyer)

    def change(current: Contents) -> Cart:
        cart = current.cart
        return cart if cart.has_code(wanted) else replace(cart, codes=(*cart.codes, wanted))

    return await change_cart(shop, owner, change)


async def remove_code(shop: Shop, owner: Owner, code: str) -> Contents:
    """Take a coupon code out.

    Raises:
        NotFound: it is not in the cart.
    """
    wanted = code.strip().casefold()

    def change(contents: Contents) -> Cart:
        kept = tuple(known for known in contents.cart.codes if known.casefold() != wanted)
        if len(kept) == len(contents.cart.codes):
            raise NotFound("This code is not in the cart.", code="unknown_code")
        return replace(contents.cart, codes=kept)

    return await change_cart(shop, owner, change)


async def adopt(shop: Shop, cart_id: str, customer_id: str) -> Contents | None:
    """After signing in: the guest's cart merged into the customer's own; None if there was nothing to merge.

    The guest's cart goes once the customer's is stored: a crash between the two repeats the merge, which keeps the
    larger quantity and so changes nothing. A cart that belongs to a customer is never moved.
    """
    repository = shop.repository(CartRepository)
    guest = await repository.find_by_id(cart_id)
    if guest is None or not guest.lines or not is_open_guest_cart(shop, guest):
        return None

    def change(contents: Contents) -> Cart:
        every = {sku: contents.left(sku) for sku in contents.found}
        return merge(contents.cart, guest, every, shop.profile.max_quantity)

    merged = await change_cart(shop, Owner(customer_id=customer_id), change, also=[line.sku for line in guest.lines])
    await repository.delete(guest.id)
    return merged


def _with_quantity(shop: Shop, contents: Contents, line: CartLine, quantity: int) -> Cart:
    pieces = quantity + contents.cart.elsewhere(line)
    if pieces > (left := contents.left(line.sku)):
        raise OutOfStock({line.sku: left})
    if pieces > (limit := shop.profile.max_quantity):
        raise QuantityLimit(
            message("This shop sells at most %(n)s pieces of one item in an order.", n=limit),
            hint="Lower the quantity, or ask us about larger orders.",
            extra={"limit": limit},
        )
    return contents.cart.with_line(replace(line, quantity=quantity))


def _check_quantity(quantity: int) -> None:
    if type(quantity) is not int or quantity < 1:
        raise Invalid.field("quantity", "The quantity must be a whole number from 1.", "quantity")


def _line(cart: Cart, item_id: str) -> CartLine:
    line = cart.line(item_id)
    if line is None:
        raise NotFound("This item is not in the cart.", code="unknown_item")
    return line


async def _refuse_declined(shop: Shop, tried: Contents, code: str, buyer: Buyer) -> None:
    priced = await price(shop, tried.price_request(buyer))
    for declined in priced.declined:
        if declined.code and not declined.waits and declined.code.strip().casefold() == code.casefold():
            reason = declined.reason
            raise Invalid(reason.message, errors=[FieldError("code", reason.message, reason.code)], code=reason.code)
