"""JSON: plugins and settings, for staff."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from quart import Blueprint, Response, request

from spoeq_core.audit.service import record
from spoeq_core.kernel.errors import Malformed
from spoeq_core.orders.unpaid import warnings_of_switching_off
from spoeq_core.plugins import lifecycle
from spoeq_core.plugins.configuration import CORE
from spoeq_core.plugins.conflicts import conflicts_with
from spoeq_core.web.access import current_actor, staff
from spoeq_core.web.api.shapes.staff import PluginList, SettingsShape, SwitchedPlugin
from spoeq_core.web.api.shopping import wanted_version
from spoeq_core.web.bodies import json_response
from spoeq_core.web.context import current_shop
from spoeq_core.web.openapi import IF_MATCH, Content, operation
from spoeq_core.web.views.plugins import plugin_view, plugin_views, settings_of, settings_view

blueprint = Blueprint("api_plugins", __name__)

TAGS = ("Admin",)
VALUES = Content({"type": "object"})


@blueprint.get("/admin/plugins")
@staff("plugins.manage")
@operation("All plugins with their state", tags=TAGS, responses={200: PluginList})
async def list_plugins() -> Response:
    """All plugins."""
    items = await plugin_views(current_shop())
    return json_response({"items": items, "total": len(items), "page": 1, "per_page": len(items)})


@blueprint.post("/admin/plugins/<name>/enable")
@staff("plugins.manage")
@operation("Switch a plugin on, in every process", tags=TAGS, responses={200: SwitchedPlugin, 404: None, 409: None})
async def enable(name: str) -> Response:
    """Switch a plugin on."""
    await lifecycle.enable_plugin(current_shop(), name)
    await note("plugin.enabled", name)
    shop = current_shop()
    claimed = conflicts_with(shop.hooks, lifecycle.configuration_of(shop).discovery, name)
    return json_response({**await plugin_view(shop, name), "warnings": [one.said for one in claimed]})


@blueprint.post("/admin/plugins/<name>/disable")
@staff("plugins.manage")
@operation("Switch a plugin off; its data stays", tags=TAGS, responses={200: SwitchedPlugin, 404: None, 409: None})
async def disable(name: str) -> Response:
    """Switch a plugin off."""
    await lifecycle.disable_plugin(current_shop(), name)
    await note("plugin.disabled", name)
    warnings = await warnings_of_switching_off(current_shop(), name)
    return json_response({**await plugin_view(current_shop(), name), "warnings": warnings})


@blueprint.get("/admin/plugins/<name>/settings")
@staff("plugins.manage")
@operation(
    "A plugin's settings and their schema; secrets show only whether they are set",
    tags=TAGS,
    responses={200: SettingsShape, 404: None},
)
async def read_settings(name: str) -> Response:
    """A plugin's settings."""
    return await _settings(name)


@blueprint.patch("/admin/plugins/<name>/settings")
@staff("plugins.manage")
@operation(
    "Change some of a plugin's settings",
    tags=TAGS,
    request=VALUES,
    headers=[IF_MATCH],
    responses={200: SettingsShape, 404: None},
)
async def change_settings(name: str) -> Response:
    """Change some of a plugin's settings."""
    return await _change(name)


@blueprint.get("/admin/settings")
@staff("settings.manage")
@operation("The shop's own settings", tags=TAGS, responses={200: SettingsShape})
async def read_shop_settings() -> Response:
    """The shop's own settings."""
    return await _settings(CORE)


@blueprint.patch("/admin/settings")
@staff("settings.manage")
@operation(
    "Change some of the shop's own settings",
    tags=TAGS,
    request=VALUES,
    headers=[IF_MATCH],
    responses={200: SettingsShape},
)
async def change_shop_settings() -> Response:
    """Change some of the shop's own settings."""
    return await _change(CORE)


async def _change(name: str) -> Response:
    try:
        values = orjson.loads(await request.get_data())
    except orjson.JSONDecodeError as error:
        raise Malformed(f"The body is not JSON: {error}.") from None
    if not isinstance(values, dict):
        raise Malformed("The body is not a JSON object.")
    await lifecycle.save_settings(current_shop(), name, values, version=wanted_version())
    await note("settings.changed", name, {"fields": sorted(values)})
    return await _settings(name)


async def _settings(name: str) -> Response:
    shop = current_shop()
    values = settings_of(shop, name)
    version = await lifecycle.settings_version(shop)
    view = {"values": settings_view(values), "schema": type(values).model_json_schema(), "version": version}
    return json_response(view, headers={"ETag": f'"{version}"', "Cache-Control": "private, no-store"})


async def note(action: str, name: str, detail: Mapping[str, object] | None = None) -> None:
    """Write into the audit log who did what to a plugin."""
    actor = await current_actor()
    by = {"actor_id": actor.id, "actor_name": actor.name, "ip": request.remote_addr or ""}
    await record(current_shop(), action, f"plugin:{name}", detail=detail, **by)
