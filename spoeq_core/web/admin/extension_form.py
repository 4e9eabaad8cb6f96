"""Fields that plugins add, in the forms of staff: shown, read, refused at the field, compared when two people save."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from spoeq_core.audit.service import record
from spoeq_core.extensions.service import Data, accepted, extended, extensions_of
from spoeq_core.hooks.contributions import Extension, ExtensionTarget
from spoeq_core.kernel.errors import FieldError
from spoeq_core.shop import Shop
from spoeq_core.web.access import Actor
from spoeq_core.web.admin.merging import TAKE, BothChanged, Difference, conflict_views, differences, pack, unpack
from spoeq_core.web.admin.settings_form import shown_values
from spoeq_core.web.bodies import Form
from spoeq_core.web.forms import HIDDEN, Field, fields_of, read_fields, typed_fields
from spoeq_core.web.languages import translate

OWN = "ext.{}"
"""The name that a plugin's fields begin with in the form of their owner."""
UNTICKED = frozenset({"", "0", "false", "off"})


def row_prefix(row: int) -> str:
    """The same for a variant, in its row of a product's form."""
    return f"variants-{row}-ext-{{}}"


def extension_fields(
    shop: Shop,
    target: ExtensionTarget,
    stored: Mapping[str, Any],
    typed: Mapping[str, Any],
    errors: Mapping[str, str],
    prefix: str = OWN,
) -> list[Field]:
    """The fields of the enabled plugins, as stored or, where they were sent, as typed.

    A hidden one before each plugin's says that the form has them: what was not shown is not read.
    """
    found: list[Field] = []
    for plugin, extension in extensions_of(shop, target).items():
        start = prefix.format(plugin)
        fields = fields_of(extension.model, _values(extension, stored.get(plugin, {})), errors, _fields(start))
        for field in fields:
            if start in typed and field["kind"] == "bool":
                field["value"] = typed.get(field["name"], "") not in UNTICKED
        found += [{"name": start, "kind": HIDDEN, "value": "1", "error": ""}, *fields]
    return found


def filled_in(shop: Shop, target: ExtensionTarget, stored: Mapping[str, Any]) -> list[dict[str, str]]:
    """What enabled plugins keep, `{label, text}` each, for a page that only shows it; without what is as by default."""
    found = []
    for plugin, extension in extensions_of(shop, target).items():
        usual = _values(extension, {})
        values = {name: value for name, value in stored.get(plugin, {}).items() if value != usual.get(name)}
        fields = [field for field in fields_of(extension.model, values, {}) if field["name"] in values]
        found += [{"label": field["label"], "text": text} for field in fields if (text := _said(field))]
    return found


def _said(field: Field) -> str:
    if field["kind"] == "bool":
        return translate("Yes") if field["value"] else translate("No")
    text = str(field["value"])
    chosen: dict[str, str] = {option["value"]: option["label"] for option in field["options"]}
    return chosen.get(text, ", ".join(text.splitlines()))


def read_extensions(
    shop: Shop, target: ExtensionTarget, form: Form, stored: Mapping[str, Any], prefix: str = OWN
) -> Data:
    """What was entered, plugin by plugin, with the values of fields that no form shows.

    Raises:
        Invalid: an amount cannot be read.
    """
    return {
        plugin: {**stored.get(plugin, {}), **read_fields(extension.model, form, _fields(start))}
        for plugin, extension, start in _sent(shop, target, form, prefix)
    }


def stored_texts(shop: Shop, target: ExtensionTarget, stored: Mapping[str, Any], prefix: str = OWN) -> dict[str, str]:
    """The stored values as their fields show them, by the fields' names."""
    return {
        name: text
        for plugin, extension in extensions_of(shop, target).items()
        for name, text in _texts(extension, _values(extension, stored.get(plugin, {})), prefix.format(plugin))
    }


def typed_texts(shop: Shop, target: ExtensionTarget, form: Form, prefix: str = OWN) -> dict[str, str]:
    """What was typed, under the same names."""
    return {
        name: text
        for plugin, extension, start in _sent(shop, target, form, prefix)
        for name, text in _texts(
            extension, {**_values(extension, {}), **typed_fields(extension.model, form, _fields(start))}, start
        )
    }


def merged_extensions(shop: Shop, target: ExtensionTarget, form: Form, stored: Mapping[str, Any]) -> Data:
    """The stored data with what was entered, but for what only somebody else changed since the form was opened.

    Raises:
        BothChanged: both changed a field, and the form does not say whose counts.
        Invalid: a value is refused; the errors name the form's fields.
    """
    typed = typed_texts(shop, target, form)
    there = {name: text for name, text in stored_texts(shop, target, stored).items() if name in typed}
    found = differences(unpack(form.text("base")), typed, there)
    if any(item.both for item in found):
        raise BothChanged(found)
    theirs = {item.field for item in found} | {
        name.removeprefix(TAKE) for name in form if name.startswith(TAKE) and form.text(name) == "theirs"
    }
    given = read_extensions(shop, target, form, stored)
    for plugin, part in given.items():
        kept = _values(extensions_of(shop, target)[plugin], stored.get(plugin, {}))
        part |= {name: kept[name] for name in part if f"{_fields(OWN.format(plugin))}{name}" in theirs}
    return accepted(*extended(shop, target, stored, given))


def extension_panel(
    shop: Shop,
    target: ExtensionTarget,
    stored: Mapping[str, Any],
    form: Mapping[str, Any],
    found: Sequence[Difference] = (),
) -> dict[str, Any]:
    """What a page needs for a form of its own for them; `form` is its `form_state`, `found` what both changed."""
    fields = extension_fields(shop, target, stored, form["values"], form["errors"])
    labels = {field["name"]: field["label"] for field in fields if "label" in field}
    return {
        "fields": fields,
        "base": pack(stored_texts(shop, target, stored)),
        "conflicts": conflict_views(found, labels),
    }


async def note_extensions(
    shop: Shop,
    actor: Actor,
    target: ExtensionTarget,
    owner_id: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> None:
    """Write into the audit log what changed, as [before, after]; of personal data only that it did."""
    then, now = stored_texts(shop, target, before), stored_texts(shop, target, after)
    personal = {plugin for plugin, extension in extensions_of(shop, target).items() if extension.pii != "none"}
    detail = {
        name: ["…", "…"] if name.split(".")[1] in personal else [then[name], text]
        for name, text in now.items()
        if then[name] != text
    }
    if detail:
        by = {"actor_id": actor.id, "actor_name": actor.name}
        await record(shop, f"{target}.extended", f"{target}:{owner_id}", **by, detail=detail)


def at_fields(shop: Shop, target: ExtensionTarget, errors: Sequence[FieldError]) -> list[FieldError]:
    """Errors of extension data under the names of the form's fields."""
    return [FieldError(field_name(shop, target, error.field), error.message, error.code) for error in errors]


def field_name(shop: Shop, target: ExtensionTarget, path: str, prefix: str = OWN) -> str:
    """The form's name of what an error is about.

    `ext.<plugin>.<field>.<place>` is of the field; what is wrong with them all (`ext.<plugin>`) is at the first.
    """
    _, plugin, *places = [*path.split("."), ""]
    extension = extensions_of(shop, target).get(plugin)
    start = prefix.format(plugin)
    names = [field["name"] for field in fields_of(extension.model, {}, {}, _fields(start))] if extension else []
    wanted = f"{_fields(start)}{places[0]}" if places else ""
    return wanted if wanted in names else next(iter(names), start)


def _sent(shop: Shop, target: ExtensionTarget, form: Form, prefix: str) -> Iterator[tuple[str, Extension, str]]:
    """The plugins whose fields stood in the form: one that was switched on since then has nothing in it."""
    for plugin, extension in extensions_of(shop, target).items():
        start = prefix.format(plugin)
        if start in form:
            yield plugin, extension, start


def _values(extension: Extension, stored: Mapping[str, Any]) -> dict[str, Any]:
    return {**extension.model().model_dump(mode="json"), **stored}


def _texts(extension: Extension, values: Mapping[str, Any], start: str) -> list[tuple[str, str]]:
    found = shown_values(extension.model, values).items()
    return [(f"{_fields(start)}{name}", text.replace("\r\n", "\n").removesuffix(".00")) for name, text in found]


def _fields(start: str) -> str:
    """What stands before the names of a plugin's fields, by the name of its own: `ext.gift.` of `ext.gift`."""
    return f"{start}{'.' if start.startswith('ext.') else '-'}"
