"""Signing in with Google: what it adds to the shop, at a glance."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

from spoeq_core.sdk import HealthReport, LoginProvider, Manifest, Shop, hookimpl
from spoeq_google_login.service import google
from spoeq_google_login.settings import GoogleSettings

manifest = Manifest(
    name="google_login",
    title="Sign in with Google",
    description="Lets shoppers sign in and register with their Google account.",
    hosts=("accounts.google.com", "oauth2.googleapis.com", "openidconnect.googleapis.com", "www.googleapis.com"),
    needs_setup=True,
)


@hookimpl
def register_settings() -> type[BaseModel]:
    """Client id and secret."""
    return GoogleSettings


@hookimpl
def register_login_providers() -> Sequence[LoginProvider]:
    """The provider `google`."""
    return [google()]


@hookimpl
async def health_report(shop: Shop) -> HealthReport | None:
    """Whether Google can be reached; nothing is said before it is set up."""
    problem = await google().trouble(shop)
    return None if problem is None else HealthReport(not problem, problem)
