"""JSON: coupons for staff, their validation against a cart, and the codes of the cart."""

from __future__ import annotations

from dataclasses import replace

from quart import Blueprint, Response

from spoeq_core.sdk import (
    CART_TOKEN,
    CSV_FILE,
    IF_MATCH,
    PER_PAGE,
    CartShape,
    FieldError,
    Invalid,
    Shop,
    StaleAggregate,
    apply_code,
    client_address,
    current_actor,
    current_cart,
    current_shop,
    harmless,
    json_response,
    limit,
    operation,
    priced_cart_response,
    public,
    query_int,
    query_text,
    read_body,
    record,
    remove_code,
    staff,
    wanted_version,
    whole_number,
)
from spoeq_coupons.bodies import CodeBody, CodesBody, CouponBody, CouponChange, coupon_view, given_fields, terms_view
from spoeq_coupons.model import Coupon, fold
from spoeq_coupons.service import (
    PERMISSION,
    codes_of,
    create_coupon,
    delete_coupon,
    find_coupon,
    generate_codes,
    list_coupons,
    typed_coupon,
    update_coupon,
    uses_of,
    why_not_now,
)
from spoeq_coupons.shapes import CheckedCoupon, CodesAsked, CouponList, CouponShape

TAGS = ("Coupons",)
LAST_PAGE = 100_000
TRIES, WINDOW = 30, 60
"""How often one address may try codes, and in how many seconds."""

blueprint = Blueprint("coupons_api", __name__)


@blueprint.get("/coupons")
@staff(PERMISSION)
@operation(
    "All coupons, newest first",
    tags=TAGS,
    query={"q": "Beginning of the code", "page": whole_number("Which page", 1, LAST_PAGE), "per_page": PER_PAGE},
    responses={200: CouponList},
)
async def index() -> Response:
    """A page of all coupons."""
    shop = current_shop()
    page, per_page = (
        query_int("page", 1, minimum=1, maximum=LAST_PAGE),
        query_int("per_page", 50, minimum=1, maximum=100),
    )
    coupons, total = await list_coupons(shop, page=page, per_page=per_page, q=query_text("q"))
    uses = await uses_of(shop, coupons)
    items = [coupon_view(coupon, uses[coupon.id]) for coupon in coupons]
    return json_response({"items": items, "total": total, "page": page, "per_page": per_page})


@blueprint.post("/coupons")
@staff(PERMISSION)
@operation("Give out a code", tags=TAGS, request=CouponBody, responses={201: CouponShape, 409: None})
async def create() -> Response:
    """Give out a code."""
    shop, body = current_shop(), await read_body(CouponBody)
    given = await given_fields(shop, body, body.type)
    coupon = await create_coupon(shop, Coupon(id=fold(body.code), code=body.code, type=body.type, **given))
    await note(shop, "coupon.created", coupon)
    return json_response(coupon_view(coupon, 0), 201)


@blueprint.get("/coupons/<code>")
@public
@operation(
    "Whether a code can be used with the cart, and why not",
    tags=TAGS,
    headers=[CART_TOKEN],
    responses={200: CheckedCoupon, 404: None, 422: "It cannot be used with this cart", 429: None},
)
async def validate(code: str) -> Response:
    """Whether a code can be used with the cart."""
    shop, actor = current_shop(), await current_actor()
    await refuse_guessing(shop)
    coupon = await (find_coupon if actor.may(PERMISSION) else typed_coupon)(shop, code)
    cart = (await current_cart(shop)).as_pricing_input(with_code=coupon.code)
    reason = await why_not_now(shop, cart, coupon)
    if actor.may(PERMISSION):
        uses = (await uses_of(shop, [coupon]))[coupon.id]
        why = {"code": reason.code, "message": reason.message} if reason else None
        return json_response({**coupon_view(coupon, uses), "valid": reason is None, "reason": why})
    if reason is not None:
        raise Invalid(reason.message, errors=[FieldError("code", reason.message, reason.code)], code=reason.code)
    return json_response({"code": coupon.code, **terms_view(coupon), "valid": True})


@blueprint.patch("/coupons/<code>")
@staff(PERMISSION)
@operation(
    "Change a coupon", tags=TAGS, request=CouponChange, headers=[IF_MATCH], responses={200: CouponShape, 404: None}
)
async def change(code: str) -> Response:
    """Change a coupon."""
    shop = current_shop()
    coupon = await find_coupon(shop, code)
    body, version = await read_body(CouponChange), wanted_version()
    if version is not None and version != coupon.version:
        raise StaleAggregate("This coupon was changed by somebody else in the meantime.", hint="Read it again.")
    stored = await update_coupon(shop, replace(coupon, **await given_fields(shop, body, coupon.type, coupon.segments)))
    await note(shop, "coupon.changed", stored)
    return json_response(coupon_view(stored, (await uses_of(shop, [stored]))[stored.id]))


@blueprint.delete("/coupons/<code>")
@staff(PERMISSION)
@operation("Take a code out of circulation", tags=TAGS, headers=[IF_MATCH], responses={204: None, 404: None})
async def remove(code: str) -> Response:
    """Take a code out of circulation."""
    shop = current_shop()
    await note(shop, "coupon.deleted", await delete_coupon(shop, code, version=wanted_version()))
    return Response("", status=204)


@blueprint.post("/coupons/<code>/codes")
@staff(PERMISSION)
@operation(
    "Make single-use codes of a coupon; the worker makes them, 10,000 at most at once",
    tags=TAGS,
    request=CodesBody,
    responses={202: CodesAsked, 404: None, 409: None},
)
async def make_codes(code: str) -> Response:
    """Have single-use codes made."""
    shop, body, actor = current_shop(), await read_body(CodesBody), await current_actor()
    coupon = await find_coupon(shop, code)
    job = await generate_codes(shop, coupon, body.count, actor_id=actor.id, actor_name=actor.name)
    await note(shop, "coupon.codes_made", coupon)
    return json_response({"job": job.id, "total": job.total, "url": f"/admin/jobs/{job.id}"}, 202)


@blueprint.get("/coupons/<code>/codes.csv")
@staff(PERMISSION)
@operation(
    "The single-use codes of a coupon as CSV, and which were used", tags=TAGS, responses={200: CSV_FILE, 404: None}
)
async def export_codes(code: str) -> Response:
    """The single-use codes, for a spreadsheet."""
    shop = current_shop()
    coupon = await find_coupon(shop, code)
    rows = [f"{harmless(made.id)},{'yes' if used else 'no'}\r\n" async for made, used in codes_of(shop, coupon)]
    await note(shop, "coupon.codes_read", coupon)
    response = Response("".join(["code,used\r\n", *rows]), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="codes-{coupon.id}.csv"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.post("/cart/apply-coupon")
@public
@operation(
    "Enter a code", tags=("Cart",), request=CodeBody, headers=[CART_TOKEN], responses={200: CartShape, 429: None}
)
async def apply() -> Response:
    """Put a code into the cart, if it gives something there."""
    shop = current_shop()
    await refuse_guessing(shop)
    body = await read_body(CodeBody)
    return await priced_cart_response(shop, await apply_code(shop, await current_cart(shop), fold(body.code)))


@blueprint.delete("/cart/coupons/<code>")
@public
@operation("Take a code out of the cart", tags=("Cart",), headers=[CART_TOKEN], responses={200: CartShape, 404: None})
async def take_out(code: str) -> Response:
    """Take a code out of the cart."""
    shop = current_shop()
    return await priced_cart_response(shop, await remove_code(shop, await current_cart(shop), code))


async def refuse_guessing(shop: Shop) -> None:
    """Count a try of a code; codes are secrets that are shorter than passwords.

    Raises:
        TooManyRequests: this address has tried too many.
    """
    await limit(shop, "coupon", client_address(), TRIES, WINDOW)


async def note(shop: Shop, action: str, coupon: Coupon) -> None:
    """Write into the audit log what staff did."""
    actor = await current_actor()
    await record(shop, action, f"coupon:{coupon.id}", actor_id=actor.id, actor_name=actor.name)
