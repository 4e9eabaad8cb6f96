"""Staff pages: the order in which plugins are asked, their migrations, and taking one out with or without its data."""

from __future__ import annotations

from quart import Blueprint, Response

from spoeq_core.audit.service import record
from spoeq_core.kernel.errors import ConfigurationError, Conflict, FieldError, NotFound, Unavailable
from spoeq_core.kernel.messages import message
from spoeq_core.orders.unpaid import unpaid_orders
from spoeq_core.plugins import lifecycle, removing
from spoeq_core.plugins.footprint import footprint_of
from spoeq_core.plugins.migrating import migrate_plugin
from spoeq_core.web.access import current_actor, staff
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import form_state, read_form
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.flash import flash
from spoeq_core.web.theming import render
from spoeq_core.web.views.plugins import footprint_view, plugin_view

blueprint = Blueprint("admin_plugin_data", __name__)

PLUGINS = "/admin/plugins"


@blueprint.post("/plugins/<name>/<any(earlier, later):way>")
@staff("plugins.manage")
async def move(name: str, way: str) -> Response:
    """Ask a plugin one place earlier, or later."""
    await lifecycle.move_plugin(current_shop(), name, up=way == "earlier")
    await _note("plugin.ordered", name)
    return see_other(f"{PLUGINS}#{name}")


@blueprint.post("/plugins/<name>/migrate")
@staff("plugins.manage")
async def migrate(name: str) -> Response:
    """Run the migrations that wait."""
    back = see_other(f"{PLUGINS}/{name}")
    try:
        await migrate_plugin(current_shop(), name)
    except ConfigurationError as error:
        return flash(back, str(error), "danger")
    await _note("plugin.migrated", name)
    return flash(back, "Its data is of this version now.")


@blueprint.get("/plugins/<name>/uninstall")
@staff("plugins.manage")
async def ask(name: str) -> Response:
    """What the shop keeps of a plugin, before it is taken out."""
    return await _ask(name, "", 200)


@blueprint.post("/plugins/<name>/uninstall")
@staff("plugins.manage")
async def uninstall(name: str) -> Response:
    """Take a plugin out; purging needs its name as a confirmation."""
    shop, form = current_shop(), await read_form()
    if form.text("data") != "purge":
        await removing.uninstall_keeping(shop, name)
        await _note("plugin.uninstalled", name)
        return flash(see_other(PLUGINS), message("%(name)s is switched off, and its data stays.", name=name))
    if form.text("confirmation").strip().lower() != name:
        return await _ask(name, "Type it as it stands there.", 422)
    try:
        await removing.purge_plugin(shop, name)
    except (Conflict, Unavailable) as error:
        return flash(see_other(f"{PLUGINS}/{name}/uninstall"), str(error), "danger")
    await _note("plugin.purged", name)
    return flash(see_other(PLUGINS), message("The data of %(name)s was removed.", name=name))


async def _ask(name: str, fault: str, status: int) -> Response:
    shop = current_shop()
    there = await footprint_of(shop, name)
    try:
        title = (await plugin_view(shop, name))["title"]
    except NotFound:
        title = name
    return await render(
        "admin",
        "pages/plugin_uninstall.html",
        status=status,
        page=page("Uninstall"),
        plugin={"name": name, "title": title, "url": f"{PLUGINS}/{name}"},
        enabled=name in shop.hooks.enabled or name in shop.hooks.held,
        there=footprint_view(shop, name, there),
        unpaid=await unpaid_orders(shop, name),
        form=form_state({}, [FieldError("confirmation", fault)] if fault else []),
    )


async def _note(action: str, name: str) -> None:
    actor = await current_actor()
    await record(current_shop(), action, f"plugin:{name}", actor_id=actor.id, actor_name=actor.name)
