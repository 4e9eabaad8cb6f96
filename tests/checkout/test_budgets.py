"""What buying costs the database, counted command by command, in the web process and in the worker."""

from __future__ import annotations

from typing import Any

from spoeq_core.cart import service as carts
from spoeq_core.checkout.service import place_order
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import relay_of
from tests.shopping import SKU, CommandCounter, guest, request_for, sent, stock_left, stock_up


async def test_adding_to_a_cart_takes_three_commands(shop: Shop, counter: CommandCounter):
    await stock_up(shop, {"SECOND": 5})
    owner = await guest(shop)
    counter.clear()
    await carts.add_item(shop, owner, SKU, 1)
    await carts.add_item(shop, owner, "SECOND", 1)
    assert counter.commands == ["find carts", "aggregate stock", "update carts"] * 2


async def test_the_first_item_takes_two(shop: Shop, counter: CommandCounter):
    counter.clear()
    await guest(shop)
    assert counter.commands == ["aggregate stock", "insert carts"]


async def test_an_order_of_one_line_takes_ten_commands_with_its_mail(shop: Shop, counter: CommandCounter):
    announced: list[tuple[str, str, list[dict[str, Any]]]] = []

    async def wake(collection: str, key: str, pending: list[dict[str, Any]]) -> None:
        announced.append((collection, key, pending))

    owner = await guest(shop)
    request = await request_for(shop, owner)
    shop.outbox.wake = wake
    counter.clear()
    placed = await place_order(shop, owner, request, key="k")
    assert counter.commands == [
        "find carts",
        "aggregate stock",
        "insert claims",
        "update carts",
        "update stock",
        "insert orders",
    ]
    relay = relay_of(shop)
    for collection, key, pending in announced:
        await relay.relay(collection, key, pending)
    assert counter.commands[6:] == ["find orders", "insert letters", "insert outbox", "update orders"]
    assert len(counter.writes) == 7
    assert [letter["to_email"] for letter in await sent(shop)] == [placed.order.email]
    assert await stock_left(shop) == (100, 1)


async def test_an_order_of_five_lines_takes_fourteen(shop: Shop, counter: CommandCounter):
    await stock_up(shop, {f"ITEM-{n}": 50 for n in range(5)})
    owner = await guest(shop, {f"ITEM-{n}": 1 for n in range(5)})
    request = await request_for(shop, owner)
    counter.clear()
    await place_order(shop, owner, request)
    assert len(counter.commands) == 10
    assert counter.commands.count("update stock") == 5
