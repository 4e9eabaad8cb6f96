"""Forms of settings, the shop's own and each plugin's, that two people may change at once: neither loses anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from spoeq_core.kernel.errors import Invalid, StaleAggregate
from spoeq_core.plugins import lifecycle
from spoeq_core.shop import Shop
from spoeq_core.web.admin.merging import TAKE, BothChanged, Difference, conflict_views, differences, pack, unpack
from spoeq_core.web.bodies import Form
from spoeq_core.web.forms import Field, at_field, fields_of, read_fields, typed_fields
from spoeq_core.web.languages import translate
from spoeq_core.web.views.plugins import settings_of

ATTEMPTS = 5


async def save_typed(shop: Shop, name: str, form: Form) -> tuple[BaseModel, BaseModel]:
    """Store what was typed, but for what only somebody else changed since the form was opened: before and after.

    A form without a version is stored whole.

    Raises:
        NotFound: the plugin has no settings.
        Invalid: a value is refused; the errors name the fields.
        BothChanged: somebody else changed a field that was changed here too, and the form does not say whose counts.
        StaleAggregate: many change settings at once.
    """
    model = type(settings_of(shop, name))
    version = form.integer("version") if form.text("version") else None
    theirs = {field for field in model.model_fields if form.text(f"{TAKE}{field}") == "theirs"}
    for _ in range(ATTEMPTS):
        before = settings_of(shop, name)
        values = {field: value for field, value in read_fields(model, form).items() if field not in theirs}
        try:
            return before, await lifecycle.save_settings(shop, name, values, version=version)
        except Invalid as error:
            raise Invalid(error.message, errors=[at_field(item) for item in error.errors]) from None
        except StaleAggregate:
            configuration = lifecycle.configuration_of(shop)
            await configuration.refresh()
            found = [item for item in _differences(settings_of(shop, name), form) if item.field not in theirs]
            if any(item.both for item in found):
                raise BothChanged(found) from None
            theirs |= {item.field for item in found}
            version = configuration.epoch
    raise StaleAggregate("Settings are being changed by many at once.", hint="Try again.")


def settings_form(
    shop: Shop,
    name: str,
    errors: Mapping[str, str],
    typed: Form | None = None,
    conflict: BothChanged | None = None,
) -> dict[str, Any]:
    """What a template needs for the form: fields as stored or as `typed`, and what they were when it was opened."""
    stored = settings_of(shop, name)
    model = type(stored)
    values = {**dict(stored), **(typed_fields(model, typed) if typed else {})}
    if conflict:
        values |= {item.field: item.theirs for item in conflict.found if not item.both}
    fields = fields_of(model, values, errors)
    again = typed if typed and not conflict and "base" in typed else None
    return {
        "fields": fields,
        "version": again.text("version") if again else lifecycle.configuration_of(shop).epoch,
        "base": again.text("base") if again else pack(shown_values(model, dict(stored))),
        "conflicts": _conflicts(conflict, fields),
    }


def shown_values(model: type[BaseModel], values: Mapping[str, Any]) -> dict[str, str]:
    """Settings as their form shows them, as text; without secrets."""
    fields = fields_of(model, values, {})
    return {
        field["name"]: ("1" if field["value"] else "") if field["kind"] == "bool" else str(field["value"])
        for field in fields
        if field["kind"] != "password"
    }


def _differences(stored: BaseModel, form: Form) -> list[Difference]:
    model = type(stored)
    typed = shown_values(model, {**dict(stored), **typed_fields(model, form)})
    return differences(unpack(form.text("base")), typed, shown_values(model, dict(stored)))


def _conflicts(conflict: BothChanged | None, fields: list[Field]) -> list[dict[str, Any]]:
    """Both sides in words: labels of fields and choices, yes and no."""
    by_name = {field["name"]: field for field in fields}
    views = conflict_views(
        conflict.found if conflict else [], {name: field["label"] for name, field in by_name.items()}
    )
    for view in views:
        field = by_name[view["field"]]
        words = {option["value"]: option["label"] for option in field["options"]}
        if field["kind"] == "bool":
            words = {"1": translate("Yes"), "": translate("No")}
        view |= {side: words.get(view[side], view[side]) for side in ("mine", "theirs")}
    return views
