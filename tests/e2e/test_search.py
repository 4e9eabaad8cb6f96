"""Search in a shop of real processes: two of the web follow what the worker indexes, whatever happens to the index."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.processes import RunningDemo, until, until_everywhere

pytestmark = pytest.mark.slow


def follow(demo: RunningDemo, holds: Callable[[httpx.Client], bool]) -> None:
    until_everywhere(demo, holds, "the web processes did not follow")


def found(client: httpx.Client, text: str) -> list[str]:
    answer = client.get("/api/v1/products", params={"q": text, "literal": "1"})
    assert answer.status_code == 200, answer.text
    return [str(item["name"]) for item in answer.json()["items"]]


def indexed(demo: RunningDemo) -> bool:
    return demo.spoeq("search", "status").returncode == 0


def until_indexed(demo: RunningDemo) -> None:
    until(lambda: indexed(demo), "the worker did not index")


def made(demo: RunningDemo, name: str) -> dict[str, Any]:
    price = {"amount": 99_900, "currency": "INR"}
    body = {
        "name": name,
        "status": "active",
        "variants": [{"sku": name.upper().replace(" ", "-"), "price": {"sale": price, "mrp": price}, "stock": 5}],
        "declarations": {"country_of_origin": "IN", "maker": "Neel, Jaipur", "net_quantity": "1 piece"},
    }
    answer = demo.client.post("/api/v1/products", json=body, headers=demo.token("admin@demo.spoeq"))
    assert answer.status_code == 201, answer.text
    product: dict[str, Any] = answer.json()
    return product


def test_both_processes_find_what_changed(demo: RunningDemo) -> None:
    """A new product, another name, none any more; a mended question."""
    until_indexed(demo)
    product = made(demo, "Zorbo Lamp")
    follow(demo, lambda client: found(client, "zorbo") == ["Zorbo Lamp"])
    page = demo.client.get("/search", params={"q": "zorbbo"}).text
    assert "Zorbo Lamp" in page
    assert "Showing “zorbo”" in page
    headers = demo.token("admin@demo.spoeq")
    changed = demo.client.patch(f"/api/v1/products/{product['id']}", json={"name": "Quilby Lamp"}, headers=headers)
    assert changed.is_success, changed.text
    follow(demo, lambda client: found(client, "quilby") == ["Quilby Lamp"])
    follow(demo, lambda client: "Quilby Lamp" in client.get("/search", params={"q": "quilby"}).text)
    assert demo.client.delete(f"/api/v1/products/{product['id']}", headers=headers).is_success
    follow(demo, lambda client: found(client, "quilby") == [])


def test_a_lost_index_breaks_no_page_and_is_built_again(demo: RunningDemo) -> None:
    """The folder is deleted while the shop runs; then a new index is built by command."""
    until_indexed(demo)
    total = demo.client.get("/api/v1/products").json()["total"]
    shutil.rmtree(demo.data_dir / "search")
    follow(demo, lambda client: client.get("/api/v1/products").json()["total"] == total)
    until_indexed(demo)
    follow(demo, lambda client: client.get("/api/v1/products").json()["total"] == total)
    built = demo.spoeq("search", "rebuild")
    assert built.returncode == 0, built.stderr
    assert f"Built: {total} products" in built.stdout
    follow(demo, lambda client: client.get("/api/v1/products").json()["total"] == total)
    assert demo.client.get("/readyz").status_code == 200
