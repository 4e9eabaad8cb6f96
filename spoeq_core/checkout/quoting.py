"""The quote: what a cart costs with these choices, which choices there are, and what still stands in the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from spoeq_core.cart.contents import Contents, is_for_sale
from spoeq_core.cart.service import Owner, load
from spoeq_core.checkout.fields import field_problems, taken
from spoeq_core.checkout.model import Choices, Problem
from spoeq_core.hooks import checkout as questions
from spoeq_core.hooks.caller import HookError
from spoeq_core.identity.service import segments_of
from spoeq_core.kernel.messages import message
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.payments import service as payments
from spoeq_core.payments.service import Offer
from spoeq_core.pricing.model import Buyer, Charge, Destination, PricedCart
from spoeq_core.pricing.service import facts_for, price, pricing_cart
from spoeq_core.shipping import service as shipping
from spoeq_core.shipping.model import ShippingOption
from spoeq_core.shop import Shop

NO_TOTAL = Problem("plugin_failed", "We cannot work out the total right now. Please try again in a few minutes.")
NOT_AT_THE_DOOR = message("This way of delivery takes no payment at the door.")


@dataclass(frozen=True, slots=True)
class Quote:
    """A cart, priced with the shopper's choices.

    `unpriced` names the plugin that failed, for staff: then the totals leave it out and the order is refused.
    """

    contents: Contents
    priced: PricedCart
    shipping_options: tuple[ShippingOption, ...] = ()
    offers: tuple[Offer, ...] = ()
    shipping: ShippingOption | None = None
    payment: Offer | None = None
    problems: tuple[Problem, ...] = ()
    unpriced: HookError | None = field(default=None, compare=False)

    @property
    def total(self) -> int:
        """What is to be paid, minor units."""
        return self.priced.totals.grand_total


async def quote(shop: Shop, owner: Owner, choices: Choices, *, email: str = "") -> Quote:
    """The quote of the owner's cart. It never fails for a plugin's fault: it says so among the problems."""
    contents = await load(shop, owner)
    return await quote_contents(shop, contents, choices, await buyer_of(shop, owner, choices, email))


async def buyer_of(shop: Shop, owner: Owner, choices: Choices, email: str = "") -> Buyer:
    """Who buys. A guest is new until the order says otherwise: nobody looks up strangers by what they type."""
    address = choices.shipping_address
    billed = choices.billing_address or address
    is_new = True
    if owner.customer_id:
        orders = shop.repository(OrderRepository)
        is_new = await orders.find_one({"customer_id": owner.customer_id, "number": {"$exists": True}}) is None
    return Buyer(
        owner.customer_id,
        email or None,
        address.phone if address else None,
        await segments_of(shop, owner.customer_id),
        is_new,
        billed.gstin if billed else "",
    )


async def quote_contents(shop: Shop, contents: Contents, choices: Choices, buyer: Buyer) -> Quote:
    """The quote of a loaded cart; plugins that fail are left out, and the first is named."""
    failed: dict[str, HookError] = {}
    while True:
        try:
            found = await _quote(replace(shop, hooks=shop.hooks.without(failed)), contents, choices, buyer)
        except HookError as error:
            if error.plugin in failed:
                raise
            failed[error.plugin] = error
            continue
        if not failed:
            return found
        return replace(found, unpriced=next(iter(failed.values())), problems=(NO_TOTAL, *found.problems))


async def _quote(shop: Shop, contents: Contents, choices: Choices, buyer: Buyer) -> Quote:
    destination = _destination(choices)
    request = contents.price_request(buyer, destination=destination)
    request = replace(request, fields=taken(shop, choices.fields))
    facts = await facts_for(shop, request)
    options = await shipping.options(shop, pricing_cart(shop, request)) if destination and request.items else []
    options = [option.after(contents.wait()) for option in options]
    option = shipping.chosen(options, choices.shipping_method)
    if option is not None:
        request = replace(request, shipping=_shipping_charge(option))
    before_fee = await price(shop, request, facts)
    offers = [_at_the_door(offer, option) for offer in await payments.offers(shop, before_fee)]
    free = before_fee.totals.grand_total == 0
    offer = None if free else payments.chosen(offers, choices.payment_method)
    priced = before_fee
    if offer is not None:
        request = replace(request, fees=_fees(offer), payment_method=offer.id, in_cash=offer.provider.on_delivery)
        priced = await price(shop, request, facts)
    found = Quote(contents, priced, tuple(options), tuple(offers), option, offer)
    problems = [*_cart_problems(shop, contents), *_choice_problems(found, choices)]
    problems += field_problems(shop, choices.fields)
    if request.items:
        for answer in await shop.hooks.collect(questions.checkout_problems, shop=shop, priced=priced):
            problems.extend(answer.value)
    return replace(found, problems=tuple(problems))


def _destination(choices: Choices) -> Destination | None:
    address = choices.shipping_address
    if address is None:
        return None
    return Destination(address.country, address.state, address.postal_code, address.city)


def _shipping_charge(option: ShippingOption) -> Charge:
    return Charge(option.id, option.label, option.price, option.id.partition(":")[0])


def _fees(offer: Offer) -> tuple[Charge, ...]:
    if not offer.option.fee or not offer.option.available:
        return ()
    label = offer.option.fee_label or message("%(method)s fee", method=offer.option.label)
    return (Charge(offer.id, label, offer.option.fee, offer.plugin),)


def _at_the_door(offer: Offer, option: ShippingOption | None) -> Offer:
    """The offer, refused where it wants money at the door and the parcel's carrier takes none."""
    if option is None or option.cod or not offer.provider.on_delivery or not offer.option.available:
        return offer
    return replace(offer, option=replace(offer.option, available=False, reason=NOT_AT_THE_DOOR))


def _cart_problems(shop: Shop, contents: Contents) -> Iterator[Problem]:
    cart, limit = contents.cart, shop.profile.max_quantity
    if not cart.lines:
        yield Problem("cart_empty", "Your cart is empty.")
    wanted = cart.quantities()
    for line in cart.lines:
        found, where = contents.found.get(line.sku), f"items.{line.id}"
        if found is None or not is_for_sale(found):
            yield Problem("unavailable", message("%(name)s is no longer sold.", name=line.name or line.sku), where)
        elif wanted[line.sku] > (left := contents.left(line.sku)):
            yield Problem("out_of_stock", _short(found.product.name, left), where)
        elif wanted[line.sku] > limit:
            yield Problem(
                "quantity_limit",
                message("At most %(n)s of %(name)s in an order.", n=limit, name=found.product.name),
                where,
            )
        elif outdated := contents.outdated(line):
            yield Problem(outdated.code, outdated.message, where)


def _choice_problems(quoted: Quote, choices: Choices) -> Iterator[Problem]:
    if choices.shipping_address is None:
        yield Problem("missing", "Enter the address to deliver to.", "shipping_address")
    elif not quoted.shipping_options:
        place = choices.shipping_address.postal_code or choices.shipping_address.city
        yield Problem(
            "no_shipping", message("We cannot deliver this cart to %(place)s.", place=place), "shipping_address"
        )
    elif not choices.shipping_method:
        yield Problem("missing", "Choose how it should be delivered.", "shipping_method")
    elif quoted.shipping is None:
        yield Problem("unavailable", "This way of delivery is not offered any more.", "shipping_method")
    yield from _payment_problems(quoted, choices)


def _payment_problems(quoted: Quote, choices: Choices) -> Iterator[Problem]:
    if quoted.total == 0:
        return
    if choices.payment_method and quoted.payment is None:
        yield Problem("unavailable", "This way to pay is not offered.", "payment_method")
    elif quoted.payment is not None and not quoted.payment.option.available:
        reason = quoted.payment.option.reason or message("This way to pay is not possible for this cart.")
        yield Problem("unavailable", reason, "payment_method")
    elif quoted.payment is None:
        yield Problem("missing", "Choose how you want to pay.", "payment_method")


def _short(name: str, left: int) -> str:
    if left:
        return message("%(name)s: Only %(n)s left.", name=name, n=left)
    return message("%(name)s: It is out of stock.", name=name)
