"""The mails of an order say what it is, what is to pay, and where to follow it."""

import re

import pytest

TRACK = "https://anand.example/track/AN-10042?token=t"


@pytest.fixture
def letter(cases):
    _, context = cases["tracking"]
    return {"shop": context["shop"], "order": context["order"], "shipments": context["shipments"], "track_url": TRACK}


@pytest.mark.parametrize("name", ["order_confirmed", "order_shipped"])
async def test_both_forms_say_the_same(storefront, letter, words, name):
    html = await storefront.render(f"email/{name}.html", letter)
    text = await storefront.render(f"email/{name}.txt", letter)
    for said in ("AN-10042", "Chanderi silk-cotton saree", "₹5,037.20", "Anand Handicrafts Private Limited"):
        assert said in words(html), said
        assert said in text, said
    assert f'href="{TRACK}"' in html
    assert TRACK in text


@pytest.mark.parametrize("name", ["order_confirmed.html", "order_shipped.html"])
async def test_nothing_is_loaded_and_nothing_runs(storefront, letter, name):
    html = await storefront.render(f"email/{name}", letter)
    assert not re.search(r"<(script|link|img|style)\b", html)


async def test_names_are_escaped_in_html_and_left_alone_in_text(storefront, letter):
    item = {**letter["order"]["items"][0], "name": "Salt & <pepper>"}
    spicy = {**letter, "order": {**letter["order"], "items": [item]}}
    assert "Salt &amp; &lt;pepper&gt;" in await storefront.render("email/order_confirmed.html", spicy)
    assert "Salt & <pepper>" in await storefront.render("email/order_confirmed.txt", spicy)


async def test_a_paid_order_is_not_asked_for_cash(storefront, letter):
    paid = {**letter, "order": {**letter["order"], "payment": {"status": "paid"}}}
    assert "on delivery" in await storefront.render("email/order_confirmed.txt", letter)
    assert "on delivery" not in await storefront.render("email/order_confirmed.txt", paid)


async def test_text_has_no_runs_of_empty_lines(storefront, letter):
    text = await storefront.render("email/order_confirmed.txt", letter)
    assert "\n\n\n" not in text
