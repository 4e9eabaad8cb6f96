"""How accounts, claims of e-mail addresses, identities, sessions and password resets are stored.

Shard keys: each collection by `_id`; nothing here is found by anything else on a hot path.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from odmantic import Field, Model
from pymongo import ASCENDING, IndexModel

from spoeq_core.identity.logins import Identity, PendingLogin
from spoeq_core.identity.model import Account, Customer, EmailClaim, Kind, PasswordReset, Session, Staff
from spoeq_core.kernel.mongo import Repository
from spoeq_core.shop import Shop

PENDING = IndexModel([("pending_events.at", ASCENDING)], sparse=True)


class CustomerDocument(Model):
    """A customer."""

    model_config = {
        "collection": "customers",
        "indexes": lambda: [IndexModel([("email", ASCENDING)]), IndexModel([("phone", ASCENDING)]), PENDING],
    }

    id: str = Field(primary_field=True)
    email: str
    name: str
    password_hash: str
    phone: str = ""
    addresses: list[dict[str, Any]] = []
    consents: dict[str, datetime] = {}
    consent_sources: dict[str, str] = {}
    disabled: bool = False
    session_epoch: int = 0
    ext: dict[str, Any] = {}
    created_at: datetime | None = None
    erased_at: datetime | None = None
    email_verified_at: datetime | None = None
    sign_ins: list[str] = []
    version: int = 1
    pending_events: list[dict[str, Any]] = []


class CustomerRepository(Repository[Customer]):
    """Keeps customers."""

    document = CustomerDocument
    model = Customer


class StaffDocument(Model):
    """A member of staff."""

    model_config = {"collection": "staff", "indexes": lambda: [PENDING]}

    id: str = Field(primary_field=True)
    email: str
    name: str
    password_hash: str
    role: str
    disabled: bool = False
    session_epoch: int = 0
    created_at: datetime | None = None
    version: int = 1
    pending_events: list[dict[str, Any]] = []


class StaffRepository(Repository[Staff]):
    """Keeps staff."""

    document = StaffDocument
    model = Staff


class EmailClaimDocument(Model):
    """Who has an e-mail address; `_id` is the address."""

    model_config = {"collection": "emails", "indexes": lambda: [PENDING]}

    id: str = Field(primary_field=True)
    kind: str
    account_id: str
    version: int = 1
    pending_events: list[dict[str, Any]] = []


class EmailClaimRepository(Repository[EmailClaim]):
    """Keeps claims of e-mail addresses."""

    document = EmailClaimDocument
    model = EmailClaim


class IdentityDocument(Model):
    """An account at a login provider, and whose it is here; `_id` is provider and subject."""

    model_config = {
        "collection": "identities",
        "indexes": lambda: [IndexModel([("customer_id", ASCENDING)]), PENDING],
    }

    id: str = Field(primary_field=True)
    provider: str
    customer_id: str
    email: str
    linked_at: datetime
    used_at: datetime | None = None
    version: int = 1
    pending_events: list[dict[str, Any]] = []


class IdentityRepository(Repository[Identity]):
    """Keeps identities."""

    document = IdentityDocument
    model = Identity


class PendingLoginDocument(Model):
    """Somebody away at a login provider. The server forgets it when it has ended."""

    model_config = {
        "collection": "pending_logins",
        "indexes": lambda: [IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0)],
    }

    id: str = Field(primary_field=True)
    provider: str
    browser: str
    sealed_verifier: str
    target: str
    customer_id: str
    expires_at: datetime
    version: int = 1


class PendingLoginRepository(Repository[PendingLogin]):
    """Keeps who is away."""

    document = PendingLoginDocument
    model = PendingLogin


class SessionDocument(Model):
    """A session. The server forgets it when it has ended."""

    model_config = {
        "collection": "sessions",
        "indexes": lambda: [
            IndexModel([("account_id", ASCENDING)]),
            IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0),
        ],
    }

    id: str = Field(primary_field=True)
    channel: str
    kind: str
    account_id: str
    secret_hash: str
    epoch: int
    created_at: datetime
    seen_at: datetime
    idle_until: datetime
    expires_at: datetime
    ip: str = ""
    user_agent: str = ""
    version: int = 1


class SessionRepository(Repository[Session]):
    """Keeps sessions."""

    document = SessionDocument
    model = Session


class PasswordResetDocument(Model):
    """A permission to set a new password. The server forgets it a while after it has ended."""

    model_config = {
        "collection": "password_resets",
        "indexes": lambda: [
            PENDING,
            IndexModel([("account_id", ASCENDING)]),
            IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=7 * 24 * 3600),
        ],
    }

    id: str = Field(primary_field=True)
    kind: str
    account_id: str
    expires_at: datetime
    used_at: datetime | None = None
    version: int = 1
    pending_events: list[dict[str, Any]] = []


class PasswordResetRepository(Repository[PasswordReset]):
    """Keeps permissions to set a new password."""

    document = PasswordResetDocument
    model = PasswordReset


async def find_account(shop: Shop, kind: Kind, account_id: str) -> Account | None:
    """The account of that kind and id."""
    if kind is Kind.STAFF:
        return await shop.repository(StaffRepository).find_by_id(account_id)
    return await shop.repository(CustomerRepository).find_by_id(account_id)
