"""The example as an author would ship it: built, installed, activated, and what of the parent is left."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from spoeq_core.plugins.lifecycle import save_settings
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.visitors import shopper_browser
from spoeq_core.web.themes import Themes, discover_themes
from spoeq_core.web.theming import Theming
from tests.shopping import SKU, sell, stock_up
from tests.unpacked import unpacked

HERE = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example's wheel, unpacked: what pip would put into an environment."""
    return unpacked(HERE, tmp_path_factory.mktemp("site"))


@pytest.fixture
def themes(installed: Path, monkeypatch: pytest.MonkeyPatch) -> Themes:
    monkeypatch.syspath_prepend(str(installed))
    monkeypatch.delitem(sys.modules, "spoeq_theme_monsoon", raising=False)
    return discover_themes()


@pytest.fixture
async def running(themes: Themes, servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[RunningApp]:
    async with app_with(servers=servers, data_dir=tmp_path, themes=themes) as app:
        await sell(app.shop, await stock_up(app.shop))
        await save_settings(app.shop, "core", {"storefront_theme": "monsoon"})
        yield app


def test_it_is_found_and_keeps_the_contract(themes: Themes):
    monsoon = themes.get("monsoon")
    assert monsoon is not None
    assert [theme.name for theme in themes.chain(monsoon)] == ["monsoon", "storefront"]
    report = Theming(themes, ()).check(monsoon)
    assert (report.errors, report.warnings) == ((), ())


async def test_its_product_page_is_the_parents_with_a_promise(running: RunningApp):
    html = await shopper_browser(running).text("/product/kurta-kur-ind-m")
    assert '<p class="monsoon-promise">Packed dry, even in July.</p>' in html
    assert f'name="sku" value="{SKU}"' in html
    assert "monsoon.css?v=" in html


async def test_its_home_page_is_in_its_own_order(running: RunningApp):
    html = await shopper_browser(running).text("/")
    assert html.index("Out of the rain") < html.index("monsoon-promise") < html.index("Most loved")
    assert "One honest price" not in html


async def test_its_settings_are_the_parents_with_other_values(running: RunningApp):
    html = await shopper_browser(running).text("/")
    address = html.split('<link rel="stylesheet" href="/static/monsoon/vars.css')[1].split('"')[0]
    answer = await running.client.get(f"/static/monsoon/vars.css{address}")
    sheet = (await answer.get_data(as_text=True)).replace("\n", "")
    assert "--c-accent:#1B5E4B;" in sheet
    assert "--r-2:14px;" in sheet
    assert "--c-bg:" not in sheet, "what it does not change stays in the parent's style sheet"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


async def test_files_that_it_does_not_bring_are_the_parents(running: RunningApp):
    for name in ("storefront.css", "monsoon.css", "icons.svg"):
        assert (await running.client.get(f"/static/monsoon/{name}")).status_code == 200


async def test_without_it_the_shop_is_as_it_was(running: RunningApp):
    await save_settings(running.shop, "core", {"storefront_theme": "storefront"})
    html = await shopper_browser(running).text("/")
    assert "monsoon" not in html
    assert "vars.css" not in html, "nothing is set, so no sheet is asked for"
