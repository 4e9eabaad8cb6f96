"""Staff import and export from the browser, without JavaScript."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from quart import Response
from quart.datastructures import FileStorage

from spoeq_core.audit.service import find_entries
from spoeq_core.catalog import service as catalog
from spoeq_core.catalog.model import Variant
from spoeq_core.inventory import service as inventory
from spoeq_core.jobs.service import run_jobs
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.visitors import SAME_SITE, Browser, staff_browser
from tests.bulk.conftest import warranty_plugin
from tests.bulk.files import DECLARED, KINDS, rows_of, sheet

PATH = "/admin/products/import"
CUP = sheet("sku,slug,name,price,stock", "CUP-1,cup,=Cup,99,5", "JUG-1,jug,Jug,-1,5", "POT-1,pot,Pot,5,")


@pytest.fixture
async def running(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[RunningApp]:
    limits = {"max_import_bytes": 4096, "max_upload_bytes": 2048, "max_body_bytes": 1024}
    async with app_with(warranty_plugin(), servers=servers, data_dir=tmp_path, **limits) as app:
        yield app


@pytest.fixture
async def browser(running: RunningApp) -> Browser:
    return await staff_browser(running)


async def send(browser: Browser, content: bytes, name: str = "my products.csv") -> Response:
    files = {"file": FileStorage(stream=io.BytesIO(content), filename=name, content_type="text/csv")}
    return await browser.client.post(PATH, files=files, form={}, headers=SAME_SITE)


async def text_of(answer: Response) -> str:
    return str(await answer.get_data(as_text=True))


async def test_from_upload_to_result(running: RunningApp, browser: Browser) -> None:
    answer = await send(browser, CUP)
    assert answer.status_code == 303
    place = answer.headers["Location"]
    waiting = await browser.text(place)
    assert "Checking the file" in waiting
    assert 'http-equiv="refresh"' in waiting
    await run_jobs(running.shop, KINDS)
    told = await browser.text(place)
    for words in ("my products.csv", "Nothing has changed yet", "1 row error", "negative", "Start the import", "=Cup"):
        assert words in told
    assert 'http-equiv="refresh"' not in told
    assert await catalog.products_by_slugs(running.shop, ["cup"]) == {}
    errors = await browser.get(f"{place}/errors.csv")
    assert errors.headers["Content-Disposition"] == 'attachment; filename="import-errors.csv"'
    assert [(row["line"], row["column"], row["sku"]) for row in rows_of(await errors.get_data(as_text=False))] == [
        ("3", "price", "JUG-1")
    ]
    assert (await browser.post(f"{place}/start")).status_code == 303
    assert "Importing" in await browser.text(place)
    await run_jobs(running.shop, KINDS)
    done = await browser.text(place)
    assert "The import is done." in done
    assert "Start the import" not in done
    assert set(await catalog.products_by_slugs(running.shop, ["cup", "pot", "jug"])) == {"cup", "pot"}
    entries = await find_entries(running.shop)
    assert [(entry.action, entry.detail) for entry in entries if entry.action.startswith("products.")] == [
        ("products.imported", {"file": "my products.csv", "rows": 3})
    ]
    assert "my products.csv" in await browser.text(PATH)


async def test_what_cannot_be_read_is_said_at_the_field(browser: Browser) -> None:
    answer = await send(browser, b"sku,prise\nA,1\n")
    assert answer.status_code == 422
    page = await text_of(answer)
    assert "Did you mean “price”?" in page
    assert 'href="#f-file"' in page
    missing = await browser.post(PATH)
    assert missing.status_code == 422
    assert "Choose a CSV file." in await text_of(missing)


async def test_limits_of_a_file_and_of_other_uploads(browser: Browser) -> None:
    answer = await send(browser, b"sku,name\n" + b"A,b\n" * 700)
    assert answer.status_code == 303
    answer = await send(browser, b"x" * 5000)
    assert answer.status_code == 422
    assert "at most 4,096" in await text_of(answer)
    assert (await send(browser, b"x" * 100_000)).status_code == 413


async def test_cancelling(running: RunningApp, browser: Browser) -> None:
    place = (await send(browser, CUP)).headers["Location"]
    await browser.post(f"{place}/cancel")
    assert "It stops after" in await browser.text(place)
    await run_jobs(running.shop, KINDS)
    assert "The check was stopped. Nothing changed." in await browser.text(place)
    assert (await browser.post(f"{place}/start")).status_code == 303
    assert "has not ended" in await browser.text(place)


async def test_the_upload_is_not_served(running: RunningApp, browser: Browser) -> None:
    await send(browser, CUP)
    folder = running.shop.settings.data_dir / "media"
    (kept,) = folder.rglob("upload.csv")
    key = kept.relative_to(folder).as_posix()
    assert kept.read_bytes() == CUP
    for path in (key, key.replace("private", "PRIVATE"), key.replace("private", "./private"), f"x/../{key}"):
        assert (await browser.get(f"/media/{path}")).status_code == 404


async def test_an_export_with_chosen_columns(running: RunningApp, browser: Browser) -> None:
    made = await catalog.create_product(
        running.shop,
        {"name": "=HYPERLINK()", "slug": "cup", "variants": (Variant("CUP-1", sale=9900),), "declarations": DECLARED},
    )
    await inventory.create_stock(running.shop, "CUP-1", product_id=made.id, on_hand=4)
    answer = await browser.get("/admin/products/export.csv?columns=price&columns=stock&columns=name&status=draft")
    content = await answer.get_data(as_text=False)
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="products-')
    assert rows_of(content) == [
        {
            "sku": "CUP-1",
            "slug": "cup",
            "name": "'=HYPERLINK()",
            "price": "99.00",
            "stock": "4",
            "stock_at_export": "4",
        }
    ]
    assert rows_of(await (await browser.get("/admin/products/export.csv?status=active")).get_data(as_text=False)) == []
    for wrong in ("columns=colour", "separator=dot", "status=sold"):
        assert (await browser.get(f"/admin/products/export.csv?{wrong}")).status_code == 422


async def test_the_pages_name_every_column_and_link_each_other(browser: Browser) -> None:
    page = await browser.text(PATH)
    for name in ("stock_at_export", "warranty.months", "warranty.variant.deposit", "country_of_origin"):
        assert f"<code>{name}</code>" in page
    assert "/admin/products/export" in page
    assert PATH in await browser.text("/admin/products/export")
    assert PATH in await browser.text("/admin/products")


async def test_the_example_file_can_be_imported(running: RunningApp, browser: Browser) -> None:
    await catalog.create_brand(running.shop, {"name": "Neel"})
    for name in ("Kurtas", "Cotton"):
        await catalog.create_category(running.shop, {"name": name})
    answer = await browser.get(f"{PATH}/example.csv")
    place = (await send(browser, await answer.get_data(as_text=False))).headers["Location"]
    await run_jobs(running.shop, KINDS)
    page = await browser.text(place)
    assert "row error" not in page
    assert "Start the import" in page


@pytest.mark.parametrize("role", ["warehouse", "support"])
async def test_only_who_may_imports_and_exports(running: RunningApp, role: str) -> None:
    browser = await staff_browser(running, role)
    for path in (PATH, "/admin/products/export", "/admin/products/export.csv", f"{PATH}/example.csv", f"{PATH}/x"):
        assert (await browser.get(path)).status_code == 403
    assert (await send(browser, CUP)).status_code == 403


async def test_an_import_that_is_not_there(browser: Browser) -> None:
    assert (await browser.get(f"{PATH}/01M8DWQXK5H5MDDVZP5HZ1CERK")).status_code == 404


async def test_pages_and_the_example_name_the_locations(running: RunningApp, browser: Browser) -> None:
    await inventory.create_location(running.shop, "BLR-2", {"name": "Bengaluru"})
    for path in ("/admin/products/import", "/admin/products/export"):
        html = await browser.text(path)
        assert "stock@BLR-2" in html, path
    assert "Pieces at the location Bengaluru, counted" in await browser.text("/admin/products/import")
    chosen = await browser.text("/admin/products/export.csv?columns=stock@BLR-2")
    assert chosen.startswith("\ufeffsku,stock@BLR-2,stock_at_export")
    example = await browser.text("/admin/products/import/example.csv")
    assert "stock@MAIN,stock@BLR-2" in example
