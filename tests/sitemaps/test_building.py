"""The sitemap: which pages are in it, how it is split, and what two builds or a crash leave."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from spoeq_core import rooms
from spoeq_core.catalog.model import ProductStatus
from spoeq_core.catalog.service import create_category, create_product, update_product
from spoeq_core.hooks.contributions import SitemapEntry
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.shop import Shop
from spoeq_core.sitemaps.documents import SitemapRepository
from spoeq_core.sitemaps.model import CURRENT, Address, Sitemap, index_xml, is_listable, part_xml
from spoeq_core.sitemaps.service import build_if_due, build_sitemap, current_sitemap, read_part
from spoeq_core.testing.race import race
from spoeq_core.testing.shops import shop_with
from tests.catalog.builders import simple
from tests.shopping import plugin

SPACE = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
MORNING = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(MORNING)


@pytest.fixture
async def shop(servers: tuple[str, str], tmp_path: Path, clock: FixedClock) -> AsyncIterator[Shop]:
    async def sitemap_entries() -> Sequence[SitemapEntry]:
        return [SitemapEntry("/journal/first", MORNING - timedelta(days=3)), SitemapEntry("//evil.example/")]

    async def broken() -> Sequence[SitemapEntry]:
        raise RuntimeError("no")

    plugins = plugin("journal", sitemap_entries=sitemap_entries), plugin("torn", sitemap_entries=broken)
    async with shop_with(*plugins, servers=servers, data_dir=tmp_path, clock=clock) as opened:
        yield opened


def parsed(content: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(content)  # noqa: S314 - we wrote it


async def listed(shop: Shop) -> dict[str, str | None]:
    """Each address with its lastmod."""
    found = {}
    for part in (await current_sitemap(shop)).parts:
        content = await read_part(shop, part)
        assert content is not None
        for row in parsed(content).iterfind("s:url", SPACE):
            found[row.findtext("s:loc", None, SPACE)] = row.findtext("s:lastmod", None, SPACE)
    return found


async def test_it_lists_what_can_be_found_and_when_it_changed(shop: Shop, clock: FixedClock):
    cloth = await create_category(shop, {"name": "Cloth"})
    sarees = await create_category(shop, {"name": "Sarees", "parent_id": cloth.id})
    await create_category(shop, {"name": "Nothing yet"})
    await create_product(shop, simple("Diya", "D-1"))
    await create_product(shop, simple("Draft", "D-2", status=ProductStatus.DRAFT))
    clock.forward(timedelta(hours=1))
    saree = await create_product(shop, simple("Saree", "S-1", category_ids=(sarees.id,)))
    clock.forward(timedelta(hours=1))
    await update_product(shop, saree.id, {"description": "Woven in Chanderi."})
    found = await listed(shop)
    base = "http://127.0.0.1:8000"
    assert found == {
        f"{base}/product/diya": "2026-11-20T06:30:00Z",
        f"{base}/product/saree": "2026-11-20T08:30:00Z",
        f"{base}/category/cloth": "2026-11-20T08:30:00Z",
        f"{base}/category/sarees": "2026-11-20T08:30:00Z",
        f"{base}/": "2026-11-20T08:30:00Z",
        f"{base}/products": "2026-11-20T08:30:00Z",
        f"{base}/menu": None,
        f"{base}/journal/first": "2026-11-17T06:30:00Z",
    }


async def test_a_section_is_split_where_a_file_is_full(shop: Shop):
    for number in range(5):
        await create_product(shop, simple(f"Diya {number}", f"D-{number}"))
    built = await build_sitemap(shop, most=2)
    assert [(p.name, p.count) for p in built.parts if p.name.startswith("products")] == [
        ("products-1.xml", 2),
        ("products-2.xml", 2),
        ("products-3.xml", 1),
    ]
    assert len([address for address in await listed(shop) if "/product/" in address]) == 5
    index = parsed(index_xml(built.base_url, built.parts))
    assert [row.text for row in index.iterfind("s:sitemap/s:loc", SPACE)][:3] == [
        f"http://127.0.0.1:8000/sitemaps/products-{number}.xml" for number in (1, 2, 3)
    ]


async def test_it_is_built_once_a_day_and_when_the_shop_moves(shop: Shop, clock: FixedClock):
    await build_if_due(shop)
    first = await current_sitemap(shop)
    clock.forward(timedelta(hours=23, minutes=59))
    await build_if_due(shop)
    assert (await current_sitemap(shop)).build == first.build
    clock.forward(timedelta(minutes=1))
    await build_if_due(shop)
    second = await current_sitemap(shop)
    assert second.build != first.build
    moved = shop.settings.model_copy(update={"base_url": "https://neel.example/"})
    object.__setattr__(shop, "settings", moved)
    third = await current_sitemap(shop)
    assert third.build != second.build
    assert third.base_url == "https://neel.example"


async def test_the_worker_builds_it(shop: Shop):
    (schedule,) = (item for item in rooms.SCHEDULES if item.name == "sitemaps.build_if_due")
    await schedule.run(shop)
    assert await shop.repository(SitemapRepository).find_by_id(CURRENT)


@pytest.mark.parametrize("earlier", [0, 1])
async def test_of_two_builds_at_once_one_wins_and_the_others_files_are_gone(shop: Shop, earlier: int):
    kept = {(await build_sitemap(shop)).build for _ in range(earlier)}
    write = "update_one sitemaps" if earlier else "insert_one sitemaps"
    one, other = await race(shop, [build_sitemap(shop), build_sitemap(shop)], at=write)
    assert isinstance(one, Sitemap)
    assert isinstance(other, Sitemap)
    assert one.build == other.build
    folder = shop.settings.data_dir / "media" / "sitemaps"
    assert {path.parent.name for path in folder.rglob("shop-1.xml")} == kept | {one.build}


async def test_a_build_is_readable_until_the_one_after_the_next(shop: Shop):
    first = (await build_sitemap(shop)).parts[0]
    await build_sitemap(shop)
    assert await read_part(shop, first) is not None
    await build_sitemap(shop)
    assert await read_part(shop, first) is None


async def test_a_build_that_fails_leaves_the_last_one_in_force(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    good = await build_sitemap(shop)

    async def full(key: str, content: bytes) -> None:
        raise OSError(28, f"No space left on device: {key}, {len(content)} bytes")

    monkeypatch.setattr(shop.storage, "save", full)
    with pytest.raises(OSError, match="No space"):
        await build_sitemap(shop)
    monkeypatch.undo()
    assert (await current_sitemap(shop)).build == good.build


@pytest.mark.parametrize(
    ("path", "listable"),
    [("/a", True), ("/", True), ("a", False), ("//b.example", False), ("/a#b", False), ("/" + "a" * 2048, False)],
)
def test_only_addresses_of_this_shop_are_listed(path: str, listable: bool):
    assert is_listable(path) is listable


def test_addresses_are_written_as_xml_wants_them():
    text = part_xml("https://neel.example", [Address("/search?q=a&b=<c>"), Address("/पृष्ठ")]).decode()
    assert "<loc>https://neel.example/search?q=a&amp;b=%3Cc%3E</loc>" in text
    assert "<loc>https://neel.example/%E0%A4%AA%E0%A5%83%E0%A4%B7%E0%A5%8D%E0%A4%A0</loc>" in text
