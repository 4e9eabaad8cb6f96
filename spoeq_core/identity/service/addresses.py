"""A customer's address book."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from spoeq_core.identity.addresses import parse_address
from spoeq_core.identity.documents import CustomerRepository
from spoeq_core.identity.model import MAX_ADDRESSES, Address, Customer, SavedAddress
from spoeq_core.identity.service.accounts import change
from spoeq_core.kernel.errors import Conflict, NotFound
from spoeq_core.kernel.ids import new_id
from spoeq_core.kernel.messages import message
from spoeq_core.shop import Shop


async def add_address(shop: Shop, customer_id: str, raw: Mapping[str, Any]) -> SavedAddress:
    """Save an address; the same one twice is saved once.

    Raises:
        Invalid: a field is wrong.
        Conflict: the book is full (code "too_many_addresses").
    """
    address = parse_address(raw)
    customer = await shop.repository(CustomerRepository).get(customer_id)
    for saved in customer.addresses:
        if saved.address == address:
            return saved
    new = SavedAddress(new_id(), address)

    def edit(current: Customer) -> Customer:
        if len(current.addresses) >= MAX_ADDRESSES:
            raise Conflict(
                message("An address book holds %(n)s addresses.", n=MAX_ADDRESSES),
                hint="Remove one that you no longer need.",
                code="too_many_addresses",
            )
        return current.with_address(new)

    await change(shop.repository(CustomerRepository), customer_id, edit)
    return new


async def change_address(shop: Shop, customer_id: str, address_id: str, raw: Mapping[str, Any]) -> SavedAddress:
    """Change the fields of an address that are given.

    Raises:
        Invalid: a field is wrong.
        NotFound: the customer has no such address.
    """
    customer = await shop.repository(CustomerRepository).get(customer_id)
    changed = SavedAddress(address_id, parse_address({**asdict(_saved(customer, address_id)), **raw}))

    def edit(current: Customer) -> Customer:
        _saved(current, address_id)
        return current.with_address(changed)

    await change(shop.repository(CustomerRepository), customer_id, edit)
    return changed


async def remove_address(shop: Shop, customer_id: str, address_id: str) -> None:
    """Take an address out of the book.

    Raises:
        NotFound: the customer has no such address.
    """

    def edit(current: Customer) -> Customer:
        _saved(current, address_id)
        return current.without_address(address_id)

    await change(shop.repository(CustomerRepository), customer_id, edit)


def _saved(customer: Customer, address_id: str) -> Address:
    saved = customer.address(address_id)
    if saved is None:
        raise NotFound("There is no such address in your book.", hint="Reload the list.")
    return saved.address
