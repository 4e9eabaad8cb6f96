"""People: customers with their addresses, staff with their roles, and the sessions either of them holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

MAX_ADDRESSES = 20
MARKETING = "marketing"
CONSENTS = (MARKETING,)
"""What a customer may agree to."""


class Kind(StrEnum):
    """Whose account it is."""

    CUSTOMER = "customer"
    STAFF = "staff"


class Role(StrEnum):
    """What a member of staff does; the permissions of each are in `permissions.py`."""

    ADMIN = "admin"
    STAFF = "staff"
    WAREHOUSE = "warehouse"
    SUPPORT = "support"


class Channel(StrEnum):
    """How a session is held: an opaque cookie of a browser, or tokens of an API client."""

    BROWSER = "browser"
    API = "api"


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody is; `country` is ISO 3166 alpha-2, `phone` E.164, an Indian `state` its official name."""

    name: str
    phone: str
    line1: str
    city: str
    state: str
    postal_code: str
    country: str = "IN"
    line2: str = ""
    landmark: str = ""
    gstin: str = ""


@dataclass(frozen=True, slots=True)
class SavedAddress:
    """An address in a customer's book."""

    id: str
    address: Address


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody who shops.

    Attributes:
        email: Normalised by `normalise_email`.
        consents: When they agreed, by what they agreed to.
        consent_sources: Where they agreed ("register", "account", "api"), by what they agreed to.
        session_epoch: Sessions of an earlier epoch are void: it moves with the password.
        erased_at: When their data was erased; the empty account stays, so that orders keep an owner.
        password_hash: Empty where they sign in only with accounts of others (`sign_ins`).
        email_verified_at: When it was shown that the address is theirs: by a link mailed to it, or by a login provider.
        sign_ins: The identities (`<provider>:<subject>`) that open the account.
    """

    id: str
    email: str
    name: str
    password_hash: str
    phone: str = ""
    addresses: tuple[SavedAddress, ...] = ()
    consents: Mapping[str, datetime] = field(default_factory=dict)
    consent_sources: Mapping[str, str] = field(default_factory=dict)
    disabled: bool = False
    session_epoch: int = 0
    ext: Mapping[str, Any] = field(default_factory=dict)
    created_at: datetime | None = None
    erased_at: datetime | None = None
    email_verified_at: datetime | None = None
    sign_ins: tuple[str, ...] = ()
    version: int = 1

    def address(self, address_id: str) -> SavedAddress | None:
        """The saved address of that id."""
        return next((saved for saved in self.addresses if saved.id == address_id), None)

    def with_address(self, saved: SavedAddress) -> Customer:
        """The customer with that address put in place of the one with its id, or added at the end."""
        if self.address(saved.id) is None:
            return replace(self, addresses=(*self.addresses, saved))
        return replace(self, addresses=tuple(saved if old.id == saved.id else old for old in self.addresses))

    def agreeing(self, consents: Mapping[str, bool], at: datetime, source: str) -> Customer:
        """The customer after they agreed to, or took back, what is named; what was agreed to before keeps its date."""
        kept = {what: since for what, since in self.consents.items() if consents.get(what, True)}
        given = {what: at for what, yes in consents.items() if yes and what not in kept}
        sources = {what: source for what in given} | {what: self.consent_sources.get(what, "") for what in kept}
        return replace(self, consents={**kept, **given}, consent_sources=sources)

    def erased(self, at: datetime) -> Customer:
        """The account with nothing left in it that tells who it was; nobody signs in to it."""
        return Customer(
            self.id,
            email="",
            name="",
            password_hash="",
            disabled=True,
            session_epoch=self.session_epoch + 1,
            created_at=self.created_at,
            erased_at=self.erased_at or at,
            version=self.version,
        )

    def verified(self, at: datetime) -> Customer:
        """The customer whose address was shown to be theirs; it keeps the day on which that was shown first."""
        return replace(self, email_verified_at=self.email_verified_at or at)

    def without_address(self, address_id: str) -> Customer:
        """The customer without that address."""
        return replace(self, addresses=tuple(saved for saved in self.addresses if saved.id != address_id))


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who works in the shop. `session_epoch` as for customers."""

    id: str
    email: str
    name: str
    password_hash: str
    role: Role
    disabled: bool = False
    session_epoch: int = 0
    created_at: datetime | None = None
    version: int = 1


Account = Customer | Staff


def kind_of(account: Account) -> Kind:
    """Whether it is a customer's or a staff account."""
    return Kind.STAFF if isinstance(account, Staff) else Kind.CUSTOMER


@dataclass(frozen=True, slots=True)
class Segment:
    """A group of customers that prices may depend on.

    Attributes:
        code: Lower case letters, digits, `-` and `_`; a plugin names its own, and others read `<plugin>.<code>`.
        label: For staff.
    """

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class EmailClaim:
    """Who has an e-mail address: the `id` is the normalised address, so that it can be had only once."""

    id: str
    kind: Kind
    account_id: str
    version: int = 1


@dataclass(frozen=True, slots=True)
class PasswordReset:
    """A permission to set a new password, good once; the `id` is the SHA-256 of the token that was mailed."""

    id: str
    kind: Kind
    account_id: str
    expires_at: datetime
    used_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a session lasts: `idle` after it was last used, `absolute` after it began."""

    idle: timedelta
    absolute: timedelta


LIFETIMES: Mapping[tuple[Channel, Kind], Lifetime] = {
    (Channel.BROWSER, Kind.CUSTOMER): Lifetime(timedelta(days=14), timedelta(days=90)),
    (Channel.BROWSER, Kind.STAFF): Lifetime(timedelta(hours=8), timedelta(hours=24)),
    (Channel.API, Kind.CUSTOMER): Lifetime(timedelta(days=7), timedelta(days=90)),
    (Channel.API, Kind.STAFF): Lifetime(timedelta(days=7), timedelta(days=7)),
}
"""For API clients `idle` is the life of a refresh token, `absolute` that of its family."""


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in somewhere: a browser's cookie, or the family of an API client's refresh tokens.

    Attributes:
        secret_hash: SHA-256 of the secret that the cookie, or the latest refresh token, carries.
        epoch: The account's `session_epoch` when they signed in.
        seen_at: When it was last used, to within a few minutes.
        idle_until: When it ends unless it is used.
        expires_at: When it ends in any case.
    """

    id: str
    channel: Channel
    kind: Kind
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

    def is_over(self, now: datetime) -> bool:
        """Whether it has ended by itself."""
        return now >= min(self.idle_until, self.expires_at)


@dataclass(frozen=True, slots=True)
class Principal:
    """Who a session stands for: what a request needs to know of the account, kept in Redis for a minute."""

    session: Session
    email: str
    name: str
    role: str = ""


def normalise_email(text: str) -> str:
    """The form in which an e-mail address is compared and claimed: stripped, lower case."""
    return text.strip().lower()
