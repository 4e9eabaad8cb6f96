"""Carts and quotes as the API and the pages show them."""

from __future__ import annotations

from typing import Any

from spoeq_core.cart.contents import Contents
from spoeq_core.cart.model import CartLine
from spoeq_core.checkout.fields import declared
from spoeq_core.checkout.quoting import Quote
from spoeq_core.extensions.service import shown
from spoeq_core.kernel.messages import message
from spoeq_core.payments.service import Offer
from spoeq_core.pricing.model import AppliedDiscount, AppliedSurcharge, PricedCart, PricedLine
from spoeq_core.pricing.service import Display
from spoeq_core.pricing.shape import discount, money, surcharge, totals_of
from spoeq_core.shipping.model import ShippingOption
from spoeq_core.shop import Shop
from spoeq_core.web.formats import day
from spoeq_core.web.languages import translate
from spoeq_core.web.views.catalog import THUMB, image_view

View = dict[str, Any]
NO_TOTAL = message(
    "The total is not available right now, and nothing can be ordered. Please try again in a few minutes."
)


def cart_view(shop: Shop, contents: Contents, display: Display) -> View:
    """The cart with its prices; where a plugin failed, `unpriced` is true and there is no grand total."""
    cart, priced = contents.cart, display.priced
    return {
        "id": cart.id if cart.version else None,
        "version": cart.version,
        "currency": cart.currency,
        "items": _items(shop, contents, priced),
        "coupons": list(cart.codes),
        "totals": _totals(priced, unpriced=display.unpriced is not None),
        "notices": [*_notices(contents), *_refused_codes(priced), *_no_total(unpriced=display.unpriced is not None)],
        "removed": {"id": cart.removed.id, "name": cart.removed.name} if cart.removed else None,
        "unpriced": display.unpriced is not None,
    }


def quote_view(shop: Shop, quote: Quote, *, staff: bool = False) -> View:
    """The quote; with `staff` the working of the price too, and which plugin failed."""
    currency, cart = quote.priced.cart.currency, Display(quote.priced, quote.unpriced)
    view: View = {
        "lines": _items(shop, quote.contents, quote.priced, staff=staff),
        "totals": _totals(quote.priced, unpriced=quote.unpriced is not None),
        "shipping_methods": [shipping_view(option, currency) for option in quote.shipping_options],
        "payment_methods": [payment_view(offer, currency) for offer in quote.offers],
        "problems": [
            {
                "code": problem.code,
                "message": translate(problem.message),
                **({"field": problem.field} if problem.field else {}),
            }
            for problem in quote.problems
        ],
        "cart": cart_view(shop, quote.contents, cart),
    }
    if staff:
        view["trace"] = trace_of(quote.priced)
        view["failed_plugin"] = quote.unpriced.plugin if quote.unpriced else None
    return view


def extra_fields(shop: Shop) -> list[View]:
    """What plugins ask in the checkout."""
    return [
        {
            "name": f"fields.{item.name}",
            "label": translate(item.label),
            "hint": translate(item.hint),
            "kind": item.kind,
            "choices": [{"value": value, "label": translate(label)} for value, label in item.choices],
            "section": item.section,
            "max_length": item.max_length,
            "required": item.required,
            "multiline": item.multiline,
        }
        for item in declared(shop).values()
    ]


def shipping_view(option: ShippingOption, currency: str) -> View:
    """A way to be delivered to; `estimate` is for people, the days for programs."""
    latest, earliest = day(option.latest, "short"), day(option.earliest, "short")
    estimate = _estimate(latest, earliest)
    return {
        "id": option.id,
        "label": translate(option.label),
        "price": money(option.price, currency),
        "estimate": estimate,
        "earliest": option.earliest.isoformat() if option.earliest else None,
        "latest": option.latest.isoformat() if option.latest else None,
    }


def payment_view(offer: Offer, currency: str) -> View:
    """A way to pay; `reason` says why it is not available."""
    option = offer.option
    return {
        "id": offer.id,
        "label": translate(option.label),
        "fee": money(option.fee, currency),
        "available": option.available,
        "hint": translate(option.hint),
        **({} if option.available else {"reason": translate(option.reason)}),
    }


def trace_of(priced: PricedCart) -> list[View]:
    """The working, step by step."""
    currency = priced.cart.currency
    return [
        {
            "phase": step.phase.value,
            "plugin": step.plugin,
            "rule": step.rule,
            "label": step.label,
            "input": money(step.input, currency),
            "output": money(step.output, currency),
            "note": step.note,
        }
        for step in priced.trace
    ]


def _items(shop: Shop, contents: Contents, priced: PricedCart, *, staff: bool = False) -> list[View]:
    by_id = {line.line.id: line for line in priced.lines}
    return [
        _item(shop, contents, line, by_id.get(line.id), priced.cart.currency)
        | {"ext": shown(shop, "cart_line", line.ext, private=staff)}
        for line in contents.cart.lines
    ]


def _item(shop: Shop, contents: Contents, line: CartLine, priced: PricedLine | None, currency: str) -> View:
    """A line; one that is not sold any more costs nothing and has nothing available."""
    found = contents.sellable(line)
    product, variant = (found.product, found.variant) if found else (None, None)
    image = product.image_of(variant) if product else None
    return {
        "id": line.id,
        "sku": line.sku,
        "product_id": line.product_id,
        "name": product.name if product else line.name or line.sku,
        "url": f"/product/{product.slug}" if product else "/cart",
        "image": image_view(shop, image, widest=THUMB) if image else None,
        "options": dict(variant.options) if variant else {},
        "properties": dict(line.properties),
        "property_labels": {name: translate(label) for name, label in contents.property_labels(line).items()},
        "quantity": line.quantity,
        "unit_price": money(variant.sale if variant else line.seen_price, currency),
        "subtotal": money(priced.subtotal if priced else 0, currency),
        "surcharges": [_surcharge(added, currency) for added in priced.surcharges] if priced else [],
        "discounts": [_discount(given, currency) for given in priced.discounts] if priced else [],
        "total": money(priced.total if priced else 0, currency),
        "available": contents.left(line.sku),
        "backordered": contents.backordered(line),
        "ships_in_days": variant.ships_in_days if variant else 0,
    }


def _totals(priced: PricedCart, *, unpriced: bool) -> View:
    shape = totals_of(priced)
    shape["fees"] = [{**fee, "label": translate(fee["label"])} for fee in shape["fees"]]
    return {**shape, "grand_total": None} if unpriced else shape


def _notices(contents: Contents) -> list[View]:
    return [
        {"code": notice.code, "message": translate(notice.message), "item_id": notice.item_id}
        for notice in contents.notices
    ]


def _refused_codes(priced: PricedCart) -> list[View]:
    """Codes that lie in the cart and give nothing, and why."""
    return [
        {
            "code": declined.reason.code,
            "message": f"{declined.code}: {translate(declined.reason.message)}",
            "coupon": declined.code,
        }
        for declined in priced.declined
        if declined.code
    ]


def _no_total(*, unpriced: bool) -> list[View]:
    return [{"code": "plugin_failed", "message": translate(NO_TOTAL)}] if unpriced else []


def _discount(given: AppliedDiscount, currency: str) -> View:
    shape = discount(given, currency)
    return {**shape, "label": translate(shape["label"])}


def _surcharge(added: AppliedSurcharge, currency: str) -> View:
    return surcharge(translate(added.label), added.amount, added.per_unit, added.plugin, currency)


def _estimate(latest: str, earliest: str) -> str:
    if latest:
        return translate(message("By %(date)s", date=latest))
    return translate(message("From %(date)s", date=earliest)) if earliest else ""
