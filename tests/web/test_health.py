"""Whether a shop is ready is asked again and again: it costs the same however much the shop holds."""

from __future__ import annotations

from pathlib import Path

from spoeq_core.testing.clients import app_with
from tests.indexes import Queries
from tests.shopping import stock_up


async def test_readiness_looks_at_no_product(servers: tuple[str, str], tmp_path: Path) -> None:
    queries = Queries()
    async with app_with(servers=servers, data_dir=tmp_path, listeners=[queries]) as running:
        await stock_up(running.shop)
        queries.seen.clear()
        checks = (await (await running.client.get("/readyz")).get_json())["checks"]
        assert {name: checks[name] for name in ("mongodb", "redis", "search")} == dict.fromkeys(
            ("mongodb", "redis", "search"), "ok"
        )
        asked = [query for name, query, _, _ in queries.seen if name == "products"]
        assert [sorted(query) for query in asked] == [["_id"]], "anything else may read all there are"
        assert await running.shop.mongo.collection("products").count_documents(dict(asked[0])) == 0
