"""Staff pages: themes, their settings, and how they would look."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from quart import Blueprint, Response, request

from spoeq_core.audit.service import record
from spoeq_core.kernel.errors import Conflict, FieldError, NotFound, StaleAggregate
from spoeq_core.kernel.messages import message
from spoeq_core.plugins.lifecycle import save_settings
from spoeq_core.shop import Shop
from spoeq_core.web.access import current_actor, staff
from spoeq_core.web.admin.theme_fields import entered, fields_of, only_changed, read_settings
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import Form, form_state, json_response, query_flag, read_form
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.flash import flash
from spoeq_core.web.languages import translate
from spoeq_core.web.themes import Theme
from spoeq_core.web.themes.choices import change_theme, choices_of
from spoeq_core.web.themes.design import PAGES
from spoeq_core.web.themes.installed import FACES
from spoeq_core.web.themes.palette import too_faint
from spoeq_core.web.themes.preview import FRAMES_US, Preview, draft_of, start_preview
from spoeq_core.web.themes.values import Values, read_values
from spoeq_core.web.theming import current_theming, faults_of, render

blueprint = Blueprint("admin_themes", __name__)

PATH = "/admin/themes"
PERMISSION = "settings.manage"


@blueprint.get("/themes")
@staff(PERMISSION)
async def list_themes() -> Response:
    """The installed themes with their state."""
    shop, theming = current_shop(), current_theming()
    views = [await theme_view(shop, theme) for face in FACES for theme in theming.themes.of_face(face)]
    broken = [{"name": name, "reason": reason} for name, reason in theming.themes.broken.items()]
    return await render("admin", "pages/themes.html", page=page("Themes"), themes=views, broken=broken)


@blueprint.post("/themes/<name>/activate")
@staff(PERMISSION)
async def activate(name: str) -> Response:
    """Show the shop, or the admin, in this theme, if it keeps the contract."""
    shop, theme = current_shop(), installed(name)
    report = await asyncio.to_thread(current_theming().check, theme)
    if report.errors:
        return flash(
            see_other(PATH),
            message("%(title)s cannot be shown: %(known)s.", title=theme.title, known="; ".join(report.errors)),
            "danger",
        )
    await save_settings(shop, "core", {f"{theme.face}_theme": name})
    await noted(shop, "theme.activated", name, {"face": theme.face})
    return flash(see_other(PATH), message("%(title)s is the theme now.", title=theme.title))


@blueprint.get("/themes/<name>")
@staff(PERMISSION)
async def show_theme(name: str) -> Response:
    """A theme with the form of its settings; `?preview=1` shows the draft and a frame with the shop in it."""
    shop, theme = current_shop(), installed(name)
    preview = query_flag("preview")
    draft = await draft_of(shop, (await current_actor()).session_id, name) if preview else None
    return await _page(shop, theme, draft=draft, preview=preview)


@blueprint.post("/themes/<name>")
@staff(PERMISSION)
async def save_theme(name: str) -> Response:
    """Store the settings; colours that cannot be read on each other are refused."""
    shop, theme, form = current_shop(), installed(name), await read_form()
    values, errors = await _read(shop, theme, form)
    if errors:
        return await _page(shop, theme, form=form, errors=errors, status=422)
    design = current_theming().design(theme)
    chosen = only_changed(values, design.defaults)
    try:
        await change_theme(shop, name, form.integer("revision", 0), lambda now: replace(now, settings=chosen))
    except StaleAggregate as error:
        return await _page(shop, theme, form=form, errors=[FieldError("", str(error), "stale")], status=409)
    await noted(shop, "theme.settings_changed", name, {"settings": sorted(chosen)})
    return flash(see_other(f"{PATH}/{name}"), "Settings saved.")


@blueprint.post("/themes/<name>/reset")
@staff(PERMISSION)
async def reset_theme(name: str) -> Response:
    """All settings as the theme ships them."""
    shop, form = current_shop(), await read_form()
    installed(name)
    back = see_other(f"{PATH}/{name}")
    try:
        await change_theme(shop, name, form.integer("revision", 0), lambda now: replace(now, settings={}))
    except StaleAggregate as error:
        return flash(back, str(error), "danger")
    await noted(shop, "theme.settings_reset", name, {})
    return flash(back, "All settings are the theme's own again.")


@blueprint.post("/themes/<name>/preview")
@staff(PERMISSION)
async def preview_theme(name: str) -> Response:
    """Let whoever asks see the shop in this theme, with the settings of the form if there is one."""
    shop, theme, form = current_shop(), installed(name), await read_form()
    if theme.face != "storefront" or current_theming().themes.lineage_fault(theme):
        raise Conflict("This theme cannot be previewed.", hint="Only storefront themes that keep the contract can.")
    session = (await current_actor()).session_id
    if "revision" not in form:
        return await start_preview(shop, see_other("/"), session, Preview(name))
    values, errors = await _read(shop, theme, form)
    if errors and form.flag("live"):
        return json_response({"problems": [error.message for error in errors]}, 422)
    if errors:
        return await _page(shop, theme, form=form, errors=errors, status=422)
    answer = json_response({}) if form.flag("live") else see_other(f"{PATH}/{name}?preview=1")
    return await start_preview(shop, answer, session, Preview(name, values))


def installed(name: str) -> Theme:
    """The theme of that name.

    Raises:
        NotFound: none is installed.
    """
    theme = current_theming().themes.get(name)
    if theme is None:
        raise NotFound(message("No theme “%(name)s” is installed.", name=name), hint="See Themes in the admin.")
    return theme


async def theme_view(shop: Shop, theme: Theme) -> Values:
    """A theme as staff see it."""
    theming = current_theming()
    report = await asyncio.to_thread(theming.check, theme)
    shown = not theming.themes.lineage_fault(theme)
    look = theming.look(theme, shop) if shown else None
    return {
        "name": theme.name,
        "title": theme.title,
        "face": theme.face,
        "extends": theme.extends,
        "active": theme == theming.active(theme.face, shop),
        "errors": list(report.errors),
        "warnings": [*report.warnings, *map(str, look.problems if look else ())],
        "faults": await faults_of(shop, theme.name),
        "url": f"{PATH}/{theme.name}",
        "can_preview": theme.face == "storefront" and shown,
        "pages": [
            {"title": translate(title), "url": f"{PATH}/{theme.name}/pages/{name}"}
            for name, title in PAGES.items()
            if look is not None and theme.face == "storefront"
        ],
    }


async def noted(shop: Shop, action: str, theme: str, detail: Mapping[str, Any]) -> None:
    """Write into the audit log what whoever asks did with a theme."""
    actor = await current_actor()
    await record(
        shop,
        action,
        f"theme:{theme}",
        actor_id=actor.id,
        actor_name=actor.name,
        detail=detail,
        ip=request.remote_addr or "",
    )


async def _read(shop: Shop, theme: Theme, form: Form) -> tuple[Values, list[FieldError]]:
    """The settings of the form, and what is wrong with them, pairs of colours included."""
    design = current_theming().design(theme)
    draft = await draft_of(shop, (await current_actor()).session_id, theme.name) if form.flag("draft") else None
    before, _ = read_values(design.settings, draft or choices_of(shop, theme.name).settings, theme.name)
    values, errors = await read_settings(shop, design.settings, form, before, f"themes/{theme.name}")
    if not errors:
        faint = too_faint(design.settings, design.palette, values)
        errors = [
            FieldError(f"setting.{each.setting}" if each.setting else "", each.message, "contrast") for each in faint
        ]
    return values, errors


async def _page(
    shop: Shop,
    theme: Theme,
    *,
    form: Form | None = None,
    errors: list[FieldError] | None = None,
    draft: Mapping[str, Any] | None = None,
    preview: bool = False,
    status: int = 200,
) -> Response:
    design, saved = current_theming().design(theme), choices_of(shop, theme.name)
    values, _ = read_values(design.settings, saved.settings if draft is None else draft, theme.name)
    typed_in = entered(design.settings, form) if form else None
    response = await render(
        "admin",
        "pages/theme.html",
        status=status,
        page=page(theme.title),
        about=await theme_view(shop, theme),
        groups=fields_of(design.settings, values, current_theming().speech(theme), typed_in),
        revision=saved.revision,
        draft=draft is not None or bool(form and form.flag("draft")),
        preview=preview,
        form=form_state({}, errors or ()),
    )
    response.headers.update(FRAMES_US)
    return response
