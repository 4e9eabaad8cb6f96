"""Every page of the admin renders, keeps the design brief's rules of markup, and survives hostile data."""

import re

import pytest

from spoeq_core.web.slots import ADMIN


async def test_page_keeps_the_rules(admin, page_case, audit):
    template, context = page_case
    assert audit(await admin.render(template, context)) == []


async def test_no_data_becomes_markup(admin, page_case):
    template, context = page_case
    html = await admin.render(template, context)
    assert "<b>Chanderi" not in html
    assert "</pre><script>" not in html


async def test_every_class_has_a_rule_and_every_icon_a_drawing(admin, page_case, stylesheet):
    template, context = page_case
    html = await admin.render(template, context)
    used = {name for names in re.findall(r'class="([^"]*)"', html) for name in names.split()}
    plain = {"nav__list", "error-summary__list", "row--is-none", "todo__card--", "tree__item--0", "tag"}
    assert used - stylesheet(admin.folder / "static/admin.css").classes - plain == set()
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (admin.folder / "static/icons.svg").read_text()))
    assert set(re.findall(r"icons\.svg[^#\"]*#([\w-]+)", html)) <= drawn


async def test_one_filled_button_at_most(admin, page_case):
    template, context = page_case
    html = await admin.render(template, context)
    if template not in ("pages/gallery.html",):
        assert html.count("button--primary") <= 1


def test_every_page_has_a_case(admin, cases):
    assert {name for name in admin.templates if name.startswith("pages/")} == {name for name, _ in cases.values()}


async def test_slots_are_printed(admin, cases):
    marks = {name: f"[{name}]" for name in ADMIN}
    printed = "".join([await admin.render(template, context, marks) for template, context in cases.values()])
    assert [name for name in ADMIN if marks[name] not in printed] == []


async def test_enter_in_the_product_form_saves(admin, cases):
    html = await admin.render(*cases["product"])
    form = html[html.index('id="product-form"') :]
    first = re.search(r"<button[^>]*>", form)[0]
    assert 'type="submit"' in first
    assert "name=" not in first


async def test_a_refused_product_keeps_its_rows(admin, cases):
    html = await admin.render(*cases["product-refused"])
    assert 'name="variants-0-mrp" value="ten"' in html
    assert 'name="variants-1-sku" value=""' in html
    assert html.count('name="spec_name"') == 2
    assert 'href="#f-variants-0-mrp"' in html
    assert len(re.findall(r'name="category_ids" value="c[13]" checked', html)) == 2
    assert 'name="variants-0-options-colour" value="Indigo"' in html


async def test_the_sku_of_a_stored_variant_stays(admin, cases):
    html = await admin.render(*cases["product"])
    assert re.search(r'name="variants-0-sku" value="SAR-IND-S"[^>]*readonly', html)
    assert 'name="variants-0-mrp" value="3499"' in html
    assert 'name="variants-0-sale" value="2499.50"' in html


async def test_a_stored_secret_is_never_shown(admin, cases):
    template, context = cases["plugin"]
    secret = {**context["fields"][-1], "value": "hunter2"}
    html = await admin.render(template, {**context, "fields": [secret]})
    assert "hunter2" not in html
    assert "A value is kept" in html


@pytest.mark.parametrize(
    ("permission", "case", "mark"),
    [
        ("orders.fulfil", "order", "/shipments"),
        ("orders.manage", "order", "/notes"),
        ("inventory.manage", "stock", 'name="delta"'),
        ("catalog.manage", "product", "data-save-bar"),
    ],
)
async def test_staff_see_only_what_they_may_do(admin, cases, permission, case, mark):
    template, context = cases[case]
    rest = [name for name in context["staff"]["permissions"] if name != permission]
    assert mark in await admin.render(template, context)
    assert mark not in await admin.render(template, {**context, "staff": {**context["staff"], "permissions": rest}})


async def test_the_page_one_is_on_is_marked(admin, cases):
    html = await admin.render(*cases["orders"])
    assert re.search(r'href="/admin/orders" aria-current="page"', html)
