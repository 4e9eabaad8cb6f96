"""Identities of login providers and the accounts that they open.

The account names its identities (`sign_ins`), so that the last way in cannot be taken away by two at once; the
identity's own document claims it, so that it opens one account. The account is written first: whoever is killed in
between finds an account that lists an identity nobody claimed, and claims it with the next sign-in.

The rule for who gets in (docs/decisions, "A login provider opens an account whose address both sides have seen"): an
identity opens the account that lists it; else, if the provider vouches for its e-mail address, the account of that
address if the address was verified here as well; else a new account. An address that somebody merely typed at
registration proves nothing: they may have been there before its owner.
"""

from __future__ import annotations

import logging
from dataclasses import replace

from spoeq_core.identity.addresses import parse_email
from spoeq_core.identity.documents import CustomerRepository, IdentityRepository
from spoeq_core.identity.events import CustomerRegistered, SignInAdded
from spoeq_core.identity.logins import Identity, LoginProfile, LoginProvider, identity_id, provider_of
from spoeq_core.identity.model import Customer, Staff
from spoeq_core.identity.service.accounts import LONGEST_NAME, account_of_email, change, claim_email
from spoeq_core.identity.service.logins import login_providers
from spoeq_core.identity.service.sessions import end_sessions
from spoeq_core.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from spoeq_core.kernel.ids import new_id
from spoeq_core.kernel.messages import message
from spoeq_core.shop import Shop

log = logging.getLogger(__name__)


async def customer_of_login(shop: Shop, provider: LoginProvider, profile: LoginProfile) -> Customer:
    """The account that somebody at a provider opens; a new one, if there is none.

    Raises:
        Forbidden: it is closed, or belongs to staff, who sign in with their password (codes "closed", "staff_login").
        Conflict: the provider does not vouch for an address ("login_unverified"), or the address has an account whose
            owner nobody knows ("login_link_first").
    """
    known = await _owner(shop, identity_id(provider.name, profile.subject))
    if known is not None:
        _refuse_closed(known)
        await _note_used(shop, identity_id(provider.name, profile.subject))
        return known
    email = _vouched_for(provider, profile)
    account = await account_of_email(shop, email)
    if account is None:
        try:
            return await _register(shop, provider, profile, email)
        except Invalid:  # the same person in another tab was faster
            account = await account_of_email(shop, email)
    if account is None or isinstance(account, Staff):
        raise Forbidden(
            "This e-mail address belongs to somebody who works here.",
            hint="Staff sign in with their password, on the page for staff.",
            code="staff_login",
        )
    _refuse_closed(account)
    if account.email_verified_at is None:
        raise Conflict(
            message("There is an account with the address that %(provider)s tells.", provider=provider.label),
            hint=message(
                "Sign in with its password; then add %(provider)s on the page that follows. If you do not know the "
                "password, set a new one by mail: after that %(provider)s opens the account, too.",
                provider=provider.label,
            ),
            code="login_link_first",
        )
    return await link_identity(shop, account.id, provider, profile)


async def link_identity(shop: Shop, customer_id: str, provider: LoginProvider, profile: LoginProfile) -> Customer:
    """Let an identity open an account; nothing happens if it does. Tells `SignInAdded`.

    Raises:
        Conflict: it opens another account ("login_taken"), or neither the account's address was verified here nor
            does the provider vouch for this very address ("login_unverified").
    """
    key = identity_id(provider.name, profile.subject)
    owner = await _owner(shop, key)
    if owner is not None and owner.id != customer_id:
        raise _taken(provider)
    same_address = _vouches(profile)

    def edit(old: Customer) -> Customer:
        sure = old.verified(shop.clock.now()) if same_address == old.email else old
        if sure.email_verified_at is None:
            raise Conflict(
                "Nobody has made sure yet that your account's e-mail address is yours.",
                hint=message(
                    "Set a new password by mail, which makes sure of it; then add %(provider)s.",
                    provider=provider.label,
                ),
                code="login_unverified",
            )
        return sure if key in sure.sign_ins else replace(sure, sign_ins=(*sure.sign_ins, key))

    customer = await change(shop.repository(CustomerRepository), customer_id, edit)
    told = SignInAdded(customer_id=customer.id, email=customer.email, name=customer.name, provider=provider.label)
    if not await _claim(shop, customer, provider, profile, told):
        await change(shop.repository(CustomerRepository), customer_id, lambda old: _without(old, key))
        raise _taken(provider)
    log.info("customer %s can sign in with %s", customer.id, provider.name)
    return customer


async def unlink_identity(shop: Shop, customer_id: str, key: str, *, session_id: str = "") -> None:
    """Have an identity open an account no more; all sessions of it end but the one it was done in.

    Raises:
        NotFound: it does not open it.
        Conflict: there would be no way in ("last_sign_in").
    """
    usable = {offered.provider.name for offered in login_providers(shop)}

    def edit(old: Customer) -> Customer:
        if key not in old.sign_ins:
            raise NotFound("Your account is not opened by this any more.", hint="Reload the list.")
        left = _without(old, key)
        if not left.password_hash and not any(provider_of(one) in usable for one in left.sign_ins):
            raise Conflict(
                "This is the only way into your account.",
                hint="Set a password first, or add another way.",
                code="last_sign_in",
            )
        return left

    await change(shop.repository(CustomerRepository), customer_id, edit)
    await shop.repository(IdentityRepository).collection.delete_one({"_id": key, "customer_id": customer_id})
    await end_sessions(shop, customer_id, keep=session_id or None)


async def identities_of(shop: Shop, customer: Customer) -> list[Identity]:
    """What opens an account besides its password, oldest first."""
    found = await shop.repository(IdentityRepository).find({"customer_id": customer.id})
    return sorted((one for one in found if one.id in customer.sign_ins), key=lambda one: one.linked_at)


async def _register(shop: Shop, provider: LoginProvider, profile: LoginProfile, email: str) -> Customer:
    now = shop.clock.now()
    name = " ".join(profile.name.split())[:LONGEST_NAME].strip() or email.partition("@")[0][:LONGEST_NAME]
    key = identity_id(provider.name, profile.subject)
    customer = Customer(new_id(), email, name, "", created_at=now, email_verified_at=now, sign_ins=(key,))
    await shop.repository(CustomerRepository).insert(customer)
    await claim_email(shop, customer, CustomerRegistered(customer_id=customer.id))
    await _claim(shop, customer, provider, profile)
    return customer


async def _claim(
    shop: Shop, customer: Customer, provider: LoginProvider, profile: LoginProfile, *events: SignInAdded
) -> bool:
    """Give an identity to an account that lists it; False if it opens another one."""
    key = identity_id(provider.name, profile.subject)
    identities = shop.repository(IdentityRepository)
    now = shop.clock.now()
    mine = Identity(key, provider.name, customer.id, profile.email, linked_at=now, used_at=now)
    for _ in range(2):
        try:
            await identities.insert(mine, *events)
            return True
        except Conflict:
            owner = await _owner(shop, key)
            if owner is not None:
                return owner.id == customer.id
            # Its account lists it no more: somebody was killed while they took it away.
            await identities.collection.delete_one({"_id": key, "customer_id": {"$ne": customer.id}})
    return False


async def _owner(shop: Shop, key: str) -> Customer | None:
    """Whose account an identity opens."""
    identity = await shop.repository(IdentityRepository).find_by_id(key)
    customer = await shop.repository(CustomerRepository).find_by_id(identity.customer_id) if identity else None
    return customer if customer is not None and key in customer.sign_ins else None


async def _note_used(shop: Shop, key: str) -> None:
    identities = shop.repository(IdentityRepository).collection
    await identities.update_one({"_id": key}, {"$set": {"used_at": shop.clock.now()}})


def _vouches(profile: LoginProfile) -> str:
    """The address, normalised, for which a provider vouches; empty if for none."""
    if not profile.email_verified:
        return ""
    try:
        return parse_email(profile.email)
    except Invalid:
        return ""


def _vouched_for(provider: LoginProvider, profile: LoginProfile) -> str:
    if not (email := _vouches(profile)):
        raise Conflict(
            message("%(provider)s does not say that an e-mail address is yours.", provider=provider.label),
            hint="Confirm your address there and try again, or sign in with a password.",
            code="login_unverified",
        )
    return email


def _without(customer: Customer, key: str) -> Customer:
    return replace(customer, sign_ins=tuple(one for one in customer.sign_ins if one != key))


def _refuse_closed(customer: Customer) -> None:
    if customer.disabled:
        raise Forbidden("This account is closed.", hint="Write to the shop.", code="closed")


def _taken(provider: LoginProvider) -> Conflict:
    return Conflict(
        message("This account at %(provider)s opens another account here.", provider=provider.label),
        hint="Sign in with it and take it away there first.",
        code="login_taken",
    )
