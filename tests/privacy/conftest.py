"""A shop with a customer who bought something, somebody else who did too, and plugins that keep data about both."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel

from spoeq_core.cart import service as carts
from spoeq_core.cart.service import Owner
from spoeq_core.checkout.service import place_order
from spoeq_core.hooks.contributions import Extension, Person, PersonalData, Row
from spoeq_core.identity import service as identity
from spoeq_core.identity.model import Customer
from spoeq_core.kernel.clock import FixedClock, to_milliseconds
from spoeq_core.orders.model import Order, OrderStatus
from spoeq_core.orders.service import change_status, extend_order
from spoeq_core.privacy.exporting import export_person
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import deliver_all, shop_with
from spoeq_email import plugin as email
from tests.shopping import ADDRESS, delivery, door, plugin, request_for, stock_up

PASSWORD = "neem leaves at dawn"
SECRETS = (
    "[Mm]eera",
    "9845012345",
    "(?i:temple street)",
    "(?<![0-9a-f])560001(?![0-9a-f])",
    "(?i:bengaluru)",
    "loves teal",
)
"""Patterns of what tells who bought; nothing of it is anywhere when she is erased.

An id may hold MEERA, and a hash 560001, once in some thousand runs: they tell nothing.
"""


class Taste(BaseModel):
    """What a plugin keeps of people."""

    note: str = ""


class Weight(BaseModel):
    """What it keeps of things."""

    grams: int = 0


class Diary:
    """A plugin that keeps notes about customers, and can be told to fail."""

    def __init__(self) -> None:
        self.fails: BaseException | None = None
        self.erased: list[Person] = []

    def module(self) -> ModuleType:
        def register_data_manifest() -> Sequence[PersonalData]:
            return [PersonalData("diary", "Diary", "sensitive", "deleted", "Deleted.", self.export, self.erase)]

        def register_extensions() -> Sequence[Extension]:
            return [
                Extension("customer", Taste, private=frozenset({"note"}), pii="contact"),
                Extension("order", Taste2, pii="contact"),
            ]

        return plugin("diary", register_data_manifest=register_data_manifest, register_extensions=register_extensions)

    async def export(self, shop: Shop, person: Person) -> AsyncIterator[Row]:
        async for raw in shop.mongo.collection("diary").find({"of": person.customer_id}):
            yield {"text": raw["text"]}
        if self.fails:
            raise self.fails

    async def erase(self, shop: Shop, person: Person) -> None:
        if self.fails:
            raise self.fails
        self.erased.append(person)
        await shop.mongo.collection("diary").delete_many({"of": person.customer_id})


class Taste2(Taste):
    """The same with orders."""


def parcels() -> ModuleType:
    """A plugin that keeps with orders what is about no person."""

    def register_extensions() -> Sequence[Extension]:
        return [Extension("order", Weight)]

    return plugin("parcels", register_extensions=register_extensions)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(to_milliseconds(datetime.now(UTC)))


@pytest.fixture
def diary() -> Diary:
    return Diary()


@pytest.fixture
def plugins(diary: Diary) -> tuple[ModuleType, ...]:
    return delivery(), door(), email, diary.module(), parcels()


@pytest.fixture
async def shop(
    servers: tuple[str, str], tmp_path: Path, clock: FixedClock, plugins: tuple[ModuleType, ...]
) -> AsyncIterator[Shop]:
    async with shop_with(*plugins, servers=servers, data_dir=tmp_path, clock=clock) as opened:
        await stock_up(opened, {"KURTA": 20})
        yield opened


async def bought(shop: Shop, customer: Customer | None, address: str = "meera@example.com") -> Order:
    """An order of hers (a guest's without a customer), packed, sent and paid at the door."""
    owner = Owner(customer_id=customer.id) if customer else Owner()
    cart = await carts.add_item(shop, owner, "KURTA", 1)
    owner = owner if customer else Owner(cart_id=cart.cart.id)
    request = await request_for(shop, owner, address=replace(ADDRESS, name="Meera Nair"))
    order = (await place_order(shop, owner, replace(request, email=address), key="")).order
    await deliver_all(shop)
    return order


async def finish(shop: Shop, order: Order) -> None:
    """The order sent and delivered."""
    for status in (OrderStatus.PROCESSING, OrderStatus.SHIPPED, OrderStatus.DELIVERED):
        await change_status(shop, order.id, status, actor="Asha", note="for Meera")
    await deliver_all(shop)


@pytest.fixture
def person(shop: Shop) -> Callable[[str], Awaitable[Customer]]:
    """`await person("meera")`: a customer with an address, consents, a plugin's note, a cart and a finished order."""

    async def made(name: str) -> Customer:
        address = f"{name}@example.com"
        customer = await identity.register_customer(
            shop, email=address, password=PASSWORD, name=name.title(), phone="9845012345", agrees_to=["marketing"]
        )
        await identity.add_address(shop, customer.id, {**vars_of_address(), "name": f"{name.title()} Nair"})
        order = await bought(shop, customer, address)
        await finish(shop, order)
        await identity.extend_customer(shop, customer.id, Taste, lambda _: Taste(note=f"{name} loves teal"))
        await extend_order(shop, order.id, Taste2, lambda _: Taste2(note=f"{name} loves teal"))
        await extend_order(shop, order.id, Weight, lambda _: Weight(grams=450))
        await shop.mongo.collection("diary").insert_one({"_id": name, "of": customer.id, "text": f"{name} loves teal"})
        await carts.add_item(shop, Owner(customer_id=customer.id), "KURTA", 2)
        return await identity.customer_by_id(shop, customer.id)

    return made


def vars_of_address() -> dict[str, Any]:
    """Her address as a form gives it."""
    return {name: getattr(ADDRESS, name) for name in ADDRESS.__slots__}


async def copy_of(shop: Shop, whom: Person) -> dict[str, Any]:
    """The parts of somebody's file, by name."""
    raw = b"".join([piece async for piece in export_person(shop, whom)])
    return {part["name"]: part for part in json.loads(raw)["parts"]}


async def leaks(shop: Shop) -> list[tuple[str, str]]:
    """Where in the whole database something still tells who it was."""
    return [
        (name, secret)
        for name in sorted(await shop.mongo.database.list_collection_names())
        async for raw in shop.mongo.collection(name).find()
        for secret in SECRETS
        if re.search(secret, repr(raw))
    ]
