"""Uploads become clean renditions."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import replace
from datetime import timedelta

import pytest
from PIL import Image as Pillow, ImageCms

from spoeq_core.catalog import service
from spoeq_core.catalog.documents import LooseFilesRepository
from spoeq_core.catalog.images import (
    RenderedImage,
    Rendition,
    add_image,
    add_rendered_images,
    cut,
    delete_image,
    describe_image,
    focus_image,
    order_images,
    render,
)
from spoeq_core.catalog.model import Image, Product
from spoeq_core.kernel.errors import Conflict, Invalid, NotFound, TooLarge, Unavailable
from spoeq_core.kernel.storage import FileStorage
from spoeq_core.shop import Shop
from tests.catalog.builders import later, picture, simple


def opened(content: bytes) -> Pillow.Image:
    found = Pillow.open(io.BytesIO(content))
    found.load()
    return found


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


@pytest.fixture
async def diya(shop: Shop) -> Product:
    return await service.create_product(shop, simple())


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_each_accepted_type_becomes_three_types_in_each_width(kind):
    made = render(picture(kind, (1000, 1250)), "A diya")
    assert {(item.type, item.width, item.height) for item in made.renditions} == {
        (f"image/{kind}", width, round(width * 1.25))
        for kind in ("avif", "webp", "jpeg")
        for width in (160, 320, 480, 640, 960, 1000)
    }
    assert (made.width, made.height) == (1000, 1250)
    for item in made.renditions:
        found = opened(item.content)
        assert (f"image/{found.format.lower()}", *found.size) == (item.type, item.width, item.height)


def widths(size: tuple[int, int]) -> list[int]:
    return sorted({item.width for item in render(picture(size=size), "x").renditions})


def test_a_small_picture_is_not_blown_up_and_a_large_one_is_cut_down():
    assert widths((80, 100)) == [80]
    assert widths((640, 800)) == [160, 320, 480, 640]
    assert widths((2100, 2625)) == [160, 320, 480, 640, 960, 1280, 1920]
    assert widths((3000, 30)) == [19]


def test_every_rendition_is_4_by_5_whatever_was_uploaded():
    for size in ((1600, 900), (900, 1600), (700, 700)):
        made = render(picture(size=size), "x")
        for item in made.renditions:
            assert abs(item.height - item.width * 5 / 4) <= 1
        assert made.whole is not None
        assert (made.whole.width, made.whole.height) == size
    assert render(picture(size=(800, 1000)), "x").whole is None


def test_a_huge_photograph_is_kept_whole_at_2400_pixels():
    whole = render(picture(size=(6000, 4000)), "x").whole
    assert whole is not None
    assert (whole.width, whole.height) == (2400, 1600)


@pytest.mark.parametrize(
    ("size", "focal", "box"),
    [
        ((1000, 1250), (0, 100), (0, 0, 1000, 1250)),
        ((2000, 1000), (50, 50), (600, 0, 1400, 1000)),
        ((2000, 1000), (70, 0), (1000, 0, 1800, 1000)),
        ((2000, 1000), (0, 0), (0, 0, 800, 1000)),
        ((2000, 1000), (100, 100), (1200, 0, 2000, 1000)),
        ((800, 2000), (50, 10), (0, 0, 800, 1000)),
        ((800, 2000), (50, 60), (0, 700, 800, 1700)),
        ((1, 1), (50, 50), (0, 0, 1, 1)),
    ],
)
def test_a_picture_is_cut_around_its_focal_point_as_far_as_the_edges_allow(size, focal, box):
    assert cut(size, focal) == box


def test_a_picture_is_turned_as_its_exif_says_and_nothing_of_the_file_is_kept():
    exif = Pillow.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "SECRET-PLACE"
    source = Pillow.new("RGB", (500, 400), "white")
    source.paste((255, 0, 0), (0, 0, 250, 400))
    buffer = io.BytesIO()
    source.save(buffer, "JPEG", exif=exif, comment=b"SECRET-COMMENT")
    made = render(buffer.getvalue(), "x")
    assert (made.width, made.height) == (400, 500)
    for item in made.renditions:
        assert b"SECRET" not in item.content
        found = opened(item.content)
        assert not found.getexif()
        red, _, blue = found.convert("RGB").getpixel((found.width // 2, 20))
        assert red > 200
        assert blue < 60


def test_transparency_is_kept_where_it_can_be_and_white_elsewhere():
    clear = Pillow.new("RGBA", (40, 50), (0, 0, 0, 0))
    buffer = io.BytesIO()
    clear.save(buffer, "PNG")
    made = render(buffer.getvalue(), "x")
    by_type = {item.type: opened(item.content) for item in made.renditions}
    assert by_type["image/webp"].convert("RGBA").getpixel((20, 25))[3] == 0
    assert min(by_type["image/jpeg"].getpixel((20, 25))) > 250


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "L"), ("PNG", "P"), ("PNG", "1"), ("JPEG", "CMYK"), ("PNG", "LA")])
def test_unusual_colours_are_read(kind, mode):
    buffer = io.BytesIO()
    Pillow.new(mode, (40, 50)).save(buffer, kind)
    assert len(render(buffer.getvalue(), "x").renditions) == 3


def test_colour_profiles_are_applied_and_a_broken_one_is_ignored():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for icc in (profile, b"not a profile"):
        made = render(picture("PNG", (40, 40), icc_profile=icc), "x")
        assert all("icc_profile" not in opened(item.content).info for item in made.renditions)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "picture"),
        (b"GIF89a" + b"\0" * 100, "picture"),
        (picture("GIF"), "picture"),
        (picture("BMP"), "picture"),
        (picture("JPEG")[:500], "picture"),
        (picture("PNG")[:60], "picture"),
        (png_header(8000, 8000), "pixels"),
        (png_header(60_000, 60_000), "pixels"),
        (png_header(100, 100), "picture"),
    ],
)
def test_what_is_no_picture_broken_or_a_bomb_is_refused(content, code):
    with pytest.raises(Invalid) as error:
        render(content, "x")
    assert [(fault.field, fault.code) for fault in error.value.errors] == [("file", code)]


async def test_an_upload_is_stored_and_added_last(shop: Shop, diya: Product):
    await add_image(shop, diya.id, picture(size=(700, 875)), "A lit  diya")
    product = await add_image(shop, diya.id, picture("PNG", (64, 80)), "The box")
    assert [image.alt for image in product.images] == ["A lit diya", "The box"]
    assert {(file.type, file.width) for file in product.images[0].files} == {
        (kind, width) for kind in ("image/avif", "image/webp", "image/jpeg") for width in (160, 320, 480, 640, 700)
    }
    for image in product.images:
        for file in image.files:
            assert file.key.startswith(f"products/{diya.id}/")
            assert opened(await shop.storage.read(file.key)).size == (file.width, file.height)
    assert await service.product_by_id_or_slug(shop, diya.id) == product


async def test_the_same_upload_is_added_once(shop: Shop, diya: Product):
    for _ in range(2):
        product = await add_image(shop, diya.id, picture(size=(64, 80)), "A diya")
    assert len(product.images) == 1
    assert product.version == 2


async def test_an_upload_needs_words_for_those_who_cannot_see_it(shop: Shop, diya: Product):
    for alt in ("", "  ", "x" * 301):
        with pytest.raises(Invalid) as error:
            await add_image(shop, diya.id, picture(), alt)
        assert error.value.errors[0].field == "alt"


async def test_too_many_bytes_are_refused_before_they_are_read(shop: Shop, diya: Product):
    with pytest.raises(TooLarge):
        await add_image(shop, diya.id, b"\0" * (shop.settings.max_upload_bytes + 1), "x")


async def test_a_product_that_is_not_there_gets_no_picture(shop: Shop):
    with pytest.raises(NotFound):
        await add_image(shop, "nothing", picture(), "A diya")


def rendered(content: bytes) -> RenderedImage:
    return RenderedImage("A diya", 10, 10, (Rendition("image/webp", 10, 10, content),))


async def test_pictures_that_were_rendered_elsewhere_are_added(shop: Shop, diya: Product):
    product = await add_rendered_images(shop, diya.id, [rendered(b"one"), rendered(b"two"), rendered(b"one")])
    assert [await shop.storage.read(image.files[0].key) for image in product.images] == [b"one", b"two"]


async def test_a_full_product_takes_no_more(shop: Shop, diya: Product):
    product = await add_rendered_images(shop, diya.id, [rendered(str(n).encode()) for n in range(40)])
    assert len(product.images) == 40
    with pytest.raises(Conflict) as error:
        await add_image(shop, diya.id, picture(), "One more")
    assert error.value.code == "too_many_images"


async def test_pictures_are_put_in_order_described_and_deleted(shop: Shop, diya: Product):
    product = await add_rendered_images(shop, diya.id, [rendered(b"one"), rendered(b"two"), rendered(b"three")])
    one, two, three = product.images
    product = await order_images(shop, diya.id, [three.id])
    assert product.images == (three, one, two)
    product = await describe_image(shop, diya.id, two.id, "The back")
    assert product.images[2].alt == "The back"
    await service.update_product(shop, diya.id, {"variants": (replace(product.variants[0], image_id=one.id),)})
    product = await delete_image(shop, diya.id, one.id)
    assert [image.id for image in product.images] == [three.id, two.id]
    assert product.variants[0].image_id is None
    for change in (delete_image(shop, diya.id, one.id), order_images(shop, diya.id, [one.id])):
        with pytest.raises(NotFound):
            await change


# -- what stays in sight ----------------------------------------------------------------------------------------------


def halves() -> bytes:
    """Red on the left, blue on the right, twice as wide as high."""
    source = Pillow.new("RGB", (1000, 500), (255, 0, 0))
    source.paste((0, 0, 255), (500, 0, 1000, 500))
    buffer = io.BytesIO()
    source.save(buffer, "PNG")
    return buffer.getvalue()


async def shown(shop: Shop, product: Product) -> tuple[int, ...]:
    """The colour in the middle of the product's first picture."""
    content = await shop.storage.read(product.images[0].files[-1].key)
    found = opened(content).convert("RGB")
    return found.getpixel((found.width // 2, found.height // 2))


async def test_staff_choose_what_stays_in_sight(shop: Shop, diya: Product):
    before = (await add_image(shop, diya.id, halves(), "Two halves")).images[0]
    product = await focus_image(shop, diya.id, before.id, 90, 50)
    after = product.images[0]
    assert (after.id, after.alt, after.focal_x, after.focal_y) == (before.id, "Two halves", 90, 50)
    red, _, blue = await shown(shop, product)
    assert blue > 200 > red
    assert {file.key for file in after.files}.isdisjoint(before.keys), "names never stand for another content"
    red, _, blue = await shown(shop, await focus_image(shop, diya.id, before.id, 0, 0))
    assert red > 200 > blue


async def test_what_was_not_cut_is_only_noted(shop: Shop, diya: Product):
    before = (await add_image(shop, diya.id, picture(size=(80, 100)), "A diya")).images[0]
    after = (await focus_image(shop, diya.id, before.id, 10, 20)).images[0]
    assert after == replace(before, focal_x=10, focal_y=20)


async def test_a_point_outside_the_picture_is_refused(shop: Shop, diya: Product):
    image = (await add_image(shop, diya.id, halves(), "Two halves")).images[0]
    with pytest.raises(Invalid) as error:
        await focus_image(shop, diya.id, image.id, 101, -1)
    assert [fault.field for fault in error.value.errors] == ["focal_x", "focal_y"]
    with pytest.raises(NotFound):
        await focus_image(shop, diya.id, "nothing", 1, 1)


async def test_a_picture_whose_whole_file_is_lost_says_what_to_do(shop: Shop, diya: Product):
    image = (await add_image(shop, diya.id, halves(), "Two halves")).images[0]
    await shop.storage.delete(image.whole.key)
    with pytest.raises(Invalid) as error:
        await focus_image(shop, diya.id, image.id, 1, 1)
    assert "upload it again" in error.value.errors[0].message


# -- when files go ----------------------------------------------------------------------------------------------------


async def stored(shop: Shop, image: Image) -> list[str]:
    return [key for key in image.keys if await shop.storage.read(key) is not None]


async def test_a_deleted_pictures_files_go_a_week_later_but_for_the_one_that_orders_name(shop: Shop, diya: Product):
    image = (await add_image(shop, diya.id, halves(), "Two halves")).images[0]
    await delete_image(shop, diya.id, image.id)
    assert await service.remove_loose_files(shop) == 0
    shop = later(shop, days=6)
    assert await service.remove_loose_files(shop) == 0
    assert await stored(shop, image) == list(image.keys)
    shop = later(shop, days=2)
    assert await service.remove_loose_files(shop) == len(image.keys) - 1
    assert await stored(shop, image) == [image.small.key]
    assert await service.remove_loose_files(shop) == 0


async def test_files_that_came_back_meanwhile_stay(shop: Shop, diya: Product):
    image = (await add_image(shop, diya.id, picture(), "A diya")).images[0]
    await delete_image(shop, diya.id, image.id)
    shop = later(shop, days=8)
    again = (await add_image(shop, diya.id, picture(), "A diya")).images[0]
    assert again.keys == image.keys
    for _ in range(2):
        assert await service.remove_loose_files(shop) == 0
        shop = later(shop, days=30)
    assert await stored(shop, again) == list(again.keys)


async def test_files_that_a_category_shows_stay(shop: Shop, diya: Product):
    image = (await add_image(shop, diya.id, picture(), "A diya")).images[0]
    await service.create_category(shop, {"name": "Lamps", "image": image})
    await delete_image(shop, diya.id, image.id)
    shop = later(shop, days=8)
    assert await service.remove_loose_files(shop) == 0
    assert await stored(shop, image) == list(image.keys)


class Failing:
    """A storage on which the disk fills up."""

    def __init__(self, inner: FileStorage, room: int) -> None:
        self.inner = inner
        self.room = room

    async def save(self, key: str, content: bytes) -> None:
        if self.room <= 0:
            raise Unavailable("The disk is full.")
        self.room -= 1
        await self.inner.save(key, content)

    async def read(self, key: str) -> bytes | None:
        return await self.inner.read(key)

    async def delete(self, key: str) -> None:
        await self.inner.delete(key)

    def url(self, key: str) -> str:
        return self.inner.url(key)


async def test_an_upload_that_fails_half_way_leaves_nothing_named_and_in_the_end_nothing_stored(
    shop: Shop, diya: Product
):
    disk = Failing(shop.local_files, 5)
    failing = replace(shop, storage_of=lambda _: disk)
    with pytest.raises(Unavailable):
        await add_image(failing, diya.id, picture(), "A diya")
    assert (await service.product_by_id_or_slug(shop, diya.id)).images == ()
    folder = shop.settings.data_dir / "media"
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 5
    shop = later(shop, days=2)
    await service.remove_loose_files(shop)
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    assert len((await add_image(shop, diya.id, picture(), "A diya")).images) == 1


async def test_a_removal_that_a_crash_interrupted_goes_on_and_refuses_the_same_upload_until_then(
    shop: Shop, diya: Product
):
    image = (await add_image(shop, diya.id, picture(), "A diya")).images[0]
    await delete_image(shop, diya.id, image.id)
    shop = later(shop, days=8)
    notes = shop.repository(LooseFilesRepository)
    (note,) = await notes.due(shop.clock.now(), 10)
    assert await notes.take(note)
    with pytest.raises(Unavailable) as error:
        await add_image(shop, diya.id, picture(), "A diya")
    assert "Try again" in str(error.value)
    assert await service.remove_loose_files(shop) == len(image.keys) - 1
    assert len((await add_image(shop, diya.id, picture(), "A diya")).images) == 1


async def test_a_note_that_was_renewed_since_it_was_read_is_not_taken(shop: Shop):
    notes, now = shop.repository(LooseFilesRepository), shop.clock.now()
    await notes.note("a", ["a", "b"], now)
    (note,) = await notes.due(now, 10)
    await notes.note("a", ["a", "b"], now + timedelta(days=3))
    assert not await notes.take(note)


async def test_a_note_that_outlived_a_crash_removes_nothing_that_has_its_place(shop: Shop, diya: Product):
    image = (await add_image(shop, diya.id, picture(), "A diya")).images[0]
    await shop.repository(LooseFilesRepository).note(image.keys[0], image.keys, shop.clock.now())
    assert await service.remove_loose_files(shop) == 0
    assert await stored(shop, image) == list(image.keys)
    assert await shop.repository(LooseFilesRepository).count({}) == 0
