"""Enabling, disabling and configuring plugins of a running shop; effective in every process within a second."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, SecretStr, ValidationError

from spoeq_core.hooks import app as app_hooks, lifecycle as lifecycle_hooks
from spoeq_core.kernel.errors import Conflict, Invalid, NotFound, StaleAggregate
from spoeq_core.kernel.messages import message
from spoeq_core.kernel.patience import unhurried
from spoeq_core.kernel.validation import field_errors
from spoeq_core.plugins.documents import PluginStateDocument
from spoeq_core.plugins.installed import configuration_of, installed_plugins, is_set_aside, require_installed
from spoeq_core.plugins.migrating import note_served, run_migrations
from spoeq_core.plugins.storages import storage_names
from spoeq_core.shop import Shop, ShopProfile

__all__ = [
    "configuration_of",
    "disable_plugin",
    "enable_plugin",
    "fill_demo",
    "in_hook_order",
    "installed_plugins",
    "move_plugin",
    "order_plugins",
    "save_settings",
    "settings_version",
]


async def enable_plugin(shop: Shop, name: str) -> None:
    """Bring a plugin's data to its version and switch it on, if it agrees. What went wrong before is forgotten.

    Raises:
        NotFound: no such plugin is installed.
        ConfigurationError: it was set aside, is older than its data, refuses, or a migration failed.
        Conflict: its data is being removed.
        HookError: it failed while it prepared itself.
    """
    configuration = configuration_of(shop)
    require_installed(configuration, name)
    await configuration.faults.clear(name)
    state = await configuration.states.read()
    if name in state.enabled and name not in shop.hooks.held:
        return
    _refuse_purging(state, name)
    await run_migrations(shop, name)
    await shop.hooks.only(name).collect(lifecycle_hooks.plugin_enabling, shop=shop, plugin=name)
    with unhurried():
        await shop.mongo.create_indexes(shop.hooks.part_of(app_hooks.register_documents, name) or ())
    await note_served(shop, name)

    def switched_on(state: PluginStateDocument) -> PluginStateDocument | None:
        _refuse_purging(state, name)
        if name in state.enabled and name not in shop.hooks.held:
            return None
        return state.model_copy(update={"enabled": sorted({*state.enabled, name})})

    await configuration.change(switched_on)


async def fill_demo(shop: Shop) -> None:
    """Let the enabled plugins add what a demo shop shows of them."""
    await shop.hooks.collect(lifecycle_hooks.demo_data, shop=shop)


async def disable_plugin(shop: Shop, name: str) -> None:
    """Switch a plugin off; its data stays. One that was set aside, or that safe mode left out, then stays off too.

    Raises:
        NotFound: no such plugin is installed, or ever was.
    """
    configuration = configuration_of(shop)
    if not is_set_aside(configuration, name) and name not in (await configuration.states.read()).known:
        require_installed(configuration, name)
    await shop.hooks.only(name).collect(lifecycle_hooks.plugin_disabling, shop=shop, plugin=name)

    def switched_off(state: PluginStateDocument) -> PluginStateDocument | None:
        if name in state.known and name not in state.enabled:
            return None
        enabled = [other for other in state.enabled if other != name]
        return state.model_copy(update={"enabled": enabled, "known": sorted({*state.known, name})})

    await configuration.change(switched_off)


async def order_plugins(shop: Shop, names: Sequence[str]) -> None:
    """Ask these plugins first, in this order, and the others after them as they order themselves.

    Raises:
        NotFound: one is not installed.
        Invalid: one is named twice.
    """
    configuration = configuration_of(shop)
    for name in names:
        require_installed(configuration, name)
    if len(set(names)) < len(names):
        raise Invalid.field("order", "A plugin is named twice.", "duplicate")
    await configuration.change(lambda state: state.model_copy(update={"order": list(names)}))


def in_hook_order(shop: Shop) -> list[str]:
    """Names of the plugins as they are asked: those that the merchant named, then the others in their own order."""
    order, names = shop.hooks.order, installed_plugins(shop)
    return sorted(names, key=lambda name: order.index(name) if name in order else len(order))


async def move_plugin(shop: Shop, name: str, *, up: bool) -> None:
    """Ask a plugin one place earlier, or later.

    Raises:
        NotFound: it is not installed.
    """
    configuration = configuration_of(shop)
    require_installed(configuration, name)
    own = installed_plugins(shop)

    def moved(state: PluginStateDocument) -> PluginStateDocument | None:
        named = [other for other in state.order if other in own]
        names = [*named, *(other for other in own if other not in named)]
        at = names.index(name)
        to = at - 1 if up else at + 1
        if not 0 <= to < len(names):
            return None
        names[at], names[to] = names[to], names[at]
        return state.model_copy(update={"order": names})

    await configuration.change(moved)


async def settings_version(shop: Shop) -> int:
    """Counts the changes of plugins and settings: the version that whoever reads settings has seen."""
    return (await configuration_of(shop).states.read()).epoch


async def save_settings(
    shop: Shop,
    name: str,
    values: Mapping[str, Any] | Callable[[Any], Mapping[str, Any]],
    *,
    version: int | None = None,
) -> BaseModel:
    """Validate and store a plugin's settings (`name` "core" is the shop's profile).

    Secrets that are left out, empty, or as `settings_view` shows them stay; None clears one.

    Args:
        shop: The shop.
        name: The plugin.
        values: What changes; or what says so of the settings as they are stored, where that depends on them: it is
            asked again if somebody else was faster.
        version: The `settings_version` that was seen, if it must still be that.

    Raises:
        NotFound: the plugin has no settings.
        StaleAggregate: settings were changed by somebody else meanwhile.
        Invalid: a value is refused; the errors name the fields.
    """
    configuration = configuration_of(shop)
    model = configuration.models.get(name)
    if model is None:
        raise NotFound(message("Plugin '%(name)s' has no settings.", name=name))

    def store(state: PluginStateDocument) -> PluginStateDocument:
        if version is not None and state.epoch != version:
            raise StaleAggregate("Settings were changed by somebody else in the meantime.", hint="Read them again.")
        stored = configuration.values(name, state)
        validated = _merged(name, stored, values(stored) if callable(values) else values)
        if isinstance(validated, ShopProfile) and validated.file_storage != shop.profile.file_storage:
            _require_storage(shop, validated.file_storage)
        return state.model_copy(update={"settings": {**state.settings, name: configuration.dump(name, validated)}})

    await configuration.change(store)
    await configuration.faults.clear(name)
    return configuration.of(model)


def checked_settings(shop: Shop, name: str, values: Mapping[str, Any]) -> BaseModel:
    """What `save_settings` would store, without storing it.

    Raises:
        NotFound: the plugin has no settings.
        Invalid: a value is refused; the errors name the fields.
    """
    model = configuration_of(shop).models.get(name)
    if model is None:
        raise NotFound(message("Plugin '%(name)s' has no settings.", name=name))
    return _merged(name, shop.plugin_settings(model), values)


def _merged(name: str, current: BaseModel, values: Mapping[str, Any]) -> BaseModel:
    merged = {**dict(current), **values}
    for field, value in current:
        if isinstance(value, SecretStr) and field in values:
            merged[field] = _secret(value, values[field])
    try:
        return type(current).model_validate(merged)
    except ValidationError as error:
        raise Invalid(
            message("The settings of %(name)s were not saved.", name=name), errors=field_errors(error)
        ) from None


def _secret(current: SecretStr, entered: Any) -> Any:
    if entered is None:
        return ""
    unchanged = entered == "" or (isinstance(entered, dict) and set(entered) == {"set"})
    return current if unchanged else entered


def _refuse_purging(state: PluginStateDocument, name: str) -> None:
    if name in state.purging:
        raise Conflict(
            message("The data of plugin '%(name)s' is being removed.", name=name),
            hint=message("Let it be finished: spoeq plugins uninstall %(name)s --purge --yes", name=name),
            code="plugin_purging",
        )


def _require_storage(shop: Shop, name: str) -> None:
    known = storage_names(shop.hooks)
    if name not in known:
        raise Invalid.field(
            "file_storage",
            message(
                "No enabled plugin keeps pictures in '%(name)s'; there are: %(known)s.",
                name=name,
                known=", ".join(known),
            ),
            "unknown",
        )
