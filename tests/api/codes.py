"""The stable codes of problems, and what each means; a test keeps them equal to what the code raises."""

from __future__ import annotations

CODES: dict[str, tuple[str, str]] = {
    "malformed": ("400", "The body is not JSON, or a header cannot be read"),
    "unauthenticated": ("401", "Nobody is signed in, or the access token is old or wrong"),
    "bad_credentials": ("401", "E-mail address or password is wrong"),
    "invalid_token": ("401", "The access token is not good any more: refresh it"),
    "invalid_refresh_token": ("401", "The refresh token is old, wrong or was used before (then its session is over)"),
    "forbidden": ("403", "The role lacks the permission"),
    "csrf": ("403", "A request with cookies did not come from a page of this shop"),
    "refund_cap": ("403", "More than the role may give back at once"),
    "not_found": ("404", "There is no such thing, or not for whoever asks"),
    "unknown_sku": ("404", "No such SKU is sold"),
    "unknown_item": ("404", "The item is not in the cart"),
    "unknown_code": ("404", "The coupon code is not in the cart"),
    "coupon_unknown": ("404, 422", "There is no such coupon"),
    "method_not_allowed": ("405", "The address does not take that method; `Allow` says which"),
    "conflict": ("409", "The state of the shop forbids it"),
    "stale": ("409", "Somebody else changed it since it was read: read it again"),
    "duplicate": ("409", "There is one of this name already"),
    "out_of_stock": ("409", "Too few pieces are left; `available` says how many of which SKU"),
    "quantity_limit": ("409", "More pieces of one item than an order may have"),
    "cart_full": ("409", "More lines than a cart holds"),
    "cart_changed": ("409", "The total is not the expected one; `quote` is the new one"),
    "in_progress": ("409", "The same request is being worked on: send it again in a moment"),
    "not_payable": ("409", "Nothing is to be paid now"),
    "transition": ("409", "The order cannot go from its status to that"),
    "refund_exceeds": ("409", "More than came in and was not given back; `refundable` says how much is left"),
    "refund_declined": ("409", "The payment provider declined to give the money back"),
    "below_reserved": ("409", "Pieces that orders hold cannot be taken away"),
    "not_reserved": ("409", "The order does not hold so many pieces"),
    "busy": ("409", "The stock is moving too fast: try again"),
    "last_admin": ("409", "The last admin cannot be taken away"),
    "too_many_addresses": ("409", "The address book is full"),
    "too_many_images": ("409", "The product has as many pictures as it may"),
    "configuration": ("409", "A plugin refuses to be switched, or cannot be loaded"),
    "job_ended": ("409", "The job has ended already"),
    "too_large": ("413", "The body is larger than accepted"),
    "validation": ("422", "`errors` names each field that was refused, why, and a code"),
    "idempotency_mismatch": ("422", "The Idempotency-Key was used with another body"),
    "cart_empty": ("422", "There is nothing to order"),
    "coupon_inactive": ("422", "The coupon is switched off"),
    "coupon_expired": ("422", "The coupon has expired"),
    "coupon_not_started": ("422", "The coupon is not valid yet"),
    "coupon_minimum": ("422", "The cart is below the coupon's minimum"),
    "coupon_currency": ("422", "The coupon is for another currency"),
    "coupon_twice": ("422", "The coupon is in the cart already"),
    "coupon_not_combinable": ("422", "The coupon and another one exclude each other"),
    "coupon_used_up": ("422", "The coupon was used as often as it may be"),
    "coupon_used_by_you": ("422", "This buyer has used the coupon as often as it allows"),
    "cod_limit": ("422", "Too many orders, or too much, are to be paid at this door"),
    "quota_used_up": ("422", "A limit that a plugin set is reached"),
    "too_many_requests": ("429", "Too many tries; `Retry-After` says for how many seconds"),
    "internal": ("500", "A fault of the shop; it has been noted"),
    "unavailable": ("503", "Something that the shop needs is down; `Retry-After` says when to try again"),
    "storage_unavailable": ("503", "The store of files does not answer; `Retry-After` says when to try again"),
    "plugin_failed": ("503", "A plugin that has a say failed; nothing is ordered at a wrong price"),
}
"""By code: its HTTP status, and a sentence."""

INSIDE: frozenset[str] = frozenset(
    {
        *("currency_mismatch", "data_directory_busy", "error", "invalid_adjustment", "invalid_amount", "invalid_cart"),
        *("invalid_tax", "pricing_out_of_order", "undeclared_access", "unknown_currency", "unreadable_price"),
    }
)
"""Codes that never leave the process: faults of programs, told to whoever wrote them and answered as `internal`."""
