"""Accounts: made, signed in to, changed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any, TypeVar

from spoeq_core.identity.addresses import EMAIL, LONGEST_EMAIL, clean_text, parse_email, parse_phone
from spoeq_core.identity.documents import (
    CustomerRepository,
    EmailClaimRepository,
    StaffRepository,
    find_account,
)
from spoeq_core.identity.events import CustomerRegistered, PasswordChanged
from spoeq_core.identity.model import (
    Account,
    Customer,
    EmailClaim,
    Kind,
    Staff,
    kind_of,
    normalise_email,
)
from spoeq_core.identity.passwords import passwords_of
from spoeq_core.identity.service.sessions import end_sessions, keep_session
from spoeq_core.kernel.errors import Conflict, FieldError, Invalid, StaleAggregate, Unauthenticated
from spoeq_core.kernel.events import Event
from spoeq_core.kernel.ids import new_id
from spoeq_core.kernel.messages import message
from spoeq_core.kernel.mongo import Aggregate, Repository
from spoeq_core.shop import Shop

log = logging.getLogger(__name__)

A = TypeVar("A", bound=Aggregate)
ANYBODY = (Kind.CUSTOMER, Kind.STAFF)
LONGEST_NAME = 80
TRIES = 5


async def register_customer(
    shop: Shop, *, email: str, password: str, name: str, phone: str = "", agrees_to: Collection[str] = ()
) -> Customer:
    """A new customer; tells `CustomerRegistered`. `agrees_to` are consents given on the way, of `CONSENTS`.

    Raises:
        Invalid: a field is wrong, or the e-mail address has an account already (code "taken").
    """
    found = check_fields(
        lambda: {"email": parse_email(email)},
        lambda: {"name": parse_name(name)},
        lambda: {"phone": parse_phone(phone) if phone else ""},
        lambda: passwords_of(shop).refuse_weak(password, normalise_email(email), name.strip()),
    )
    await refuse_taken(shop, found["email"])
    customer = Customer(
        id=new_id(),
        password_hash=await passwords_of(shop).hash(password),
        created_at=shop.clock.now(),
        **found,
    ).agreeing(dict.fromkeys(agrees_to, True), shop.clock.now(), "register")
    await shop.repository(CustomerRepository).insert(customer)
    await claim_email(shop, customer, CustomerRegistered(customer_id=customer.id))
    return customer


async def authenticate(shop: Shop, email: str, password: str, *kinds: Kind) -> Account:
    """The account that these credentials open; of any kind unless `kinds` are given.

    An unknown address, a wrong password and a disabled account are answered alike, after the same work.

    Raises:
        Unauthenticated: they open none (code "bad_credentials").
    """
    account = await account_of_email(shop, email, *kinds)
    passwords = passwords_of(shop)
    right = await passwords.check(password, account.password_hash if account else None)
    if account is None or not right or account.disabled:
        log.warning("sign-in refused for %s", account.id if account else "an unknown address")
        raise Unauthenticated("The e-mail address or the password is wrong.", code="bad_credentials")
    if passwords.is_outdated(account.password_hash):
        better = await passwords.hash(password)
        return await change_account(shop, account, lambda old: replace(old, password_hash=better))
    return account


async def account_of_email(shop: Shop, email: str, *kinds: Kind) -> Account | None:
    """The account of an e-mail address, of one of these kinds."""
    if len(email) > LONGEST_EMAIL or not EMAIL.fullmatch(email.strip()):
        return None
    claim = await shop.repository(EmailClaimRepository).find_by_id(normalise_email(email))
    if claim is None or claim.kind not in (kinds or ANYBODY):
        return None
    return await find_account(shop, claim.kind, claim.account_id)


async def change_password(shop: Shop, account: Account, *, current: str, new: str, session_id: str = "") -> Account:
    """Set a new password; all sessions end but the one it was done in. Tells `PasswordChanged`.

    Raises:
        Invalid: the current password is wrong, or the new one is refused.
    """
    passwords = passwords_of(shop)
    _refuse_without_password(account, "current_password")
    if not await passwords.check(current, account.password_hash):
        raise Invalid.field("current_password", "This is not your current password.", "wrong")
    passwords.refuse_weak(new, account.email, account.name)
    return await set_password(shop, account, new, session_id=session_id)


async def require_password(shop: Shop, account: Account, password: str) -> None:
    """Make sure that whoever is signed in knows the password.

    Raises:
        Invalid: they do not (field "password").
    """
    _refuse_without_password(account, "password")
    if not await passwords_of(shop).check(password, account.password_hash):
        raise Invalid.field("password", "This is not your password.", "wrong")


async def set_password(
    shop: Shop, account: Account, password: str, *, session_id: str = "", by_mail: bool = False
) -> Account:
    """Store a password that was accepted, and end all sessions but one; `by_mail`: a mailed link allowed it."""
    hashed = await passwords_of(shop).hash(password)
    told = PasswordChanged(account_id=account.id, kind=kind_of(account), email=account.email, name=account.name)

    def edit(old: Account) -> Account:
        renewed = replace(old, password_hash=hashed, session_epoch=old.session_epoch + 1)
        return renewed.verified(shop.clock.now()) if by_mail and isinstance(renewed, Customer) else renewed

    changed = await change_account(shop, account, edit, told)
    if session_id:
        await keep_session(shop, session_id, changed.session_epoch)
    await end_sessions(shop, account.id, keep=session_id or None)
    return changed


async def end_all_sessions(shop: Shop, account: Account) -> Account:
    """Sign somebody out everywhere, also where they are signing in at this moment."""
    changed = await change_account(shop, account, lambda old: replace(old, session_epoch=old.session_epoch + 1))
    await end_sessions(shop, account.id)
    return changed


async def set_disabled(shop: Shop, account: Account, disabled: bool) -> Account:
    """Close an account, ending its sessions, or open it again."""
    changed = await change_account(
        shop, account, lambda old: replace(old, disabled=disabled, session_epoch=old.session_epoch + 1)
    )
    await end_sessions(shop, account.id)
    return changed


async def claim_email(shop: Shop, account: Account, *events: Event) -> None:
    """Give an e-mail address to an account that was just stored; without it nobody can sign in.

    The claim comes last, so that a crash leaves an account nobody can reach, and never an address nobody can use.

    Raises:
        Invalid: somebody else has it; the account is taken back.
    """
    try:
        await shop.repository(EmailClaimRepository).insert(
            EmailClaim(account.email, kind_of(account), account.id), *events
        )
    except Conflict:
        if isinstance(account, Staff):
            await shop.repository(StaffRepository).delete(account.id)
        else:
            await shop.repository(CustomerRepository).delete(account.id)
        raise _taken() from None


async def refuse_taken(shop: Shop, email: str) -> None:
    """Fail early if an e-mail address has an account.

    Raises:
        Invalid: it has (code "taken").
    """
    if await shop.repository(EmailClaimRepository).find_by_id(email) is not None:
        raise _taken()


async def change(repository: Repository[A], key: str, edit: Callable[[A], A], *events: Event) -> A:
    """Apply an edit to whatever is stored now, repeated when somebody else was faster.

    Raises:
        NotFound: there is no such thing.
        StaleAggregate: others kept being faster.
    """
    for _ in range(TRIES - 1):
        try:
            return await repository.save(edit(await repository.get(key)), *events)
        except StaleAggregate:
            continue
    return await repository.save(edit(await repository.get(key)), *events)


async def change_account(shop: Shop, account: Account, edit: Callable[[Any], Any], *events: Event) -> Account:
    """The same for an account of either kind."""
    if isinstance(account, Staff):
        staff: Staff = await change(shop.repository(StaffRepository), account.id, edit, *events)
        return staff
    customer: Customer = await change(shop.repository(CustomerRepository), account.id, edit, *events)
    return customer


def parse_name(text: str, field: str = "name") -> str:
    """A person's name, cleaned.

    Raises:
        Invalid: there is none, or it is too long.
    """
    name = clean_text(text)
    if not name:
        raise Invalid.field(field, "Enter a name.", "missing")
    if len(name) > LONGEST_NAME:
        raise Invalid.field(field, message("Use at most %(n)s characters.", n=LONGEST_NAME), "too_long")
    return name


def check_fields(*checks: Callable[[], dict[str, Any] | None]) -> dict[str, Any]:
    """The values of all checks together.

    Raises:
        Invalid: with the errors of all checks that failed, not just the first.
    """
    values: dict[str, Any] = {}
    errors: list[FieldError] = []
    for check in checks:
        try:
            values.update(check() or {})
        except Invalid as error:
            errors.extend(error.errors)
    if errors:
        raise Invalid("Some fields are missing or wrong.", errors=errors)
    return values


def _refuse_without_password(account: Account, field: str) -> None:
    if not account.password_hash:
        raise Invalid.field(
            field, "Your account has no password yet. Set one by mail first: “Forgot your password?”.", "no_password"
        )


def _taken() -> Invalid:
    return Invalid.field("email", "This e-mail address has an account already. Sign in instead.", "taken")
