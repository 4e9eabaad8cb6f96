"""What the module adds in a real browser: answers swapped in place, nothing lost, nothing sent twice."""

import asyncio
import json
import mimetypes
import os
import re
import shutil
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import async_playwright, expect

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SHOP = "http://shop.test"
CARD = {
    "name": "card",
    "label": "Gift card",
    "hint": "",
    "max_length": 10,
    "pattern": "",
    "required": False,
    "multiline": True,
}
expect.set_options(timeout=60_000)

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(
        CHROMIUM is None and not os.environ.get("CI"),
        reason="NO CHROMIUM: THE BROWSER TESTS DID NOT RUN (apt-get install chromium)",
    ),
]


class Shop:
    """Answers a browser's requests with rendered pages; `held` keeps an answer back until it is set."""

    def __init__(self, theme, cases):
        self.theme = theme
        self.cases = cases
        self.sent = []
        self.held = {}
        self.broken = ""
        self.quantity = 2
        self.total = 503720

    async def answer(self, route):
        address = urlsplit(route.request.url)
        if address.path.startswith("/static/"):
            file = self.theme.folder / "static" / address.path.removeprefix("/static/")
            body = b"throw new Error('broken');" if file.name == self.broken else file.read_bytes()
            await route.fulfill(body=body, content_type=mimetypes.guess_type(file.name)[0])
            return
        body = {name: values[0] for name, values in parse_qs(route.request.post_data or "").items()}
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        if route.request.method == "POST":
            self.sent.append((address.path, body))
        html = await self.page(address.path, query, body)
        if wait := self.held.get(query.get("opt.size") or query.get("q") or route.request.method):
            await wait.wait()
        await route.fulfill(body=html, content_type="text/html; charset=utf-8")

    async def page(self, path, query, body):
        places = {
            "/product": lambda: self.product(query.get("opt.size", "M")),
            "/search": lambda: self.suggestions(query["q"]),
            "/cart/items/": lambda: self.cart(body),
            "/cart/items": lambda: self.theme.render(*self.cases["cart-added"]),
            "/cart": lambda: self.cart(body),
            "/pin/": self.place,
            "/category": lambda: self.listing(query),
            "/account": lambda: self.theme.render(*self.cases["addresses"]),
        }
        found = (answer for start, answer in places.items() if path.startswith(start))
        return await next(found, lambda: self.checkout(body))()

    async def place(self):
        return json.dumps({"city": "Mysuru", "state": "Karnataka", "states": ["Karnataka"]})

    async def suggestions(self, q):
        found = {"categories": [{"name": "Sarees", "url": "/category/sarees"}], "products": []}
        return await self.theme.render(
            "partials/suggestions.html", {**self.cases["home"][1], "q": q, "suggestions": found}
        )

    async def checkout(self, body):
        template, context = self.cases["checkout"]
        values = {**context["form"]["values"], **body} if body else {}
        form = {"values": values, "errors": {}, "summary": []}
        return await self.theme.render(template, {**context, "form": form, "expected_total": self.total})

    async def product(self, size):
        template, context = self.cases["product"]
        sizes = [{**value, "selected": value["value"] == size} for value in context["option_groups"][1]["values"]]
        groups = [context["option_groups"][0], {**context["option_groups"][1], "values": sizes}]
        chosen = {**context["selected"], "sku": f"SAR-{size}"}
        return await self.theme.render(template, {**context, "option_groups": groups, "selected": chosen})

    async def listing(self, query):
        template, context = self.cases["listing"]
        number = int(query.get("page", "1"))
        cards = [{**card, "name": f"{card['name']}, page {number}"} for card in context["products"]]
        chosen = [{"label": query["in_stock"], "remove_url": "/category/clothing"}] if "in_stock" in query else []
        shown = {"products": cards, "page_number": number, "next_url": f"?page={number + 1}", "chips": chosen}
        return await self.theme.render(template, {**context, **shown, "total": 72})

    async def cart(self, body):
        self.quantity = int(body.get("quantity", self.quantity))
        template, context = self.cases["cart"]
        first, second = context["cart"]["items"]
        cart = {**context["cart"], "items": [{**first, "quantity": self.quantity}, second]}
        return await self.theme.render(template, {**context, "cart": cart, "cart_count": self.quantity})


@pytest.fixture
def shop(storefront, cases):
    return Shop(storefront, cases)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser():
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"], timeout=120_000
        )
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="module")
async def open_page(browser, shop):
    """Opens a page of the shop in a window of its own."""
    contexts = []

    async def open_one(path, *, javascript=True, width=390):
        size = {"width": width, "height": 844}
        context = await browser.new_context(java_script_enabled=javascript, viewport=size)
        context.set_default_timeout(60_000)
        contexts.append(context)
        await context.route("**/*", shop.answer)
        page = await context.new_page()
        await page.goto(f"{SHOP}{path}")
        return page

    yield open_one
    for context in contexts:
        await context.close()


async def test_a_choice_is_swapped_in_and_keeps_focus(open_page):
    page = await open_page("/product/saree")
    await page.get_by_text("L", exact=True).click()
    await expect(page.locator("[name=sku]")).to_have_value("SAR-L")
    await expect(page).to_have_url(f"{SHOP}/product/saree?pin=560001&opt.colour=Indigo&opt.size=L")
    await expect(page.get_by_role("radio", name="L", exact=True)).to_be_focused()


async def test_a_late_answer_never_wins(open_page, shop):
    page = await open_page("/product/saree")
    shop.held["S"] = asyncio.Event()
    async with page.expect_event("requestfailed") as cancelled:
        await page.get_by_text("S", exact=True).click()
        await page.get_by_text("L", exact=True).click()
    shop.held["S"].set()
    assert "opt.size=S" in (await cancelled.value).url
    await expect(page.locator("[name=sku]")).to_have_value("SAR-L")


async def test_a_press_while_the_choice_is_coming_buys_the_new_choice(open_page, shop):
    page = await open_page("/product/saree")
    shop.held["S"] = asyncio.Event()
    await page.get_by_text("S", exact=True).click()
    await page.get_by_role("button", name="Add to cart").click()
    await expect(page.get_by_role("status")).to_have_text("Updating …")
    assert shop.sent == []
    shop.held["S"].set()
    await expect(page.get_by_role("dialog", name="Added to cart")).to_be_visible()
    assert [body["sku"] for _, body in shop.sent] == ["SAR-S"]


@pytest.mark.parametrize("total", ["same", "other"])
async def test_an_order_pressed_during_an_update_is_placed_at_the_shown_total_only(open_page, shop, total):
    page = await open_page("/checkout")
    shop.held["POST"] = asyncio.Event()
    await page.get_by_label("PIN code").fill("570001")
    shop.total += 0 if total == "same" else 5000
    await page.get_by_role("button", name="Pay ₹").click()
    shop.held["POST"].set()
    if total == "other":
        await expect(page.get_by_role("status")).to_have_text("The total has changed. Check it and press again.")
        assert [body["action"] for _, body in shop.sent] == ["update"]
        await page.get_by_role("button", name="Pay ₹").click()
    await page.wait_for_function("() => document.referrer !== ''")
    assert [body["action"] for _, body in shop.sent] == ["update", "place"]
    assert shop.sent[-1][1]["expected_total"] == str(shop.total)


async def test_an_update_pressed_during_an_update_is_asked_again(open_page, shop):
    page = await open_page("/checkout", width=1280)
    shop.held["POST"] = asyncio.Event()
    await page.get_by_label("PIN code").fill("570001")
    await page.get_by_label("Full name").fill("Asha Rao")
    await page.get_by_role("button", name="Update delivery").click()
    await expect(page.get_by_role("status")).to_have_text("Updating …")
    shop.held["POST"].set()
    await expect(page.get_by_role("status")).to_have_text("")
    while len(shop.sent) < 2:
        await page.wait_for_event("requestfinished")
    assert [body["action"] for _, body in shop.sent] == ["update", "update"]
    assert shop.sent[-1][1]["name"] == "Asha Rao"


async def test_a_form_is_sent_once(open_page):
    page = await open_page("/checkout")
    stopped = await page.evaluate(
        """() => {
          const stopped = [];
          addEventListener("submit", (event) => { stopped.push(event.defaultPrevented); event.preventDefault(); });
          const button = document.querySelector(".checkout__pay .button--primary");
          button.click();
          button.click();
          return stopped;
        }"""
    )
    assert stopped == [False, True]


async def test_what_goes_into_the_cart_is_shown_without_leaving(open_page, shop):
    page = await open_page("/product/saree")
    shop.held["POST"] = asyncio.Event()
    await page.get_by_role("button", name="Add to cart").first.dblclick()
    shop.held["POST"].set()
    dialog = page.get_by_role("dialog", name="Added to cart")
    await expect(dialog.get_by_text("Colour: Indigo")).to_be_visible()
    assert [path for path, _ in shop.sent] == ["/cart/items"]
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_role("button", name="Add to cart").first).to_be_focused()
    await expect(page).to_have_url(f"{SHOP}/product/saree")


async def test_what_was_written_for_an_item_is_counted_and_stays_when_another_size_is_chosen(open_page, shop):
    shop.cases["product"][1]["product"]["line_properties"] = [CARD]
    page = await open_page("/product/saree")
    await page.get_by_label("Gift card").fill(" Happy\nDiwali 🪔")
    await expect(page.locator(".field__count--over")).to_have_text("14 / 10")
    await page.get_by_text("L", exact=True).click()
    await expect(page.locator("[name=sku]")).to_have_value("SAR-L")
    await expect(page.get_by_label("Gift card")).to_have_value(" Happy\nDiwali 🪔")
    await expect(page.locator(".field__count--over")).to_have_text("14 / 10")


async def test_a_thumbnail_shows_its_photograph_and_says_which_one(open_page):
    page = await open_page("/product/saree")
    await page.get_by_role("link", name="Photograph 2 of 3").click()
    await expect(page.locator(".gallery__thumb[aria-current]")).to_have_attribute("href", "#photo-2")
    await expect(page).to_have_url(f"{SHOP}/product/saree")


async def test_suggestions_are_a_combobox_and_a_late_one_never_shows(open_page, shop):
    page = await open_page("/product/saree")
    search = page.get_by_role("combobox", name="Search products")
    shop.held["sar"] = asyncio.Event()
    async with page.expect_event("requestfailed"):
        async with page.expect_request("**/search/suggest?q=sar"):
            await search.fill("sar")
        await search.fill("kurta")
    shop.held["sar"].set()
    await expect(page.get_by_role("option", name="See all for “kurta”")).to_be_visible()
    await expect(page.get_by_role("option", name="See all for “sar”")).to_have_count(0)
    await search.press("ArrowDown")
    await expect(search).to_have_attribute("aria-activedescendant", "suggest-c1")
    await search.press("Escape")
    await expect(search).to_have_attribute("aria-expanded", "false")
    await search.press("ArrowDown")
    await search.press("ArrowUp")
    async with page.expect_request("**/search?q=kurta"):
        await search.press("Enter")


async def test_show_more_puts_the_next_page_below(open_page, shop):
    page = await open_page("/category/clothing")
    before = await page.locator("#results .grid > li").count()
    await page.get_by_role("link", name="Show 24 more").click()
    await expect(page.locator("#results .grid > li")).to_have_count(2 * before)
    await expect(page.locator("[data-shown]")).to_have_text(f"{2 * before} of 72 shown")
    await expect(page.locator("#results .grid > li").nth(before).get_by_role("link")).to_be_focused()
    await expect(page.get_by_role("link", name="Show 24 more")).to_have_attribute("href", "?page=3")


async def test_on_a_wide_screen_a_filter_works_at_once_and_back_undoes_it(open_page):
    page = await open_page("/category/clothing", width=1280)
    await page.get_by_label("In stock").click()  # check() would look at the fresh one, which this shop leaves empty
    await expect(page.get_by_role("link", name="Remove filter: 1")).to_be_visible()
    await expect(page).to_have_url(re.compile(r"/category/clothing\?.*in_stock=1"))
    await expect(page.get_by_label("In stock")).to_be_focused()
    await page.go_back()
    await expect(page.get_by_role("link", name="Remove filter: 1")).to_have_count(0)


async def test_on_a_phone_filters_wait_for_the_button(open_page):
    page = await open_page("/category/clothing")
    await page.locator(".listing__filter").click()
    await page.get_by_label("In stock").check()
    await expect(page).to_have_url(f"{SHOP}/category/clothing#filters")
    await page.get_by_role("button", name="Apply filters").click()
    await expect(page.get_by_role("link", name="Remove filter: 1")).to_be_visible()
    await expect(page.get_by_role("button", name="Apply filters")).to_be_hidden()


async def test_a_pin_code_fills_in_the_address_and_keeps_what_was_written(open_page):
    page = await open_page("/account/addresses")
    await page.get_by_label("PIN code").fill("570001")
    await expect(page.get_by_label("City or town")).to_have_value("Mysuru")
    await page.get_by_label("City or town").fill("Srirangapatna")
    await page.get_by_label("PIN code").fill("570002")
    await expect(page.locator("[name=pin_filled]")).to_have_value("570002")
    await expect(page.get_by_label("City or town")).to_have_value("Srirangapatna")


async def test_the_pin_code_is_answered_in_place(open_page):
    page = await open_page("/product/saree")
    await page.get_by_label("Deliver to PIN code").fill("560001")
    await page.get_by_role("button", name="Check").click()
    await expect(page.get_by_role("status")).to_contain_text("To 560001 by Wed 2 Dec, free.")


@pytest.mark.parametrize("broken", ["storefront.js", "combobox.js", "product.js"])
async def test_a_module_that_fails_takes_nothing_else_with_it(open_page, shop, broken):
    shop.broken = broken
    page = await open_page("/product/saree")
    await page.get_by_role("button", name="Add to cart").first.click()
    await expect(page.locator("#cart, dialog[open]").first).to_be_visible()
    await page.goto(f"{SHOP}/product/saree")
    await page.get_by_role("searchbox").or_(page.get_by_role("combobox", name="Search products")).fill("tea")
    async with page.expect_request("**/search?q=tea"):
        await page.keyboard.press("Enter")


async def test_quick_steps_in_the_cart_arrive_in_order(open_page, shop):
    page = await open_page("/cart")
    shop.held["POST"] = asyncio.Event()
    more = page.get_by_role("button", name="One more").first
    await more.click()
    await more.click()
    await more.click()
    shop.held["POST"].set()
    await expect(page.locator(".header .count")).to_contain_text("5")
    assert [body["quantity"] for _, body in shop.sent] == ["3", "5"]
    await expect(page.get_by_role("button", name="One more").first).to_be_focused()
    await expect(page.get_by_role("status")).not_to_be_empty()


async def test_what_is_typed_and_chosen_meanwhile_stays(open_page, shop):
    page = await open_page("/checkout")
    shop.held["POST"] = asyncio.Event()
    await page.get_by_label("PIN code").fill("570001")
    await page.get_by_label("Express").check()
    await page.get_by_label("City or town").fill("Mysuru")
    await page.evaluate("() => { document.getElementById('checkout-region').dataset.old = 'yes'; }")
    async with page.expect_response(lambda answer: "express" in (answer.request.post_data or "")):
        shop.held["POST"].set()
    await expect(page.locator("#checkout-region:not([data-old])")).to_be_attached()
    await expect(page.get_by_label("City or town")).to_have_value("Mysuru")
    await expect(page.get_by_label("Express")).to_be_checked()
    assert [(body["shipping_method"], body["action"]) for _, body in shop.sent] == [
        ("standard", "update"),
        ("express", "update"),
    ]


async def test_enter_in_the_checkout_prices_again(open_page, shop):
    page = await open_page("/checkout")
    async with page.expect_response("**/checkout"):
        await page.get_by_label("Mobile number").press("Enter")
    assert [body["action"] for _, body in shop.sent] == ["update"]


async def test_without_a_script_a_choice_must_be_sent_before_buying(open_page):
    page = await open_page("/product/saree", javascript=False)
    await page.get_by_text("L", exact=True).click()
    await expect(page.get_by_role("button", name="Add to cart")).to_be_hidden()
    await page.get_by_role("button", name="Update").click()
    await expect(page.get_by_role("button", name="Add to cart")).to_be_visible()
    await expect(page.locator("[name=sku]")).to_have_value("SAR-L")


# -- a choice among very many values ----------------------------------------------------------------------------------

FORTY = [f"Shade {number:02}" for number in range(40)]


@pytest.fixture
def shades(shop, cases):
    """The product with one option of forty values; every other one is sold out."""
    template, context = cases["product"]

    async def product(chosen):
        values = [
            {"value": one, "label": one, "selected": one == chosen, "available": place % 2 == 0, "url": "?"}
            for place, one in enumerate(FORTY)
        ]
        group = {"name": "size", "label": "Shade", "kind": "select", "values": values}
        selected = {**context["selected"], "sku": f"SAR-{chosen[-2:]}"}
        return await shop.theme.render(template, {**context, "option_groups": [group], "selected": selected})

    shop.product = lambda chosen: product(chosen if chosen in FORTY else FORTY[3])


def shown_options(page):
    return page.get_by_role("listbox", name="Shade").get_by_role("option")


async def test_very_many_values_are_searched_by_keyboard(open_page, shades):
    page = await open_page("/product/saree")
    field = page.get_by_role("combobox", name="Shade")
    await expect(field).to_have_value("Shade 03 (sold out)")
    await expect(page.locator("select[data-combobox]")).to_be_hidden()
    await field.focus()
    await expect(field).to_have_attribute("aria-expanded", "false")
    await page.keyboard.press("ArrowDown")
    await expect(field).to_have_attribute("aria-expanded", "true")
    await expect(shown_options(page)).to_have_count(40)
    active = page.locator("[role=option][aria-selected=true]")
    await expect(active).to_have_text("Shade 03 (sold out)")
    await page.keyboard.press("ArrowDown")
    await expect(active).to_have_text("Shade 04")
    await page.keyboard.press("End")
    await expect(active).to_have_text("Shade 39 (sold out)")
    await expect(field).to_have_attribute("aria-activedescendant", await active.get_attribute("id"))
    await page.keyboard.press("Home")
    await expect(active).to_have_text("Shade 00")
    await page.keyboard.press("Escape")
    await expect(field).to_have_attribute("aria-expanded", "false")
    await expect(field).to_have_value("Shade 03 (sold out)")
    await page.keyboard.press("Control+a")
    await page.keyboard.type("shade 2")
    await expect(shown_options(page)).to_have_count(10)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator("[name=sku]")).to_have_value("SAR-21")
    await expect(page).to_have_url(re.compile(r"opt\.size=Shade\+21"))
    await expect(field).to_have_value("Shade 21 (sold out)")
    await expect(field).to_be_focused()
    await expect(field).to_have_attribute("aria-expanded", "false")


async def test_what_matches_nothing_is_said_and_what_was_chosen_stays(open_page, shades):
    page = await open_page("/product/saree")
    field = page.get_by_role("combobox", name="Shade")
    await field.fill("nothing like it")
    await expect(field).to_have_attribute("aria-expanded", "false")
    await expect(page.get_by_role("status")).to_contain_text("Nothing matches")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await expect(field).to_have_value("Shade 03 (sold out)")
    await expect(page.locator("[name=sku]")).to_have_value("SAR-03")


async def test_a_press_chooses_from_the_list_and_no_rule_is_violated(open_page, shades):
    page = await open_page("/product/saree")
    field = page.get_by_role("combobox", name="Shade")
    await page.get_by_text("Shade", exact=True).click()
    await expect(field).to_be_focused()
    await field.click()
    await expect(shown_options(page).first).to_be_visible()
    found = (await Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})).response
    assert [(one["id"], one["nodes"][0]["target"]) for one in found["violations"]] == []
    if folder := os.environ.get("SPOEQ_SHOTS"):
        await page.screenshot(path=f"{folder}/combobox.png")
    await shown_options(page).filter(has_text="Shade 12").click()
    await expect(page.locator("[name=sku]")).to_have_value("SAR-12")
    await expect(field).to_have_value("Shade 12")


async def test_without_a_script_it_is_a_select(open_page, shades):
    page = await open_page("/product/saree", javascript=False)
    await page.get_by_label("Shade").select_option("Shade 30")
    await page.get_by_role("button", name="Update price and stock").click()
    await expect(page.locator("[name=sku]")).to_have_value("SAR-30")
