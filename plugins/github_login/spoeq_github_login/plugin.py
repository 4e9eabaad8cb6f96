"""Signing in with GitHub: what it adds to the shop, at a glance."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

from spoeq_core.sdk import HealthReport, LoginProvider, Manifest, Shop, hookimpl
from spoeq_github_login.service import GitHub
from spoeq_github_login.settings import GitHubSettings

manifest = Manifest(
    name="github_login",
    title="Sign in with GitHub",
    description="Lets shoppers sign in and register with their GitHub account.",
    hosts=("github.com", "api.github.com"),
    needs_setup=True,
)


@hookimpl
def register_settings() -> type[BaseModel]:
    """Client id and secret."""
    return GitHubSettings


@hookimpl
def register_login_providers() -> Sequence[LoginProvider]:
    """The provider `github`."""
    return [GitHub()]


@hookimpl
async def health_report(shop: Shop) -> HealthReport | None:
    """Whether GitHub answers and takes the keys; nothing is said before it is set up."""
    problem = await GitHub().trouble(shop)
    return None if problem is None else HealthReport(not problem, problem)
