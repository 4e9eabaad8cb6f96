"""Staff pages: the sections of the shop's pages, added, moved, set, removed; every step can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from quart import Blueprint, Response

from spoeq_core.kernel.errors import Conflict, FieldError, Invalid, NotFound, SpoeqError
from spoeq_core.kernel.languages import Catalogue
from spoeq_core.kernel.messages import message
from spoeq_core.shop import Shop
from spoeq_core.web.access import staff
from spoeq_core.web.admin.theme_fields import PREFIX, entered, fields_of, only_changed, read_settings
from spoeq_core.web.admin.themes import PATH, PERMISSION, installed, noted
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import Form, form_state, read_form
from spoeq_core.web.common import page as about_page
from spoeq_core.web.context import current_shop
from spoeq_core.web.flash import flash
from spoeq_core.web.languages import translate
from spoeq_core.web.slots import STOREFRONT
from spoeq_core.web.storefront.sections import usable
from spoeq_core.web.themes import Theme, composition as pages
from spoeq_core.web.themes.choices import Choices, change_theme, choices_of, undone, with_page
from spoeq_core.web.themes.composition import SLOT, Block, Composition, Section
from spoeq_core.web.themes.design import PAGES, Design, Kind
from spoeq_core.web.themes.values import Values, read_values
from spoeq_core.web.theming import current_theming, render

blueprint = Blueprint("admin_composition", __name__)

STEPS = {"up": -1, "down": 1}
SAID = {
    "add": "Added at the end.",
    "remove": "Removed. Undo brings it back.",
    "undo": "The last change is taken back.",
    "reset": "The page is as the theme ships it.",
}


@blueprint.get("/themes/<name>/pages/<page>")
@staff(PERMISSION)
async def show_page(name: str, page: str) -> Response:
    """The sections of a page, in their order."""
    shop, theme = current_shop(), _composed(name, page)
    design, saved = current_theming().design(theme), choices_of(shop, name)
    speech = current_theming().speech(theme)
    return await render(
        "admin",
        "pages/composition.html",
        page=about_page(PAGES[page]),
        theme_title=theme.title,
        theme_url=f"{PATH}/{name}",
        action=f"{PATH}/{name}/pages/{page}",
        revision=saved.revision,
        sections=[_section_view(shop, design, section, speech) for section in _current(design, saved, page)],
        kinds=[{"value": kind.type, "label": speech.say(kind.title)} for kind in _kinds_for(shop, design, page)],
        changed=page in saved.pages,
        can_undo=bool(saved.undo.get(page)),
    )


@blueprint.post("/themes/<name>/pages/<page>")
@staff(PERMISSION)
async def arrange(name: str, page: str) -> Response:
    """Add, move or remove a section; take the last change back, or all of them."""
    shop, theme, form = current_shop(), _composed(name, page), await read_form()
    design = current_theming().design(theme)
    action, section = form.text("action"), form.text("section")
    back = see_other(f"{PATH}/{name}/pages/{page}")
    try:
        change = _arranging(shop, design, page, action, section, form.text("type"))
        await change_theme(shop, name, form.integer("revision", 0), change)
    except (Conflict, NotFound, Invalid) as error:
        return flash(back, _said(error), "danger")
    await noted(shop, "theme.page_changed", name, {"page": page, "action": action})
    return flash(back, SAID.get(action, "Moved."))


@blueprint.get("/themes/<name>/pages/<page>/<section_id>")
@staff(PERMISSION)
async def show_section(name: str, page: str, section_id: str) -> Response:
    """A section with its settings and its blocks."""
    return await _section_page(_composed(name, page), page, section_id)


@blueprint.post("/themes/<name>/pages/<page>/<section_id>")
@staff(PERMISSION)
async def change_section(name: str, page: str, section_id: str) -> Response:
    """Store the settings of a section or of one of its blocks; add, move or remove a block."""
    shop, theme, form = current_shop(), _composed(name, page), await read_form()
    design = current_theming().design(theme)
    section = pages.section_of(_current(design, choices_of(shop, name), page), section_id)
    action, block_id = form.text("action"), form.text("block")
    back = see_other(f"{PATH}/{name}/pages/{page}/{section_id}")
    try:
        if action == "save":
            change = await _setting(shop, design, section, block_id, form, f"themes/{name}")
        else:
            change = _blocking(shop, design, page, section, action, block_id, form.text("type"))
        await change_theme(shop, name, form.integer("revision", 0), _on_page(design, page, change))
    except (Conflict, Invalid) as error:
        status = 409 if isinstance(error, Conflict) else 422
        return await _section_page(theme, page, section_id, form=form, error=error, status=status)
    await noted(shop, "theme.section_changed", name, {"page": page, "section": section.type, "action": action})
    return flash(back, "Saved." if action == "save" else SAID.get(action, "Moved."))


def _composed(name: str, page: str) -> Theme:
    theme = installed(name)
    if page not in PAGES or theme.face != "storefront":
        raise NotFound(
            "This page is not made of sections.", hint=message("Those that are: %(known)s.", known=", ".join(PAGES))
        )
    return theme


def _current(design: Design, choices: Choices, page: str) -> Composition:
    return choices.compositions().get(page, design.pages.get(page, ()))


def _on_page(design: Design, page: str, change: Callable[[Composition], Composition]) -> Callable[[Choices], Choices]:
    return lambda choices: with_page(choices, page, change(_current(design, choices, page)))


def _arranging(
    shop: Shop, design: Design, page: str, action: str, section: str, kind: str
) -> Callable[[Choices], Choices]:
    if action == "undo":
        return lambda choices: undone(choices, page)
    if action == "reset":
        return lambda choices: with_page(choices, page, None)
    if action == "add":
        known = {each.type: each for each in _kinds_for(shop, design, page)}
        if kind not in known:
            raise Invalid.field("type", "Choose what to add.", "unknown")
        first = [each["value"] for each in _blocks_for(shop, design, known[kind], page)][:1]
        return _on_page(design, page, lambda now: pages.add_section(now, kind, first))
    if action == "remove":
        return _on_page(design, page, lambda now: pages.remove_section(now, section))
    if action in STEPS:
        return _on_page(design, page, lambda now: pages.move_section(now, section, STEPS[action]))
    raise Invalid.field("action", "Choose what to do.", "unknown")


def _blocking(
    shop: Shop, design: Design, page: str, section: Section, action: str, block: str, kind: str
) -> Callable[[Composition], Composition]:
    if action == "add":
        offered = _blocks_for(shop, design, design.sections.get(section.type), page)
        if kind not in {each["value"] for each in offered}:
            raise Invalid.field("type", "Choose what to add.", "unknown")
        return lambda now: pages.add_block(now, section.id, kind)
    if action == "remove":
        return lambda now: pages.remove_block(now, section.id, block)
    if action in STEPS:
        return lambda now: pages.move_block(now, section.id, block, STEPS[action])
    raise Invalid.field("action", "Choose what to do.", "unknown")


async def _setting(
    shop: Shop, design: Design, section: Section, block_id: str, form: Form, folder: str
) -> Callable[[Composition], Composition]:
    part, kind = _part(design, section, block_id)
    before, _ = read_values(kind.settings, part.settings, part.type)
    values, errors = await read_settings(shop, kind.settings, form, before, folder, _prefix(block_id))
    if errors:
        raise Invalid("Some settings were not saved.", errors=errors)
    defaults, _ = read_values(kind.settings, {}, part.type)
    chosen = only_changed(values, defaults)
    if block_id:
        return lambda now: pages.set_block(now, section.id, block_id, chosen)
    return lambda now: pages.set_section(now, section.id, chosen)


def _part(design: Design, section: Section, block_id: str) -> tuple[Section | Block, Kind]:
    if not block_id:
        return section, design.sections.get(section.type, Kind(section.type, section.type))
    block = next((each for each in section.blocks if each.id == block_id), None)
    if block is None:
        raise Invalid.field("", "This block is not there any more.", "gone")
    return block, design.blocks.get(block.type, Kind(block.type, block.type))


def _kinds_for(shop: Shop, design: Design, page: str) -> list[Kind]:
    fitting = (kind for kind in design.sections.values() if not kind.pages or page in kind.pages)
    return sorted((kind for kind in fitting if usable(kind, shop)), key=lambda kind: kind.title)


def _blocks_for(shop: Shop, design: Design, kind: Kind | None, page: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for name in kind.blocks if kind else ():
        block = usable(design.blocks.get(name), shop)
        if name == SLOT.rstrip(":"):
            slots = [slot for slot in STOREFRONT if slot.startswith(f"{page}.")]
            words = {slot: translate(message("Plugins: %(slot)s", slot=slot)) for slot in slots}
            found += [{"value": f"{SLOT}{slot}", "label": label} for slot, label in words.items()]
        elif block is not None:
            found.append({"value": name, "label": block.title})
    return found


def _section_view(shop: Shop, design: Design, section: Section, speech: Catalogue) -> Values:
    kind = design.sections.get(section.type)
    problem = ""
    if kind is None:
        problem = message("The theme has no section %(name)s; it is passed over.", name=section.type)
    elif not usable(kind, shop):
        problem = message("It comes from the plugin %(name)s, which is switched off.", name=kind.plugin)
    values, faults = read_values(kind.settings, section.settings, kind.title) if kind else ({}, [])
    return {
        "id": section.id,
        "title": speech.say(kind.title) if kind else section.type,
        "about": str(values.get("title") or values.get("text") or "")[:80] if kind else "",
        "blocks": len(section.blocks),
        "problems": [*map(translate, filter(None, [problem])), *map(str, faults)],
        "settable": bool(kind and (kind.settings or kind.blocks)),
    }


async def _section_page(
    theme: Theme,
    page: str,
    section_id: str,
    *,
    form: Form | None = None,
    error: SpoeqError | None = None,
    status: int = 200,
) -> Response:
    shop, design = current_shop(), current_theming().design(theme)
    saved = choices_of(shop, theme.name)
    section = pages.section_of(_current(design, saved, page), section_id)
    refused = form.text("block") if form else None
    kind = design.sections.get(section.type, Kind(section.type, section.type))
    speech = current_theming().speech(theme)
    errors = (
        error.errors if isinstance(error, Invalid) and error.errors else [FieldError("", str(error))] if error else ()
    )
    return await render(
        "admin",
        "pages/section.html",
        status=status,
        page=about_page(speech.say(kind.title)),
        back=f"{PATH}/{theme.name}/pages/{page}",
        back_label=translate(PAGES[page]),
        action=f"{PATH}/{theme.name}/pages/{page}/{section_id}",
        revision=saved.revision,
        groups=_groups(section, kind, speech, form if refused == "" else None),
        blocks=[_block_view(design, block, speech, form if refused == block.id else None) for block in section.blocks],
        kinds=[{**one, "label": speech.say(one["label"])} for one in _blocks_for(shop, design, kind, page)],
        form=form_state({}, errors),
    )


def _groups(part: Section | Block, kind: Kind, speech: Catalogue, form: Form | None) -> list[Values]:
    values, _ = read_values(kind.settings, part.settings, part.type)
    prefix = _prefix(part.id if isinstance(part, Block) else "")
    return fields_of(kind.settings, values, speech, entered(kind.settings, form, prefix) if form else None, prefix)


def _prefix(block_id: str) -> str:
    """What the names of a form's fields begin with: a section's page has one form for each of its blocks."""
    return f"{block_id}.{PREFIX}" if block_id else PREFIX


def _block_view(design: Design, block: Block, speech: Catalogue, form: Form | None) -> dict[str, Any]:
    kind = design.blocks.get(block.type)
    title = speech.say(kind.title if kind else block.type)
    if block.slot:
        title = translate(message("What plugins bring: %(slot)s", slot=block.slot))
    own = str(block.settings.get("title", ""))
    title = f"{title}: {own}" if own else title
    return {"id": block.id, "title": title, "groups": _groups(block, kind, speech, form) if kind else []}


def _said(error: SpoeqError) -> str:
    return error.errors[0].message if isinstance(error, Invalid) and error.errors else str(error)
