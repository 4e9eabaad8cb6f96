"""Staff pages: the shop's own settings, and what its environment decides."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from quart import Blueprint, Response

from spoeq_core.kernel.errors import Invalid, StaleAggregate
from spoeq_core.kernel.settings import DEFAULT_SECRET, Settings
from spoeq_core.plugins import lifecycle
from spoeq_core.plugins.configuration import CORE
from spoeq_core.shop import ShopProfile
from spoeq_core.web.access import current_actor, staff
from spoeq_core.web.admin.merging import TAKE, Difference, conflict_views, differences, merged, pack, unpack
from spoeq_core.web.admin.plugins import note_settings, shown_values
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import Form, form_state, query_text, read_form
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.flash import flash
from spoeq_core.web.forms import Field, fields_of, read_fields, typed_fields
from spoeq_core.web.theming import render

blueprint = Blueprint("admin_settings", __name__)

PATH = "/admin/settings"
GROUPS = {
    "shop": ("name", "tagline", "legal_name", "address"),
    "contact": ("email", "phone", "grievance_officer", "return_days"),
    "selling": ("prices_include_tax", "max_quantity", "order_prefix", "support_refund_cap"),
    "place": ("currency", "country", "locale", "timezone", "languages", "language_from_browser"),
    "look": ("storefront_theme", "admin_theme"),
}
SHOWN_AS_SET = frozenset({"secret_key"})
ADDRESSES = frozenset({"mongodb_uri", "redis_url"})


@blueprint.get("/settings")
@staff("settings.manage")
async def show() -> Response:
    """The shop's own settings."""
    return await _page(dict(current_shop().profile), Invalid(""))


@blueprint.post("/settings")
@staff("settings.manage")
async def save() -> Response:
    """Store them, if nobody else did meanwhile."""
    shop, actor, form = current_shop(), await current_actor(), await read_form()
    before = dict(shop.profile)
    try:
        version = form.integer("version") if form.text("version") else None
        after = await lifecycle.save_settings(shop, CORE, _entered(form, before), version=version)
    except StaleAggregate:
        found = _differences(form)
        if any(item.both for item in found):
            return await _conflict(form, found)
        theirs = {item.field for item in found}
        kept = {name: value for name, value in _entered(form, before).items() if name not in theirs}
        after = await lifecycle.save_settings(shop, CORE, kept)
    except Invalid as error:
        return await _page({**before, **typed_fields(ShopProfile, form)}, error, status=422)
    await note_settings(shop, actor, CORE, before, dict(after))
    return flash(see_other(PATH), "Settings saved.")


def _entered(form: Form, stored: dict[str, Any]) -> dict[str, Any]:
    """What was typed; where somebody took the other's version of a field, what is stored."""
    typed = read_fields(ShopProfile, form)
    return {name: stored[name] if form.text(f"{TAKE}{name}") == "theirs" else value for name, value in typed.items()}


def _differences(form: Form) -> list[Difference]:
    """What somebody else changed since the form was opened; settings of plugins are not looked at."""
    stored = dict(current_shop().profile)
    typed = shown_values(ShopProfile, {**stored, **typed_fields(ShopProfile, form)})
    return differences(unpack(form.text("base")), typed, shown_values(ShopProfile, stored))


async def _conflict(form: Form, found: list[Difference]) -> Response:
    """The form again, with what both did side by side."""
    stored = dict(current_shop().profile)
    typed = shown_values(ShopProfile, {**stored, **typed_fields(ShopProfile, form)})
    return await _page({**stored, **merged(typed, found)}, Invalid(""), status=409, found=found)


async def _page(
    values: dict[str, Any], error: Invalid, *, status: int = 200, found: list[Difference] | None = None
) -> Response:
    shop, q = current_shop(), query_text("q")
    errors = {item.field: item.message for item in error.errors}
    fields = fields_of(ShopProfile, values, errors)
    return await render(
        "admin",
        "pages/settings.html",
        status=status,
        page=page("Settings"),
        groups=grouped(fields),
        hits=[field for field in fields if q and q.casefold() in f"{field['label']} {field['hint']}".casefold()],
        q=q,
        form=form_state({}, error.errors),
        version=await lifecycle.settings_version(shop),
        base=pack(shown_values(ShopProfile, dict(shop.profile))),
        conflicts=conflict_views(found or [], {field["name"]: field["label"] for field in fields}),
        environment=environment_view(shop.settings),
    )


def grouped(fields: list[Field]) -> list[dict[str, Any]]:
    """The fields under their headings; those that no heading knows at the end."""
    by_name = {field["name"]: field for field in fields}
    groups = [
        {"key": key, "fields": [by_name.pop(name) for name in names if name in by_name]}
        for key, names in GROUPS.items()
    ]
    return [group for group in [*groups, {"key": "other", "fields": list(by_name.values())}] if group["fields"]]


def environment_view(settings: Settings) -> list[dict[str, Any]]:
    """Every setting of the process, without a secret: what it is, and whether that is not the default."""
    return [
        {
            "name": f"SPOEQ_{name.upper()}",
            "value": _value(name, getattr(settings, name)),
            "given": name in settings.model_fields_set and getattr(settings, name) != info.default,
            "hint": info.description or "",
        }
        for name, info in type(settings).model_fields.items()
    ]


def _value(name: str, value: Any) -> str:
    if name in SHOWN_AS_SET:
        return "the default, for development only" if value == DEFAULT_SECRET else "set"
    if name in ADDRESSES:
        parts = urlsplit(str(value))
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else ""
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
