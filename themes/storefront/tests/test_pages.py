"""Every page of the storefront renders, keeps the design brief's rules of markup, and survives hostile data."""

import gzip
import json
import re

import pytest

from spoeq_core.web.slots import STOREFRONT


async def test_page_keeps_the_rules(storefront, page_case, audit):
    template, context = page_case
    assert audit(await storefront.render(template, context)) == []


async def test_no_data_becomes_markup(storefront, page_case):
    template, context = page_case
    html = await storefront.render(template, context)
    assert "<b>Chanderi" not in html
    assert "<script>alert" not in html


async def test_every_class_has_a_rule_and_every_icon_a_drawing(storefront, page_case, stylesheet):
    template, context = page_case
    html = await storefront.render(template, context)
    used = {name for names in re.findall(r'class="([^"]*)"', html) for name in names.split()}
    plain = {
        "field__list",
        "error-summary__list",
        "filters__form",
        "listing__filter",
        "menu-list__sub",
        "checkout__form",
    }
    assert used - stylesheet(storefront.folder / "static/storefront.css").classes - plain == set()
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (storefront.folder / "static/icons.svg").read_text()))
    assert set(re.findall(r"icons\.svg[^#\"]*#([\w-]+)", html)) <= drawn


def test_every_page_has_a_case(storefront, cases):
    assert {name for name in storefront.templates if name.startswith("pages/")} == {name for name, _ in cases.values()}


async def test_every_slot_is_printed_somewhere(storefront, cases):
    marks = {name: f"[{name}]" for name in STOREFRONT}
    printed = "".join([await storefront.render(template, context, marks) for template, context in cases.values()])
    of_plugins = {"offers.above_list"}  # a plugin's own page prints it
    assert {name for name, mark in marks.items() if mark not in printed} == of_plugins


async def test_a_plugin_may_bring_its_own_form(storefront, cases, audit):
    form = '<form method="post" action="/coupons"><label for="code">Code</label><input id="code" name="code"></form>'
    for case, slot in (("cart", "cart.below_summary"), ("checkout", "checkout.before_submit")):
        html = await storefront.render(*cases[case], {slot: form})
        assert form in html
        assert audit(html) == []


async def test_a_refused_form_says_so_where_it_is_read_first(storefront, cases):
    html = await storefront.render(*cases["checkout-refused"])
    assert "<title>Error: Checkout" in html
    assert html.index('href="#f-postal_code"') < html.index("<h1>")
    assert re.search(r'<div class="error-summary" tabindex="-1" autofocus', html)
    field = re.search(r'<input class="input" id="f-postal_code"[^>]*>', html)[0]
    assert 'aria-invalid="true"' in field
    assert 'aria-describedby="f-postal_code-hint f-postal_code-error"' in field
    assert 'value="5600"' in field


async def test_a_title_says_error_once(storefront, cases):
    template, context = cases["checkout-refused"]
    html = await storefront.render(template, {**context, "page": {**context["page"], "title": "Error: Checkout"}})
    assert "<title>Error: Checkout" in html


async def test_checkout_fields_tell_browser_and_keyboard_what_they_are(storefront, cases):
    html = await storefront.render(*cases["checkout"])
    fields = re.findall(r'<(?:input|select) class="(?:input|select)"[^>]*>', html)
    assert len(fields) > 8
    assert [field for field in fields if "autocomplete=" not in field] == []
    for name, mode in (("phone", "tel"), ("email", "email"), ("postal_code", "numeric")):
        assert f'inputmode="{mode}"' in next(field for field in fields if f'name="{name}"' in field)


async def test_enter_in_a_checkout_field_never_places_the_order(storefront, cases):
    html = await storefront.render(*cases["checkout"])
    inside = html[html.index('id="checkout"') : html.index("</form>", html.index('id="checkout"'))]
    scripted = re.sub(r"<noscript>.*?</noscript>", "", inside, flags=re.DOTALL)
    assert re.findall(r'<button[^>]*name="action" value="(\w+)"', scripted) == ["update"]
    unscripted = re.findall(r'<button[^>]*name="action" value="([\w.]+)"', inside)
    assert unscripted[:2] == ["save", "save.contact"], "Enter saves the section that is open"
    assert re.search(r'<button[^>]*name="action" value="place"[^>]*form="checkout"', html)


async def test_discount_is_floored_and_mrp_is_struck_and_said(storefront, cases, words):
    template, context = cases["product"]
    price = {"mrp": {"amount": 100000, "currency": "INR"}, "sale": {"amount": 33400, "currency": "INR"}}
    html = await storefront.render(template, {**context, "selected": {**context["selected"], "price": price}})
    assert "₹334 Maximum retail price MRP ₹1,000 66% off Inclusive of all taxes" in words(html)
    assert re.search(r'<s class="price__mrp">', html)


async def test_what_is_promised_stands_before_the_button_to_buy(storefront, cases):
    html = await storefront.render(*cases["product"])
    assert html.index('class="promises"') < html.index('id="buy"') < html.index("Sold by")


async def test_a_price_without_discount_shows_no_mrp(storefront, cases, words):
    template, context = cases["product"]
    price = {"mrp": None, "sale": {"amount": 100000, "currency": "INR"}}
    html = await storefront.render(template, {**context, "selected": {**context["selected"], "price": price}})
    assert "% off" not in words(html.split('class="promises"')[0])


async def test_a_sold_out_choice_cannot_be_bought_but_leads_on(storefront, cases, words):
    template, context = cases["product"]
    html = await storefront.render(
        template, {**context, "selected": {**context["selected"], "stock": {"state": "out"}}}
    )
    assert "/cart/items" not in html
    assert "Sold out" in words(html)
    assert "See similar products" in words(html)


async def test_of_many_values_the_sold_out_ones_can_be_chosen_and_say_so(storefront, cases, words):
    html = await storefront.render(*cases["product-many"])
    options = re.findall(r'<option value="(\d+)"( selected)?>([^<]*)</option>', html)
    assert len(options) == 40
    assert options[0] == ("0", "", "Size 0 (sold out)")
    assert options[1] == ("1", " selected", "Size 1")
    assert "₹99,99,99,999" in words(html)


async def test_sixty_lines_and_thousands_of_pieces(storefront, cases, words):
    html = await storefront.render(*cases["cart-sixty"])
    assert len(re.findall(r'<li class="line[ "]', html)) == 60
    assert "(5940 items)" in words(html)
    assert re.search(r'class="count">.*?99\+', html)


async def test_what_a_shopper_reads_of_an_error_is_no_protocol(storefront, cases, words):
    template, context = cases["error"]
    for code, title in {403: "Forbidden", 404: "Not Found", 422: "Unprocessable Entity", 500: "x", 503: "x"}.items():
        html = await storefront.render(template, {**context, "code": code, "title": title})
        heading = words(re.search(r"<h1>(.*?)</h1>", html)[1])
        assert heading != title
        assert f"<title>{heading} –" in html


async def test_a_signed_in_buyer_is_offered_no_account(storefront, cases):
    template, context = cases["confirmation"]
    assert "Keep this order in an account" in await storefront.render(template, context)
    assert "Keep this order in an account" not in await storefront.render(template, {**context, "account_url": ""})


async def test_without_a_choice_the_button_says_what_is_missing(storefront, cases, words):
    template, context = cases["product-unchosen"]
    groups = [
        {**group, "values": [{**v, "selected": False} for v in group["values"]]} for group in context["option_groups"]
    ]
    html = await storefront.render(template, {**context, "option_groups": groups})
    assert "Choose colour and size" in words(html)
    assert "/cart/items" not in html


async def test_lines_of_a_cart_are_changed_by_their_id(storefront, cases):
    html = await storefront.render(*cases["cart"])
    assert re.findall(r'action="(/cart/items/[^"]+)"', html) == ["/cart/items/l-chan", "/cart/items/l-2"]


async def test_what_was_taken_out_can_be_put_back(storefront, cases, audit):
    template, context = cases["cart"]
    gone = {**context["cart"], "removed": {"id": "l-9", "name": "Tea"}}
    html = await storefront.render(template, {**context, "cart": gone})
    assert re.search(r'action="/cart/items/l-9".*?value="restore"', html, re.DOTALL)
    assert audit(html) == []


async def test_a_cart_without_a_total_shows_and_does_not_lead_to_the_checkout(storefront, cases, audit):
    template, context = cases["cart"]
    unpriced = {**context["cart"], "totals": {**context["cart"]["totals"], "grand_total": None}}
    html = await storefront.render(template, {**context, "cart": unpriced})
    assert audit(html) == []
    assert 'href="/checkout"' not in html
    template, context = cases["checkout"]
    quote = {**context["quote"], "totals": unpriced["totals"]}
    assert audit(await storefront.render(template, {**context, "quote": quote})) == []


async def test_rows_of_the_totals_add_up(storefront, cases):
    template, context = cases["order"]
    amounts = {
        "items": 100000,
        "discounts": 10000,
        "shipping": 4900,
        "tax": 5000,
        "rounding": -900,
        "tax_included": 0,
        "grand_total": 104000,
    }
    totals = {name: {"amount": amount, "currency": "INR"} for name, amount in amounts.items()}
    totals["fees"] = [{"label": "COD fee", "amount": {"amount": 5000, "currency": "INR"}}]
    html = await storefront.render(template, {**context, "order": {**context["order"], "totals": totals}})
    rows = re.findall(r"totals__row[^>]*><dt>([^<]*)</dt><dd>(\W*)₹([\d,]+)</dd>", html)
    assert [name for name, _, _ in rows] == ["Items", "Discounts", "Delivery", "COD fee", "Tax", "Rounding", "Total"]
    signed = [-int(text.replace(",", "")) if minus else int(text.replace(",", "")) for _, minus, text in rows]
    assert sum(signed[:-1]) == signed[-1]


async def test_a_product_without_a_price_still_shows(storefront, cases, audit):
    template, context = cases["product-unchosen"]
    bare = {**context["product"], "price": None, "variants": []}
    assert audit(await storefront.render(template, {**context, "product": bare, "option_groups": []})) == []


async def test_structured_data_cannot_be_left(storefront, cases):
    template, context = cases["product"]
    evil = "</script><script>alert(1)</script>"
    html = await storefront.render(template, {**context, "page": {**context["page"], "structured": [{"name": evil}]}})
    data = re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)[1]
    assert json.loads(data) == {"name": evil}


async def test_the_head_tells_those_who_show_a_link(storefront, cases, audit):
    template, context = cases["product"]
    head = {
        "open_graph": [("og:title", 'A "fine" saree'), ("og:image", "https://anand.example/media/1.jpg")],
        "alternates": [{"language": "hi-IN", "url": "https://anand.example/hi/product/saree"}],
    }
    html = await storefront.render(template, {**context, "page": {**context["page"], **head}})
    assert audit(html) == []
    assert '<meta property="og:title" content="A &#34;fine&#34; saree">' in html
    assert '<link rel="alternate" hreflang="hi-IN" href="https://anand.example/hi/product/saree">' in html


async def test_a_list_of_24_fits_the_budget(storefront, cases):
    template, context = cases["listing"]
    html = await storefront.render(template, {**context, "products": context["products"] * 4})
    assert len(gzip.compress(html.encode())) <= 25 * 1024


@pytest.mark.parametrize(
    ("case", "kilobytes"), [("home", 25), ("product", 25), ("product-many", 25), ("cart", 18), ("checkout", 18)]
)
async def test_a_page_fits_its_budget(storefront, cases, case, kilobytes):
    html = await storefront.render(*cases[case])
    assert len(gzip.compress(html.encode())) <= kilobytes * 1024


async def test_scheme_and_language_are_on_the_document(storefront, cases):
    template, context = cases["home"]
    html = await storefront.render(template, {**context, "scheme": "dark", "lang": "hi"})
    assert '<html lang="hi" dir="ltr" data-scheme="dark">' in html


async def test_pages_of_one_visitor_are_not_indexed(storefront, cases):
    for case in ("cart", "search", "account", "order", "login"):
        assert '<meta name="robots" content="noindex">' in await storefront.render(*cases[case]), case


async def test_a_checkout_of_many_lines_keeps_the_button_near(storefront, cases):
    template, context = cases["checkout"]
    cart = context["cart"]
    line = cart["items"][0]
    few = await storefront.render(template, {**context, "cart": {**cart, "items": [line] * 8}})
    many = await storefront.render(template, {**context, "cart": {**cart, "items": [line] * 60}})
    assert "more items" not in few
    before, after = many.split("Show 55 more items")
    assert '<details class="disclosure">' in before[-80:]
    assert after[: after.index("</details>")].count(line["name"]) >= 55
