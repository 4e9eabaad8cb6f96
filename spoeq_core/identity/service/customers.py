"""Customers as themselves and as staff see them: profiles, and finding them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import BaseModel

from spoeq_core.extensions.service import M, part_query, with_part
from spoeq_core.identity.addresses import parse_phone, phones_meant
from spoeq_core.identity.documents import CustomerRepository
from spoeq_core.identity.model import CONSENTS, Customer, normalise_email
from spoeq_core.identity.service.accounts import change, check_fields, parse_name
from spoeq_core.identity.service.sessions import forget_cached
from spoeq_core.kernel.errors import Invalid
from spoeq_core.kernel.ids import is_id
from spoeq_core.kernel.messages import message
from spoeq_core.kernel.mongo import beginning
from spoeq_core.shop import Shop


async def find_customer(shop: Shop, customer_id: str) -> Customer | None:
    """The customer of that id, or None."""
    return await shop.repository(CustomerRepository).find_by_id(customer_id)


async def customer_by_id(shop: Shop, customer_id: str) -> Customer:
    """The customer of that id.

    Raises:
        NotFound: there is none.
    """
    return await shop.repository(CustomerRepository).get(customer_id)


async def customers_by_ids(shop: Shop, ids: Sequence[str]) -> dict[str, Customer]:
    """Those of the customers that exist, by id; one command."""
    found = await shop.repository(CustomerRepository).find({"_id": {"$in": list(ids)}}) if ids else []
    return {customer.id: customer for customer in found}


async def find_customers(shop: Shop, *, text: str = "", before: str = "", limit: int = 50) -> list[Customer]:
    """Customers, newest first: those whose e-mail address begins with the text, or whose phone or id it is.

    Args:
        shop: The shop.
        text: What staff typed.
        before: The last id of the page before.
        limit: Most customers of a page.
    """
    query = _called(text) | ({"_id": {"$lt": before}} if before else {})
    return await shop.repository(CustomerRepository).find(query, sort=[("_id", -1)], limit=limit)


def stream_customers(shop: Shop, *, text: str = "") -> AsyncIterator[Customer]:
    """The same one by one, whatever their number, without those whose data was erased."""
    query = {**_called(text), "erased_at": None}
    return shop.repository(CustomerRepository).stream(query, sort=[("_id", -1)])


def _called(text: str) -> dict[str, Any]:
    wanted = text.strip()
    if not wanted:
        return {}
    if is_id(wanted):
        return {"_id": wanted}
    begins = {"email": beginning(normalise_email(wanted))}
    phones = phones_meant(wanted)
    return {"$or": [begins, {"phone": {"$in": phones}}]} if phones else begins


async def customers_with(
    shop: Shop, model: type[BaseModel], values: Mapping[str, Any], *, limit: int = 100
) -> list[Customer]:
    """The newest customers with whom the plugin that registered the model keeps these values; fields with an index.

    Raises:
        ConfigurationError: no enabled plugin registered the model for customers, or a field has no index.
    """
    query = part_query(shop, "customer", model, values)
    return await shop.repository(CustomerRepository).find(query, sort=[("_id", -1)], limit=limit)


async def update_profile(
    shop: Shop,
    customer_id: str,
    *,
    name: str | None = None,
    phone: str | None = None,
    consents: dict[str, bool] | None = None,
    source: str = "account",
) -> Customer:
    """The customer with what is given changed; an empty phone takes it away. `source` is where consents are given.

    Raises:
        Invalid: a field is wrong.
    """
    found = check_fields(
        lambda: {} if name is None else {"name": parse_name(name)},
        lambda: {} if phone is None else {"phone": parse_phone(phone) if phone.strip() else ""},
        lambda: _refuse_unknown_consents(consents or {}),
    )

    def edit(customer: Customer) -> Customer:
        return replace(customer, **found).agreeing(consents or {}, shop.clock.now(), source)

    changed = await change(shop.repository(CustomerRepository), customer_id, edit)
    if "name" in found:
        await forget_cached(shop, customer_id)
    return changed


async def extend_customer(shop: Shop, customer_id: str, model: type[M], edit: Callable[[M], M]) -> Customer:
    """Change what the plugin that registered the model keeps with a customer; `edit` is repeated if others were faster.

    Raises:
        NotFound: there is no such customer.
        Invalid: the model refuses the changed data.
    """
    return await change_extensions(shop, customer_id, lambda ext: with_part(shop, "customer", ext, model, edit))


async def change_extensions(
    shop: Shop, customer_id: str, edit: Callable[[Mapping[str, Any]], Mapping[str, Any]]
) -> Customer:
    """Change what plugins keep with a customer, all of it at once; `edit` is repeated if others were faster.

    Raises:
        NotFound: there is no such customer.
    """
    customers = shop.repository(CustomerRepository)
    return await change(customers, customer_id, lambda customer: replace(customer, ext=edit(customer.ext)))


def _refuse_unknown_consents(consents: dict[str, bool]) -> None:
    for what in consents:
        if what not in CONSENTS:
            raise Invalid.field(
                f"consents.{what}", message("There is no such consent; there is %(known)s.", known=", ".join(CONSENTS))
            )
