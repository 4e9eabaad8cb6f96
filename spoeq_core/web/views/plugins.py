"""How plugins look to staff."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, SecretStr

from spoeq_core.hooks import app as app_hooks
from spoeq_core.hooks.counting import Calls
from spoeq_core.kernel.errors import NotFound
from spoeq_core.kernel.messages import message
from spoeq_core.plugins.configuration import CORE
from spoeq_core.plugins.discovery import InstalledPlugin, Quarantined
from spoeq_core.plugins.footprint import Footprint
from spoeq_core.plugins.health import PluginHealth, health_of_plugins
from spoeq_core.plugins.lifecycle import configuration_of
from spoeq_core.plugins.model import PluginRecord
from spoeq_core.shop import Shop
from spoeq_core.web.languages import translate


async def plugin_views(shop: Shop) -> list[dict[str, Any]]:
    """All plugins, those that were set aside included."""
    configuration = configuration_of(shop)
    faults, records = await configuration.faults.of_plugins(), await configuration.records.all()
    fares = await health_of_plugins(shop)
    views = [
        _installed(shop, plugin, faults)
        | _history(records.get(plugin.name, PluginRecord(plugin.name)))
        | {"health": health_view(fares.get(plugin.name, PluginHealth()))}
        for plugin in configuration.plugins
    ]
    aside = [
        _aside(plugin) | _history(PluginRecord(plugin.name)) | {"health": health_view(PluginHealth())}
        for plugin in configuration.quarantined
    ]
    return sorted([*views, *aside], key=lambda view: str(view["name"]))


async def plugin_view(shop: Shop, name: str) -> dict[str, Any]:
    """One plugin.

    Raises:
        NotFound: no plugin of that name is installed.
    """
    found = next((view for view in await plugin_views(shop) if view["name"] == name), None)
    if found is None:
        raise NotFound(message("No plugin '%(name)s' is installed.", name=name))
    return found


def settings_of(shop: Shop, name: str) -> BaseModel:
    """A plugin's current settings.

    Raises:
        NotFound: it has none.
    """
    configuration = configuration_of(shop)
    model = configuration.models.get(name)
    if model is None:
        raise NotFound(message("Plugin '%(name)s' has no settings.", name=name))
    return configuration.of(model)


def settings_view(values: BaseModel) -> dict[str, Any]:
    """Settings as JSON; a secret shows only whether it is set."""
    shown = values.model_dump(mode="json")
    for field, value in values:
        if isinstance(value, SecretStr):
            shown[field] = {"set": bool(value.get_secret_value())}
    return shown


def _installed(shop: Shop, plugin: InstalledPlugin, faults: dict[str, dict[str, str]]) -> dict[str, Any]:
    configuration = configuration_of(shop)
    permissions = [
        permission.name
        for part in shop.hooks.all_parts(app_hooks.register_permissions)
        if part.plugin == plugin.name
        for permission in part.value
    ]
    return {
        "name": plugin.name,
        "title": translate(plugin.manifest.title),
        "description": translate(plugin.manifest.description),
        "version": plugin.version,
        "state": _state(shop, plugin.name),
        "error": shop.hooks.held.get(plugin.name, "") or configuration.errors.get(plugin.name, ""),
        "fault": "; ".join(f"{hook}: {text}" for hook, text in faults.get(plugin.name, {}).items()),
        "paused": sorted(hook for name, hook in shop.hooks.breakers.open_until() if name == plugin.name),
        "details": "",
        "hooks": shop.hooks.hooks_of(plugin.name),
        "permissions": permissions,
        "hosts": list(plugin.manifest.hosts),
        "extensions": [
            {"target": extension.target, "fields": list(extension.model.model_fields), "pii": extension.pii}
            for part in shop.hooks.all_parts(app_hooks.register_extensions)
            if part.plugin == plugin.name
            for extension in part.value
        ],
        "has_settings": plugin.name in configuration.models and plugin.name != CORE,
        "url": f"/admin/plugins/{plugin.name}",
    }


def _history(record: PluginRecord) -> dict[str, Any]:
    failure = record.failure
    return {
        "previous_version": record.previous,
        "upgraded_at": record.upgraded_at,
        "migrations": [{"number": done.number, "title": done.title, "at": done.at} for done in record.migrations],
        **({"details": failure.details} if failure else {}),
    }


def health_view(fares: PluginHealth) -> dict[str, Any]:
    """How a plugin fares in all processes, altogether and by hook; seconds as milliseconds."""
    return {
        **_figures(fares.whole),
        "hooks": {hook: _figures(calls) for hook, calls in sorted(fares.hooks.items())},
        "blocked": [
            {"what": what, "count": found.count, "longest_ms": round(found.longest * 1000), "at": found.at}
            for what, found in sorted(fares.blocked.items())
        ],
    }


def _figures(calls: Calls) -> dict[str, int]:
    return {
        "calls": calls.calls,
        "errors": calls.errors,
        "timeouts": calls.timeouts,
        "p95_ms": round(calls.slowest() * 1000),
    }


def footprint_view(shop: Shop, name: str, there: Footprint) -> dict[str, Any]:
    """What the shop keeps of a plugin."""
    return {
        "name": name,
        "collections": dict(there.collections),
        "extensions": dict(there.extensions),
        "settings": there.settings,
        "migrations": there.migrations,
        "shared": list(there.shared),
        "interrupted": name in configuration_of(shop).purging,
    }


def _state(shop: Shop, name: str) -> str:
    if name in configuration_of(shop).purging:
        return "purging"
    if name in shop.hooks.held:
        return "held"
    return "enabled" if name in shop.hooks.enabled else "disabled"


def _aside(plugin: Quarantined) -> dict[str, Any]:
    return {
        "name": plugin.name,
        "title": plugin.name,
        "description": "",
        "version": "",
        "state": "quarantined",
        "error": plugin.error,
        "fault": "",
        "paused": [],
        "details": plugin.details,
        "hooks": [],
        "permissions": [],
        "hosts": [],
        "extensions": [],
        "has_settings": False,
        "url": f"/admin/plugins/{plugin.name}",
    }
