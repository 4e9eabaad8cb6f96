"""Google as a login provider."""

from __future__ import annotations

from spoeq_core.sdk import OpenIdClient, OpenIdProvider, Shop
from spoeq_google_login.settings import GoogleSettings

ISSUER = "https://accounts.google.com"
"""https://developers.google.com/identity/openid-connect/openid-connect#discovery"""


def google(issuer: str = ISSUER) -> OpenIdProvider:
    """The provider."""

    def client(shop: Shop) -> OpenIdClient | None:
        settings = shop.plugin_settings(GoogleSettings)
        secret = settings.client_secret.get_secret_value()
        return OpenIdClient(issuer, settings.client_id, secret) if settings.complete else None

    return OpenIdProvider("google", "Google", client)
