"""What identity tells. Subscribers load the account by its id."""

from __future__ import annotations

from dataclasses import dataclass

from spoeq_core.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRegistered(Event):
    """Somebody made an account."""

    customer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordResetRequested(Event):
    """Somebody asked for a new password; whoever sends the mail gets its link from `service.reset_link`.

    Attributes:
        kind: "customer" or "staff".
        sealed_token: The token, readable only with the shop's secret, since events are kept for weeks.
        expires_at: When the link ends, RFC 3339.
    """

    account_id: str
    kind: str
    email: str
    name: str
    sealed_token: str
    expires_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChanged(Event):
    """An account has a new password, and all its other sessions have ended."""

    account_id: str
    kind: str
    email: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInAdded(Event):
    """An account can be signed in to in another way: with an account at a login provider.

    Attributes:
        provider: The provider's label ("Google").
    """

    customer_id: str
    email: str
    name: str
    provider: str
