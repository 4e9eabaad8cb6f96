"""Mails in the theme's dress: a child's template, its parent's, a plugin's, the core's; and its colours inlined."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from spoeq_core.notifications.rendering import render
from spoeq_core.orders.shape import order_shape
from spoeq_core.shop import Letterhead, Shop
from spoeq_core.testing.shops import shop_with
from spoeq_core.web.themes import Themes, discover_themes, load_theme
from spoeq_core.web.themes.letterheads import letterheads
from tests.shopping import buy, delivery, door, guest, plugin, stock_up

LAYOUT = """{% extends "parent/email/layout.html" %}
{% block head %}<b>Monsoon</b> {{ super() }}{% endblock %}"""
RESET = {"name": "Asha", "reset_url": "https://x.example/r", "minutes": 30}


def greeter(folder: Path) -> ModuleType:
    """A plugin with a mail of its own, in which the theme's layout is used."""
    made = plugin("greeter")
    made.__file__ = str(folder / "greeter.py")
    for part, text in {
        "html": '{% extends "email/layout.html" %}{% block title %}Hello{% endblock %}{% block body %}Hi{% endblock %}',
        "txt": "Hi {{ name }}",
        "subject.txt": "Hello",
    }.items():
        write(folder / "templates/email" / f"hello.{part}", text)
    return made


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
async def shop(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[Shop]:
    plugins = delivery(), door(), greeter(tmp_path / "greeter")
    async with shop_with(*plugins, servers=servers, data_dir=tmp_path / "data") as opened:
        await stock_up(opened)
        yield opened


@pytest.fixture
def dressed(shop: Shop, tmp_path: Path) -> Callable[..., Shop]:
    """The shop with a child of its theme in force that has these templates."""

    def made(settings: str = "", **templates: str) -> Shop:
        root = tmp_path / "child"
        write(root / "theme.toml", 'title = "Child"\nface = "storefront"\nextends = "storefront"\n')
        if settings:
            write(root / "settings.json", settings)
        for name, text in templates.items():
            write(root / "templates/email" / name.replace("__", "."), text)
        parent = discover_themes().get("storefront")
        assert parent is not None
        # The shop has chosen no theme: the first by name is taken where none is called like the face.
        themes = Themes({"storefront": replace(load_theme("storefront", root), extends="parent"), "parent": parent})
        return replace(shop, letterhead=letterheads(themes))

    return made


async def confirmation(shop: Shop) -> dict[str, object]:
    order = (await buy(shop, await guest(shop))).order
    return {"order": order_shape(order), "track_url": "https://x.example"}


async def test_a_child_dresses_every_mail_and_the_rest_is_the_cores(shop: Shop, dressed: Callable[..., Shop]) -> None:
    context = await confirmation(shop)
    before = render(shop, "order_confirmed", context)
    after = render(dressed(layout__html=LAYOUT), "order_confirmed", context)
    assert "<b>Monsoon</b>" not in before.html
    assert after.html.replace("<b>Monsoon</b> ", "") == before.html
    assert (after.text, after.subject) == (before.text, before.subject)
    hello = render(dressed(layout__html=LAYOUT), "hello", {"name": "Asha"})
    assert "<b>Monsoon</b>" in hello.html
    assert hello.text == "Hi Asha\n"


async def test_a_theme_overrides_one_part_of_one_mail(dressed: Callable[..., Shop], shop: Shop) -> None:
    child = dressed(order_confirmed__subject__txt="Rain or shine: {{ order.number }}", hello__txt="Namaste {{ name }}")
    context = await confirmation(shop)
    assert render(child, "order_confirmed", context).subject.startswith("Rain or shine: ")
    assert render(child, "hello", {"name": "Asha"}).text == "Namaste Asha\n"
    assert render(child, "hello", {"name": "Asha"}).subject == "Hello"


async def test_the_colours_of_the_theme_are_inlined(shop: Shop, dressed: Callable[..., Shop]) -> None:
    context = await confirmation(shop)
    assert "background:#1F4172" in render(shop, "order_confirmed", context).html
    accent = '[{"id": "accent", "type": "color", "label": "Accent", "default": "#7A1F3D", "css": "--c-accent"}]'
    own = render(dressed(settings=f'{{"settings": {accent}}}'), "order_confirmed", context).html
    assert "background:#7A1F3D" in own
    plain = render(replace(shop, letterhead=lambda _: Letterhead()), "order_confirmed", context).html
    assert "background:#1f4172" in plain
    assert "<style" not in own


@pytest.mark.parametrize("broken", ["{{ nothing.at_all }}", "{% if %}", '{% extends "email/layout.html" %}'])
async def test_a_broken_template_of_a_theme_keeps_no_mail_back(
    shop: Shop, dressed: Callable[..., Shop], broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    context = await confirmation(shop)
    sent = render(dressed(order_confirmed__html=broken, layout__html=broken), "order_confirmed", context)
    assert "₹1,299.00" in sent.html
    assert "cannot draw the mail order_confirmed" in caplog.text
