"""Enabling, disabling and configuring plugins of a running shop; effective in every process within a second."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, SecretStr, ValidationError

from spoeq_core.hooks import lifecycle as lifecycle_hooks
from spoeq_core.kernel.errors import ConfigurationError, FieldError, Invalid, NotFound, StaleAggregate
from spoeq_core.plugins.configuration import Configuration
from spoeq_core.plugins.storages import storage_names
from spoeq_core.shop import Shop, ShopProfile


async def enable_plugin(shop: Shop, name: str) -> None:
    """Switch a plugin on.

    Raises:
        NotFound: no such plugin is installed.
        ConfigurationError: it was set aside, or refuses.
    """
    configuration = configuration_of(shop)
    _require_installed(configuration, name)
    state = await configuration.states.read()
    if name not in state.enabled:
        enabled = sorted({*state.enabled, name})
        await configuration.publish(await configuration.states.write(state.model_copy(update={"enabled": enabled})))
        await shop.hooks.collect(lifecycle_hooks.plugin_enabling, shop=shop, plugin=name)


async def disable_plugin(shop: Shop, name: str) -> None:
    """Switch a plugin off; its data stays.

    Raises:
        NotFound: no such plugin is installed.
    """
    configuration = configuration_of(shop)
    _require_installed(configuration, name)
    state = await configuration.states.read()
    if name in state.enabled:
        enabled = [other for other in state.enabled if other != name]
        await configuration.publish(await configuration.states.write(state.model_copy(update={"enabled": enabled})))


async def settings_version(shop: Shop) -> int:
    """Counts the changes of plugins and settings: the version that whoever reads settings has seen."""
    return (await configuration_of(shop).states.read()).epoch


async def save_settings(shop: Shop, name: str, values: Mapping[str, Any], *, version: int | None = None) -> BaseModel:
    """Validate and store a plugin's settings (`name` "core" is the shop's profile). Secrets left out or empty stay.

    Args:
        shop: The shop.
        name: The plugin.
        values: What changes.
        version: The `settings_version` that was seen, if it must still be that.

    Raises:
        NotFound: the plugin has no settings.
        StaleAggregate: settings were changed by somebody else meanwhile.
        Invalid: a value is refused; the errors name the fields.
    """
    configuration = configuration_of(shop)
    model = configuration.models.get(name)
    if model is None:
        raise NotFound(f"Plugin {name!r} has no settings.")
    current = configuration.of(model)
    kept = {field: value for field, value in current if isinstance(value, SecretStr) and not values.get(field)}
    try:
        validated = model.model_validate({**dict(current), **values, **kept})
    except ValidationError as error:
        raise Invalid(
            f"The settings of {name} were not saved.",
            errors=[
                FieldError(".".join(str(part) for part in item["loc"]), item["msg"], item["type"])
                for item in error.errors()
            ],
        ) from None
    if isinstance(validated, ShopProfile) and validated.file_storage != shop.profile.file_storage:
        _require_storage(shop, validated.file_storage)
    state = await configuration.states.read()
    if version is not None and state.epoch != version:
        raise StaleAggregate("Settings were changed by somebody else in the meantime.", hint="Read them again.")
    settings = {**state.settings, name: configuration.dump(name, validated)}
    await configuration.publish(await configuration.states.write(state.model_copy(update={"settings": settings})))
    return validated


def installed_plugins(shop: Shop) -> list[str]:
    """Names of the plugins that could be loaded."""
    return [plugin.name for plugin in configuration_of(shop).plugins]


def configuration_of(shop: Shop) -> Configuration:
    """The shop's configuration, with all that staff may do to it."""
    if not isinstance(shop.configuration, Configuration):
        raise ConfigurationError("This shop's configuration is read-only.", hint="Open it with spoeq_core.boot.")
    return shop.configuration


def _require_installed(configuration: Configuration, name: str) -> None:
    for aside in configuration.quarantined:
        if aside.name == name:
            raise ConfigurationError(
                f"Plugin {name!r} could not be loaded: {aside.error}", hint="Mend or uninstall it."
            )
    if name not in {plugin.name for plugin in configuration.plugins}:
        raise NotFound(f"No plugin {name!r} is installed.", hint=f"pip install spoeq-{name}")


def _require_storage(shop: Shop, name: str) -> None:
    known = storage_names(shop.hooks)
    if name not in known:
        raise Invalid.field(
            "file_storage",
            f"No enabled plugin keeps pictures in {name!r}; there are: {', '.join(known)}.",
            "unknown",
        )
