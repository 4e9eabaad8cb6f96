"""Pages in the reader's language: chosen by a link, kept in a cookie, wished by the browser; plugins speak it too."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from babel import localedata
from hypothesis import given, strategies as st

from spoeq_core.kernel.languages import Tongue, catalogue, speaking
from spoeq_core.kernel.messages import counted, message
from spoeq_core.plugins.lifecycle import disable_plugin, enable_plugin, save_settings
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.messages import bring, main, packages
from spoeq_core.testing.texts import texts_of
from spoeq_core.testing.visitors import Browser, shopper_browser, staff_browser
from spoeq_core.web.formats import day, format_amount

ROOT = Path(__file__).parents[2]
INDIAN = sorted(name for name in localedata.locale_identifiers() if name.endswith("_IN"))
GREETER = """
from spoeq_core.sdk import Fragment, Manifest, hookimpl

manifest = Manifest("greeter", "Greeter", "Greets.")


@hookimpl
async def page_fragments(slot, page):
    return [Fragment("greeter/hello.html")] if slot == "header.actions" else []
"""
PO = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


@pytest.fixture
def greeter(tmp_path: Path) -> ModuleType:
    """A plugin with a template and a catalogue of its own."""
    package = tmp_path / "spoeq_greeter"
    write(package / "plugin.py", GREETER)
    write(package / "templates" / "greeter" / "hello.html", '<b>{{ _("Good day, neighbour") }}</b>')
    catalogue_path = package / "locales" / "hi" / "LC_MESSAGES" / "spoeq_greeter.po"
    write(
        catalogue_path,
        PO
        + 'msgid "Good day, neighbour"\nmsgstr "नमस्ते पड़ोसी"\n\nmsgid "Cart"\nmsgstr "थैला"\n'
        + '\nmsgid "Greets."\nmsgstr "अभिवादन करता है।"\n',
    )
    spec = importlib.util.spec_from_file_location("spoeq_greeter_of_a_test", package / "plugin.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
async def running(greeter: ModuleType, servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[RunningApp]:
    async with app_with(greeter, servers=servers, data_dir=tmp_path / "data") as found:
        await save_settings(found.shop, "core", {"languages": ["en", "hi"]})
        yield found


@pytest.fixture
def browser(running: RunningApp) -> Browser:
    return shopper_browser(running)


async def page_of(browser: Browser, path: str, **headers: str) -> Any:
    answer = await browser.client.get(path, headers=headers)
    return answer, await answer.get_data(as_text=True)


async def test_a_link_switches_the_language_and_a_cookie_keeps_it(browser: Browser):
    assert '<html lang="en" dir="ltr"' in await browser.text("/cart")
    switched = await browser.get("/cart?a=1&lang=hi")
    assert (switched.status_code, switched.headers["Location"]) == (303, "/cart?a=1")
    cookie = next(each for each in switched.headers.getlist("Set-Cookie") if each.startswith("spoeq_lang="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    html = await browser.text("/cart")
    assert '<html lang="hi" dir="ltr"' in html
    assert "आपका कार्ट खाली है" in html
    await browser.get("/cart?lang=en")
    assert "Your cart is empty" in await browser.text("/cart")


async def test_who_keeps_no_cookies_gets_the_page_where_it_asked(browser: Browser):
    answer, html = await page_of(browser, "/menu?lang=hi")
    assert answer.status_code == 200
    assert '<html lang="hi"' in html
    assert answer.headers["Content-Language"] == "hi"
    assert "Cookie" in answer.headers["Vary"]


async def test_a_language_that_the_shop_does_not_have_changes_nothing(browser: Browser):
    answer, html = await page_of(browser, "/cart?lang=fr", Cookie="spoeq_lang=../../etc")
    assert answer.status_code == 200
    assert '<html lang="en"' in html


async def test_switching_never_leads_to_another_site(browser: Browser):
    answer = await browser.client.get("//evil.example/?lang=hi", headers={"Cookie": "a=b"})
    assert not answer.headers.get("Location", "/").startswith("//")


async def test_the_browsers_wish_counts_only_where_the_shop_says_so(running: RunningApp):
    wish = {"Accept-Language": "hi-IN,hi;q=0.9,en;q=0.5"}
    _, html = await page_of(shopper_browser(running), "/cart", **wish)
    assert '<html lang="en"' in html
    await save_settings(running.shop, "core", {"languages": ["en", "hi"], "language_from_browser": True})
    answer, html = await page_of(shopper_browser(running), "/cart", **wish)
    assert '<html lang="hi"' in html
    assert "Accept-Language" in answer.headers["Vary"]
    _, html = await page_of(shopper_browser(running), "/cart", **{"Accept-Language": "de"})
    assert '<html lang="en"' in html


async def test_alternates_name_each_language_both_ways(browser: Browser):
    wanted = [("en", "/menu"), ("hi", "/menu?lang=hi"), ("x-default", "/menu")]
    for path, canonical in (("/menu", "/menu"), ("/menu?lang=hi", "/menu?lang=hi")):
        browser.client.cookie_jar.clear()  # type: ignore[union-attr]
        _, html = await page_of(browser, path)
        found = re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="https?://[^/"]+([^"]*)"', html)
        assert [(code, unescape(url)) for code, url in found] == wanted
        own = re.search(r'<link rel="canonical" href="https?://[^/"]+([^"]*)"', html)
        assert own is not None
        assert unescape(own[1]) == canonical


async def test_one_language_needs_no_switch(running: RunningApp, browser: Browser):
    await save_settings(running.shop, "core", {"languages": ["en"]})
    html = await browser.text("/menu")
    assert "hreflang" not in html
    assert "?lang=" not in html


async def test_a_plugins_words_come_and_go_with_it_and_never_outrank_the_theme(running: RunningApp, browser: Browser):
    await enable_plugin(running.shop, "greeter")
    _, html = await page_of(browser, "/menu?lang=hi")
    assert "नमस्ते पड़ोसी" in html
    assert "थैला" not in html
    await disable_plugin(running.shop, "greeter")
    browser.client.cookie_jar.clear()  # type: ignore[union-attr]
    _, html = await page_of(browser, "/menu?lang=hi")
    assert "नमस्ते" not in html
    assert "neighbour" not in html


async def test_staff_read_in_their_language_what_a_plugin_that_is_off_would_do(running: RunningApp):
    await disable_plugin(running.shop, "greeter")
    staff = await staff_browser(running, "admin")
    await staff.get("/admin?lang=hi")
    listed = await staff.text("/admin/plugins")
    assert "अभिवादन करता है।" in listed
    assert "Greets." not in listed
    assert "थैला" not in await staff.text("/cart")


async def test_staff_read_the_themes_form_and_the_audit_log_in_their_language(running: RunningApp):
    admin = await staff_browser(running, "admin")
    await admin.post("/admin/themes/storefront/reset", {"revision": "0"})
    await admin.get("/admin?lang=hi")
    assert "उन ऑर्डरों का जिनका भुगतान दरवाज़े पर होता है" in await admin.text("/admin/settings")
    assert "दिन के रंग" in await admin.text("/admin/themes/storefront")
    assert "प्रोडक्ट की एक पंक्ति" in await admin.text("/admin/themes/storefront/pages/home")
    log = await admin.text("/admin/audit")
    assert "थीम की सेटिंग पहले जैसी की गईं" in log
    assert "Theme settings reset" not in log


async def test_errors_are_said_in_the_readers_language_and_in_english_to_programs(browser: Browser):
    await browser.get("/menu")
    await browser.get("/menu?lang=hi")
    answer = await browser.get("/nowhere")
    assert answer.status_code == 404
    assert "इस पते पर कुछ नहीं है।" in await answer.get_data(as_text=True)
    answer = await browser.client.get("/api/v1/products/nothing", headers={"Accept-Language": "hi"})
    assert not re.search("[\u0900-\u097f]", await answer.get_data(as_text=True))


def test_a_message_keeps_its_values_in_every_language():
    core = (ROOT / "spoeq_core",)
    text = message("A cart takes at most %(n)s codes.", n=5)
    assert text == "A cart takes at most 5 codes."
    assert catalogue(core, "hi").say(text) == "एक कार्ट में अधिकतम 5 कोड लग सकते हैं।"
    assert catalogue(core, "hi").say("100 % of nothing known") == "100 % of nothing known"


def test_counted_messages_take_the_form_for_their_number(tmp_path: Path):
    path = tmp_path / "locales" / "hi" / "LC_MESSAGES" / "a.po"
    write(path, PO + 'msgid "%(n)s bag"\nmsgid_plural "%(n)s bags"\nmsgstr[0] "%(n)s थैला"\nmsgstr[1] "%(n)s थैले"\n')
    said = catalogue((tmp_path,), "hi")
    assert [said.say(counted("%(n)s bag", "%(n)s bags", n)) for n in (1, 3)] == ["1 थैला", "3 थैले"]
    assert [str(counted("%(n)s bag", "%(n)s bags", n)) for n in (1, 3)] == ["1 bag", "3 bags"]


def test_the_choices_of_a_setting_are_said_by_their_labels_or_else_their_names(tmp_path: Path):
    how = 'Literal["by_mail", "smtp"] = Field("smtp", json_schema_extra={"labels": {"smtp": "A server"}}, title="How")'
    write(tmp_path / "spoeq_post" / "settings.py", f"class PostSettings(BaseModel):\n    how: {how}\n")
    assert {found.text for found in texts_of(tmp_path / "spoeq_post")} == {("How",), ("By mail",), ("A server",)}


def test_a_sentence_that_no_catalogue_can_know_is_a_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    package = tmp_path / "spoeq_gadget"
    write(package / "model.py", 'def f(n):\n    raise Invalid.field("n", f"At most {n} pieces.", "range")\n')
    assert main(["--check", str(package)]) == 1
    assert "spoeq_gadget/model.py:2: an f-string cannot be translated: use message(...)" in capsys.readouterr().err
    write(package / "model.py", 'def f(n):\n    raise Invalid.field("n", f"{n}.{n}", "range")\n')
    assert main(["--check", str(package)]) == 0


def test_a_child_themes_words_stand_before_its_parents_and_a_broken_catalogue_is_passed_over(tmp_path: Path):
    for name, word in (("child", "थैला"), ("parent", "कार्ट")):
        write(tmp_path / name / "locales/hi/LC_MESSAGES/a.po", f'{PO}msgid "Cart"\nmsgstr "{word}"\n')
    write(tmp_path / "broken/locales/hi/LC_MESSAGES/a.po", 'msgid "Cart\nmsgstr ')
    found = catalogue((tmp_path / "broken", tmp_path / "child", tmp_path / "parent"), "hi")
    assert found.get("Cart") == "थैला"


@given(st.integers(0, 10**13), st.sampled_from(INDIAN), st.booleans())
def test_rupees_are_grouped_by_lakh_in_every_indian_language(paise: int, locale: str, in_full: bool):
    with speaking(Tongue(locale.partition("_")[0], locale)):
        text = format_amount(paise, "INR", in_full)
    figures = re.sub(r"[^\d,.]", "", text.translate({0x60C: ",", 0x66C: ",", 0x66B: "."}))
    whole, _, rest = figures.partition(".")
    assert re.fullmatch(r"\d{1,3}|\d{1,2}(,\d\d)*,\d{3}", whole), text
    assert int(whole.replace(",", "")) == paise // 100
    assert rest == (f"{paise % 100:02d}" if in_full or paise % 100 else "")


def test_amounts_and_dates_are_written_as_the_reader_writes_them():
    assert format_amount(12_34_56_789_50, "INR") == "₹12,34,56,789.50"
    with speaking(Tongue("hi", "hi_IN")):
        assert format_amount(1_23_456_00, "INR") == "₹1,23,456"
        assert day("2026-11-23") == "23 नव॰ 2026"
    with speaking(Tongue("en", "en_IN", "America/New_York")):
        assert day("2026-11-23T02:00:00+00:00") == "22 Nov 2026"


@pytest.mark.parametrize("package", packages(ROOT), ids=lambda path: path.name)
def test_everything_is_translated_with_its_placeholders(package: Path):
    assert bring(package, "hi", write=False) == []


@pytest.mark.parametrize("sheet", sorted(ROOT.glob("themes/*/*/static/*.css")), ids=lambda path: path.name)
def test_style_sheets_name_no_left_and_no_right(sheet: Path):
    physical = re.findall(
        r"(?:margin|padding|border|inset)-(?:left|right)\b|(?<![-\w])(?:left|right)\s*:|(?:text-align|float)\s*:\s*(?:left|right)"
        r"|(?:border)-(?:top|bottom)-(?:left|right)-radius",
        sheet.read_text("utf-8"),
    )
    assert physical == []
