"""Staff pages: plugins, what switching one off takes away, and their settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import SecretStr
from quart import Blueprint, Response

from spoeq_core.audit.service import record
from spoeq_core.hooks.contributions import Migration
from spoeq_core.kernel.errors import ConfigurationError, Conflict, FieldError, Invalid, SpoeqError
from spoeq_core.kernel.messages import message
from spoeq_core.orders.unpaid import unpaid_orders
from spoeq_core.plugins import lifecycle
from spoeq_core.plugins.conflicts import ClaimedTwice, conflicts_with
from spoeq_core.plugins.migrating import rehearse
from spoeq_core.shop import Shop
from spoeq_core.web.access import Actor, current_actor, staff
from spoeq_core.web.admin.merging import BothChanged
from spoeq_core.web.admin.settings_form import save_typed, settings_form
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import Form, form_state, read_form
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.flash import Undo, flash
from spoeq_core.web.theming import render
from spoeq_core.web.views.effects import effects_of
from spoeq_core.web.views.plugins import plugin_view, plugin_views

blueprint = Blueprint("admin_plugins", __name__)

PLUGINS = "/admin/plugins"
LONGEST_VALUE = 200


@blueprint.get("/plugins")
@staff("plugins.manage")
async def list_plugins() -> Response:
    """All plugins with their state."""
    shop = current_shop()
    return await render(
        "admin",
        "pages/plugins.html",
        page=page("Plugins"),
        plugins=_as_asked(shop, await plugin_views(shop)),
        safe_mode=shop.settings.safe_mode,
    )


@blueprint.post("/plugins/<name>/<any(enable, disable):verb>")
@staff("plugins.manage")
async def switch(name: str, verb: str) -> Response:
    """Switch a plugin on or off."""
    shop, actor, form = current_shop(), await current_actor(), await read_form()
    change = lifecycle.enable_plugin if verb == "enable" else lifecycle.disable_plugin
    back = see_other(f"{PLUGINS}/{name}")
    if verb == "enable" and not form.flag("anyway") and _conflicts(shop, name):
        return flash(see_other(f"{PLUGINS}/{name}#conflicts"), "It claims what another plugin has: look first.", "warn")
    try:
        await change(shop, name)
    except (ConfigurationError, Conflict) as error:
        return flash(see_other(PLUGINS), str(error), "danger")
    await record(shop, f"plugin.{verb}d", f"plugin:{name}", actor_id=actor.id, actor_name=actor.name)
    title = (await plugin_view(shop, name))["title"]
    if verb == "enable":
        return flash(back, message("%(title)s is switched on.", title=title), undo=Undo(f"{PLUGINS}/{name}/disable"))
    return flash(back, message("%(title)s is switched off.", title=title), undo=Undo(f"{PLUGINS}/{name}/enable"))


@blueprint.get("/plugins/<name>")
@staff("plugins.manage")
async def show_plugin(name: str) -> Response:
    """A plugin, what it does here, and the form of its settings."""
    return await plugin_page(name, (), 200)


@blueprint.post("/plugins/<name>")
@staff("plugins.manage")
async def save_plugin(name: str) -> Response:
    """Store a plugin's settings, without what somebody else changed meanwhile."""
    shop, form = current_shop(), await read_form()
    try:
        before, after = await save_typed(shop, name, form)
    except BothChanged as error:
        return await plugin_page(name, (), 409, form, error)
    except Invalid as error:
        return await plugin_page(name, error.errors, 422, form)
    await note_settings(shop, await current_actor(), name, dict(before), dict(after))
    return flash(see_other(f"{PLUGINS}/{name}"), "Settings saved.")


async def note_settings(
    shop: Shop, actor: Actor, name: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    """Write into the audit log what changed in settings, as [before, after]; of a secret only that it did."""
    detail = {
        field: ["…", "…"] if isinstance(value, SecretStr) else [_logged(before.get(field)), _logged(value)]
        for field, value in after.items()
        if before.get(field) != value
    }
    if detail:
        by = {"actor_id": actor.id, "actor_name": actor.name}
        await record(shop, "settings.changed", f"plugin:{name}", **by, detail=detail)


def _logged(value: Any) -> str:
    return str(value)[:LONGEST_VALUE]


def _as_asked(shop: Shop, views: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """In the order in which they are asked; those that were set aside last."""
    places = {name: place for place, name in enumerate(lifecycle.in_hook_order(shop))}
    return sorted(views, key=lambda view: places.get(view["name"], len(places)))


def _conflicts(shop: Shop, name: str) -> list[ClaimedTwice]:
    return conflicts_with(shop.hooks, lifecycle.configuration_of(shop).discovery, name)


async def _waiting(shop: Shop, name: str) -> Sequence[Migration]:
    """The migrations that would run now; none where nothing can be said."""
    try:
        return await rehearse(shop, name)
    except SpoeqError:
        return ()


async def plugin_page(
    name: str,
    errors: Sequence[FieldError],
    status: int,
    typed: Form | None = None,
    conflict: BothChanged | None = None,
) -> Response:
    """A plugin's page, with what was typed into its settings and what is wrong with it."""
    shop = current_shop()
    plugin = await plugin_view(shop, name)
    shown = {"fields": [], "version": "", "base": "", "conflicts": []}
    if plugin["has_settings"]:
        shown = settings_form(shop, name, {item.field: item.message for item in errors}, typed, conflict)
    return await render(
        "admin",
        "pages/plugin.html",
        status=status,
        page=page(str(plugin["title"])),
        plugin=plugin,
        effects=effects_of(shop, name),
        unpaid=await unpaid_orders(shop, name),
        claimed=[] if name in shop.hooks.enabled else _conflicts(shop, name),
        waiting=await _waiting(shop, name),
        form=form_state({}, errors),
        action=f"{PLUGINS}/{name}",
        **shown,
    )
