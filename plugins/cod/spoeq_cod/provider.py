"""Cash on delivery as a payment provider."""

from __future__ import annotations

from spoeq_core.sdk import Order, PaymentOption, PaymentOutcome, Pending, PricedCart, Shop, format_amount
from spoeq_cod.settings import CodSettings


class CashOnDelivery:
    """The courier takes the money at the door; nothing is charged when the order is placed."""

    name = "cod"
    on_delivery = True

    async def option(self, shop: Shop, priced: PricedCart) -> PaymentOption:
        """The fee, and whether this cart may be paid so."""
        settings = shop.plugin_settings(CodSettings)
        reason = _refusal(settings, priced)
        free = settings.free_above is not None and priced.cart.items_total >= settings.free_above
        return PaymentOption(
            label=settings.label,
            available=not reason,
            reason=reason,
            fee=0 if free else settings.fee,
            fee_label="Cash on delivery fee",
            hint="Pay the courier in cash or by UPI when the parcel arrives.",
        )

    async def start(self, shop: Shop, order: Order) -> PaymentOutcome:
        """Nothing to do now."""
        del shop
        return Pending(reference=order.number)


def _refusal(settings: CodSettings, priced: PricedCart) -> str:
    if priced.totals.grand_total > settings.cap:
        cap = format_amount(settings.cap, priced.cart.currency)
        return f"Cash on delivery is available up to {cap}."
    there = priced.cart.destination
    if there is not None and any(there.postal_code.startswith(pin) for pin in settings.excluded_pins if pin):
        return f"Cash on delivery is not available at {there.postal_code}."
    return ""
