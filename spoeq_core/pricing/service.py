"""Pricing a cart: asks the plugins phase by phase, and lets the pure engine do the arithmetic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from spoeq_core.catalog.model import Product, Variant
from spoeq_core.hooks import pricing as questions
from spoeq_core.hooks.caller import EachOwn, HookError
from spoeq_core.kernel.errors import SpoeqError
from spoeq_core.pricing.model import (
    Answers,
    Buyer,
    Charge,
    Destination,
    InvalidAdjustment,
    InvalidCart,
    Phase,
    PricedCart,
    PricingCart,
    PricingLine,
    State,
    apply,
    apply_tax,
    finish,
    start,
)
from spoeq_core.shop import Shop

ASKED = (Phase.ITEM, Phase.ORDER, Phase.SHIPPING)


@dataclass(frozen=True, slots=True)
class Item:
    """A line to price: the product and the variant as they are now, how many, and what was asked of it.

    `ext` is the line's own extension data, by plugin.
    """

    id: str
    product: Product
    variant: Variant
    quantity: int
    properties: Mapping[str, str] = field(default_factory=dict)
    ext: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PriceRequest:
    """Everything a price depends on, as far as it is known: a cart page knows neither destination nor methods.

    `in_cash` says that the payment method takes the money at the door.
    """

    items: tuple[Item, ...]
    codes: tuple[str, ...] = ()
    buyer: Buyer = field(default_factory=Buyer)
    destination: Destination | None = None
    shipping: Charge | None = None
    fees: tuple[Charge, ...] = ()
    payment_method: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    in_cash: bool = False


@dataclass(frozen=True, slots=True)
class Display:
    """A priced cart for a page. `unpriced` says that a plugin failed: the total is not to be shown, nor sold at."""

    priced: PricedCart
    unpriced: HookError | None = None


def pricing_cart(shop: Shop, request: PriceRequest) -> PricingCart:
    """The request as the values that plugins are shown, in the shop's currency, as of now."""
    profile = shop.profile
    return PricingCart(
        currency=profile.currency,
        lines=tuple(_line(item) for item in request.items),
        at=shop.clock.now(),
        codes=request.codes,
        buyer=request.buyer,
        destination=request.destination,
        shipping=request.shipping,
        fees=request.fees,
        payment_method=request.payment_method,
        prices_include_tax=profile.prices_include_tax,
        fields=request.fields,
        cash_step=profile.cash_step_of(in_cash=request.in_cash),
    )


async def facts_for(shop: Shop, request: PriceRequest) -> EachOwn:
    """What the plugins look up for a cart, each its own; good for every choice of methods with the same lines.

    Raises:
        HookError: a plugin failed.
    """
    return await _facts(shop, pricing_cart(shop, request))


async def price(shop: Shop, request: PriceRequest, facts: EachOwn | None = None) -> PricedCart:
    """The cart with discounts, charges, taxes, totals and the trace of each step.

    Each plugin looks up its facts once (before this, if `facts` are given); after that nothing reads or writes.

    Raises:
        HookError: a plugin failed, or answered what cannot be applied: no total may be shown or charged.
        InvalidCart: the request itself cannot be priced.
    """
    return await price_cart(shop, pricing_cart(shop, request), facts)


async def price_cart(shop: Shop, cart: PricingCart, facts: EachOwn | None = None) -> PricedCart:
    """The same for a cart that is there as values already, such as that of a past order.

    Raises:
        HookError: a plugin failed, or answered what cannot be applied: no total may be shown or charged.
        InvalidCart: the cart itself cannot be priced.
    """
    known = await _facts(shop, cart) if facts is None else facts
    state = start(cart)
    for phase in ASKED:
        state = await _phase(shop, state, phase, known)
    return finish(await _taxed(shop, state, known))


async def price_if(shop: Shop, request: PriceRequest, facts: Mapping[str, Any]) -> PricedCart:
    """The price if plugins knew something else than they do: `{"coupons": {...}}` in the place of its own facts.

    Raises:
        HookError: a plugin failed.
        InvalidCart: the request itself cannot be priced.
    """
    known = await facts_for(shop, request)
    return await price(shop, request, EachOwn({**{name: known[name] for name in known}, **facts}))


async def price_for_display(shop: Shop, request: PriceRequest) -> Display:
    """The same for a page, which is shown whatever plugins do: those that fail are left out, and the first is named."""
    failed: dict[str, HookError] = {}
    while True:
        try:
            priced = await price(replace(shop, hooks=shop.hooks.without(failed)), request)
        except HookError as error:
            if error.plugin in failed:
                raise
            failed[error.plugin] = error
        else:
            return Display(priced, next(iter(failed.values()), None))


async def retaxed(shop: Shop, state: State) -> PricedCart:
    """The price of a reopened one, with the rates that the plugins give it now.

    Raises:
        HookError: a plugin failed.
    """
    return finish(await _taxed(shop, state, await _facts(shop, state.cart)))


async def _facts(shop: Shop, cart: PricingCart) -> EachOwn:
    answered = await shop.hooks.collect(questions.pricing_facts, shop=shop, cart=cart)
    return EachOwn({answer.plugin: answer.value for answer in answered})


async def _phase(shop: Shop, state: State, phase: Phase, facts: EachOwn) -> State:
    collected = await shop.hooks.collect(
        questions.price_adjustments, cart=state.cart, facts=facts, phase=phase, state=state
    )
    answers: Answers = [(answer.plugin, item) for answer in collected for item in answer.value]
    try:
        return apply(state, phase, answers)
    except InvalidAdjustment as error:
        raise _fault(shop, error.plugin, "price_adjustments", error) from error


async def _taxed(shop: Shop, state: State, facts: EachOwn) -> State:
    answer = await shop.hooks.first(questions.tax_rates, cart=state.cart, facts=facts, state=state)
    if answer is None:
        return apply_tax(state, None)
    try:
        return apply_tax(state, answer.value, answer.plugin)
    except InvalidCart:
        raise
    except SpoeqError as error:
        raise _fault(shop, answer.plugin, "tax_rates", error) from error


def _fault(shop: Shop, plugin: str, hook: str, error: SpoeqError) -> HookError:
    """What a plugin answered cannot be applied: a fault of the plugin like an exception, noted for staff."""
    shop.hooks.on_fault(plugin, hook, str(error))
    return HookError(plugin, hook, str(error))


def _line(item: Item) -> PricingLine:
    product, variant = item.product, item.variant
    return PricingLine(
        id=item.id,
        sku=variant.sku,
        product_id=product.id,
        name=product.name,
        quantity=item.quantity,
        unit_price=variant.sale,
        list_price=variant.mrp,
        min_price=variant.min_price,
        category_ids=frozenset(product.category_ids),
        brand_id=product.brand_id,
        tags=frozenset(product.tags),
        weight_g=variant.weight_g,
        hsn=product.hsn or None,
        properties=item.properties,
        ext=_together(product.ext, variant.ext, item.ext),
    )


def _together(*parts: Mapping[str, Any]) -> dict[str, Any]:
    """The extension data of product, variant and line, plugin by plugin; the more special wins."""
    return {name: {key: value for part in parts for key, value in part.get(name, {}).items()} for name in _names(parts)}


def _names(parts: Iterable[Mapping[str, Any]]) -> set[str]:
    return {name for part in parts for name in part}
