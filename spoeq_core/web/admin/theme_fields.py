"""Forms over a theme's settings: what is shown, what was entered, what of it can be kept."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from quart import request

from spoeq_core.catalog import service as catalog
from spoeq_core.catalog.images import render as render_image, store_rendered
from spoeq_core.kernel.errors import FieldError, Invalid, NotFound, TooLarge
from spoeq_core.kernel.languages import Catalogue
from spoeq_core.kernel.messages import message
from spoeq_core.shop import Shop
from spoeq_core.web.bodies import Form
from spoeq_core.web.themes.settings import FONTS, Setting
from spoeq_core.web.themes.values import Values, checked, typed
from spoeq_core.web.views.catalog import image_view

Settings = Mapping[str, Setting]
PREFIX = "setting."


def fields_of(
    settings: Settings,
    values: Mapping[str, Any],
    speech: Catalogue,
    typed_in: Mapping[str, Any] | None = None,
    prefix: str = PREFIX,
) -> list[Values]:
    """The fields of a form, in groups: `[{group, fields}]`; what was entered and refused is shown again.

    Args:
        settings: What can be set.
        values: What is set.
        speech: The theme's catalogue in the language of the page.
        typed_in: What was entered and refused.
        prefix: What the names of the fields begin with.
    """
    groups: dict[str, list[Values]] = {}
    for name, setting in settings.items():
        value = (typed_in or {}).get(name, typed(setting, values[name]))
        groups.setdefault(setting.group, []).append(_field(setting, value, prefix, speech))
    return [{"group": speech.say(group), "fields": fields} for group, fields in groups.items()]


async def read_settings(
    shop: Shop, settings: Settings, form: Form, before: Mapping[str, Any], folder: str, prefix: str = PREFIX
) -> tuple[Values, list[FieldError]]:
    """What was entered, checked, and what was refused.

    Args:
        shop: The shop.
        settings: What can be set.
        form: What was sent.
        before: The values until now: a picture stays unless another is sent.
        folder: Where a picture that is sent goes in the shop's files.
        prefix: What the names of the fields begin with.
    """
    values: Values = {}
    errors: list[FieldError] = []
    for name, setting in settings.items():
        try:
            if setting.type == "image":
                values[name] = await _picture(shop, form, f"{prefix}{name}", setting, before.get(name), folder)
            else:
                values[name] = checked(setting, _entered(setting, form, prefix))
                await _require_there(shop, setting, values[name])
        except (TypeError, ValueError, Invalid, TooLarge) as error:
            errors.append(FieldError(f"{prefix}{name}", _words(error), "invalid"))
    return values, errors


def entered(settings: Settings, form: Form, prefix: str = PREFIX) -> Values:
    """What was entered as it was typed, pictures left out."""
    return {name: _entered(setting, form, prefix) for name, setting in settings.items() if setting.type != "image"}


def only_changed(values: Mapping[str, Any], defaults: Mapping[str, Any]) -> Values:
    """The values that are not the theme's own: the others follow the theme when it is updated."""
    return {name: value for name, value in values.items() if value != defaults.get(name)}


def _entered(setting: Setting, form: Form, prefix: str) -> Any:
    key = f"{prefix}{setting.id}"
    return form.flag(key) if setting.type == "bool" else form.text(key)


def _field(setting: Setting, value: Any, prefix: str, speech: Catalogue) -> Values:
    choices = [(name, label) for name, (label, _) in FONTS.items()] if setting.type == "font" else setting.options
    return {
        "name": f"{prefix}{setting.id}",
        "type": setting.type,
        "label": speech.say(setting.label),
        "hint": speech.say(setting.hint),
        "value": value,
        "options": [{"value": each, "label": speech.say(label)} for each, label in choices],
        "minimum": f"{setting.minimum:g}",
        "maximum": f"{setting.maximum:g}",
        "step": f"{setting.step:g}",
        "max_length": setting.max_length,
    }


async def _picture(shop: Shop, form: Form, key: str, setting: Setting, before: Any, folder: str) -> Any:
    upload = (await request.files).get(key)
    if upload is not None and upload.filename:
        content = upload.read()
        if len(content) > shop.settings.max_upload_bytes:
            limit = shop.settings.max_upload_bytes // 2**20
            raise TooLarge(
                message("The picture is too large; at most %(limit)s MB.", limit=limit), hint="Make it smaller."
            )
        alt = form.text(f"{key}.alt") or setting.label
        rendered = await asyncio.to_thread(render_image, content, alt)
        return checked(setting, image_view(shop, await store_rendered(shop, folder, rendered)))
    if form.flag(f"{key}.remove") or not before:
        return None
    return {**before, "alt": form.text(f"{key}.alt")[:300]} if f"{key}.alt" in form else before


async def _require_there(shop: Shop, setting: Setting, value: Any) -> None:
    if not value or setting.type not in {"product", "collection"}:
        return
    if setting.type == "collection":
        if (await catalog.all_categories(shop)).find(value) is None:
            raise ValueError(message("There is no category %(value)s. Use the last part of its address.", value=value))
        return
    try:
        await catalog.product_by_id_or_slug(shop, value, hidden=True)
    except NotFound:
        raise ValueError(
            message("There is no product %(value)s. Use the last part of its address.", value=value)
        ) from None


def _words(error: Exception) -> str:
    if isinstance(error, Invalid) and error.errors:
        return error.errors[0].message
    return str(error)
