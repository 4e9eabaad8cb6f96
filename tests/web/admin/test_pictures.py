"""Staff's forms of pictures: what is taken, what is refused and how, order, words, what stays in sight."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image as Pillow
from quart import Response
from quart.datastructures import FileStorage

from spoeq_core.audit.service import find_entries
from spoeq_core.catalog.model import Image, Product
from spoeq_core.catalog.service import product_by_id_or_slug
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.visitors import SAME_SITE, Browser, staff_browser
from tests.shopping import stock_up

LIMIT = 200_000
RED, BLUE = (255, 0, 0), (0, 0, 255)


@pytest.fixture
async def app(servers: tuple[str, str], tmp_path: Path, clock: FixedClock) -> AsyncIterator[RunningApp]:
    async with app_with(servers=servers, data_dir=tmp_path, clock=clock, max_upload_bytes=LIMIT) as running:
        await stock_up(running.shop, {"KURTA": 100})
        yield running


@pytest.fixture
async def kurta(app: RunningApp) -> Product:
    return await product_by_id_or_slug(app.shop, "kurta-kurta")


def halves(kind: str = "PNG", size: tuple[int, int] = (1000, 500), turned: int = 1) -> bytes:
    """Red on the left, blue on the right; `turned`: as EXIF says how the camera was held."""
    source = Pillow.new("RGB", size, RED)
    source.paste(BLUE, (size[0] // 2, 0, *size))
    exif = Pillow.Exif()
    exif[0x0112] = turned
    buffer = io.BytesIO()
    source.save(buffer, kind, exif=exif)
    return buffer.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 100)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


async def upload(browser: Browser, product: Product, content: bytes | None, alt: str = "Two halves") -> Response:
    file = FileStorage(stream=io.BytesIO(content or b""), filename="photo.jpg" if content is not None else "")
    path = f"/admin/products/{product.id}/images"
    return await browser.client.post(path, files={"file": file}, form={"alt": alt}, headers=SAME_SITE)


async def images_of(app: RunningApp, product: Product) -> tuple[Image, ...]:
    return (await product_by_id_or_slug(app.shop, product.id, hidden=True)).images


async def uploaded(app: RunningApp, browser: Browser, product: Product, *alts: str) -> tuple[Image, ...]:
    for number, alt in enumerate(alts):
        answer = await upload(browser, product, halves(size=(200 + 20 * number, 100)), alt)
        assert answer.status_code == 303, await answer.get_data(as_text=True)
    return await images_of(app, product)


async def change(browser: Browser, product: Product, image: Image, **form: str) -> Response:
    return await browser.post(f"/admin/products/{product.id}/images/{image.id}", form)


async def pixel(app: RunningApp, image: Image, x: float, y: float) -> str:
    """Which half is seen at a point of the largest rendition, as the shop's own address gives it."""
    answer = await app.client.get(app.shop.storage.url(image.files[-1].key))
    assert answer.status_code == 200
    found = Pillow.open(io.BytesIO(await answer.get_data(as_text=False))).convert("RGB")
    red, _, blue = found.getpixel((round(x * (found.width - 1)), round(y * (found.height - 1))))
    return "red" if red > blue else "blue"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF"])
async def test_a_picture_is_taken_and_shown(app: RunningApp, admin: Browser, kurta: Product, kind: str) -> None:
    answer = await upload(admin, kurta, halves(kind), "  A kurta,  folded ")
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith(f"/admin/products/{kurta.id}#media")
    (image,) = await images_of(app, kurta)
    assert image.alt == "A kurta, folded"
    assert {file.type for file in image.files} == {"image/avif", "image/webp", "image/jpeg"}
    assert await pixel(app, image, 0.1, 0.5) == "red"
    html = await admin.text(f"/admin/products/{kurta.id}")
    assert "Picture added." in html
    assert 'value="A kurta, folded"' in html
    page = await (await app.client.get("/product/kurta-kurta")).get_data(as_text=True)
    assert app.shop.storage.url(image.files[0].key) in page
    assert 'alt="A kurta, folded"' in page
    assert "product.image_added" in [entry.action for entry in await find_entries(app.shop)]


async def test_a_photograph_is_turned_as_the_camera_was_held(app: RunningApp, admin: Browser, kurta: Product) -> None:
    await upload(admin, kurta, halves("JPEG", (500, 400), turned=6))
    (image,) = await images_of(app, kurta)
    assert (image.width, image.height) == (400, 500)
    assert (await pixel(app, image, 0.5, 0.1), await pixel(app, image, 0.5, 0.9)) == ("red", "blue")


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (None, 422, "Choose a picture."),
        (b"", 422, "This is no JPEG, PNG, WebP or AVIF picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", 422, "This is no JPEG, PNG"),
        (b"GIF89a" + b"\0" * 100, 422, "This is no JPEG, PNG"),
        (halves("JPEG")[:800], 422, "or a broken one"),
        (bomb(30_000, 30_000), 422, "at most 40 million are read"),
        (bomb(8000, 8000), 422, "8000 × 8000 pixels"),
        (b"\0" * (LIMIT + 1), 413, "at most 0.2 MB are taken. Make it smaller."),
    ],
)
async def test_what_is_refused_is_said_at_the_field_and_the_words_stay(
    app: RunningApp, admin: Browser, kurta: Product, content: bytes | None, status: int, words: str
) -> None:
    answer = await upload(admin, kurta, content, "A kurta & its box")
    html = await answer.get_data(as_text=True)
    assert answer.status_code == status
    at_field = html[html.index('id="f-file-error"') :]
    assert words in at_field[: at_field.index("</p>")]
    assert 'value="A kurta &amp; its box"' in html
    assert await images_of(app, kurta) == ()


async def test_far_too_large_a_request_is_not_read(app: RunningApp, admin: Browser, kurta: Product) -> None:
    answer = await upload(admin, kurta, b"\0" * (LIMIT + 100_000))
    assert answer.status_code == 413
    assert "larger than this shop accepts" in await answer.get_data(as_text=True)
    assert await images_of(app, kurta) == ()


@pytest.mark.parametrize("alt", ["", "   ", "x" * 301])
async def test_words_for_those_who_cannot_see_it_are_wanted(
    app: RunningApp, admin: Browser, kurta: Product, alt: str
) -> None:
    answer = await upload(admin, kurta, halves(), alt)
    assert answer.status_code == 422
    assert 'id="f-alt-error"' in await answer.get_data(as_text=True)
    assert await images_of(app, kurta) == ()


async def test_words_are_changed_but_never_taken_away(app: RunningApp, admin: Browser, kurta: Product) -> None:
    (image,) = await uploaded(app, admin, kurta, "A kurta")
    answer = await change(admin, kurta, image, action="alt", alt=" ")
    assert answer.status_code == 422
    assert 'id="alt-1-error"' in await answer.get_data(as_text=True)
    assert (await change(admin, kurta, image, action="alt", alt="The back")).status_code == 303
    (after,) = await images_of(app, kurta)
    assert (after.alt, after.files) == ("The back", image.files)


async def test_one_is_put_first_and_one_deleted(app: RunningApp, admin: Browser, kurta: Product) -> None:
    one, _two, three = await uploaded(app, admin, kurta, "One", "Two", "Three")
    assert (await change(admin, kurta, three, action="first", alt="")).status_code == 303
    assert [image.alt for image in await images_of(app, kurta)] == ["Three", "One", "Two"]
    assert (await change(admin, kurta, one, action="delete", alt="")).status_code == 303
    assert [image.alt for image in await images_of(app, kurta)] == ["Three", "Two"]
    assert (await change(admin, kurta, one, action="delete")).status_code == 404
    assert (await change(admin, kurta, one, action="first")).status_code == 404
    api = await (await app.client.get("/api/v1/products/kurta-kurta")).get_json()
    assert [image["alt"] for image in api["images"]] == ["Three", "Two"]
    actions = [entry.action for entry in await find_entries(app.shop, target=f"product:{kurta.id}")]
    assert actions[:2] == ["product.image_deleted", "product.images_changed"]


async def test_what_stays_in_sight_is_set_shown_and_kept(app: RunningApp, admin: Browser, kurta: Product) -> None:
    await upload(admin, kurta, halves())
    (image,) = await images_of(app, kurta)
    assert await pixel(app, image, 0.05, 0.5) == "red"
    point = {"focal_x": "95", "focal_y": "20"}
    assert (await change(admin, kurta, image, action="alt", alt="Two halves", **point)).status_code == 303
    (after,) = await images_of(app, kurta)
    assert (after.id, after.focal_x, after.focal_y) == (image.id, 95, 20)
    assert await pixel(app, after, 0.05, 0.5) == "blue"
    card = await (await app.client.get("/search?q=kurta")).get_data(as_text=True)
    assert after.files[0].key.rpartition("-")[0] in card
    html = await admin.text(f"/admin/products/{kurta.id}")
    assert 'name="focal_x" value="95"' in html
    assert (await change(admin, kurta, image, action="alt", alt="Words only")).status_code == 303
    (kept,) = await images_of(app, kurta)
    assert (kept.alt, kept.focal_x, kept.focal_y, kept.files) == ("Words only", 95, 20, after.files)


@pytest.mark.parametrize(("x", "field"), [("101", "focal_x"), ("-1", "focal_x"), ("left", "focal_x")])
async def test_a_point_outside_is_refused_at_the_field(
    app: RunningApp, admin: Browser, kurta: Product, x: str, field: str
) -> None:
    (image,) = await uploaded(app, admin, kurta, "A kurta")
    answer = await change(admin, kurta, image, action="alt", alt="Other words", focal_x=x, focal_y="50")
    html = await answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'id="{field}-1-error"' in html
    assert f'name="{field}" value="{x}"' in html
    assert await images_of(app, kurta) == (image,)


async def test_who_may_not_change_products_changes_no_picture(app: RunningApp, admin: Browser, kurta: Product) -> None:
    (image,) = await uploaded(app, admin, kurta, "A kurta")
    for role in ("support", "warehouse"):
        browser = await staff_browser(app, role)
        assert (await upload(browser, kurta, halves())).status_code == 403
        for action in ("delete", "first", "alt"):
            assert (await change(browser, kurta, image, action=action, alt="x")).status_code == 403
    guest = Browser(app.app.test_client())
    assert (await upload(guest, kurta, halves())).status_code in {303, 401}
    assert await images_of(app, kurta) == (image,)


async def test_a_product_that_is_not_there_takes_no_picture(app: RunningApp, admin: Browser, kurta: Product) -> None:
    answer = await admin.client.post("/admin/products/nothing/images", form={"alt": "x"}, headers=SAME_SITE)
    assert answer.status_code == 404
