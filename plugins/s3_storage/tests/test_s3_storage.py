"""Pictures in a bucket, against a server that speaks S3."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from PIL import Image

from spoeq_core.catalog import images, service as catalog
from spoeq_core.kernel.errors import Invalid, Unavailable
from spoeq_core.plugins.lifecycle import disable_plugin, save_settings
from spoeq_core.shop import Shop
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.file_storage import FileStorageContract
from spoeq_s3_storage import plugin
from spoeq_s3_storage.service import S3FileStorage, check_connection
from spoeq_s3_storage.settings import S3Settings

KEY = "products/a/b-320.webp"
NOBODY = "http://127.0.0.1:1"
"""Where nobody listens, whatever else runs."""


class TestBucket(FileStorageContract):
    @pytest.fixture
    def storage(self, bucket: S3Settings) -> S3FileStorage:
        return S3FileStorage(bucket)


class TestFolderOfASharedBucket(FileStorageContract):
    @pytest.fixture
    def storage(self, bucket: S3Settings) -> S3FileStorage:
        return S3FileStorage(bucket.model_copy(update={"prefix": "shop/one"}))


async def test_files_say_what_they_are_and_that_they_never_change(bucket: S3Settings, signed):
    await S3FileStorage(bucket).save(KEY, b"content")
    headers = (await signed(KEY)).attributes
    assert headers["Content-Type"] == "image/webp"
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_addresses_are_the_shops_or_the_buckets_own(bucket: S3Settings):
    assert S3FileStorage(bucket).url(KEY) == f"/media/{KEY}"
    public = bucket.model_copy(update={"public_url": "https://pics.example.com/", "prefix": "shop"})
    assert S3FileStorage(public).url(KEY) == f"https://pics.example.com/shop/{KEY}"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"bucket": "nobodys"}, "no such bucket"),
        ({"bucket": ""}, "not set up"),
        ({"endpoint": NOBODY}, "could not be"),
    ],
)
async def test_failures_are_sentences_that_hold_no_secret(bucket: S3Settings, change: dict[str, str], said: str):
    settings = bucket.model_copy(update=change)
    storage = S3FileStorage(settings)
    for attempt in (storage.save(KEY, b"x"), storage.read(KEY), storage.delete(KEY)):
        with pytest.raises(Unavailable) as error:
            await attempt
        assert said in str(error.value)
        assert error.value.hint
        assert bucket.secret_key.get_secret_value() not in repr(error.value.__context__) + str(error.value)
    assert said in await check_connection(settings)
    assert await check_connection(bucket) == ""


# -- a shop that keeps its pictures there -----------------------------------------------------------------------------


@pytest.fixture
async def app(servers: tuple[str, str], tmp_path: Path, bucket: S3Settings) -> AsyncIterator[RunningApp]:
    async with app_with(plugin, servers=servers, data_dir=tmp_path) as running:
        secret = bucket.secret_key.get_secret_value()
        await save_settings(running.shop, "s3_storage", {**dict(bucket), "secret_key": secret})
        await save_settings(running.shop, "core", {"file_storage": "s3"})
        yield running


def picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (200, 250), "#1f4172").save(buffer, "JPEG")
    return buffer.getvalue()


async def pictured(shop: Shop) -> tuple[str, ...]:
    """The keys of a picture that was uploaded to a product."""
    product = await catalog.create_product(shop, {"name": "A diya"})
    return (await images.add_image(shop, product.id, picture(), "A diya")).images[0].keys


async def test_uploads_go_to_the_bucket_and_the_shop_passes_them_on(app: RunningApp, signed):
    key = (await pictured(app.shop))[0]
    assert await app.shop.local_files.read(key) is None
    stored = bytes(await (await signed(key)).bytes_async())
    answer = await app.client.get(f"/media/{key}")
    assert answer.status_code == 200
    assert await answer.get_data() == stored
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    again = await app.client.get(f"/media/{key}", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


async def test_what_was_uploaded_before_is_still_shown(app: RunningApp):
    await app.shop.local_files.save("products/old/a-160.webp", b"old")
    answer = await app.client.get("/media/products/old/a-160.webp")
    assert await answer.get_data() == b"old"
    assert (await app.client.get("/media/products/none/a-160.webp")).status_code == 404


async def test_pages_may_load_pictures_from_the_public_address(app: RunningApp):
    assert "img-src 'self' data:;" in (await app.client.get("/")).headers["Content-Security-Policy"]
    await save_settings(app.shop, "s3_storage", {"public_url": "https://pics.example.com/shop"})
    policy = (await app.client.get("/")).headers["Content-Security-Policy"]
    assert "img-src 'self' data: https://pics.example.com;" in policy


async def test_a_server_that_is_down_is_503_and_an_upload_leaves_nothing_named(app: RunningApp):
    await save_settings(app.shop, "s3_storage", {"endpoint": NOBODY})
    answer = await app.client.get(f"/media/{KEY}")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    product = await catalog.create_product(app.shop, {"name": "A diya"})
    with pytest.raises(Unavailable):
        await images.add_image(app.shop, product.id, picture(), "A diya")
    assert (await catalog.product_by_id_or_slug(app.shop, product.id, hidden=True)).images == ()


async def test_a_disabled_plugin_refuses_uploads_and_pages_still_render(app: RunningApp):
    await disable_plugin(app.shop, "s3_storage")
    with pytest.raises(Unavailable) as error:
        await pictured(app.shop)
    assert "no enabled plugin offers that" in str(error.value)
    assert (await app.client.get("/")).status_code == 200


async def test_a_storage_that_nobody_offers_is_not_chosen(app: RunningApp):
    with pytest.raises(Invalid) as error:
        await save_settings(app.shop, "core", {"file_storage": "tape"})
    assert "local, s3" in error.value.errors[0].message
    await save_settings(app.shop, "core", {"file_storage": "local"})
    key = (await pictured(app.shop))[0]
    assert await app.shop.local_files.read(key) is not None


async def test_the_secret_is_sealed_in_the_database(app: RunningApp, bucket: S3Settings):
    everything = [str(raw) async for raw in app.shop.mongo.collection("plugin_state").find({})]
    assert bucket.secret_key.get_secret_value() not in "".join(everything)


async def test_settings_take_effect_without_a_restart(app: RunningApp, endpoint: str):
    async with httpx.AsyncClient() as client:
        (await client.put(f"{endpoint}/second")).raise_for_status()
    await save_settings(app.shop, "s3_storage", {"bucket": "second"})
    key = (await pictured(app.shop))[0]
    first = replace(app.shop, storage_of=lambda shop: S3FileStorage(shop.plugin_settings(S3Settings)))
    assert await first.storage.read(key) is not None
