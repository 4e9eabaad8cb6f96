"""Staff choose a theme, set it, preview it and arrange its pages; nobody else sees what is only tried."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from quart import Response
from werkzeug.datastructures import FileStorage

from spoeq_core.plugins.lifecycle import configuration_of
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.visitors import SAME_SITE, Browser, shopper_browser, staff_browser
from spoeq_core.web.themes import Themes, discover_themes
from spoeq_core.web.themes.choices import choices_of
from spoeq_core.web.theming import THEMING, note_fault
from tests.shopping import sell, stock_up

STORE = "/admin/themes/storefront"
HOME = f"{STORE}/pages/home"
READABLE = "#5B2333"


@pytest.fixture
async def running(servers: tuple[str, str], tmp_path: Path, write_theme: Any) -> AsyncIterator[RunningApp]:
    """A shop with one product and two child themes, one of which is broken."""
    found = discover_themes()
    named = {name: found.get(name) for name in ("storefront", "admin")}
    named["plain"] = write_theme("plain", extends="storefront")
    named["torn"] = write_theme(
        "torn",
        {"templates/pages/cart.html": "{% if %}", "templates/pages/home.html": "{{ nobody.knows }}"},
        extends="storefront",
    )
    themes = Themes(named, {"lost": "theme.toml of lost cannot be read"})
    async with app_with(servers=servers, data_dir=tmp_path / "data", themes=themes) as app:
        await sell(app.shop, await stock_up(app.shop))
        yield app


@pytest.fixture
async def boss(running: RunningApp) -> Browser:
    return await staff_browser(running, "admin")


@pytest.fixture
def visitor(running: RunningApp) -> Browser:
    return shopper_browser(running)


def settings_of(html: str) -> dict[str, str]:
    """What the form of a theme would send if nobody touched it."""
    form = html[html.index('id="theme-form"') :]
    form = form[: form.index("</form>")]
    sent = {}
    for tag in re.findall(r"<input [^>]*>", form):
        given = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if given.get("type") != "file" and (given.get("type") != "checkbox" or " checked" in tag):
            sent[given["name"]] = given.get("value", "")
    sent |= {name: "" for name in re.findall(r'<textarea[^>]*name="([^"]+)"', form)}
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        sent[name] = chosen[1] if chosen else ""
    return sent


async def text(answer: Response) -> str:
    return str(await answer.get_data(as_text=True))


async def sheet(browser: Browser, page: str = "/") -> str:
    found = re.search(r'href="(/static/storefront/vars\.css\?v=\w+)"', await browser.text(page))
    return await browser.text(found[1]) if found else ""


async def save(boss: Browser, **settings: str) -> Response:
    sent = settings_of(await boss.text(STORE))
    return await boss.post(STORE, {**sent, **{f"setting.{name}": value for name, value in settings.items()}})


async def said(boss: Browser) -> str:
    """The banner of the next page."""
    html = await boss.text("/admin/themes")
    return " ".join(re.findall(r'<div class="banner__body">([^<]*)', html.split("page-head")[0]))


# -- which there are --------------------------------------------------------------------------------------------------


async def test_the_list_says_what_is_active_and_what_is_wrong(running: RunningApp, boss: Browser):
    await note_fault(running.shop, "plain", "pages/home.html", ValueError("seen"))
    html = await boss.text("/admin/themes")
    assert html.count(">Active<") == 2
    assert "the template pages/cart.html cannot be read" in html
    assert "lost cannot be read and is set aside" in html
    assert "pages/home.html: ValueError: seen" in html


async def test_a_theme_is_activated_at_once(boss: Browser, visitor: Browser):
    answer = await boss.post("/admin/themes/plain/activate")
    assert answer.status_code == 303
    assert "/static/plain/storefront.css" in await visitor.text("/")


async def test_a_theme_that_breaks_the_contract_is_refused_with_the_reason(boss: Browser, visitor: Browser):
    await boss.post("/admin/themes/torn/activate")
    assert "cannot be shown: the template pages/cart.html cannot be read" in await said(boss)
    assert "/static/storefront/storefront.css" in await visitor.text("/")


async def test_where_a_child_fails_its_parents_page_is_shown_and_staff_are_told(
    running: RunningApp, boss: Browser, visitor: Browser
):
    await boss.post("/admin/settings", {"storefront_theme": "torn", "name": "Shop"})
    html = await visitor.text("/")
    assert '<section class="hero' in html
    assert "UndefinedError: &#39;nobody&#39; is undefined" in await boss.text("/admin/themes")


@pytest.mark.parametrize("path", ["/admin/themes", STORE, HOME, f"{HOME}/hero", "/admin/themes/nobody"])
async def test_only_who_may_change_settings_gets_in(running: RunningApp, path: str):
    clerk = await staff_browser(running, "support")
    assert (await clerk.get(path)).status_code == 403
    assert (await clerk.post(path)).status_code in {403, 405}
    assert (await shopper_browser(running).get(path)).status_code == 303


@pytest.mark.parametrize(
    "path", ["/admin/themes/nobody", "/admin/themes/nobody/pages/home", f"{STORE}/pages/cart", f"{HOME}/gone"]
)
async def test_what_is_not_there_is_not_found(boss: Browser, path: str):
    assert (await boss.get(path)).status_code == 404
    assert (await boss.post(path, {"action": "up"})).status_code == 404


# -- settings ---------------------------------------------------------------------------------------------------------


async def test_settings_are_saved_and_shown_to_everybody(running: RunningApp, boss: Browser, visitor: Browser):
    assert await sheet(visitor) == ""
    answer = await save(boss, accent=READABLE, font_heading="sans", announcement="Free delivery", menu="New | /new")
    assert answer.status_code == 303, await text(answer)
    css = await sheet(visitor)
    assert f"--c-accent:{READABLE};" in css
    assert "--c-accent-hover:" in css
    assert "--c-bg:" not in css
    html = await visitor.text("/")
    assert "Free delivery" in html
    assert 'href="/new"' in html
    assert set(choices_of(running.shop, "storefront").settings) == {"accent", "font_heading", "announcement", "menu"}


async def test_a_pair_of_colours_that_cannot_be_read_is_refused_by_name_and_ratio(boss: Browser, visitor: Browser):
    answer = await save(boss, accent="#8899BB", announcement="Kept")
    html = await text(answer)
    assert answer.status_code == 422
    assert re.search(r"Accent #8899BB on Page #FBFAF7 \(light\): \d\.\d\d to 1; 4\.5 to 1 is needed", html)
    assert 'href="#f-setting.accent"' in html
    assert 'value="#8899BB"' in html, "what was entered stays"
    assert 'value="Kept"' in html
    assert await sheet(visitor) == ""


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("accent", "red", "Enter a colour like #1F4172."),
        ("corner", "900", "Enter a number from 0 to 20."),
        ("font_body", "Comic", "There is no font"),
        ("announcement_url", "javascript:alert(1)", "Enter a path of this shop"),
        ("menu", "No link", "Write each link as: Words | /address"),
        ("announcement", "x" * 121, "At most 120 characters"),
    ],
)
async def test_wrong_settings_are_refused_in_words(boss: Browser, name: str, value: str, says: str):
    answer = await save(boss, **{name: value})
    assert answer.status_code == 422
    assert says in await text(answer)


async def test_what_somebody_else_saved_meanwhile_is_not_overwritten(boss: Browser, running: RunningApp):
    sent = settings_of(await boss.text(STORE))
    await save(boss, announcement="First")
    answer = await boss.post(STORE, {**sent, "setting.announcement": "Second"})
    assert answer.status_code == 409
    html = await text(answer)
    assert "Somebody else changed this theme" in html
    assert 'value="Second"' in html
    assert choices_of(running.shop, "storefront").settings["announcement"] == "First"
    again = await boss.post(STORE, {**settings_of(html), "setting.announcement": "Second"})
    assert again.status_code == 303


async def test_rich_text_is_cleaned(boss: Browser, visitor: Browser):
    await save(boss, footer_about="<p>We weave.</p><script>alert(1)</script><img src=x onerror=y>")
    html = await visitor.text("/")
    assert "<p>We weave.</p>" in html
    assert "alert(1)" not in html
    assert "onerror" not in html


async def test_a_logo_is_uploaded_kept_and_taken_away(boss: Browser, visitor: Browser):
    picture = io.BytesIO()
    Image.new("RGB", (320, 80), "navy").save(picture, "PNG")
    sent = settings_of(await boss.text(STORE))
    upload = FileStorage(io.BytesIO(picture.getvalue()), "logo.png", "setting.logo", "image/png")
    answer = await boss.client.post(STORE, form=sent, files={"setting.logo": upload}, headers=SAME_SITE)
    assert answer.status_code == 303, await text(answer)
    source = re.search(r'<img class="logo__image" src="([^"]+)"', await visitor.text("/"))
    assert source is not None
    assert (await visitor.get(source[1])).status_code == 200
    await save(boss, announcement="Later")
    assert "logo__image" in await visitor.text("/")
    await save(boss, **{"logo.remove": "1"})
    assert "logo__image" not in await visitor.text("/")


async def test_what_is_no_picture_is_refused(boss: Browser):
    sent = settings_of(await boss.text(STORE))
    upload = FileStorage(io.BytesIO(b"<svg/>"), "logo.svg", "setting.logo", "image/svg+xml")
    answer = await boss.client.post(STORE, form=sent, files={"setting.logo": upload}, headers=SAME_SITE)
    assert answer.status_code == 422


async def test_all_settings_go_back_to_the_themes_own(boss: Browser, visitor: Browser, running: RunningApp):
    await save(boss, accent=READABLE)
    revision = choices_of(running.shop, "storefront").revision
    await boss.post(f"{STORE}/reset", {"revision": str(revision)})
    assert await sheet(visitor) == ""


async def test_the_sheet_is_kept_for_ever_only_under_its_own_hash(boss: Browser, visitor: Browser):
    await save(boss, accent=READABLE)
    html = await visitor.text("/")
    address = re.search(r'href="(/static/storefront/vars\.css\?v=\w+)"', html)
    assert address is not None
    assert (await visitor.get(address[1])).headers["Cache-Control"] == "public, max-age=31536000, immutable"
    for wrong in ("/static/storefront/vars.css", "/static/storefront/vars.css?v=0"):
        assert (await visitor.get(wrong)).headers["Cache-Control"] == "no-cache"
    assert (await visitor.get("/static/nobody/vars.css")).status_code == 404
    assert "style=" not in html
    assert "<style" not in html


async def test_another_process_follows_when_it_hears_of_it(
    running: RunningApp, boss: Browser, servers: tuple[str, str], tmp_path: Path
):
    """The other process polls the epoch, as for plugins; here it is told to look."""
    settings = running.shop.settings.model_dump(include={"mongodb_database", "redis_prefix", "secret_key"})
    async with app_with(servers=servers, data_dir=tmp_path / "other", **settings) as other:
        visitor = shopper_browser(other)
        assert await sheet(visitor) == ""
        await save(boss, accent=READABLE)
        assert await configuration_of(other.shop)._is_stale(sure=False)
        await configuration_of(other.shop).refresh()
        assert f"--c-accent:{READABLE};" in await sheet(visitor)


async def test_a_stored_setting_that_is_none_any_more_is_named_and_the_default_used(
    running: RunningApp, boss: Browser, visitor: Browser
):
    await save(boss, accent=READABLE, announcement="Still here")
    configuration = configuration_of(running.shop)
    state = await configuration.states.read()
    state.themes["storefront"]["settings"]["accent"] = "blue"
    await configuration.publish(await configuration.states.write(state))
    html = await visitor.text("/")
    assert "Still here" in html
    assert "vars.css" not in html
    assert "storefront, Accent: &#39;blue&#39; is not used" in await boss.text(STORE)


# -- previews ---------------------------------------------------------------------------------------------------------


async def preview(boss: Browser, **settings: str) -> Response:
    sent = settings_of(await boss.text(STORE))
    changed = {f"setting.{name}": value for name, value in settings.items()}
    return await boss.post(f"{STORE}/preview", {**sent, **changed})


async def test_a_preview_is_seen_by_who_made_it_and_by_nobody_else(boss: Browser, visitor: Browser):
    answer = await preview(boss, accent=READABLE, announcement="Only for me")
    assert answer.headers["Location"] == f"{STORE}?preview=1"
    mine = await boss.text("/")
    assert "Only for me" in mine
    assert "Preview: only you see the shop like this." in mine
    assert f"--c-accent:{READABLE};" in await sheet(boss)
    assert "Only for me" not in await visitor.text("/")
    assert await sheet(visitor) == ""


async def test_a_previewed_page_is_framed_by_the_admin_and_kept_by_nobody(boss: Browser, visitor: Browser):
    await preview(boss, announcement="Only for me")
    seen = (await boss.get("/")).headers
    assert seen["Cache-Control"] == "private, no-store"
    assert "frame-ancestors 'self'" in seen["Content-Security-Policy"]
    assert seen["X-Frame-Options"] == "SAMEORIGIN"
    address = re.search(r"/static/storefront/vars\.css\?v=\w+", await boss.text("/"))
    assert address is None or (await boss.get(address[0])).headers["Cache-Control"] == "private, no-store"
    editor = await boss.get(f"{STORE}?preview=1")
    assert "frame-src 'self'" in editor.headers["Content-Security-Policy"]
    html = await text(editor)
    assert 'value="Only for me"' in html
    assert '<iframe class="theme-editor__frame"' in html
    assert "frame-ancestors 'none'" in (await visitor.get("/")).headers["Content-Security-Policy"]


async def test_a_preview_that_is_saved_is_everybodys(boss: Browser, visitor: Browser):
    await preview(boss, announcement="Tried")
    sent = settings_of(await boss.text(f"{STORE}?preview=1"))
    assert sent["setting.announcement"] == "Tried"
    await boss.post(STORE, sent)
    assert "Tried" in await visitor.text("/")


async def test_another_theme_is_previewed_before_it_is_activated(boss: Browser, visitor: Browser):
    answer = await boss.post("/admin/themes/plain/preview")
    assert answer.headers["Location"] == "/"
    assert "/static/plain/" in await boss.text("/")
    assert "/static/plain/" not in await visitor.text("/")
    await boss.post("/preview/stop")
    assert "/static/plain/" not in await boss.text("/")


async def test_a_stolen_cookie_without_the_session_shows_nothing(boss: Browser, running: RunningApp):
    await preview(boss, announcement="Only for me")
    cookie = next(c.value for c in boss.client.cookie_jar or () if c.name == "spoeq_preview")
    thief = shopper_browser(running)
    for value in ("x", cookie[:-2], "storefront"):
        thief.client.set_cookie("localhost", "spoeq_preview", value)
        assert "Only for me" not in await thief.text("/")
    await boss.post("/admin/logout")
    thief.client.set_cookie("localhost", "spoeq_preview", cookie)
    assert "Only for me" not in await thief.text("/")


async def test_a_live_preview_answers_in_json(boss: Browser):
    sent = {**settings_of(await boss.text(STORE)), "live": "1"}
    good = await boss.post(f"{STORE}/preview", {**sent, "setting.announcement": "Live"})
    assert (good.status_code, await good.get_json()) == (200, {})
    assert "Live" in await boss.text("/")
    bad = await boss.post(f"{STORE}/preview", {**sent, "setting.accent": "#999999"})
    assert bad.status_code == 422
    assert "to 1 is needed" in (await bad.get_json())["problems"][0]


async def test_a_theme_of_the_admin_is_not_previewed(boss: Browser):
    assert (await boss.post("/admin/themes/admin/preview")).status_code == 409


# -- pages ------------------------------------------------------------------------------------------------------------


async def arrange(boss: Browser, running: RunningApp, path: str = HOME, **form: str) -> Response:
    revision = str(choices_of(running.shop, "storefront").revision)
    return await boss.post(path, {"revision": revision, **form})


def order(html: str) -> list[str]:
    return re.findall(r'aria-label="Remove: ([^"]+)"', html)


async def test_sections_are_moved_removed_undone_and_reset(boss: Browser, running: RunningApp, visitor: Browser):
    shipped = order(await boss.text(HOME))
    await arrange(boss, running, action="up", section="best")
    assert order(await boss.text(HOME)) == [shipped[0], shipped[2], shipped[1], *shipped[3:]]
    await arrange(boss, running, action="remove", section="hero")
    html = await visitor.text("/")
    assert '<section class="hero' not in html
    assert html.count("<h1") == 1
    await arrange(boss, running, action="undo")
    assert '<section class="hero' in await visitor.text("/")
    await arrange(boss, running, action="reset")
    assert order(await boss.text(HOME)) == shipped
    await arrange(boss, running, action="undo")
    assert order(await boss.text(HOME)) != shipped


async def test_a_section_is_added_and_set(boss: Browser, running: RunningApp, visitor: Browser):
    await arrange(boss, running, action="add", type="text")
    (path,) = re.findall(rf'href="({HOME}/[0-9A-Z]{{26}})"', await boss.text(HOME))
    setting = {"setting.title": "About us", "setting.text": "We weave.\n\n<i>Slowly</i>"}
    answer = await arrange(boss, running, path, action="save", **setting)
    assert answer.status_code == 303
    html = await visitor.text("/")
    assert "About us</h2>" in html
    assert "<i>Slowly</i>" in html


async def test_a_row_of_products_follows_its_settings(boss: Browser, running: RunningApp, visitor: Browser):
    assert "Most loved" in await visitor.text("/")
    sent = {"setting.title": "Ours", "setting.sort": "newest", "setting.count": "2", "setting.url": "/products"}
    refused = await arrange(boss, running, f"{HOME}/best", action="save", **sent, **{"setting.collection": "gone"})
    assert refused.status_code == 422
    html = await text(refused)
    assert "There is no category gone." in html
    assert 'value="Ours"' in html
    await arrange(boss, running, f"{HOME}/best", action="save", **sent)
    shown = await visitor.text("/")
    assert "Ours</h2>" in shown
    assert "Most loved" not in shown


async def test_blocks_are_added_set_moved_and_removed(boss: Browser, running: RunningApp, visitor: Browser):
    trust = f"{HOME}/trust"
    await arrange(boss, running, trust, action="add", type="point")
    (block,) = set(re.findall(r'name="block" value="([0-9A-Z]{26})"', await boss.text(trust)))
    sent = {f"{block}.setting.title": "Made in Jaipur", f"{block}.setting.icon": "star"}
    await arrange(boss, running, trust, action="save", block=block, **sent)
    assert "Made in Jaipur" in await visitor.text("/")
    found = re.findall(r' id="([^"]+)"', await boss.text(trust))
    assert sorted(found) == sorted(set(found)), "the same field of two blocks has two ids"
    await arrange(boss, running, trust, action="up", block=block)
    html = await visitor.text("/")
    assert html.index("Made in Jaipur") < html.index("Talk to a person")
    await arrange(boss, running, trust, action="add", type="@slot:home.sections")
    assert "What plugins bring: home.sections" in await boss.text(trust)
    await arrange(boss, running, trust, action="remove", block=block)
    assert "Made in Jaipur" not in await visitor.text("/")


@pytest.mark.parametrize(
    "form",
    [{"action": "add", "type": "../x"}, {"action": "add", "type": "gone"}, {"action": "up", "section": "gone"},
     {"action": "undo"}, {"action": "nothing"}, {"action": "remove", "section": "hero", "revision": "99"}],
)  # fmt: skip
async def test_what_cannot_be_done_to_a_page_is_said_and_changes_nothing(
    boss: Browser, running: RunningApp, form: dict[str, str]
):
    answer = await arrange(boss, running, **form)
    assert answer.status_code == 303
    assert await said(boss)
    assert choices_of(running.shop, "storefront").pages == {}


@pytest.mark.parametrize(
    "form",
    [{"action": "add", "type": "@slot:cart.line"}, {"action": "nothing"}, {"action": "save", "block": "gone"}],
)  # fmt: skip
async def test_what_cannot_be_done_to_a_section_is_said(boss: Browser, running: RunningApp, form: dict[str, str]):
    assert (await arrange(boss, running, f"{HOME}/trust", **form)).status_code == 422
    assert choices_of(running.shop, "storefront").pages == {}


async def test_product_pages_and_lists_take_sections_too(boss: Browser, running: RunningApp, visitor: Browser):
    for page in ("product", "listing"):
        await arrange(boss, running, f"{STORE}/pages/{page}", action="add", type="products")
    assert 'id="section-' in await visitor.text("/product/kurta-kur-ind-m")
    assert 'id="section-' in await visitor.text("/products")


async def test_a_section_that_fails_leaves_the_others(
    running: RunningApp, boss: Browser, visitor: Browser, write_theme: Any
):
    write_theme("plain", {"templates/sections/products.html": "{{ 1 / 0 }}"}, extends="storefront")
    running.app.extensions[THEMING]._environments.clear()
    await boss.post("/admin/themes/plain/activate")
    html = await visitor.text("/")
    assert "Most loved" in html, "the parent's is shown"
    assert "sections/products.html: ZeroDivisionError" in await boss.text("/admin/themes")


# -- gallery ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("face", ["storefront", "admin"])
async def test_the_gallery_shows_each_face_by_day_and_at_night(boss: Browser, face: str, scheme: str):
    html = await boss.text(f"/admin/gallery/{face}?scheme={scheme}")
    assert f'data-scheme="{scheme}"' in html


async def test_the_gallery_is_not_for_the_public(visitor: Browser, boss: Browser):
    assert (await visitor.get("/admin/gallery")).status_code == 303
    assert (await boss.get("/admin/gallery/other")).status_code == 404
