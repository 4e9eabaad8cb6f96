"""Every fault of a form of staff is told at once, at its field and at the top, in the language of who reads it."""

from __future__ import annotations

import re

import pytest

from spoeq_core.plugins.lifecycle import save_settings
from spoeq_core.testing.clients import RunningApp
from spoeq_core.testing.visitors import Browser, staff_browser


@pytest.fixture
async def admin(app: RunningApp) -> Browser:
    return await staff_browser(app, "admin")


async def told(admin: Browser, path: str, form: dict[str, str]) -> tuple[list[str], str]:
    """The fields that the summary leads to, each of which says so itself; and the page."""
    answer = await admin.post(path, form)
    html = str(await answer.get_data(as_text=True))
    assert answer.status_code == 422, html[:2000]
    fields = re.findall(r'<li><a href="#f-([\w-]+)">', html)
    silent = [field for field in fields if f'id="f-{field}-error"' not in html]
    assert silent == []
    return fields, html


@pytest.mark.parametrize(
    ("path", "form", "fields"),
    [
        (
            "/admin/products/new",
            {"name": "", "status": "sold", "hsn": "x", "variants-0-sku": "no sku", "variants-0-sale": "dear"},
            ["name", "status", "hsn", "variants-0-sku", "variants-0-sale"],
        ),
        (
            "/admin/settings",
            {"name": "x" * 99, "return_days": "many", "max_quantity": "0", "order_prefix": "?", "languages": "zz"},
            ["name", "return_days", "max_quantity", "order_prefix", "languages"],
        ),
        (
            "/admin/settings",
            {"support_refund_cap": "dear", "return_days": "many", "languages": "en\nzz"},
            ["support_refund_cap", "return_days", "languages"],
        ),
        ("/admin/inventory/KURTA", {"delta": "", "reason": ""}, ["delta", "reason"]),
    ],
    ids=["product", "settings", "settings-money", "stock"],
)
async def test_all_that_is_wrong_is_told_at_once(admin: Browser, path: str, form: dict[str, str], fields: list[str]):
    found, _ = await told(admin, path, form)
    assert sorted(found) == sorted(fields)


async def test_staff_read_it_in_their_language(app: RunningApp, admin: Browser):
    await save_settings(app.shop, "core", {"languages": ["en", "hi"]})
    await admin.get("/admin/settings?lang=hi")
    _, html = await told(admin, "/admin/settings", {"return_days": "many", "max_quantity": "0", "order_prefix": "?"})
    for words in ("पूर्ण संख्या लिखें।", "1 या उससे ज़्यादा लिखें।", "यह माँगे गए रूप में नहीं लिखा है।"):
        assert html.count(words) == 2, "at the top and at the field"
