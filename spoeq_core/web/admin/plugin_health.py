"""Staff pages: how the plugins fare, asking one whether it can work, and one again that is not asked for a while."""

from __future__ import annotations

from quart import Blueprint, Response

from spoeq_core.audit.service import record
from spoeq_core.hooks import app as app_hooks
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


@blueprint.post("/plugins/<name>/check")
@staff("plugins.manage")
async def check(name: str) -> Response:
    """Ask an enabled plugin whether it can do its work now: what /readyz asks of all."""
    shop = current_shop()
    view = await plugin_view(shop, name)
    back = see_other(f"/admin/plugins/{name}")
    asked = shop.hooks.only(name) if name in shop.hooks.enabled else shop.hooks.only("")
    answers = await asked.collect(app_hooks.health_report, shop=shop)
    if not answers:
        told = message("%(name)s says nothing: it is not in use, or gave no answer in time.", name=view["title"])
        return flash(back, told, "warn")
    report = answers[0].value
    if report.ok:
        return flash(back, message("%(name)s works.", name=view["title"]))
    why = report.detail or message("it does not say why")
    return flash(back, message("%(name)s does not work: %(why)s", name=view["title"], why=why), "danger")
