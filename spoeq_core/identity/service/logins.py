"""The way to a login provider and back: begun in a browser, finished in the same one, once and within ten minutes."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from spoeq_core.hooks import identity as questions
from spoeq_core.identity.documents import PendingLoginRepository
from spoeq_core.identity.logins import (
    LONGEST_SUBJECT,
    LoginAttempt,
    LoginDeclined,
    LoginProfile,
    LoginProvider,
    PendingLogin,
    callback_url,
)
from spoeq_core.kernel.errors import Conflict, NotFound, Unavailable
from spoeq_core.kernel.ids import fingerprint, new_token
from spoeq_core.kernel.messages import message
from spoeq_core.shop import Shop

log = logging.getLogger(__name__)

R = TypeVar("R")

AWAY = timedelta(minutes=10)
PURPOSE = "pending_login"
LONGEST_STATE = 200


@dataclass(frozen=True, slots=True)
class Offered:
    """A provider that is set up, and the plugin that brings it."""

    plugin: str
    provider: LoginProvider


@dataclass(frozen=True, slots=True)
class Returned:
    """Somebody who came back: what they had begun, and what the provider says."""

    pending: PendingLogin
    provider: LoginProvider
    answer: LoginProfile | LoginDeclined


def login_providers(shop: Shop) -> list[Offered]:
    """The providers of the enabled plugins that are set up, in the order in which they are shown."""
    found = []
    for part in shop.hooks.parts(questions.register_login_providers):
        if part.plugin not in shop.hooks.held:
            found += [Offered(part.plugin, one) for one in part.value if _is_ready(shop, part.plugin, one)]
    return found


def login_label(shop: Shop, name: str) -> str:
    """What a provider is called for people; made of its name where none that is installed brings it."""
    known = shop.hooks.all_parts(questions.register_login_providers)
    labels = {one.name: one.label for part in known for one in part.value}
    return labels.get(name, name.replace("_", " ").capitalize())


def login_provider(shop: Shop, name: str) -> Offered:
    """The provider of that name.

    Raises:
        NotFound: no enabled plugin brings it, or it is not set up.
    """
    for offered in login_providers(shop):
        if offered.provider.name == name:
            return offered
    raise NotFound("This way to sign in is not offered now.", hint="Sign in with your password, or in another way.")


async def begin_login(shop: Shop, offered: Offered, *, browser: str, target: str, customer_id: str = "") -> str:
    """Where the browser is to go at the provider.

    Args:
        shop: The shop.
        offered: The provider.
        browser: The secret in the browser's cookie, to which the way back is bound.
        target: The path to go to afterwards.
        customer_id: Whom the identity is to be linked to; empty for who signs in.

    Raises:
        Unavailable: the provider fails or is late.
    """
    state, verifier = new_token(), new_token()
    provider = offered.provider
    attempt = LoginAttempt(state, verifier, callback_url(shop, provider.name))
    url = await _asked(shop, offered, lambda: provider.begin(shop, attempt))
    pending = PendingLogin(
        fingerprint(state),
        provider.name,
        fingerprint(browser),
        shop.keyring.seal(PURPOSE, verifier),
        target,
        customer_id,
        shop.clock.now() + AWAY,
    )
    await shop.repository(PendingLoginRepository).insert(pending)
    return url


async def take_pending(shop: Shop, name: str, state: str, browser: str) -> PendingLogin:
    """What was begun with this state in this browser; it is used up by this.

    Raises:
        Conflict: nothing was, or it is over or used (code "login_over").
    """
    pendings = shop.repository(PendingLoginRepository)
    known = state and browser and len(state) <= LONGEST_STATE
    pending = await pendings.find_by_id(fingerprint(state)) if known else None
    if (
        pending is None
        or pending.provider != name
        or not hmac.compare_digest(pending.browser, fingerprint(browser))
        or pending.expires_at <= shop.clock.now()
        or not await pendings.delete(pending.id)
    ):
        raise Conflict(
            "This sign-in was used already, took more than ten minutes or was begun in another browser.",
            hint="Begin again; nothing is lost.",
            code="login_over",
        )
    return pending


async def finish_login(shop: Shop, pending: PendingLogin, state: str, answer: Mapping[str, str]) -> Returned:
    """What the provider says of who came back.

    Raises:
        NotFound: the provider was switched off meanwhile.
        Unavailable: it fails or is late.
    """
    offered = login_provider(shop, pending.provider)
    provider = offered.provider
    verifier = shop.keyring.unseal(PURPOSE, pending.sealed_verifier)
    attempt = LoginAttempt(state, verifier, callback_url(shop, provider.name))

    async def ask() -> LoginProfile | LoginDeclined:
        told = await provider.finish(shop, attempt, answer)
        if isinstance(told, LoginProfile):
            if not 0 < len(told.subject) <= LONGEST_SUBJECT:
                raise TypeError("a subject must have 1 to 255 characters")
        elif not isinstance(told, LoginDeclined):
            raise TypeError(f"it answered {type(told).__name__}")
        return told

    told = await _asked(shop, offered, ask)
    if isinstance(told, LoginDeclined):
        log.warning("%s signed nobody in: %s %s", provider.name, told.reason, told.detail)
    return Returned(pending, provider, told)


async def _asked(shop: Shop, offered: Offered, ask: Callable[[], Awaitable[R]]) -> R:
    try:
        answer = await shop.hooks.guarded(questions.register_login_providers, offered.plugin, ask)
    except Unavailable:
        answer = None
    if answer is None:
        raise Unavailable(
            message("%(provider)s cannot sign you in right now.", provider=offered.provider.label),
            hint="Try again in a minute, or sign in with your password. Your cart is kept.",
            code="login_unavailable",
        )
    return answer


def _is_ready(shop: Shop, plugin: str, provider: LoginProvider) -> bool:
    try:
        return provider.is_ready(shop)
    except Exception as error:
        log.exception("login provider %s cannot say whether it is ready", provider.name)
        shop.hooks.on_fault(plugin, questions.register_login_providers.__name__, f"{type(error).__name__}: {error}")
        return False
