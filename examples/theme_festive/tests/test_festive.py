"""The example as an author would ship it: built, installed, activated, and what of the parent is left."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from spoeq_core.plugins.lifecycle import save_settings
from spoeq_core.sdk import Fragment
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.visitors import shopper_browser
from spoeq_core.web.themes import Themes, discover_themes
from spoeq_core.web.themes.choices import change_theme, choices_of
from spoeq_core.web.theming import Theming
from tests.shopping import SKU, plugin, sell, stock_up
from tests.unpacked import unpacked

HERE = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example's wheel, unpacked: what pip would put into an environment."""
    return unpacked(HERE, tmp_path_factory.mktemp("site"))


@pytest.fixture
def themes(installed: Path, monkeypatch: pytest.MonkeyPatch) -> Themes:
    monkeypatch.syspath_prepend(str(installed))
    monkeypatch.delitem(sys.modules, "spoeq_theme_festive", raising=False)
    return discover_themes()


@pytest.fixture
async def running(themes: Themes, servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[RunningApp]:
    async with app_with(servers=servers, data_dir=tmp_path, themes=themes) as app:
        await sell(app.shop, await stock_up(app.shop))
        await save_settings(app.shop, "core", {"storefront_theme": "festive"})
        yield app


def test_it_is_found_and_keeps_the_contract(themes: Themes):
    festive = themes.get("festive")
    assert festive is not None
    assert [theme.name for theme in themes.chain(festive)] == ["festive", "storefront"]
    report = Theming(themes, ()).check(festive)
    assert (report.errors, report.warnings) == ((), ())


async def test_its_product_page_is_the_parents_with_a_promise(running: RunningApp):
    html = await shopper_browser(running).text("/product/kurta-kur-ind-m")
    assert '<p class="festive-promise">Wrapped by hand for Diwali.</p>' in html
    assert f'name="sku" value="{SKU}"' in html
    assert "festive.css?v=" in html


async def test_its_home_page_is_in_its_own_order(running: RunningApp):
    html = await shopper_browser(running).text("/")
    assert html.index("Lamps and sweets") < html.index("festive-promise") < html.index("Most loved")
    assert "One honest price" not in html


async def test_its_settings_are_the_parents_with_other_values(running: RunningApp):
    html = await shopper_browser(running).text("/")
    address = html.split('<link rel="stylesheet" href="/static/festive/vars.css')[1].split('"')[0]
    answer = await running.client.get(f"/static/festive/vars.css{address}")
    sheet = (await answer.get_data(as_text=True)).replace("\n", "")
    assert "--c-accent:#8A3B12;" in sheet
    assert "--r-2:14px;" in sheet
    assert "--c-bg:" not in sheet, "what it does not change stays in the parent's style sheet"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


async def test_files_that_it_does_not_bring_are_the_parents(running: RunningApp):
    for name in ("storefront.css", "festive.css", "icons.svg"):
        assert (await running.client.get(f"/static/festive/{name}")).status_code == 200


async def test_it_frames_what_a_plugin_shows_as_its_settings_say(
    themes: Themes, servers: tuple[str, str], tmp_path: Path
) -> None:
    """A plugin's template is overridden by its name; `parent/` before it is the plugin's own."""
    rails = plugin("recommendations", page_fragments=rail)
    async with app_with(rails, servers=servers, data_dir=tmp_path, themes=themes) as app:
        await stock_up(app.shop)
        await save_settings(app.shop, "core", {"storefront_theme": "festive"})
        page = await shopper_browser(app).text("/product/kurta-kur-ind-m")
        assert '<div class="festive-rail festive-rail--garlands">' in page
        chosen = choices_of(app.shop, "festive")
        await change_theme(app.shop, "festive", chosen.revision, lambda c: replace(c, settings={"garlands": False}))
        page = await shopper_browser(app).text("/product/kurta-kur-ind-m")
        assert '<div class="festive-rail">' in page


async def rail(slot: str) -> Sequence[Fragment] | None:
    """What the plugin puts below a product."""
    return (
        [Fragment("recommendations/rail.html", {"products": [], "place": ""})] if slot == "product.below_main" else None
    )


async def test_without_it_the_shop_is_as_it_was(running: RunningApp):
    await save_settings(running.shop, "core", {"storefront_theme": "storefront"})
    html = await shopper_browser(running).text("/")
    assert "festive" not in html
    assert "vars.css" not in html, "nothing is set, so no sheet is asked for"
