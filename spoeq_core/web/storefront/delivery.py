"""PIN codes: what lies there, when goods reach it, and address forms that are filled in from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from quart import Blueprint, Response, request

from spoeq_core.checkout.estimating import estimate
from spoeq_core.identity.addresses import parse_pin
from spoeq_core.identity.places import Place, place_of
from spoeq_core.kernel.errors import FieldError, Invalid, TooManyRequests
from spoeq_core.kernel.messages import message
from spoeq_core.pricing.service import Item
from spoeq_core.web.access import public
from spoeq_core.web.bodies import json_response, query_text
from spoeq_core.web.carts import buyer_now
from spoeq_core.web.context import current_shop
from spoeq_core.web.security import limit_visitor
from spoeq_core.web.views.delivery import FAILED, UNKNOWN, WRONG, View, delivery_view, no_answer

blueprint = Blueprint("pages_delivery", __name__)

COOKIE = "spoeq_pin"
HALF_A_YEAR = 182 * 24 * 3600
A_DAY = "public, max-age=86400"
CHECK = message("Check the town and the state: we filled them in from the PIN code.")


@blueprint.get("/pin/<pin>")
@public
async def place(pin: str) -> Response:
    """The town and the states of a PIN code, for the address form's module; 404 where nobody knows it."""
    await _limit()
    found = place_of(pin)
    if found is None:
        return json_response({"code": "not_found", "detail": "This PIN code is not known."}, 404)
    return json_response(asdict(found), headers={"Cache-Control": A_DAY})


async def delivery_of(items: Sequence[Item], pin: str, codes: tuple[str, ...] = (), wait: int | None = 0) -> View:
    """What a page says of the delivery of these goods to a PIN code as it was typed, sent so many days later.

    Many shoppers share an address on mobile networks: where too many ask, the page stands without the answer.
    """
    if not pin:
        return no_answer("", "")
    try:
        code = parse_pin(pin)
    except Invalid:
        return no_answer(pin[:10], WRONG)
    try:
        if asked_pin():
            await _limit()
    except TooManyRequests:
        return no_answer(code, FAILED)
    there = place_of(code)
    if there is None:
        return no_answer(code, UNKNOWN)
    shop = current_shop()
    return delivery_view(shop, await estimate(shop, items, there, await buyer_now(), codes, wait))


def asked_pin() -> str:
    """The PIN code of the query string."""
    return query_text("pin", longest=10)


def known_pin() -> str:
    """The PIN code of the query string, or the one that this browser asked about last."""
    return asked_pin() if "pin" in request.args else request.cookies.get(COOKIE, "")[:10]


def remember_pin(response: Response, view: View) -> Response:
    """The response, and next time this browser need not type its PIN code again. Modules may read the cookie."""
    if asked_pin() and view["state"] not in {"", WRONG, UNKNOWN, FAILED}:
        secure = current_shop().settings.secure_cookies
        response.set_cookie(COOKIE, view["pin"], max_age=HALF_A_YEAR, samesite="Lax", secure=secure)
    return response


def with_place(values: Mapping[str, str]) -> dict[str, str]:
    """An address form's values, town and state filled in from the PIN code where they are empty.

    `pin_filled` travels with the form: what was filled in for one PIN code follows when another one is typed, and
    what people wrote themselves stays.
    """
    filled = dict(values)
    found = place_of(values.get("postal_code", ""))
    if found is None or values.get("country", "") not in {"", "IN"}:
        return filled
    before = place_of(values.get("pin_filled", ""))
    for name, offer in _offers(found).items():
        old = _offers(before)[name] if before else ""
        if not filled.get(name) or (old and filled[name] == old):
            filled[name] = offer
    return {**filled, "pin_filled": found.pin}


def about_filled(
    errors: Sequence[FieldError], values: Mapping[str, str], filled: Mapping[str, str]
) -> list[FieldError]:
    """The errors of the values as they were typed; a field that is filled in now asks to be checked instead."""
    done = [name for name in ("city", "state") if filled.get(name) and filled[name] != values.get(name, "")]
    kept = [error for error in errors if error.field not in done]
    return [*kept, FieldError(done[0], CHECK, "filled_in")] if done else kept


def _offers(found: Place) -> dict[str, str]:
    return {"city": found.city, "state": found.state if len(found.states) == 1 else ""}


async def _limit() -> None:
    await limit_visitor(current_shop(), "pin", times=120, seconds=60)
