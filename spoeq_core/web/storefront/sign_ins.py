"""A shopper's ways to sign in: the password, and accounts elsewhere."""

from __future__ import annotations

from typing import Any

from quart import Blueprint, Response

from spoeq_core.identity import service as identity
from spoeq_core.identity.model import Customer
from spoeq_core.kernel.errors import Conflict, Invalid, NotFound, SpoeqError
from spoeq_core.kernel.messages import message
from spoeq_core.web.access import current_actor, signed_in
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import form_state, read_form
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.flash import flash
from spoeq_core.web.logins import SIGN_INS, begin, bind, told
from spoeq_core.web.signing_in import confirm_password, mail_reset_link, signed_in_lately
from spoeq_core.web.storefront.leaving import SIGN_IN, lead_to
from spoeq_core.web.theming import render

blueprint = Blueprint("pages_sign_ins", __name__)


@blueprint.get(SIGN_INS)
@signed_in
async def show() -> Response:
    """What opens the account, what could, and what cannot be taken away."""
    return await _page(await _customer())


@blueprint.post(f"{SIGN_INS}/add")
@signed_in
async def add() -> Response:
    """On to a provider, whose account shall open this one, too: for who has shown lately that the account is theirs."""
    shop, actor, customer = current_shop(), await current_actor(), await _customer()
    provider = (await read_form()).text("provider")
    try:
        if not await signed_in_lately(shop, actor.session_id):
            await _prove(customer)
        url, browser = await begin(shop, provider, SIGN_INS, actor)
    except Invalid as error:
        return await _page(customer, form_state({}, error.errors), 422)
    except SpoeqError as error:
        return told(error, SIGN_INS)
    return bind(shop, await lead_to(url, SIGN_IN), browser)


@blueprint.post(f"{SIGN_INS}/remove")
@signed_in
async def remove() -> Response:
    """Take a way in away, unless it is the last one."""
    shop, actor = current_shop(), await current_actor()
    key = (await read_form()).text("id")
    try:
        await identity.unlink_identity(shop, actor.id, key, session_id=actor.session_id)
    except (Conflict, NotFound) as error:
        return told(error, SIGN_INS)
    return flash(see_other(SIGN_INS), "It does not open your account any more. You are signed out everywhere else.")


@blueprint.post(f"{SIGN_INS}/password")
@signed_in
async def password() -> Response:
    """Mail a link to set a password."""
    customer = await _customer()
    await mail_reset_link(current_shop(), customer.email)
    return flash(see_other(SIGN_INS), message("We have sent a link to %(email)s.", email=customer.email))


async def _prove(customer: Customer) -> None:
    """Have a way in added by nobody who only found a browser signed in (ASVS 5.0, 7.5.1)."""
    if not customer.password_hash:
        raise Conflict(
            "Sign in anew before you add a way to sign in.",
            hint="Sign out, sign in with the account that opens this one, and add the other within ten minutes.",
        )
    await confirm_password(current_shop(), customer, "password")


async def _page(customer: Customer, form: dict[str, Any] | None = None, status: int = 200) -> Response:
    shop, actor = current_shop(), await current_actor()
    labels = {offered.provider.name: offered.provider.label for offered in identity.login_providers(shop)}
    identities = await identity.identities_of(shop, customer)
    there = {one.provider for one in identities}
    linked = [
        {
            "id": one.id,
            "label": identity.login_label(shop, one.provider),
            "email": one.email,
            "since": one.linked_at,
            "used_at": one.used_at,
            "offered": one.provider in labels,
        }
        for one in identities
    ]
    return await render(
        "storefront",
        "pages/sign_ins.html",
        status,
        page=page("Signing in", kind="account", noindex=True),
        email=customer.email,
        has_password=bool(customer.password_hash),
        ask_password=bool(customer.password_hash) and not await signed_in_lately(shop, actor.session_id),
        linked=linked,
        addable=[{"name": name, "label": labels[name]} for name in labels if name not in there],
        form=form or form_state(),
    )


async def _customer() -> Customer:
    return await identity.customer_by_id(current_shop(), (await current_actor()).id)
