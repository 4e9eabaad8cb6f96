"""Signed tokens by which an order's buyer opens it without an account."""

from __future__ import annotations

from spoeq_core.shop import Shop

PURPOSE = "order"


def order_token(shop: Shop, order_id: str) -> str:
    """What a link to an order carries."""
    return shop.keyring.sign(PURPOSE, order_id)


def order_id_of(shop: Shop, token: str) -> str:
    """The id of the order that a token opens; empty for what is no token of ours."""
    return (shop.keyring.unsign(PURPOSE, token) or "") if token else ""


def opens(shop: Shop, token: str, order_id: str) -> bool:
    """Whether the token is that order's."""
    return bool(token) and shop.keyring.unsign(PURPOSE, token) == order_id
