"""Staff pages: how the plugins fare, and asking one again that is not asked for a while."""

from __future__ import annotations

from quart import Blueprint, Response

from spoeq_core.audit.service import record
from spoeq_core.kernel.messages import message
from spoeq_core.plugins.lifecycle import configuration_of
from spoeq_core.web.access import current_actor, staff
from spoeq_core.web.answers import see_other
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.flash import flash
from spoeq_core.web.theming import render
from spoeq_core.web.views.plugin_health import trouble_view
from spoeq_core.web.views.plugins import plugin_view

blueprint = Blueprint("admin_plugin_health", __name__)

PATH = "/admin/plugins/health"


@blueprint.get("/plugins/health")
@staff("plugins.manage")
async def show() -> Response:
    """Figures of all processes, the last failures, and who held up a process."""
    shop = current_shop()
    return await render("admin", "pages/plugin_health.html", page=page("Plugin health"), **await trouble_view(shop))


@blueprint.post("/plugins/<name>/reset")
@staff("plugins.manage")
async def reset(name: str) -> Response:
    """Forget what went wrong in a plugin, and ask it again at once, in every process."""
    shop, actor = current_shop(), await current_actor()
    title = (await plugin_view(shop, name))["title"]
    await configuration_of(shop).faults.clear(name)
    await record(shop, "plugin.reset", f"plugin:{name}", actor_id=actor.id, actor_name=actor.name)
    return flash(see_other(PATH), message("%(name)s is asked again.", name=title))
