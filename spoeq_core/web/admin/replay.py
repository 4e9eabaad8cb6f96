"""Staff pages: what a plugin, or other settings of it, would have changed in past orders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, SecretStr
from quart import Blueprint, Response

from spoeq_core.checkout.replaying import MOST, USUAL, Trial, start_replay
from spoeq_core.jobs.model import Job
from spoeq_core.jobs.service import job_by_id
from spoeq_core.kernel.errors import Invalid, NotFound
from spoeq_core.kernel.messages import message
from spoeq_core.plugins.lifecycle import checked_settings
from spoeq_core.shop import Shop
from spoeq_core.web.access import current_actor, staff
from spoeq_core.web.admin.jobs import job_view
from spoeq_core.web.admin.plugins import PLUGINS, plugin_page
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import Form, form_state, query_text, read_form
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.forms import at_field, read_fields
from spoeq_core.web.languages import translate
from spoeq_core.web.storefront.filters import link
from spoeq_core.web.theming import render
from spoeq_core.web.views.plugins import plugin_view, settings_of

blueprint = Blueprint("admin_replay", __name__)


@blueprint.get("/plugins/<name>/replay")
@staff("plugins.manage")
async def show(name: str) -> Response:
    """Choose how many orders to price again; or what was found, or how far it is."""
    job_id = query_text("job")
    return await _page(name, await _job(name, job_id) if job_id else None)


@blueprint.post("/plugins/<name>/replay")
@staff("plugins.manage")
async def start(name: str) -> Response:
    """Begin to price past orders: without the plugin and with it, or as it is set and as the form would set it."""
    shop, form, actor = current_shop(), await read_form(), await current_actor()
    plugin = await plugin_view(shop, name)
    try:
        trial = Trial(name, _typed(shop, name, form) if form.flag("settings") else None)
    except Invalid as error:
        return await plugin_page(name, [at_field(item) for item in error.errors], 422, form)
    try:
        orders = _orders(form)
    except Invalid as error:
        return await _page(name, None, error, form.as_dict())
    job = await start_replay(
        shop,
        trial,
        orders,
        title=translate(message("Price past orders with %(plugin)s", plugin=str(plugin["title"]))),
        actor_id=actor.id,
        actor_name=actor.name,
    )
    return see_other(link(f"{PLUGINS}/{name}/replay", {"job": job.id}))


def _orders(form: Form) -> int:
    wanted = form.integer("orders", USUAL)
    if not 1 <= wanted <= MOST:
        raise Invalid.field("orders", message("Enter a number from 1 to %(most)s.", most=MOST), "out_of_range")
    return wanted


def _typed(shop: Shop, name: str, form: Form) -> dict[str, Any]:
    """The settings as typed, checked, as JSON values; secrets stay as they are stored."""
    model = type(settings_of(shop, name))
    checked = checked_settings(shop, name, read_fields(model, form))
    return checked.model_dump(mode="json", exclude=_secrets(checked))


def _secrets(settings: BaseModel) -> set[str]:
    return {field for field, value in settings if isinstance(value, SecretStr)}


async def _job(name: str, job_id: str) -> Job:
    job = await job_by_id(current_shop(), job_id)
    if job.params.get("plugin") != name:
        raise NotFound("There is no such job.", hint="It may have ended more than 30 days ago.")
    return job


async def _page(
    name: str, job: Job | None, error: Invalid | None = None, typed: Mapping[str, Any] | None = None
) -> Response:
    plugin = await plugin_view(current_shop(), name)
    return await render(
        "admin",
        "pages/plugin_replay.html",
        status=422 if error else 200,
        page=page(message("%(plugin)s on past orders", plugin=str(plugin["title"]))),
        plugin=plugin,
        job=job_view(job) if job else None,
        with_settings=bool(job and job.params["settings"] is not None),
        found=_found(job) if job else None,
        form=form_state(typed or {"orders": USUAL}, error.errors if error else ()),
        most=MOST,
    )


def _found(job: Job) -> dict[str, Any]:
    """The sums and the rows, with amounts as money where all orders are of one currency."""
    result = dict(job.result)
    rows = [_row(row) for row in result.get("rows", ())]
    currencies = {row["currency"] for row in rows} or {current_shop().profile.currency}
    sums = {name: result.get(name, 0) for name in ("orders", "changed", "failed", "before", "after")}
    if len(currencies) == 1:
        currency = next(iter(currencies))
        difference = sums["after"] - sums["before"]
        sums |= {"difference": {"amount": difference, "currency": currency}}
    return {**sums, "rows": rows}


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    currency = row["currency"]
    amounts = {name: {"amount": row[name] or 0, "currency": currency} for name in ("before", "after", "difference")}
    why = [{"label": label, "amount": {"amount": amount, "currency": currency}} for label, amount in row["why"]]
    return {**row, **amounts, "why": why, "url": f"/admin/orders/{row['id']}"}
