"""The collection follows the shop whatever happens to it or to the server, and no list waits for it or breaks."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from spoeq_core.catalog import service as catalog
from spoeq_core.catalog.documents import ProductRepository
from spoeq_core.catalog.model import Product, ProductQuery
from spoeq_core.hooks.catalog import register_search_engine
from spoeq_core.kernel.ids import new_id
from spoeq_core.plugins.lifecycle import disable_plugin, enable_plugin
from spoeq_core.sdk import Shop
from spoeq_core.search.model import Found, SearchQuery
from spoeq_core.search.service import find_products
from spoeq_core.testing.shops import deliver_all, shop_with
from spoeq_search_typesense import documents, plugin
from spoeq_search_typesense.client import ServerError, server_of
from spoeq_search_typesense.documents import KEY, LeaseLost, StateRepository
from spoeq_search_typesense.following import compare, follow, follow_categories
from spoeq_search_typesense.model import NEVER, PATIENCE
from spoeq_search_typesense.service import ask_for_new, status, trouble
from spoeq_search_typesense.settings import TypesenseSettings
from tests.catalog.builders import simple
from tests.processes import standing_still

from .conftest import NOBODY, Server, shop_on

NAMES = ["Bowl", "Diya", "Lamp"]


async def filled(shop: Shop) -> None:
    for name in NAMES:
        await catalog.create_product(shop, simple(name, name.upper()))
    await follow(shop)


async def product(shop: Shop, name: str) -> Product:
    return await catalog.product_by_id_or_slug(shop, name.lower())


async def engine_finds(shop: Shop) -> list[str] | None:
    """Names that the engine finds; None while it does not answer."""
    (part,) = shop.hooks.parts(register_search_engine)
    part.value._trusted = (0.0, "")
    try:
        found = await part.value.search(shop, SearchQuery(ProductQuery()))
    except ServerError:
        return None
    if found is None:
        return None
    assert isinstance(found, Found)
    return sorted(it.name for it in await catalog.products_by_ids(shop, found.ids))


async def shoppers_find(shop: Shop) -> list[str]:
    return sorted(it.name for it in (await find_products(shop, ProductQuery())).items)


async def changed(shop: Shop, **values: object) -> None:
    await shop.repository(StateRepository).collection.update_one({"_id": KEY}, {"$set": values})


async def collections(shop: Shop) -> list[str]:
    server = server_of(shop)
    assert server is not None
    return [name for name in await server.collections() if name.startswith(f"{server.alias}-")]


async def alias(shop: Shop) -> str:
    server = server_of(shop)
    assert server is not None
    return await server.target()


async def test_without_a_server_the_plugin_is_silent(servers: tuple[str, str], tmp_path: Path):
    async with shop_with(plugin, servers=servers, data_dir=tmp_path) as shop:
        await filled(shop)
        await compare(shop)
        assert await engine_finds(shop) is None
        assert await shoppers_find(shop) == NAMES
        assert await trouble(shop) is None
        assert not (await status(shop)).named


async def test_changes_are_followed_and_only_one_follows(shop: Shop):
    await filled(shop)
    assert await engine_finds(shop) == NAMES
    await catalog.update_product(shop, (await product(shop, "Lamp")).id, {"name": "Lantern"})
    await catalog.delete_product(shop, (await product(shop, "Bowl")).id)
    await deliver_all(shop)
    await asyncio.gather(*(follow(shop) for _ in range(5)))
    assert await engine_finds(shop) == ["Diya", "Lantern"]
    state = await shop.repository(StateRepository).read()
    assert state is not None
    assert (list(state.gone), len(await collections(shop))) == ([], 1)
    lease = await shop.repository(StateRepository).take()
    assert lease is not None
    await catalog.create_product(shop, simple("Plate", "PLATE"))
    await follow(shop)
    assert await engine_finds(shop) == ["Diya", "Lantern"], "somebody else writes"


async def test_who_lost_the_lease_writes_no_state(shop: Shop):
    await filled(shop)
    states = shop.repository(StateRepository)
    lease = await states.take()
    assert lease is not None
    await changed(shop, held_until=NEVER)
    other = await states.take()
    assert other is not None
    with pytest.raises(LeaseLost):
        await lease.note(collection="mine")
    await states.give_back(lease.holder)
    assert await states.take() is None, "it was not the holder's to give back"


async def test_a_product_that_is_refused_is_named_and_the_others_are_found(shop: Shop):
    await filled(shop)
    bad = await product(shop, "Lamp")
    values = {"lowest_price": "many", "touched": new_id()}
    await shop.repository(ProductRepository).collection.update_one({"_id": bad.id}, {"$set": values})
    await catalog.create_product(shop, simple("Plate", "PLATE"))
    await follow(shop)
    assert await engine_finds(shop) == ["Bowl", "Diya", "Lamp", "Plate"], "what it was before is found still"
    found = await status(shop)
    assert list(found.refused) == [bad.id]
    assert "price" in found.refused[bad.id]
    await catalog.update_product(shop, bad.id, {"name": "Lantern"})
    await follow(shop)
    assert (await status(shop)).refused == {}
    assert await engine_finds(shop) == ["Bowl", "Diya", "Lantern", "Plate"]


async def test_a_rebuild_under_load_loses_nothing_and_no_list_is_empty_meanwhile(shop: Shop):
    await filled(shop)
    before = await alias(shop)
    await ask_for_new(shop)
    building = asyncio.create_task(follow(shop))
    number = 0
    while not building.done():
        number += 1
        await catalog.create_product(shop, simple(f"Plate {number:03}", f"PLATE-{number}"))
        found = await engine_finds(shop)
        assert found is not None
        assert set(NAMES) <= set(found)
    await building
    assert number
    await catalog.delete_product(shop, (await product(shop, "Bowl")).id)
    await deliver_all(shop)
    await follow(shop)
    page = await find_products(shop, ProductQuery())
    assert page.total == number + 2
    assert await alias(shop) != before
    assert await collections(shop) == [await alias(shop)], "the old one is dropped"


async def test_a_builder_that_is_killed_half_way_leaves_nothing_behind(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    await filled(shop)
    before = await alias(shop)
    server = server_of(shop)
    assert server is not None
    for broken in ("put", "point", "drop"):
        await ask_for_new(shop)
        with monkeypatch.context() as patch:

            async def killed(*_: object) -> None:
                raise asyncio.CancelledError

            patch.setattr(server, broken, killed)
            with pytest.raises(asyncio.CancelledError):
                await follow(shop)
        assert await engine_finds(shop) == NAMES, broken
        await follow(shop)
        await compare(shop)
        assert await engine_finds(shop) == NAMES
        assert await collections(shop) == [await alias(shop)], broken
    assert await alias(shop) != before


@pytest.mark.parametrize("lost", ["collection", "alias"])
async def test_what_is_lost_on_the_server_is_made_again(shop: Shop, typesense: Server, lost: str):
    await filled(shop)
    name = await alias(shop)
    path = f"/collections/{name}" if lost == "collection" else f"/aliases/{name.rpartition('-')[0]}"
    typesense.ask("DELETE", path)
    assert await engine_finds(shop) is None
    assert await shoppers_find(shop) == NAMES
    await follow(shop)
    assert await engine_finds(shop) == NAMES


async def test_what_nobody_followed_is_not_asked_and_is_compared(shop: Shop):
    await filled(shop)
    await shop.repository(ProductRepository).delete((await product(shop, "Lamp")).id)
    await changed(shop, followed_at=shop.clock.now() - PATIENCE)
    assert await engine_finds(shop) is None
    await follow(shop)
    assert await engine_finds(shop) == ["Bowl", "Diya"]


async def test_nothing_new_writes_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    await filled(shop)
    server = server_of(shop)
    assert server is not None

    async def refuse(*_: object) -> None:
        raise AssertionError("it writes")

    monkeypatch.setattr(server, "take_out", refuse)
    put = server.put
    monkeypatch.setattr(server, "put", lambda collection, some: put(collection, _none(some)))
    for look in (follow, follow_categories, compare, follow):
        await look(shop)
    assert await engine_finds(shop) == NAMES


def _none(some: object) -> list[dict[str, object]]:
    assert list(some) == []  # type: ignore[call-overload]
    return []


async def test_it_comes_and_goes_with_the_plugin(shop: Shop):
    await filled(shop)
    await disable_plugin(shop, "search_typesense")
    await catalog.create_product(shop, simple("Plate", "PLATE"))
    assert await shoppers_find(shop) == [*NAMES, "Plate"]
    await enable_plugin(shop, "search_typesense")
    await follow(shop)
    assert await engine_finds(shop) == [*NAMES, "Plate"]


async def test_a_server_that_is_killed_while_lists_are_asked_breaks_none(
    fragile: Server, servers: tuple[str, str], tmp_path: Path
):
    async with shop_on([fragile.url], servers=servers, data_dir=tmp_path) as shop:
        await filled(shop)
        asked = [asyncio.create_task(shoppers_find(shop)) for _ in range(20)]
        await asyncio.sleep(0)
        fragile.kill()
        assert await asyncio.gather(*asked) == [NAMES] * 20
        for _ in range(10):
            assert await shoppers_find(shop) == NAMES
        key = ("search_typesense", "register_search_engine")
        calls = shop.hooks.calls[key].calls
        assert await shoppers_find(shop) == NAMES
        assert shop.hooks.calls[key].calls == calls, "the breaker is open"
        await catalog.create_product(shop, simple("Plate", "PLATE"))
        await follow(shop)
        assert await trouble(shop)
        assert (await status(shop)).error
        fragile.start()
        await changed(shop, failed_at=NEVER)
        await follow(shop)
        assert await trouble(shop) == ""
        assert await engine_finds(shop) == [*NAMES, "Plate"]


async def test_a_server_that_hangs_is_left_out_in_time(fragile: Server, servers: tuple[str, str], tmp_path: Path):
    async with shop_on([fragile.url], servers=servers, data_dir=tmp_path, search_seconds=0.1) as shop:
        await filled(shop)
        with standing_still(fragile.pid):
            for _ in range(8):
                assert await shoppers_find(shop) == NAMES


async def test_of_several_nodes_one_that_answers_is_enough(typesense: Server, servers: tuple[str, str], tmp_path: Path):
    nodes = [NOBODY, typesense.url]
    async with shop_on(nodes, servers=servers, data_dir=tmp_path) as shop:
        await filled(shop)
        assert await engine_finds(shop) == NAMES


async def test_a_wrong_key_is_said_and_never_shown(typesense: Server, servers: tuple[str, str], tmp_path: Path):
    async with shop_on([typesense.url], servers=servers, data_dir=tmp_path, api_key="wrong-key") as shop:
        await filled(shop)
        assert await shoppers_find(shop) == NAMES
        assert await trouble(shop) == "the API key is refused"
        assert "wrong-key" not in repr((await status(shop), shop.plugin_settings(TypesenseSettings)))


async def test_what_answers_busy_or_nonsense_is_no_server(servers: tuple[str, str], tmp_path: Path):
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 " + said.pop(0) + b"\r\ncontent-length: 2\r\nconnection: close\r\n\r\n<>")
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    said = [b"503 Not Ready or Lagging", b"200 OK"]
    listening = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    async with shop_on([f"http://127.0.0.1:{port}"], servers=servers, data_dir=tmp_path) as shop:
        server = server_of(shop)
        assert server is not None
        with pytest.raises(ServerError, match="503"):
            await server.search([{"q": "*"}])
        with pytest.raises(ServerError, match="no Typesense server"):
            await server.search([{"q": "*"}])
    listening.close()
    await listening.wait_closed()


async def test_a_failure_waits_longer_each_time(shop: Shop):
    await filled(shop)
    now = shop.clock.now()
    state = await shop.repository(StateRepository).read()
    assert state is not None
    for failures, rests in ((0, False), (1, True)):
        await changed(shop, failures=failures, failed_at=now)
        state = await shop.repository(StateRepository).read()
        assert state is not None
        assert state.rests(now) is rests
    assert state.id == documents.KEY
