"""A plugin's login providers in the shop of the check: what their contract asks and no keys are needed for."""

from __future__ import annotations

from collections.abc import Sequence

from spoeq_core.hooks import identity as identity_hooks
from spoeq_core.identity.logins import LoginDeclined, LoginProvider
from spoeq_core.shop import Shop
from spoeq_core.testing.check.lab import Lab
from spoeq_core.testing.check.model import Fault, Skipped
from spoeq_core.testing.check.subject import Subject
from spoeq_core.testing.logins import NOTHING, LoginProviderContract, an_attempt


async def check(subject: Subject, lab: Lab) -> Sequence[Fault]:
    """Its login providers have names that last, wait to be set up, and let in nobody who did not agree."""
    shop = (await lab.bench()).running.shop
    providers = shop.hooks.part_of(identity_hooks.register_login_providers, subject.name) or ()
    if not providers:
        raise Skipped("it brings no login provider")
    needs_setup = subject.manifest is not None and subject.manifest.needs_setup
    faults = []
    for provider in providers:
        told = [await _unnamed(provider), _ready_too_soon(shop, provider) if needs_setup else ""]
        told.append(await _lets_in(shop, provider))
        faults += [Fault(f"login provider {provider.name!r}: {text}") for text in told if text]
    return faults


async def _unnamed(provider: LoginProvider) -> str:
    try:
        await LoginProviderContract().test_it_has_a_stable_name(provider)
    except AssertionError:
        return "its name is not of small letters, digits and underscores, or it has no label"
    return ""


def _ready_too_soon(shop: Shop, provider: LoginProvider) -> str:
    return "it says that it is ready before it was set up" if provider.is_ready(shop) else ""


async def _lets_in(shop: Shop, provider: LoginProvider) -> str:
    for answer in NOTHING:
        try:
            found = await provider.finish(shop, an_attempt(shop, provider), answer)
        except Exception as error:
            return f"{answer!r} is an error for it: {type(error).__name__}: {error}"
        if not isinstance(found, LoginDeclined):
            return f"it lets somebody in who comes back with {answer!r}"
    return ""
