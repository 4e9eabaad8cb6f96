"""What a plugin declares of its data, checked at boot: every name in it must mean a field that can be so used."""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any, Final, Literal, Union, get_args, get_origin

from odmantic import Model
from pydantic import BaseModel, SecretStr
from pymongo import ASCENDING, IndexModel

from spoeq_core.hooks import app as app_hooks
from spoeq_core.hooks.caller import Hooks
from spoeq_core.hooks.contributions import (
    EXTENSIBLE,
    LONGEST_PROPERTY,
    PII,
    Extension,
    ExtensionTarget,
    LineProperty,
)
from spoeq_core.hooks.questions import CheckoutField
from spoeq_core.kernel.errors import ConfigurationError

COLUMNED: Final = ("product", "variant")
NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
SEVERAL: Final = frozenset({list, tuple, set, frozenset})

Places = Mapping[ExtensionTarget, tuple[type[Model], str]]
"""Where each kind of owner is stored: its document, and the path of the extension data in it."""


def check_extensions(plugin: str, extensions: Sequence[Extension]) -> None:
    """Refuse extensions that could not be kept or shown as they say.

    Raises:
        ConfigurationError: naming the plugin, the model, the field and the mend.
    """
    targets: set[str] = set()
    for extension in extensions:
        refuse = _refusing(plugin, extension)
        if extension.target not in EXTENSIBLE:
            raise refuse(f"extends {extension.target!r}, which is not supported", f"one of: {', '.join(EXTENSIBLE)}")
        if extension.target in targets:
            raise refuse(
                f"extends {extension.target!r}, which another model of the plugin extends already", "one model for each"
            )
        targets.add(extension.target)
        model: object = extension.model
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            raise refuse("is no pydantic model", "a subclass of pydantic.BaseModel")
        if extension.pii not in PII:
            raise refuse(f"says pii={extension.pii!r}, which means nothing", f"one of: {', '.join(PII)}")
        _check_names(extension, refuse)


def check_line_properties(plugin: str, declared: Sequence[LineProperty], extensions: Sequence[Extension]) -> None:
    """Refuse properties of cart lines whose name, length, pattern or flag cannot be.

    Raises:
        ConfigurationError: naming the plugin, the property and what is wrong with it.
    """
    kinds = {
        name: info.annotation
        for extension in extensions
        if extension.target == "product"
        for name, info in extension.model.model_fields.items()
    }
    for item in declared:
        if fault := _fault(item, kinds):
            raise ConfigurationError(
                f"Plugin {plugin!r}: line property {item.name!r}: {fault}.",
                hint="See docs/plugin-authors.md, Properties of a cart line.",
            )


def check_checkout_fields(plugin: str, declared: Sequence[CheckoutField]) -> None:
    """Refuse checkout fields whose name, length, pattern or choices cannot be.

    Raises:
        ConfigurationError: naming the plugin, the field and what is wrong with it.
    """
    for item in declared:
        text = LineProperty(item.name, item.label, item.max_length, item.pattern)
        fault = _fault(text, {})
        if not fault and (item.kind == "choice") is not bool(item.choices):
            fault = "a choice has choices, and nothing else has"
        if fault:
            raise ConfigurationError(
                f"Plugin {plugin!r}: checkout field {item.name!r}: {fault}.",
                hint="See docs/plugin-authors.md, Questions of the checkout.",
            )


def _fault(item: LineProperty, kinds: Mapping[str, object]) -> str:
    if not NAME.fullmatch(item.name):
        return "its name must be of lower-case letters, digits and underscores"
    if not 0 < item.max_length <= LONGEST_PROPERTY:
        return f"max_length must be from 1 to {LONGEST_PROPERTY}"
    for name, field, kind in (("flag", item.flag, bool), ("limit", item.limit, int)):
        if field and kinds.get(field) is not kind:
            return f"{name} {field!r} is no {kind.__name__} field of its extension of products"
    try:
        re.compile(item.pattern)
    except re.error as error:
        return f"pattern {item.pattern!r} is no regular expression ({error})"
    return ""


def extension_indexes(hooks: Hooks, places: Places) -> dict[type[Model], list[IndexModel]]:
    """The indexes that installed plugins want on their fields, by document; facets are looked up by one too."""
    found: dict[type[Model], list[IndexModel]] = {}
    for part in hooks.all_parts(app_hooks.register_extensions):
        for extension in part.value:
            document, path = places[extension.target]
            names = [f"{path}.{part.plugin}.{field}" for field in sorted({*extension.indexes, *extension.facets})]
            found.setdefault(document, []).extend(IndexModel([(name, ASCENDING)], sparse=True) for name in names)
    return {document: indexes for document, indexes in found.items() if indexes}


def plain_type(annotation: Any) -> Any:
    """A field's type without `None`."""
    if get_origin(annotation) in {Union, types.UnionType}:
        members = [member for member in get_args(annotation) if member is not type(None)]
        return members[0] if len(members) == 1 else annotation
    return annotation


def choices_of(annotation: Any) -> tuple[Any, ...]:
    """What a field, or one item of a list, may be: the values of a choice, else the type."""
    plain = plain_type(annotation)
    if get_origin(plain) in SEVERAL:
        return tuple(choice for item in get_args(plain) if item is not Ellipsis for choice in choices_of(item))
    if get_origin(plain) is Literal:
        return get_args(plain)
    if isinstance(plain, type) and issubclass(plain, Enum):
        return tuple(member.value for member in plain)
    return (plain,)


def _check_names(extension: Extension, refuse: Callable[[str, str], ConfigurationError]) -> None:
    fields = extension.model.model_fields
    for what in ("private", "columns", "indexes", "facets"):
        unknown = sorted(set(getattr(extension, what)) - set(fields))
        if unknown:
            raise refuse(f"has no field {unknown[0]!r}, which stands in {what}", f"its fields: {', '.join(fields)}")
    if extension.columns and extension.target not in COLUMNED:
        raise refuse(f"has columns, {_names(extension.columns)}, but no file holds them", f"{' or '.join(COLUMNED)}")
    if extension.facets and extension.target != "product":
        raise refuse(f"has facets, {_names(extension.facets)}, but only lists of products have any", "product")
    hidden = extension.facets & extension.private
    if hidden:
        raise refuse(f"shows the private field {sorted(hidden)[0]!r} as a facet", "a field that everybody may see")
    _check_types(extension, refuse)


def _check_types(extension: Extension, refuse: Callable[[str, str], ConfigurationError]) -> None:
    for name, info in extension.model.model_fields.items():
        if plain_type(info.annotation) is SecretStr:
            raise refuse(f"keeps a secret in {name!r}", "a setting: secrets are encrypted there")
        if name in extension.facets and not _can_be_facet(info.annotation):
            raise refuse(f"has a facet {name!r} that is no text, whole number, choice, yes or no", "one of these types")


def _refusing(plugin: str, extension: Extension) -> Callable[[str, str], ConfigurationError]:
    name = getattr(extension.model, "__name__", repr(extension.model))

    def refused(what: str, mend: str) -> ConfigurationError:
        return ConfigurationError(f"Plugin {plugin!r}: {name} {what}.", hint=f"Use {mend}.")

    return refused


def _can_be_facet(annotation: Any) -> bool:
    return all(
        issubclass(choice, str | bool | int) if isinstance(choice, type) else isinstance(choice, str | bool | int)
        for choice in choices_of(annotation)
    )


def _names(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))
