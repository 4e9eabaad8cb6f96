"""Staff pages: the shop's own settings, and what its environment decides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from quart import Blueprint, Response

from spoeq_core.kernel.errors import FieldError, Invalid
from spoeq_core.kernel.settings import DEFAULT_SECRET, Settings
from spoeq_core.plugins.configuration import CORE
from spoeq_core.web.access import current_actor, staff
from spoeq_core.web.admin.merging import BothChanged
from spoeq_core.web.admin.plugins import note_settings
from spoeq_core.web.admin.settings_form import save_typed, settings_form
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import Form, form_state, query_text, read_form
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.flash import flash
from spoeq_core.web.forms import Field
from spoeq_core.web.theming import render

blueprint = Blueprint("admin_settings", __name__)

PATH = "/admin/settings"
GROUPS = {
    "shop": ("name", "tagline", "legal_name", "address"),
    "contact": ("email", "phone", "grievance_officer", "return_days"),
    "selling": (
        "prices_include_tax",
        "cash_rounding",
        "cash_step",
        "max_quantity",
        "order_prefix",
        "unpaid_minutes",
        "abandoned_hours",
        "support_refund_cap",
    ),
    "place": ("currency", "country", "locale", "timezone", "languages", "language_from_browser"),
    "look": ("storefront_theme", "admin_theme"),
}
SHOWN_AS_SET = frozenset({"secret_key"})
ADDRESSES = frozenset({"mongodb_uri", "redis_url"})


@blueprint.get("/settings")
@staff("settings.manage")
async def show() -> Response:
    """The shop's own settings."""
    return await _page()


@blueprint.post("/settings")
@staff("settings.manage")
async def save() -> Response:
    """Store them, without what somebody else changed meanwhile."""
    shop, actor, form = current_shop(), await current_actor(), await read_form()
    try:
        before, after = await save_typed(shop, CORE, form)
    except BothChanged as error:
        return await _page(form, conflict=error, status=409)
    except Invalid as error:
        return await _page(form, error.errors, status=422)
    await note_settings(shop, actor, CORE, dict(before), dict(after))
    return flash(see_other(PATH), "Settings saved.")


async def _page(
    typed: Form | None = None,
    errors: Sequence[FieldError] = (),
    *,
    status: int = 200,
    conflict: BothChanged | None = None,
) -> Response:
    shop, q = current_shop(), query_text("q")
    form = settings_form(shop, CORE, {item.field: item.message for item in errors}, typed, conflict)
    fields: list[Field] = form.pop("fields")
    return await render(
        "admin",
        "pages/settings.html",
        status=status,
        page=page("Settings"),
        groups=grouped(fields),
        hits=[field for field in fields if q and q.casefold() in f"{field['label']} {field['hint']}".casefold()],
        q=q,
        form=form_state({}, errors),
        environment=environment_view(shop.settings),
        **form,
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
