"""Whoever is signed in: profile, password, address book."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from pydantic import Field, StringConstraints
from quart import Blueprint, Response

from spoeq_core.identity import service as identity
from spoeq_core.identity.model import Customer, SavedAddress
from spoeq_core.kernel.errors import Invalid
from spoeq_core.web.access import current_actor, signed_in
from spoeq_core.web.api.auth import Password, User
from spoeq_core.web.bodies import Body, json_response, read_body
from spoeq_core.web.context import current_shop
from spoeq_core.web.openapi import operation
from spoeq_core.web.security.limits import limit
from spoeq_core.web.signing_in import account_view, own_account

blueprint = Blueprint("api_me", __name__)

Text = Annotated[str, StringConstraints(max_length=300)]


class ProfileChange(Body):
    """What changes. A new password needs the current one, and ends all other sessions."""

    name: Text | None = None
    phone: Text | None = None
    consents: dict[str, bool] | None = None
    password: Password | None = None
    current_password: str | None = Field(None, max_length=100_000)


class NewAddress(Body):
    """An address. In India `state` is a name, abbreviation or code, `postal_code` a PIN, `phone` a mobile number."""

    name: Text
    phone: Text
    line1: Text
    line2: Text = ""
    landmark: Text = ""
    city: Text
    state: Text = ""
    postal_code: Text = ""
    country: Text = "IN"
    gstin: Text = ""


class AddressChange(Body):
    """The fields of an address that change."""

    name: Text | None = None
    phone: Text | None = None
    line1: Text | None = None
    line2: Text | None = None
    landmark: Text | None = None
    city: Text | None = None
    state: Text | None = None
    postal_code: Text | None = None
    country: Text | None = None
    gstin: Text | None = None


class SavedAddressView(NewAddress):
    """An address of the book."""

    id: str


class Addresses(Body):
    """The address book."""

    items: list[SavedAddressView]


def saved_address_view(saved: SavedAddress) -> dict[str, Any]:
    """A saved address as the API and the pages show it."""
    return {"id": saved.id, **asdict(saved.address)}


@blueprint.get("/me")
@signed_in(staff_too=True)
@operation("Who is signed in", tags=["Me"], responses={200: User})
async def show() -> Response:
    """The account; staff also see what they may do."""
    shop, actor = current_shop(), await current_actor()
    view = account_view(shop, await own_account(shop, actor.kind, actor.id))
    if actor.kind == "staff":
        view["permissions"] = sorted(actor.permissions)
    return json_response(view)


@blueprint.patch("/me")
@signed_in(staff_too=True)
@operation("Change profile, consents or password", tags=["Me"], request=ProfileChange, responses={200: User})
async def change() -> Response:
    """The account with what was given changed."""
    shop = current_shop()
    actor = await current_actor()
    body = await read_body(ProfileChange)
    account = await own_account(shop, actor.kind, actor.id)
    profile = body.model_dump(include={"name", "phone", "consents"}, exclude_none=True)
    if profile and not isinstance(account, Customer):
        raise Invalid("An admin changes the name of staff.", hint="Here staff can change their password.")
    if profile and body.password is not None:
        raise Invalid.field("password", "Change the password by itself.", "alone")
    if body.password is not None:
        await limit(shop, "password", actor.id, 10, 15 * 60)
        account = await identity.change_password(
            shop, account, current=body.current_password or "", new=body.password, session_id=actor.session_id
        )
    if profile:
        account = await identity.update_profile(shop, actor.id, source="api", **profile)
    return json_response(account_view(shop, account))


@blueprint.get("/me/addresses")
@signed_in
@operation("The address book", tags=["Me"], responses={200: Addresses})
async def addresses() -> Response:
    """All saved addresses."""
    actor = await current_actor()
    customer = await identity.customer_by_id(current_shop(), actor.id)
    return json_response({"items": [saved_address_view(saved) for saved in customer.addresses]})


@blueprint.post("/me/addresses")
@signed_in
@operation("Save an address", tags=["Me"], request=NewAddress, responses={201: SavedAddressView, 409: None})
async def add_address() -> Response:
    """The address with its id."""
    actor = await current_actor()
    body = await read_body(NewAddress)
    saved = await identity.add_address(current_shop(), actor.id, body.model_dump())
    return json_response(saved_address_view(saved), 201)


@blueprint.patch("/me/addresses/<address_id>")
@signed_in
@operation("Change an address", tags=["Me"], request=AddressChange, responses={200: SavedAddressView, 404: None})
async def change_address(address_id: str) -> Response:
    """The address with what was given changed."""
    actor = await current_actor()
    body = await read_body(AddressChange)
    changes = {name: value or "" for name, value in body.model_dump(exclude_unset=True).items()}
    saved = await identity.change_address(current_shop(), actor.id, address_id, changes)
    return json_response(saved_address_view(saved))


@blueprint.delete("/me/addresses/<address_id>")
@signed_in
@operation("Remove an address", tags=["Me"], responses={204: None, 404: None})
async def remove_address(address_id: str) -> Response:
    """The address is gone; orders that used it keep it."""
    actor = await current_actor()
    await identity.remove_address(current_shop(), actor.id, address_id)
    return Response("", status=204)
