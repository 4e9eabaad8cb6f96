"""JSON: the data of plugins, for staff: what there is, migrations, taking a plugin out, and the order of asking."""

from __future__ import annotations

from typing import Literal

from quart import Blueprint, Response

from spoeq_core.orders.unpaid import warnings_of_switching_off
from spoeq_core.plugins import lifecycle, removing
from spoeq_core.plugins.footprint import Footprint, footprint_of
from spoeq_core.plugins.migrating import migrate_plugin, rehearse
from spoeq_core.web.access import staff
from spoeq_core.web.api.plugins import TAGS, note
from spoeq_core.web.api.shapes.staff import PluginData, PluginList, PluginSteps
from spoeq_core.web.bodies import Body, json_response, read_body
from spoeq_core.web.context import current_shop
from spoeq_core.web.openapi import operation
from spoeq_core.web.views.plugins import footprint_view, plugin_views

blueprint = Blueprint("api_plugin_data", __name__)


class Uninstalling(Body):
    """What becomes of the data."""

    data: Literal["keep", "purge"]


class Migrating(Body):
    """Whether only to say what would run."""

    dry_run: bool = False


class Order(Body):
    """Those that are asked first, in this order; the others follow as they order themselves."""

    names: list[str]


@blueprint.get("/admin/plugins/<name>/data")
@staff("plugins.manage")
@operation("What the shop keeps of a plugin", tags=TAGS, responses={200: PluginData, 404: None})
async def read_data(name: str) -> Response:
    """Documents by collection and by kind of owner."""
    return await _answer(name, await footprint_of(current_shop(), name))


@blueprint.post("/admin/plugins/<name>/uninstall")
@staff("plugins.manage")
@operation(
    "Take a plugin out: keep its data, or purge it while it is switched off; answers what there was",
    tags=TAGS,
    request=Uninstalling,
    responses={200: PluginData, 404: None, 409: None},
)
async def uninstall(name: str) -> Response:
    """Take a plugin out."""
    body = await read_body(Uninstalling)
    change = removing.purge_plugin if body.data == "purge" else removing.uninstall_keeping
    there = await change(current_shop(), name)
    await note(f"plugin.{'purged' if body.data == 'purge' else 'uninstalled'}", name, {"documents": there.documents})
    return await _answer(name, there)


@blueprint.post("/admin/plugins/<name>/migrate")
@staff("plugins.manage")
@operation(
    "Run a plugin's migrations that have not run yet, or only say which would",
    tags=TAGS,
    request=Migrating,
    responses={200: PluginSteps, 404: None, 409: None},
)
async def migrate(name: str) -> Response:
    """Run migrations."""
    shop, body = current_shop(), await read_body(Migrating)
    if body.dry_run:
        waiting = await rehearse(shop, name)
        return json_response({"items": [{"number": one.number, "title": one.title, "at": None} for one in waiting]})
    ran = await migrate_plugin(shop, name)
    await note("plugin.migrated", name, {"migrations": [done.number for done in ran]})
    return json_response({"items": [{"number": done.number, "title": done.title, "at": done.at} for done in ran]})


@blueprint.put("/admin/plugin-order")
@staff("plugins.manage")
@operation(
    "Which plugins are asked first; answers all as they are asked now",
    tags=TAGS,
    request=Order,
    responses={200: PluginList, 404: None},
)
async def order() -> Response:
    """Set the order."""
    shop, body = current_shop(), await read_body(Order)
    await lifecycle.order_plugins(shop, body.names)
    await note("plugin.ordered", "order", {"names": body.names})
    views = {view["name"]: view for view in await plugin_views(shop)}
    items = [views[name] for name in lifecycle.in_hook_order(shop)]
    return json_response({"items": items, "total": len(items), "page": 1, "per_page": len(items)})


async def _answer(name: str, there: Footprint) -> Response:
    shop = current_shop()
    warnings = await warnings_of_switching_off(shop, name)
    return json_response({**footprint_view(shop, name, there), "warnings": warnings})
