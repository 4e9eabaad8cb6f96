"""One demo shop to be mistreated, which takes money at a till that tests ring."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.plugins.distributions import install
from tests.processes import RunningDemo, running_demo

TILL = """
from quart import Blueprint, Response, request
from spoeq_core.orders.service import settle
from spoeq_core.sdk import ActionNeeded, PaymentOption, Refunded, Routes, Settled, public


class Till:
    name = "till"
    on_delivery = False

    async def option(self, shop, priced):
        return PaymentOption("Pay at the till")

    async def start(self, shop, order):
        return ActionNeeded("redirect", url="/till", reference=order.id)

    async def refund(self, shop, order, amount, key):
        books = shop.mongo.collection("till_refunds")
        await books.update_one({"_id": key}, {"$setOnInsert": {"order": order.id, "amount": amount}}, upsert=True)
        return Refunded(key)


api = Blueprint("till_webhooks", __name__)


@api.post("/till/<order_id>")
@public
async def ring(order_id):
    from spoeq_core.sdk import current_shop

    told = await request.get_json()
    await settle(current_shop(), "till", order_id, Settled(told["id"], told["amount"], "INR"))
    return Response("")


@hookimpl
def register_payment_providers():
    return [Till()]


@hookimpl
def register_routes():
    return Routes(webhooks=api)
"""


@pytest.fixture(scope="session")
def demo(seeded: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    """A demo shop of its own, of two web processes and a worker."""
    folder = tmp_path_factory.mktemp("chaos")
    (folder / "site").mkdir()
    install(folder / "site", "till", TILL)
    path = os.pathsep.join(filter(None, (str(folder / "site"), os.environ.get("PYTHONPATH"))))
    with running_demo(seeded(folder / "data"), PYTHONPATH=path) as running:
        headers = running.token("admin@demo.spoeq")
        switched = running.client.post("/api/v1/admin/plugins/till/enable", headers=headers)
        assert switched.is_success, switched.text
        yield running
