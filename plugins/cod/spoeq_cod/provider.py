"""Cash on delivery as a payment provider."""

from __future__ import annotations

from spoeq_cod.model import fee, is_excluded
from spoeq_cod.settings import CodSettings
from spoeq_core.sdk import Order, PaymentOption, PaymentOutcome, Pending, PricedCart, Shop, format_amount, message

USUAL = message("Cash on delivery"), message("Cash on delivery fee")
"""What shoppers read unless the merchant wrote something else; orders keep it as text."""


class CashOnDelivery:
    """The courier takes the money at the door; nothing is charged when the order is placed."""

    name = "cod"
    on_delivery = True

    async def option(self, shop: Shop, priced: PricedCart) -> PaymentOption:
        """The fee, and whether this cart may be paid so."""
        settings = shop.plugin_settings(CodSettings)
        reason = _refusal(settings, priced)
        return PaymentOption(
            label=settings.label,
            available=not reason,
            reason=reason,
            fee=fee(settings.fee, settings.free_above, priced.cart.items_total),
            fee_label=f"{settings.label} fee",
            hint=message("Pay the courier in cash or by UPI when the parcel arrives."),
        )

    async def start(self, shop: Shop, order: Order) -> PaymentOutcome:
        """Nothing to do now."""
        del shop
        return Pending(reference=order.number)


def _refusal(settings: CodSettings, priced: PricedCart) -> str:
    known = not priced.cart.buyer.is_new and settings.known_cap is not None
    cap = settings.known_cap if known and settings.known_cap is not None else settings.cap
    if priced.totals.grand_total > cap:
        return message(
            "%(method)s is available up to %(cap)s.",
            method=settings.label,
            cap=format_amount(cap, priced.cart.currency),
        )
    there = priced.cart.destination
    if there is not None and is_excluded(there.postal_code, settings.excluded_pins):
        return message("%(method)s is not available at %(pin)s.", method=settings.label, pin=there.postal_code)
    return ""
