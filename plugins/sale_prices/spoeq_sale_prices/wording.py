"""A sale in words, for shoppers and for staff."""

from __future__ import annotations

from spoeq_core.sdk import format_amount, message
from spoeq_sale_prices.model import Kind, Sale


def gives(sale: Sale) -> str:
    """What it takes off."""
    if sale.kind is Kind.PERCENT:
        return message("%(percent)s%% off", percent=f"{sale.percent.normalize():f}")
    return message("%(amount)s off each piece", amount=format_amount(sale.amount, sale.currency))
