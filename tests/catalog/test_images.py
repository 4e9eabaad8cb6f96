"""Uploads become clean renditions."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import replace

import pytest
from PIL import Image as Pillow, ImageCms

from spoeq_core.catalog import service
from spoeq_core.catalog.images import (
    RenderedImage,
    Rendition,
    add_image,
    add_rendered_images,
    delete_image,
    describe_image,
    order_images,
    render,
)
from spoeq_core.catalog.model import Product
from spoeq_core.kernel.errors import Conflict, Invalid, NotFound, TooLarge
from spoeq_core.shop import Shop
from tests.catalog.builders import picture, simple


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
        for width in (320, 640, 960, 1000)
    }
    assert (made.width, made.height) == (1000, 1250)
    for item in made.renditions:
        found = opened(item.content)
        assert (f"image/{found.format.lower()}", *found.size) == (item.type, item.width, item.height)


def test_a_small_picture_is_not_blown_up_and_a_large_one_is_cut_down():
    assert {item.width for item in render(picture(size=(100, 50)), "x").renditions} == {100}
    assert {item.width for item in render(picture(size=(3000, 30)), "x").renditions} == {320, 640, 960, 1280}
    assert {item.width for item in render(picture(size=(640, 640)), "x").renditions} == {320, 640}


def test_a_picture_is_turned_as_its_exif_says_and_nothing_of_the_file_is_kept():
    exif = Pillow.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "SECRET-PLACE"
    source = Pillow.new("RGB", (400, 200), "white")
    source.paste((255, 0, 0), (0, 0, 200, 200))
    buffer = io.BytesIO()
    source.save(buffer, "JPEG", exif=exif, comment=b"SECRET-COMMENT")
    made = render(buffer.getvalue(), "x")
    assert (made.width, made.height) == (200, 400)
    for item in made.renditions:
        assert b"SECRET" not in item.content
        found = opened(item.content)
        assert not found.getexif()
        red, _, blue = found.convert("RGB").getpixel((100, 20))
        assert red > 200
        assert blue < 60


def test_transparency_is_kept_where_it_can_be_and_white_elsewhere():
    clear = Pillow.new("RGBA", (50, 50), (0, 0, 0, 0))
    buffer = io.BytesIO()
    clear.save(buffer, "PNG")
    made = render(buffer.getvalue(), "x")
    by_type = {item.type: opened(item.content) for item in made.renditions}
    assert by_type["image/webp"].convert("RGBA").getpixel((25, 25))[3] == 0
    assert min(by_type["image/jpeg"].getpixel((25, 25))) > 250


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "L"), ("PNG", "P"), ("PNG", "1"), ("JPEG", "CMYK"), ("PNG", "LA")])
def test_unusual_colours_are_read(kind, mode):
    buffer = io.BytesIO()
    Pillow.new(mode, (40, 40)).save(buffer, kind)
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
        (kind, width) for kind in ("image/avif", "image/webp", "image/jpeg") for width in (320, 640, 700)
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
    assert await shop.storage.read(one.files[0].key) is None
    assert await shop.storage.read(two.files[0].key) == b"two"
    for change in (delete_image(shop, diya.id, one.id), order_images(shop, diya.id, [one.id])):
        with pytest.raises(NotFound):
            await change
