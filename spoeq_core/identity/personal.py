"""What identity keeps of customers: the account, where it is signed in, and links for new passwords."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import asdict

from spoeq_core.extensions.service import personal
from spoeq_core.hooks.contributions import Person, PersonalData, Row
from spoeq_core.identity.documents import (
    CustomerRepository,
    EmailClaimRepository,
    IdentityRepository,
    PasswordResetRepository,
    PendingLoginRepository,
    SessionRepository,
)
from spoeq_core.identity.model import Kind
from spoeq_core.identity.service.accounts import change
from spoeq_core.identity.service.sessions import end_sessions
from spoeq_core.kernel.messages import message
from spoeq_core.shop import Shop


async def _export_account(shop: Shop, person: Person) -> AsyncIterator[Row]:
    customer = await shop.repository(CustomerRepository).find_by_id(person.customer_id)
    if customer is None:
        return
    yield {
        "id": customer.id,
        "email": customer.email,
        "email_confirmed": customer.email_verified_at,
        "name": customer.name,
        "phone": customer.phone,
        "since": customer.created_at,
        "addresses": [asdict(saved.address) for saved in customer.addresses],
        "consents": [
            {"to": what, "since": at, "source": customer.consent_sources.get(what, "")}
            for what, at in sorted(customer.consents.items())
        ],
        "plugins": personal(shop, "customer", customer.ext),
    }


async def _erase_account(shop: Shop, person: Person) -> None:
    """Empty it, then give the e-mail address free; nothing that waits to be told of it is told."""
    customers = shop.repository(CustomerRepository)
    customer = await customers.find_by_id(person.customer_id)
    if customer is None:
        return
    if customer.erased_at is None:
        await change(customers, customer.id, lambda current: current.erased(shop.clock.now()))
    await customers.collection.update_one({"_id": customer.id}, {"$set": {"pending_events": []}})
    claims = shop.repository(EmailClaimRepository).collection
    await claims.delete_many({"_id": person.email, "account_id": customer.id})


async def _export_sessions(shop: Shop, person: Person) -> AsyncIterator[Row]:
    query = {"account_id": person.customer_id, "kind": Kind.CUSTOMER.value}
    async for session in shop.repository(SessionRepository).stream(query, sort=[("_id", 1)]):
        yield {
            "since": session.created_at,
            "last_used": session.seen_at,
            "address": session.ip,
            "program": session.user_agent,
        }


async def _erase_sessions(shop: Shop, person: Person) -> None:
    await end_sessions(shop, person.customer_id)


async def _erase_links(shop: Shop, person: Person) -> None:
    await shop.repository(PasswordResetRepository).collection.delete_many({"account_id": person.customer_id})


async def _export_identities(shop: Shop, person: Person) -> AsyncIterator[Row]:
    query = {"customer_id": person.customer_id}
    async for identity in shop.repository(IdentityRepository).stream(query, sort=[("_id", 1)]):
        yield {
            "provider": identity.provider,
            "account_there": identity.id.partition(":")[2],
            "email": identity.email,
            "since": identity.linked_at,
            "last_used": identity.used_at,
        }


async def _erase_identities(shop: Shop, person: Person) -> None:
    await shop.repository(IdentityRepository).collection.delete_many({"customer_id": person.customer_id})


async def _erase_pending(shop: Shop, person: Person) -> None:
    if person.customer_id:  # nobody's are those of all who are signing in now
        await shop.repository(PendingLoginRepository).collection.delete_many({"customer_id": person.customer_id})


PERSONAL_DATA: tuple[PersonalData, ...] = (
    PersonalData(
        "sessions",
        message("Where they are signed in"),
        "contact",
        "deleted",
        message("All sessions and refresh tokens end at once."),
        _export_sessions,
        _erase_sessions,
    ),
    PersonalData(
        "password_resets",
        message("Links for a new password"),
        "contact",
        "deleted",
        message("They open nothing any more."),
        erase=_erase_links,
    ),
    PersonalData(
        "identities",
        message("Accounts elsewhere that they sign in with"),
        "contact",
        "deleted",
        message("They open nothing here any more; the account elsewhere is not touched."),
        _export_identities,
        _erase_identities,
    ),
    PersonalData(
        "pending_logins",
        message("Ways to a login provider that they have begun"),
        "contact",
        "deleted",
        message("Forgotten after ten minutes in any case."),
        erase=_erase_pending,
    ),
    PersonalData(
        "customers",
        message("Account, addresses and consents"),
        "contact",
        "deleted",
        message(
            "An empty account with its number stays, so that the orders keep an owner. "
            "The e-mail address is free again."
        ),
        _export_account,
        _erase_account,
    ),
)
