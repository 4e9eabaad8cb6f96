"""Who customers are to the shop: the ways in which they sign in, and the segments that they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from spoeq_core.hooks.caller import hookspec, policy

if TYPE_CHECKING:
    from spoeq_core.identity.logins import LoginProvider
    from spoeq_core.identity.model import Customer, Segment
    from spoeq_core.shop import Shop


@hookspec
@policy(timeout=10.0)
def register_login_providers() -> Sequence[LoginProvider] | None:
    """Whose accounts open one of the shop's, in the order in which their buttons are shown.

    All plugins' providers are offered; two of one name are refused at boot. What the policy says holds for each of a
    provider's own questions, `begin` and `finish`: one that fails or is late signs nobody in, the visitor is told so
    and keeps everything, and signing in with a password is as ever.

    Example:
        >>> def client(shop: Shop) -> OpenIdClient:
        ...     settings = shop.plugin_settings(Settings)
        ...     return OpenIdClient("https://id.example", settings.client_id, settings.secret.get_secret_value())
        >>> @hookimpl
        ... def register_login_providers() -> Sequence[LoginProvider]:
        ...     return [OpenIdProvider("example", "Example", client)]
    """


@hookspec
@policy(timeout=0.5, on_error="skip")
async def customer_segments(shop: Shop, customer: Customer) -> Sequence[str] | None:
    """Codes of the plugin's segments that this customer is in now.

    Asked whenever a signed-in customer's cart is priced, once for all its lines: in pages, in quotes and when the order
    is placed; never of guests. What all plugins answer counts together, each code under the plugin's own name: `vip` of
    the plugin `club` is `club.vip` in `cart.buyer.segments`, so no plugin puts anybody into another's segment. Use one
    command or two: `customer` is read already. An error or a late answer leaves the customer out of the plugin's
    segments until the next time, so let a segment only ever make things cheaper. The e-mail address is what was typed
    when the account was made; somebody has shown that it is theirs only where `customer.email_verified_at` says when.

    Example:
        >>> @hookimpl
        ... async def customer_segments(shop: Shop, customer: Customer) -> Sequence[str]:
        ...     return ["founder"] if customer.created_at and customer.created_at.year == 2025 else []
    """


@hookspec
@policy(timeout=1.0, on_error="skip")
async def known_segments(shop: Shop) -> Sequence[Segment] | None:
    """The plugin's segments, for staff to choose from in forms, by the codes that `customer_segments` answers.

    Asked when a form with such a choice is shown or sent. An error leaves the plugin's segments out of the choice; what
    was chosen before stays.

    Example:
        >>> @hookimpl
        ... async def known_segments() -> Sequence[Segment]:
        ...     return [Segment("founder", "Customers of the first year")]
    """
