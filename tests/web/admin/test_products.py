"""Staff's pages of products: views, the same change for many, what is missing, two people at one product."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlencode

import pytest

from spoeq_core.audit.service import find_entries
from spoeq_core.catalog.model import Option, Product, ProductStatus, Variant
from spoeq_core.catalog.service import product_by_id_or_slug, update_product
from spoeq_core.catalog.service.bulk import JOBS, ProductAction, preview_change
from spoeq_core.catalog.service.importing import import_products
from spoeq_core.jobs.service import failures_of, list_jobs, run_jobs
from spoeq_core.shop import Shop
from spoeq_core.testing.clients import RunningApp
from spoeq_core.testing.visitors import SAME_SITE, Browser, staff_browser

PATH = "/admin/products"


@pytest.fixture
async def kurta(app: RunningApp) -> Product:
    return await product_by_id_or_slug(app.shop, "kurta-kurta")


@pytest.fixture
async def draft(app: RunningApp) -> Product:
    variants = (Variant("DRAFT-1", sale=50000),)
    (made,) = await import_products(app.shop, [{"name": "Draft dupatta", "slug": "draft", "variants": variants}])
    return made


async def stored(shop: Shop, product: Product) -> Product:
    return await product_by_id_or_slug(shop, product.id, hidden=True)


def form_of(html: str) -> list[tuple[str, str]]:
    """What the product's form would send."""
    form = html[html.index('id="product-form"') :]
    form = form[: form.index("</form>")]
    found = re.findall(r'<input[^>]* type="(?:hidden|text)"[^>]*>|<input class="input[^>]*>', form)
    pairs = [(re.search(r'name="([^"]+)"', tag), re.search(r' value="([^"]*)"', tag)) for tag in found]
    fields = [(name[1], unescape(value[1]) if value else "") for name, value in pairs if name]
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        fields.append((name, chosen[1] if chosen else ""))
    for name, text in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL):
        fields.append((name, unescape(text)))
    return fields


async def send(browser: Browser, path: str, fields: list[tuple[str, str]], **changes: str) -> tuple[int, str]:
    """The form sent with some values changed: the status and the page."""
    sent = [(name, changes.pop(name, value)) for name, value in fields] + list(changes.items())
    headers = {**SAME_SITE, "Content-Type": "application/x-www-form-urlencoded"}
    answer = await browser.client.post(path, data=urlencode(sent), headers=headers)
    return answer.status_code, await answer.get_data(as_text=True)


async def test_the_list_is_narrowed_by_its_address(app: RunningApp, admin: Browser, draft: Product) -> None:
    html = await admin.text(PATH)
    assert "Kurta KURTA" in html
    assert "Declarations missing" in html
    html = await admin.text(f"{PATH}?status=draft")
    assert "Draft dupatta" in html
    assert "Kurta KURTA" not in html
    assert "Nothing matches" in await admin.text(f"{PATH}?status=draft&q=kurta")
    assert "No products here" in await admin.text(f"{PATH}?status=archived")
    assert "Draft dupatta" in await admin.text(f"{PATH}?status=lost&sort=up")


async def test_many_are_put_on_sale_but_not_without_declarations(
    app: RunningApp, admin: Browser, kurta: Product, draft: Product
) -> None:
    body = urlencode([("ids", kurta.id), ("ids", draft.id), ("action", "publish")])
    headers = {**SAME_SITE, "Content-Type": "application/x-www-form-urlencoded"}
    answer = await admin.client.post(f"{PATH}/bulk", data=body, headers=headers)
    html = await answer.get_data(as_text=True)
    assert "1 already on sale" in html
    assert "1 declarations or variants missing" in html
    answer = await admin.post(f"{PATH}/bulk/run", {"ids": draft.id, "action": "publish"})
    await run_jobs(app.shop, JOBS)
    (job,) = await list_jobs(app.shop)
    assert (job.done, job.failed) == (1, 1)
    (failure,) = await failures_of(app.shop, job.id)
    assert "The law wants this" in failure.reason
    assert (await stored(app.shop, draft)).status is ProductStatus.DRAFT


async def test_all_of_a_view_are_archived(app: RunningApp, admin: Browser, kurta: Product, draft: Product) -> None:
    form = {"scope": "all", "query": "status=active", "action": "archive"}
    html = await (await admin.post(f"{PATH}/bulk", form)).get_data(as_text=True)
    assert f'value="{kurta.id}"' in html
    html = await (await admin.post(f"{PATH}/bulk", {**form, "query": "q=dupatta"})).get_data(as_text=True)
    assert f'value="{draft.id}"' in html
    await admin.post(f"{PATH}/bulk/run", {"ids": kurta.id, "action": "archive"})
    await run_jobs(app.shop, JOBS)
    assert (await stored(app.shop, kurta)).status is ProductStatus.ARCHIVED
    assert (await preview_change(app.shop, [kurta.id], ProductAction.ARCHIVE)).reasons() == {"already archived": 1}


async def test_who_may_not_change_products_is_refused(app: RunningApp, kurta: Product) -> None:
    for role in ("support", "warehouse"):
        browser = await staff_browser(app, role)
        assert (await browser.get(PATH)).status_code == 403
        assert (await browser.post(f"{PATH}/bulk/run", {"ids": kurta.id, "action": "archive"})).status_code == 403


async def test_a_draft_says_what_is_missing(admin: Browser, draft: Product) -> None:
    html = await admin.text(f"{PATH}/{draft.id}")
    assert "it cannot be yet" in html
    assert 'href="#f-maker"' in html
    status, html = await send(admin, f"{PATH}/{draft.id}", form_of(html), status="active")
    assert status == 422
    assert "The law wants this" in html


async def test_a_saved_product_is_written_down(app: RunningApp, admin: Browser, kurta: Product) -> None:
    fields = form_of(await admin.text(f"{PATH}/{kurta.id}"))
    assert dict(fields)["country_of_origin"] == "IN"
    status, html = await send(admin, f"{PATH}/{kurta.id}", fields, name="Kurta, block printed")
    assert status == 303, html
    (entry,) = await find_entries(app.shop, target=f"product:{kurta.id}")
    assert entry.detail == {"name": ["Kurta KURTA", "Kurta, block printed"]}


async def test_what_two_people_change_apart_is_merged_and_shown(
    app: RunningApp, admin: Browser, kurta: Product
) -> None:
    fields = form_of(await admin.text(f"{PATH}/{kurta.id}"))
    declared = {**kurta.declarations, "maker": "Theirs, Jaipur"}
    await update_product(app.shop, kurta.id, {"hsn": "6204", "declarations": declared, "tags": ("new",)})
    status, html = await send(admin, f"{PATH}/{kurta.id}", fields, name="Mine", maker="Mine, Pune")
    assert status == 409
    assert 'name="take-maker" value="theirs"' in html
    assert 'name="take-name"' not in html
    again = form_of(html)
    assert (dict(again)["name"], dict(again)["maker"], dict(again)["hsn"]) == ("Mine", "Mine, Pune", "6204")
    status, html = await send(admin, f"{PATH}/{kurta.id}", again, **{"take-maker": "theirs"})
    assert status == 303, html
    saved = await stored(app.shop, kurta)
    assert (saved.name, saved.hsn, saved.tags) == ("Mine", "6204", ("new",))
    assert saved.declarations["maker"] == "Theirs, Jaipur"


async def test_a_price_that_both_changed_is_chosen(app: RunningApp, admin: Browser, kurta: Product) -> None:
    path = f"{PATH}/{kurta.id}"
    fields = form_of(await admin.text(path))
    await update_product(app.shop, kurta.id, {"variants": (Variant("KURTA", sale=99900, mrp=199900),)})
    status, html = await send(admin, path, fields, **{"variants-0-sale": "1099"})
    assert status == 409
    assert 'name="take-variants.KURTA.sale" value="mine"' in html
    assert "<span>1099</span>" in html
    assert "<span>999</span>" in html
    status, html = await send(admin, path, form_of(html), **{"take-variants.KURTA.sale": "theirs"})
    assert status == 303, html
    assert (await stored(app.shop, kurta)).variants[0].sale == 99900


async def test_a_variant_that_somebody_else_added_stays(app: RunningApp, admin: Browser, kurta: Product) -> None:
    path = f"{PATH}/{kurta.id}"
    fields = form_of(await admin.text(path))
    size = (Option("size", ("M", "XL")),)
    both = (Variant("KURTA", {"size": "M"}, 129900, 199900), Variant("KURTA-XL", {"size": "XL"}, 140000))
    await update_product(app.shop, kurta.id, {"options": size, "variants": both})
    status, html = await send(admin, path, fields, name="Mine")
    assert status == 409
    assert 'value="KURTA-XL"' in html
    typed = form_of(html)
    assert dict(typed)["variants-1-sale"] == "1400"
    status, html = await send(admin, path, typed)
    assert status == 303, html
    saved = await stored(app.shop, kurta)
    assert saved.name == "Mine"
    assert [(item.sku, item.sale, dict(item.options)) for item in saved.variants] == [
        ("KURTA", 129900, {"size": "M"}),
        ("KURTA-XL", 140000, {"size": "XL"}),
    ]
