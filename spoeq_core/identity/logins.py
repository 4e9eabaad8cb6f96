"""Signing in with an account elsewhere: what a login provider is asked and answers, and what the shop keeps of it."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol
from urllib.parse import urlencode

if TYPE_CHECKING:
    from spoeq_core.shop import Shop

LONGEST_SUBJECT = 255
"""OpenID Connect Core 1.0, 2: a subject has at most 255 ASCII characters."""


@dataclass(frozen=True, slots=True)
class LoginAttempt:
    """One way to a provider and back. Of its two secrets only `state` is ever part of an address.

    Attributes:
        state: 43 random characters, which must come back with the answer; the core compares it.
        verifier: 43 random characters, for the token endpoint alone (RFC 7636).
        redirect_uri: Where the provider answers; it must be registered there exactly like this.
    """

    state: str
    verifier: str
    redirect_uri: str

    @property
    def challenge(self) -> str:
        """What the authorization endpoint is given of the verifier (S256)."""
        return _digest(self.verifier)

    @property
    def nonce(self) -> str:
        """What an id token must repeat: another digest of the verifier, by which it belongs to this attempt."""
        return _digest(f"nonce.{self.verifier}")

    def address(self, endpoint: str, client_id: str, **more: str) -> str:
        """The address of an authorization endpoint for a code, with state and PKCE (RFC 6749, 4.1.1)."""
        query = {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": self.redirect_uri,
            "state": self.state,
            "code_challenge": self.challenge,
            "code_challenge_method": "S256",
            **more,
        }
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"


@dataclass(frozen=True, slots=True)
class LoginProfile:
    """Somebody, as a provider knows them.

    Attributes:
        subject: Who they are there for ever, at most 255 characters: never an e-mail address or a name, which change
            hands.
        email: Empty if the provider tells none.
        email_verified: Whether the provider itself made sure that the address is theirs.
        name: What they are called; empty if it does not say.
    """

    subject: str
    email: str = ""
    email_verified: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class LoginDeclined:
    """Nobody is signed in, and nothing is broken.

    Attributes:
        reason: "denied": the person did not want to. "expired": the code is used, too old or of another attempt.
            "untrusted": what came back does not prove who they are.
        detail: For the log; no secrets, nothing about the person.
    """

    reason: Literal["denied", "expired", "untrusted"]
    detail: str = ""


class LoginProvider(Protocol):
    """Whose accounts open one of the shop's, contributed through `register_login_providers`.

    What it raises in `begin` and `finish` is a fault, which staff see, and signs nobody in.

    Attributes:
        name: Stable id, unique in the shop, small letters, digits and underscores: the shop keeps it with each
            identity, and it is part of the address to which the provider answers.
        label: For shoppers, after "Continue with": a proper name, which is not translated.
    """

    name: str
    label: str

    def is_ready(self, shop: Shop) -> bool:
        """Whether it is set up, so that its button is shown. Asked with each sign-in page: it does not wait."""
        ...

    async def begin(self, shop: Shop, attempt: LoginAttempt) -> str:
        """The address at the provider to which the browser is led: https, at a host that the plugin's manifest names.

        It holds `attempt.state`, `attempt.challenge` and `attempt.redirect_uri`, and never `attempt.verifier`.
        """
        ...

    async def finish(
        self, shop: Shop, attempt: LoginAttempt, answer: Mapping[str, str]
    ) -> LoginProfile | LoginDeclined:
        """Who came back, by the query of the address that they came back with (its `state` is right and was unused).

        Any text may be in it: whatever was not given out for this attempt is `LoginDeclined`, not an error.
        """
        ...


@dataclass(frozen=True, slots=True)
class Identity:
    """An account at a provider that opens one of the shop's; the `id` is `<provider>:<subject>`, so that it opens one.

    It counts only while the customer names it among `sign_ins`.

    Attributes:
        email: As the provider told it when the two were linked: for the customer, who may have several accounts there.
        used_at: When somebody last signed in with it.
    """

    id: str
    provider: str
    customer_id: str
    email: str
    linked_at: datetime
    used_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class PendingLogin:
    """Somebody who is away at a provider; the `id` is the SHA-256 of the state.

    Attributes:
        browser: SHA-256 of the cookie that the browser which began it holds.
        sealed_verifier: Readable only with the shop's secret.
        target: The path to go to afterwards.
        customer_id: Who wants to link the identity; empty for who signs in.
    """

    id: str
    provider: str
    browser: str
    sealed_verifier: str
    target: str
    customer_id: str
    expires_at: datetime
    version: int = 1


def identity_id(provider: str, subject: str) -> str:
    """The id of an identity. A provider's name has no colon in it."""
    return f"{provider}:{subject}"


def provider_of(identity: str) -> str:
    """The provider's name in such an id."""
    return identity.partition(":")[0]


def callback_url(shop: Shop, name: str) -> str:
    """The address to which a provider answers."""
    return f"{shop.settings.base_url.rstrip('/')}/api/v1/auth/oauth/{name}/callback"


def _digest(text: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
