"""The shop of the running app."""

from __future__ import annotations

from typing import cast

from quart import current_app, g

from spoeq_core.kernel.errors import Unavailable
from spoeq_core.shop import Shop

EXTENSION = "spoeq"


def current_shop() -> Shop:
    """The shop that the current app serves."""
    shop = current_app.extensions.get(EXTENSION)
    if shop is None:
        raise Unavailable("The shop is starting or stopping.", hint="Try again in a moment.")
    return cast(Shop, shop)


def in_request(key: str, default: object = None) -> object:
    """Something kept for the length of this request."""
    return getattr(g, key, default)
