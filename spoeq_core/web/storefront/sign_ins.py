"""A shopper's ways to sign in: the password, and accounts elsewhere."""

from __future__ import annotations

from quart import Blueprint, Response

from spoeq_core.identity import service as identity
from spoeq_core.identity.model import Customer
from spoeq_core.kernel.errors import Conflict, NotFound, SpoeqError
from spoeq_core.kernel.messages import message
from spoeq_core.web.access import current_actor, signed_in
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import read_form
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.flash import flash
from spoeq_core.web.logins import SIGN_INS, begin, bind, told
from spoeq_core.web.signing_in import mail_reset_link
from spoeq_core.web.storefront.leaving import SIGN_IN, lead_to
from spoeq_core.web.theming import render

blueprint = Blueprint("pages_sign_ins", __name__)


@blueprint.get(SIGN_INS)
@signed_in
async def show() -> Response:
    """What opens the account, what could, and what cannot be taken away."""
    shop, customer = current_shop(), await _customer()
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
        page=page("Signing in", kind="account", noindex=True),
        email=customer.email,
        has_password=bool(customer.password_hash),
        linked=linked,
        addable=[{"name": name, "label": labels[name]} for name in labels if name not in there],
    )


@blueprint.post(f"{SIGN_INS}/add/<provider>")
@signed_in
async def add(provider: str) -> Response:
    """On to a provider, whose account shall open this one, too."""
    shop = current_shop()
    try:
        url, browser = await begin(shop, provider, SIGN_INS, await current_actor())
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


async def _customer() -> Customer:
    return await identity.customer_by_id(current_shop(), (await current_actor()).id)
