"""Extension data: what plugins keep with products and variants, validated by the models they registered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from spoeq_core.hooks import app as app_hooks
from spoeq_core.hooks.contributions import Extension, ExtensionTarget
from spoeq_core.kernel.errors import FieldError
from spoeq_core.shop import Shop

Data = dict[str, Any]


def extensions_of(shop: Shop, target: ExtensionTarget) -> dict[str, Extension]:
    """The extension of each enabled plugin that has one for the target."""
    return {
        part.plugin: extension
        for part in shop.hooks.parts(app_hooks.register_extensions)
        for extension in part.value
        if extension.target == target
    }


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
            message = f"No enabled plugin {plugin!r} extends a {target}."
            errors.append(FieldError(f"{field}.{plugin}", message, "unknown_extension"))
            continue
        try:
            merged[plugin] = extensions[plugin].model.model_validate(value).model_dump(mode="json")
        except ValidationError as error:
            errors.extend(_errors(error, f"{field}.{plugin}"))
    return merged, errors


def shown(shop: Shop, target: ExtensionTarget, data: Mapping[str, Any], *, private: bool = False) -> Data:
    """Extension data of enabled plugins for the API and pages; without private fields unless they are asked for."""
    return {
        plugin: {name: value for name, value in data[plugin].items() if private or name not in extension.private}
        for plugin, extension in extensions_of(shop, target).items()
        if plugin in data
    }


def _errors(error: ValidationError, field: str) -> list[FieldError]:
    return [FieldError(".".join((field, *map(str, item["loc"]))), item["msg"], item["type"]) for item in error.errors()]
