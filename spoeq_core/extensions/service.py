"""What plugins keep with an owner: read by the model they registered, checked by it, put in beside the others' parts.

An owner is whatever has `ext`: a product, a variant, a cart line, an order line, an order, a customer. Its room stores
it by compare-and-set, so that two parts that are written at the same moment both stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from spoeq_core.hooks import app as app_hooks
from spoeq_core.hooks.contributions import Extension, ExtensionTarget
from spoeq_core.kernel.errors import ConfigurationError, FieldError, Invalid
from spoeq_core.kernel.messages import message
from spoeq_core.kernel.mongo import plain
from spoeq_core.kernel.validation import field_errors
from spoeq_core.shop import Shop

Data = dict[str, Any]
M = TypeVar("M", bound=BaseModel)


class Extended(Protocol):
    """Something that plugins keep data with."""

    @property
    def ext(self) -> Mapping[str, Any]:
        """The data by plugin."""
        ...


def extensions_of(shop: Shop, target: ExtensionTarget) -> dict[str, Extension]:
    """The extension of each enabled plugin that has one for the target."""
    return {plugin: extension for plugin, extension in _all(shop) if extension.target == target}


def extension_of(shop: Shop, owner: Extended, model: type[M]) -> M:
    """A plugin's own data with an owner; the model's defaults where there is none yet.

    Args:
        shop: The shop.
        owner: A product, variant, cart line, order line, order or customer.
        model: The model that the plugin registered for it.

    Raises:
        ConfigurationError: no enabled plugin registered the model.
        Invalid: what is stored is not of this model any more; the errors name the fields.
    """
    plugin = next((plugin for plugin, extension in _all(shop) if extension.model is model), None)
    if plugin is None:
        raise _unregistered(model)
    return _loaded(plugin, model, owner.ext)


def with_part(
    shop: Shop, target: ExtensionTarget, stored: Mapping[str, Any], model: type[M], edit: Callable[[M], M]
) -> Data:
    """The extension data with the part of the plugin that registered the model changed; the other parts as they are.

    Raises:
        ConfigurationError: no enabled plugin registered the model for this kind of owner.
        Invalid: what is stored, or the changed part, is not as the model wants it.
    """
    found = extensions_of(shop, target).items()
    plugin = next((plugin for plugin, extension in found if extension.model is model), None)
    if plugin is None:
        raise _unregistered(model, target)
    after = edit(_loaded(plugin, model, stored))
    return accepted(*extended(shop, target, stored, {plugin: after.model_dump(mode="json")}))


def part_query(
    shop: Shop, target: ExtensionTarget, model: type[BaseModel], values: Mapping[str, Any], path: str = "ext"
) -> Data:
    """The query for owners with which the plugin that registered the model keeps these values, by field.

    Raises:
        ConfigurationError: no enabled plugin registered the model for this kind of owner, or a field has no index.
    """
    found = extensions_of(shop, target).items()
    plugin, extension = next((item for item in found if item[1].model is model), (None, None))
    if plugin is None or extension is None:
        raise _unregistered(model, target)
    unindexed = sorted(set(values) - {*extension.indexes, *extension.facets})
    if unindexed or not values:
        what = f"field {unindexed[0]!r}" if unindexed else "no field"
        raise ConfigurationError(
            f"Plugin {plugin!r} looks for {model.__name__} by {what}, which has no index.",
            hint="Name a field that stands in the extension's indexes.",
        )
    return {f"{path}.{plugin}.{field}": plain(value) for field, value in values.items()}


def accepted(merged: Data, errors: list[FieldError]) -> Data:
    """What `extended` merged.

    Raises:
        Invalid: something was refused.
    """
    if errors:
        raise Invalid("The data of a plugin was not saved.", errors=errors, hint="Mend the fields that are named.")
    return merged


def extended(
    shop: Shop, target: ExtensionTarget, stored: Mapping[str, Any], given: Mapping[str, Any], field: str = "ext"
) -> tuple[Data, list[FieldError]]:
    """The stored data with what was given put in, and what was refused.

    Data of plugins that are not named stays as it is, also that of disabled and uninstalled ones; to give exactly
    what is stored is no change, so that a form or a PATCH may send back all it was shown.
    """
    extensions = extensions_of(shop, target)
    merged: Data = dict(stored)
    errors: list[FieldError] = []
    for plugin, value in given.items():
        if plugin in stored and stored[plugin] == value:
            continue
        if plugin not in extensions:
            message = f"No enabled plugin {plugin!r} extends a {target.replace('_', ' ')}."
            errors.append(FieldError(f"{field}.{plugin}", message, "unknown_extension"))
            continue
        try:
            merged[plugin] = extensions[plugin].model.model_validate(value).model_dump(mode="json")
        except ValidationError as error:
            errors.extend(field_errors(error, f"{field}.{plugin}"))
    return merged, errors


def shown(shop: Shop, target: ExtensionTarget, data: Mapping[str, Any], *, private: bool = False) -> Data:
    """Extension data of enabled plugins for the API and pages; without private fields unless they are asked for."""
    return {
        plugin: {name: value for name, value in data[plugin].items() if private or name not in extension.private}
        for plugin, extension in extensions_of(shop, target).items()
        if plugin in data
    }


def personal(shop: Shop, target: ExtensionTarget, data: Mapping[str, Any]) -> Data:
    """What of it is about a person, private fields included: for whoever it is about. Of all installed plugins."""
    classes = _pii(shop, target)
    return {plugin: part for plugin, part in data.items() if classes.get(plugin, "none") != "none"}


def impersonal(shop: Shop, target: str, data: Mapping[str, Any]) -> Data:
    """What of it stays when the person is erased. What nobody declares any more goes: nobody knows what it tells."""
    classes = _pii(shop, target)
    return {plugin: part for plugin, part in data.items() if classes.get(plugin, "unknown") == "none"}


def _pii(shop: Shop, target: str) -> dict[str, str]:
    return {
        part.plugin: extension.pii
        for part in shop.hooks.all_parts(app_hooks.register_extensions)
        for extension in part.value
        if extension.target == target
    }


def _all(shop: Shop) -> Iterator[tuple[str, Extension]]:
    for part in shop.hooks.parts(app_hooks.register_extensions):
        for extension in part.value:
            yield part.plugin, extension


def _loaded(plugin: str, model: type[M], stored: Mapping[str, Any]) -> M:
    try:
        return model.model_validate(stored.get(plugin, {}))
    except ValidationError as error:
        raise Invalid(
            message(
                "What is stored for plugin '%(plugin)s' is not a %(model)s any more.",
                plugin=plugin,
                model=model.__name__,
            ),
            errors=field_errors(error, f"ext.{plugin}"),
            hint="Let the model accept what its earlier versions stored.",
        ) from None


def _unregistered(model: type[BaseModel], target: str = "") -> ConfigurationError:
    of = f" for this: {target.replace('_', ' ')}" if target else ""
    return ConfigurationError(
        f"No enabled plugin registered {model.__name__}{of}.",
        hint="Return it from register_extensions, and ask only while the plugin is enabled.",
    )
