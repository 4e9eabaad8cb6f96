"""What buying costs the database, counted command by command, in the web process and in the worker."""

from __future__ import annotations

from spoeq_core.cart import service as carts
from spoeq_core.checkout.service import place_order
from spoeq_core.shop import Shop
from tests.shopping import (
    MOST_COMMANDS,
    MOST_WRITES,
    SKU,
    CommandCounter,
    counted_order,
    guest,
    request_for,
    sent,
    stock_left,
    stock_up,
)


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


async def test_an_order_of_one_line_takes_nine_commands_with_a_letter_of_one(shop: Shop, counter: CommandCounter):
    order = await counted_order(shop, counter, await guest(shop))
    assert counter.commands == [
        "aggregate carts",
        "insert claims",
        "update carts",
        "update stock",
        "insert orders",
        "find orders",
        "insert letters",
        "insert outbox",
        "update orders",
    ]
    assert len(counter.commands) <= MOST_COMMANDS
    assert len(counter.writes) <= MOST_WRITES
    assert [letter["to_email"] for letter in await sent(shop)] == [order.email]
    assert await stock_left(shop) == (100, 1)


async def test_an_order_of_five_lines_takes_thirteen(shop: Shop, counter: CommandCounter):
    await stock_up(shop, {f"ITEM-{n}": 50 for n in range(5)})
    owner = await guest(shop, {f"ITEM-{n}": 1 for n in range(5)})
    request = await request_for(shop, owner)
    counter.clear()
    await place_order(shop, owner, request)
    assert len(counter.commands) == 9
    assert counter.commands.count("update stock") == 5
