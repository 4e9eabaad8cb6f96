"""From a quote to an order: everything frozen as it was agreed to."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

from spoeq_core.cart.contents import Contents
from spoeq_core.catalog.model import Product, Variant
from spoeq_core.checkout.model import PlaceRequest
from spoeq_core.checkout.quoting import Quote
from spoeq_core.kernel.languages import tongue
from spoeq_core.kernel.mongo import plain
from spoeq_core.kernel.tasks import dumps
from spoeq_core.orders.model import (
    ChosenPayment,
    ChosenShipping,
    FieldWords,
    Order,
    OrderLine,
    OrderStatus,
    TimelineEntry,
)
from spoeq_core.payments.model import PaymentStatus
from spoeq_core.pricing.model import PricedLine


def fingerprint(request: PlaceRequest) -> str:
    """The same text for the same request, another for another."""
    return hashlib.sha256(dumps(plain(request)).encode()).hexdigest()


def build_order(
    quote: Quote,
    request: PlaceRequest,
    field_words: Mapping[str, FieldWords],
    *,
    order_id: str,
    number: str,
    at: datetime,
) -> Order:
    """The order of a quote without problems.

    What is paid at the door, or costs nothing, is confirmed at once; anything else waits for its money.
    """
    contents, priced = quote.contents, quote.priced
    status, payment_status = _first_status(quote)
    return Order(
        id=order_id,
        number=number,
        currency=priced.cart.currency,
        status=status,
        payment_status=payment_status,
        email=request.email,
        phone=request.shipping_address.phone,
        shipping_address=request.shipping_address,
        billing_address=request.billing_address or request.shipping_address,
        lines=tuple(_line(line, contents) for line in priced.lines),
        shipping=_shipping(quote),
        payment=_payment(quote),
        grand_total=quote.total,
        priced=priced.as_json(),
        cart_id=contents.cart.id,
        placed_at=at,
        customer_id=contents.cart.customer_id,
        codes=contents.cart.codes,
        timeline=(TimelineEntry(at, "placed", "Order placed", "shopper", public=True),),
        fields=priced.cart.fields,
        field_words=field_words,
        language=tongue().language,
    )


def _first_status(quote: Quote) -> tuple[OrderStatus, PaymentStatus]:
    if quote.total == 0:
        return OrderStatus.CONFIRMED, PaymentStatus.PAID
    if quote.payment is not None and quote.payment.provider.on_delivery:
        return OrderStatus.CONFIRMED, PaymentStatus.PENDING_COD
    return OrderStatus.PENDING_PAYMENT, PaymentStatus.PENDING


def _payment(quote: Quote) -> ChosenPayment:
    if quote.payment is None:
        return ChosenPayment("", "Nothing to pay")
    return ChosenPayment(quote.payment.id, quote.payment.option.label, quote.payment.provider.on_delivery)


def _shipping(quote: Quote) -> ChosenShipping:
    option = quote.shipping
    if option is None:
        return ChosenShipping("", "", 0)
    promised = option.latest.isoformat() if option.latest else ""
    return ChosenShipping(option.id, option.label, option.price, option.carrier, promised)


def _line(line: PricedLine, contents: Contents) -> OrderLine:
    found, kept = contents.found[line.line.sku], contents.cart.line(line.line.id)
    return OrderLine(
        id=line.line.id,
        sku=line.line.sku,
        product_id=line.line.product_id,
        name=line.line.name,
        quantity=line.line.quantity,
        unit_price=line.line.unit_price,
        subtotal=line.subtotal,
        total=line.total,
        options=dict(found.variant.options),
        properties=dict(line.line.properties),
        property_labels=contents.property_labels(kept) if kept else {},
        image=_picture(found.product, found.variant),
        hsn=line.line.hsn or "",
        weight_g=line.line.weight_g,
        backordered=contents.backordered(kept) if kept else 0,
        ships_in_days=found.variant.ships_in_days,
        ext=plain(kept.ext) if kept else {},
    )


def _picture(product: Product, variant: Variant) -> str:
    """Storage key of a small rendition of the line's picture, or nothing."""
    image = product.image_of(variant)
    return image.small.key if image and image.small else ""
