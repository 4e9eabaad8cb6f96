"""A database that stands still in the middle of checkouts: clear answers, nothing lost, nothing twice.

`SPOEQ_CHAOS_PAUSE` says for how many seconds (10).
"""

from __future__ import annotations

import os
import random
import time

import httpx
import pytest

from tests.buying import at_once, cheap_sku, ready, set_available
from tests.chaos.buyers import Buyers
from tests.chaos.test_kills import find, kept, plenty, until_ready, until_told
from tests.processes import RunningDemo, standing_still

pytestmark = [pytest.mark.chaos, pytest.mark.slow]

PAUSE = float(os.environ.get("SPOEQ_CHAOS_PAUSE", "10"))


def mongo_of(demo: RunningDemo) -> int:
    return find(demo, "mongo", random.Random(1))  # noqa: S311 - there is one


def is_kind(answer: httpx.Response) -> bool:
    """A 503 of the API that says what to do and when, also where it was a plugin that waited for the database."""
    problem = answer.json()
    return (
        answer.headers["Content-Type"] == "application/problem+json"
        and int(answer.headers["Retry-After"]) > 0
        and problem["status"] == 503
        and problem["code"] in {"unavailable", "plugin_failed"}
        and "try again" in problem["detail"]
    )


def test_orders_survive_a_database_that_stands_still(demo: RunningDemo) -> None:
    """Buyers who ask again with the same key have one order each, and the shop goes on by itself."""
    buyers = Buyers(demo.base_url, plenty(demo))
    buyers.start()
    try:
        time.sleep(1)
        with standing_still(mongo_of(demo)):
            time.sleep(PAUSE)
        until_ready(demo)
        time.sleep(1)
    finally:
        buyers.stop()
    assert buyers.promised, f"nobody could buy: {buyers.refused[:3]}"
    assert not buyers.given_up
    assert not buyers.broken
    assert buyers.unavailable, "nobody was told to come back"
    assert all(is_kind(answer) for answer in buyers.unavailable)
    until_told(demo)
    kept(demo, buyers)


def test_shoppers_see_a_page_that_asks_them_to_come_back(demo: RunningDemo) -> None:
    """The cart cannot be shown; kept pages are; then all is as before."""
    sku = cheap_sku(demo, 0)
    set_available(demo, sku, 100)
    buyer = ready(demo, sku, 3_000_001)
    with httpx.Client(base_url=demo.base_url, timeout=60, trust_env=False) as client:
        client.cookies.set("spoeq_cart", buyer.headers["X-Cart-Token"])
        assert client.get("/cart").is_success
        with standing_still(mongo_of(demo)):
            answer, lost = at_once(
                [
                    lambda: client.get("/cart"),
                    lambda: client.post("/api/v1/orders", json=buyer.body, headers=buyer.headers),
                ]
            )
        assert (answer.status_code, answer.headers["Content-Type"]) == (503, "text/html; charset=utf-8")
        assert int(answer.headers["Retry-After"]) > 0
        assert "Please try again in a moment." in answer.text
        assert is_kind(lost)
        until_ready(demo)
        assert client.get("/cart").is_success
