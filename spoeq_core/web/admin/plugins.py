"""Staff pages: plugins, their settings, and the shop's own settings."""

from __future__ import annotations

from typing import Any

from quart import Blueprint, Response

from spoeq_core.kernel.errors import ConfigurationError, Invalid
from spoeq_core.plugins import lifecycle
from spoeq_core.plugins.configuration import CORE
from spoeq_core.web.access import staff
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import form_state, read_form
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.flash import flash
from spoeq_core.web.forms import fields_of, read_fields, typed_fields
from spoeq_core.web.theming import render
from spoeq_core.web.views.plugins import plugin_view, plugin_views, settings_of

blueprint = Blueprint("admin_plugins", __name__)

PLUGINS = "/admin/plugins"
SETTINGS = "/admin/settings"


@blueprint.get("/plugins")
@staff("plugins.manage")
async def list_plugins() -> Response:
    """All plugins with their state."""
    return await render("admin", "pages/plugins.html", page=page("Plugins"), plugins=await plugin_views(current_shop()))


@blueprint.post("/plugins/<name>/<any(enable, disable):verb>")
@staff("plugins.manage")
async def switch(name: str, verb: str) -> Response:
    """Switch a plugin on or off."""
    change = lifecycle.enable_plugin if verb == "enable" else lifecycle.disable_plugin
    try:
        await change(current_shop(), name)
    except ConfigurationError as error:
        return flash(see_other(PLUGINS), str(error), "danger")
    return flash(see_other(PLUGINS), f"{name} is {verb}d.")


@blueprint.get("/plugins/<name>")
@staff("plugins.manage")
async def show_plugin(name: str) -> Response:
    """A plugin and the form of its settings."""
    return await _form(name, Invalid(""), 200)


@blueprint.post("/plugins/<name>")
@staff("plugins.manage")
async def save_plugin(name: str) -> Response:
    """Store a plugin's settings."""
    return await _save(name, f"{PLUGINS}/{name}")


@blueprint.get("/settings")
@staff("settings.manage")
async def show_settings() -> Response:
    """The shop's own settings."""
    return await _form(CORE, Invalid(""), 200)


@blueprint.post("/settings")
@staff("settings.manage")
async def save_settings() -> Response:
    """Store the shop's own settings."""
    return await _save(CORE, SETTINGS)


async def _save(name: str, back: str) -> Response:
    shop = current_shop()
    form, model = await read_form(), type(settings_of(shop, name))
    try:
        await lifecycle.save_settings(shop, name, read_fields(model, form))
    except Invalid as error:
        return await _form(name, error, 422, typed_fields(model, form))
    return flash(see_other(back), "Settings saved.")


async def _form(name: str, error: Invalid, status: int, typed: dict[str, Any] | None = None) -> Response:
    shop = current_shop()
    core = name == CORE
    plugin = _core_view() if core else await plugin_view(shop, name)
    errors = {item.field: item.message for item in error.errors}
    fields = []
    if core or plugin["has_settings"]:
        values = settings_of(shop, name)
        fields = fields_of(type(values), {**dict(values), **(typed or {})}, errors)
    title = "Settings" if core else str(plugin["title"])
    return await render(
        "admin",
        "pages/plugin.html",
        status=status,
        page=page(title),
        plugin=plugin,
        fields=fields,
        form=form_state({}, error.errors),
        action=SETTINGS if core else f"{PLUGINS}/{name}",
    )


def _core_view() -> dict[str, object]:
    return {
        "name": CORE,
        "title": "Settings",
        "description": "What the shop is called, where it is, how it sells.",
        "version": "",
        "state": "enabled",
        "error": "",
        "fault": "",
        "details": "",
        "hooks": [],
        "permissions": [],
        "hosts": [],
        "has_settings": True,
        "url": SETTINGS,
    }
