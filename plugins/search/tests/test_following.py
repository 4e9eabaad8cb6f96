"""The index follows the shop through everything that happens to it, and nobody who looks for something notices."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tantivy import Document

import spoeq_search.plugin
from spoeq_core.catalog import service as catalog
from spoeq_core.catalog.documents import ProductRepository
from spoeq_core.catalog.model import Product, ProductQuery
from spoeq_core.hooks.catalog import register_search_engine
from spoeq_core.kernel.ids import new_id
from spoeq_core.plugins.lifecycle import disable_plugin, enable_plugin
from spoeq_core.search import feed
from spoeq_core.search.model import Entry, Found, SearchQuery
from spoeq_core.search.service import find_products
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import shop_with
from spoeq_search import following
from spoeq_search.engine import IndexBroken
from spoeq_search.files import KEPT, PATIENCE, STATE, Folder, folder_of
from spoeq_search.following import compare, follow, follow_categories, rebuild
from spoeq_search.schema import schema
from spoeq_search.service import status
from spoeq_search.writing import Generation
from tests.catalog.builders import simple
from tests.catalog.conftest import Commands
from tests.extensions.plugins import keeper

NAMES = ["Bowl", "Diya", "Lamp"]


@pytest.fixture
def commands() -> Commands:
    return Commands()


@pytest.fixture
async def shop(servers: tuple[str, str], tmp_path: Path, commands: Commands) -> AsyncIterator[Shop]:
    plugins = spoeq_search.plugin, keeper()
    async with shop_with(*plugins, servers=servers, data_dir=tmp_path, listeners=[commands]) as opened:
        await disable_plugin(opened, "keeper")
        for name in NAMES:
            await catalog.create_product(opened, simple(name, name.upper()))
        await follow(opened)
        yield opened


async def product(shop: Shop, name: str) -> Product:
    return await catalog.product_by_id_or_slug(shop, name.lower())


async def engines_answer(shop: Shop) -> list[str] | None:
    """Names that the engine finds; None while it does not answer."""
    (part,) = shop.hooks.parts(register_search_engine)
    try:
        found = await part.value.search(shop, SearchQuery(ProductQuery()))
    except IndexBroken:
        return None
    if found is None:
        return None
    assert isinstance(found, Found)
    return sorted(it.name for it in await catalog.products_by_ids(shop, found.ids))


async def shoppers_find(shop: Shop) -> list[str]:
    return sorted(it.name for it in (await find_products(shop, ProductQuery())).items)


def generation(shop: Shop) -> Path:
    folder = folder_of(shop)
    current = folder.current()
    assert current is not None
    return folder.generation(current)


def grown_old(path: Path, seconds: float) -> None:
    moment = time.time() - seconds
    os.utime(path, (moment, moment))


async def test_a_list_from_the_index_takes_one_command(shop: Shop, commands: Commands):
    await catalog.create_category(shop, {"name": "Home"})
    known = await catalog.all_categories(shop)
    commands.take()
    await find_products(shop, ProductQuery(text="lamp", in_stock=False))
    assert commands.take() == {"find": 1}
    await find_products(shop, ProductQuery(category="home"), known)
    assert commands.take() == {}
    await follow(shop)
    assert commands.take() == {"find": 1}


async def test_nothing_new_writes_nothing(shop: Shop):
    before = {path.name: path.stat().st_mtime_ns for path in generation(shop).iterdir() if path.name != STATE}
    for look in (follow, follow_categories, compare, follow):
        await look(shop)
    assert before == {path.name: path.stat().st_mtime_ns for path in generation(shop).iterdir() if path.name != STATE}


async def test_what_cannot_be_indexed_is_named_and_the_others_are(shop: Shop):
    bad = await product(shop, "Lamp")
    changes = {"lowest_price": "many", "touched": new_id()}
    await shop.repository(ProductRepository).collection.update_one({"_id": bad.id}, {"$set": changes})
    await catalog.create_product(shop, simple("Plate", "PLATE"))
    await follow(shop)
    assert await engines_answer(shop) == ["Bowl", "Diya", "Lamp", "Plate"], "what it was before is found still"
    found = await status(shop)
    assert [key for key, _ in found.refused] == [bad.id]
    await catalog.update_product(shop, bad.id, {"name": "Lantern"})
    await compare(shop)
    assert (await status(shop)).refused == ()
    assert await engines_answer(shop) == ["Bowl", "Diya", "Lantern", "Plate"]


async def test_one_document_that_closes_the_writer_does_not_lose_the_others(tmp_path: Path):
    writer = Generation(tmp_path, new=True)
    fields = schema()
    docs = [(str(n), Document.from_dict({"id": str(n), "touch": f"t{n}"}, fields)) for n in range(7)]
    docs.insert(3, ("bad", Document(id="bad", created=[object.__name__])))
    writer._commit(docs, ["gone"])
    assert set(writer.touches()) == {str(n) for n in range(7)}
    assert set(writer.refused) == {"bad"}
    writer.close()


async def test_a_folder_that_is_deleted_is_built_again(shop: Shop):
    assert await engines_answer(shop) == NAMES
    shutil.rmtree(folder_of(shop).path)
    assert await engines_answer(shop) is None
    assert await shoppers_find(shop) == NAMES
    await follow(shop)
    assert await engines_answer(shop) == NAMES


async def test_a_generation_that_is_deleted_under_the_pointer_is_built_again(shop: Shop):
    assert await engines_answer(shop) == NAMES
    shutil.rmtree(generation(shop))
    assert await shoppers_find(shop) == NAMES
    await follow(shop)
    assert await engines_answer(shop) == NAMES


@pytest.mark.parametrize("opened", [True, False])
async def test_files_that_are_cut_break_no_list_and_are_built_again(shop: Shop, opened: bool):
    if opened:
        assert await engines_answer(shop) == NAMES
    for path in generation(shop).iterdir():
        if path.suffix in {".store", ".fast", ".idx", ".term"}:
            cut = path.read_bytes()[: 0 if opened else path.stat().st_size // 2]
            path.unlink()  # to cut what others have mapped kills them if they read it at that moment
            path.write_bytes(cut)
    assert await engines_answer(shop) is None
    assert await shoppers_find(shop) == NAMES
    await follow(shop)
    assert await engines_answer(shop) == NAMES


async def test_what_is_noted_beside_the_index_may_become_shorter(shop: Shop):
    category = await catalog.create_category(shop, {"name": "Home and living", "slug": "home"})
    await follow_categories(shop)
    assert await engines_answer(shop) == NAMES
    before = (generation(shop) / STATE).stat().st_size
    await catalog.delete_category(shop, category.id)
    await follow_categories(shop)
    assert (generation(shop) / STATE).stat().st_size < before
    assert await engines_answer(shop) == NAMES
    assert not folder_of(shop).wants_new()


@pytest.mark.parametrize("name", ["meta.json", STATE, "current"])
async def test_garbage_in_a_file_is_no_index(shop: Shop, name: str):
    assert await engines_answer(shop) == NAMES
    path = folder_of(shop).pointer if name == "current" else generation(shop) / name
    path.write_text('{"garbage')
    await catalog.create_product(shop, simple("Plate", "PLATE"))
    assert await shoppers_find(shop) == [*NAMES, "Plate"] or name == STATE
    await follow(shop)
    await follow(shop)
    assert await engines_answer(shop) == [*NAMES, "Plate"]


async def test_an_index_that_nobody_follows_is_not_asked(shop: Shop):
    gone = await product(shop, "Lamp")
    await catalog.update_product(shop, (await product(shop, "Diya")).id, {"name": "Candle"})
    await shop.repository(ProductRepository).delete(gone.id)
    grown_old(generation(shop) / STATE, PATIENCE + 1)
    assert await engines_answer(shop) is None
    assert await shoppers_find(shop) == ["Bowl", "Candle"]
    assert (await status(shop)).answers is False
    await follow(shop)
    assert await engines_answer(shop) == ["Bowl", "Candle"]
    assert (await find_products(shop, ProductQuery())).total == 2


async def test_only_one_writes(shop: Shop):
    with folder_of(shop).writing() as mine:
        assert mine
        await catalog.create_product(shop, simple("Plate", "PLATE"))
        await follow(shop)
        assert await engines_answer(shop) == NAMES
    await asyncio.gather(*(follow(shop) for _ in range(5)))
    assert await engines_answer(shop) == [*NAMES, "Plate"]


async def test_what_a_killed_builder_left_is_swept_away(shop: Shop):
    folder = folder_of(shop)
    left = folder.begin()
    Generation(left, new=True).put(())
    (left / "half.store").write_bytes(b"half")
    await follow(shop)
    assert left.exists(), "it could be in use"
    grown_old(folder.pointer, KEPT + 1)
    await follow(shop)
    assert not left.exists()
    assert await engines_answer(shop) == NAMES


async def test_the_old_index_answers_and_follows_until_the_new_one_is_there(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
):
    """Also when staff ask for a new one, and when building takes longer than an index may go without being followed."""
    old, seen, made = folder_of(shop).current(), [], []
    monkeypatch.setattr(following, "BATCH", 1)

    async def slowly(opened: Shop, *asked: object) -> AsyncIterator[Entry]:
        async for entry in feed.entries(opened, *asked):  # type: ignore[arg-type]
            yield entry
            if not made:
                made.append("Plate")
                await catalog.create_product(opened, simple("Plate", "PLATE"))
            seen.append((folder_of(opened).current() == old, await engines_answer(opened)))
            grown_old(generation(opened) / STATE, 0.6 * PATIENCE)

    monkeypatch.setattr(following, "entries", slowly)
    folder_of(shop).want_new()
    await follow(shop)
    building = [answer for was_old, answer in seen if was_old]
    assert building[0] == NAMES
    assert building[-1] == [*NAMES, "Plate"]
    assert folder_of(shop).is_followed(generation(shop), within=PATIENCE / 2)
    assert folder_of(shop).current() != old


async def test_an_index_given_up_is_not_the_one_that_came_after_it(shop: Shop):
    old = folder_of(shop).current()
    assert old is not None
    assert await rebuild(shop)
    folder_of(shop).give_up(old)
    assert not folder_of(shop).wants_new()
    assert await engines_answer(shop) == NAMES


async def test_questions_go_on_while_indexes_are_swapped_and_swept(shop: Shop):
    """Readers beside a worker that builds again and again, and takes away the old ones at once."""
    (part,) = shop.hooks.parts(register_search_engine)
    asked = SearchQuery(ProductQuery(text="bowl"))
    done, answers, expected = asyncio.Event(), 0, await part.value.search(shop, asked)

    async def ask() -> None:
        nonlocal answers
        while not done.is_set():
            assert await part.value.search(shop, asked) == expected
            answers += 1

    readers = [asyncio.create_task(ask()) for _ in range(4)]
    for _ in range(5):
        assert await rebuild(shop)
        grown_old(folder_of(shop).pointer, KEPT + 1)
        folder_of(shop).sweep()
    done.set()
    await asyncio.gather(*readers)
    assert expected
    assert answers > len(readers)
    assert not folder_of(shop).wants_new()


async def test_what_is_built_holds_what_changed_meanwhile(shop: Shop):
    before = folder_of(shop).current()
    folder_of(shop).want_new()
    building = asyncio.create_task(follow(shop))
    await catalog.create_product(shop, simple("Plate", "PLATE"))
    await catalog.delete_product(shop, (await product(shop, "Bowl")).id)
    await building
    await follow(shop)
    assert folder_of(shop).current() != before
    assert await engines_answer(shop) == ["Diya", "Lamp", "Plate"]
    assert (await find_products(shop, ProductQuery())).total == 3


async def test_a_build_that_fails_waits_and_says_why(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(following, "PAUSES", (3600.0,))
    folder = folder_of(shop)
    folder.want_new()
    blocker = folder.path.with_name("moved")
    folder.path.rename(blocker)
    folder.path.write_text("no folder")
    with pytest.raises(OSError, match="search"):
        await follow(shop)
    folder.path.unlink()
    blocker.rename(folder.path)
    Folder(folder.path).note_trouble("OSError: no space")
    found = await status(shop)
    assert (found.error, found.building, found.answers) == ("OSError: no space", True, True)
    before = folder.current()
    await follow(shop)
    assert folder.current() == before, "it was tried a moment ago"
    (folder.path / "trouble").unlink()
    await follow(shop)
    assert folder.current() != before
    assert (await status(shop)).error == ""


async def test_it_comes_and_goes_with_the_plugin(shop: Shop):
    await disable_plugin(shop, "search")
    assert shop.hooks.parts(register_search_engine) == []
    await catalog.create_product(shop, simple("Plate", "PLATE"))
    assert await shoppers_find(shop) == [*NAMES, "Plate"]
    await enable_plugin(shop, "search")
    await follow(shop)
    assert await engines_answer(shop) == [*NAMES, "Plate"]


async def test_other_declared_fields_need_another_index(shop: Shop):
    lamp = await product(shop, "Lamp")
    await enable_plugin(shop, "keeper")
    await catalog.update_product(shop, lamp.id, {"ext": {"keeper": {"months": 24}}})
    assert await engines_answer(shop) is None
    await follow(shop)
    query = ProductQuery(attributes={"keeper.months": ("24",)})
    found = await find_products(shop, query)
    assert [it.name for it in found.items] == ["Lamp"]
    assert found == await catalog.list_products(shop, query)
    await disable_plugin(shop, "keeper")
    assert await engines_answer(shop) is None
    assert (await find_products(shop, query)).total == 0


async def test_redis_may_be_dead(servers: tuple[str, str], tmp_path: Path):
    """Changes are followed and found; only what is kept of lists is not there."""
    dead = (servers[0], "redis://127.0.0.1:1/0")
    async with shop_with(spoeq_search.plugin, servers=dead, data_dir=tmp_path) as shop:
        await catalog.create_product(shop, simple("Lamp", "LAMP"))
        await follow(shop)
        assert await engines_answer(shop) == ["Lamp"]
        await catalog.update_product(shop, (await product(shop, "Lamp")).id, {"name": "Lantern"})
        await follow(shop)
        assert await engines_answer(shop) == ["Lantern"]
