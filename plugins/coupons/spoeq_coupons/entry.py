"""The form of a coupon: what staff typed as a coupon, and a coupon as they type it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from spoeq_core.sdk import (
    GOODS,
    Faults,
    Form,
    Invalid,
    Shop,
    SpoeqError,
    ids_of_goods,
    message,
    names_of_goods,
    parse_amount,
    plain_amount,
    segments_named,
)
from spoeq_coupons.checks import problems_of
from spoeq_coupons.model import Coupon, CouponType, Lane, Tier, fold

LABELS = {
    "value": message("How much"),
    "buy": message("Pieces that are paid for"),
    "get": message("Pieces that are free with them"),
    "tiers": message("Steps"),
    "max_discount": message("Largest discount"),
    "min_order": message("Smallest order"),
    "max_uses": message("Uses in all"),
    "per_user_limit": message("Uses of one customer"),
    "start_at": message("Valid from"),
    "end_at": message("Valid until"),
    "description": message("Note"),
    "title": message("What shoppers read"),
    "lane": message("Beside others"),
    "priority": message("Priority"),
    "products": message("Products"),
    "categories": message("Categories"),
    "brands": message("Brands"),
    "payment_methods": message("Ways to pay"),
    "combinable": message("May be used with other coupons"),
    "exclusive": message("Alone, without any other discount"),
    "automatic": message("Applies without a code"),
    "single_use": message("Used by single-use codes only"),
    "first_order": message("For a first order"),
    "signed_in": message("For customers who are signed in"),
    "segments": message("Customer segments"),
    "shown": message("Shown"),
    "active": message("Active"),
}
"""The fields that staff change, and what they are called where two changed them."""
FLAGS = ("combinable", "exclusive", "automatic", "single_use", "first_order", "signed_in", "shown", "active")


async def entered(form: Form, shop: Shop, coupon: Coupon | None) -> Coupon:
    """What was typed.

    Raises:
        Invalid: something of it is refused; all of it at once.
    """
    faults = Faults()
    kind = coupon.type if coupon else faults.of(lambda: _kind(form.text("type")), CouponType.PERCENT)
    start = coupon or Coupon(id=fold(form.text("code")), code=fold(form.text("code")), type=kind)
    found = replace(
        _valued(form, replace(start, currency=start.currency or shop.profile.currency), faults),
        max_uses=faults.of(lambda: _number("max_uses", form), None),
        per_user_limit=faults.of(lambda: _number("per_user_limit", form), None),
        start_at=faults.of(lambda: _moment("start_at", form, shop), None),
        end_at=faults.of(lambda: _moment("end_at", form, shop), None),
        description=form.text("description"),
        title=form.text("title"),
        lane=faults.of(lambda: _lane(form.text("lane")), Lane.COUPON),
        priority=faults.of(lambda: _number("priority", form), None) or 0,
        payment_methods=tuple(form.names("payment_methods")),
    )
    named = await _ticked_and_named(form, shop, start, faults)
    found = replace(found, **named)
    faults.add(problems_of(found))
    faults.raise_if_any()
    return found


async def _ticked_and_named(form: Form, shop: Shop, coupon: Coupon, faults: Faults) -> dict[str, Any]:
    """What was ticked, and the goods and the segments that it is for."""
    found: dict[str, Any] = {name: form.flag(name) for name in FLAGS}
    try:
        found |= await ids_of_goods(shop, {kind: form.names(kind) for kind in GOODS})
    except Invalid as error:
        faults.add(error.errors)
    try:
        found["segments"] = await segments_named(shop, form.names("segments"), coupon.segments)
    except Invalid as error:
        faults.add(error.errors)
    return found


async def texts(coupon: Coupon, shop: Shop) -> dict[str, str]:
    """What the form changes, as its fields show it."""
    goods = await names_of_goods(shop, {kind: getattr(coupon, kind) for kind in GOODS})
    return {
        **_amounts(coupon),
        **{kind: ", ".join(names) for kind, names in goods.items()},
        "max_uses": str(coupon.max_uses or ""),
        "per_user_limit": str(coupon.per_user_limit or ""),
        "start_at": _local(coupon.start_at, shop),
        "end_at": _local(coupon.end_at, shop),
        "description": coupon.description,
        "title": coupon.title,
        "lane": coupon.lane.value,
        "priority": str(coupon.priority or ""),
        "payment_methods": ", ".join(coupon.payment_methods),
        "segments": ", ".join(coupon.segments),
        **{name: "1" if getattr(coupon, name) else "" for name in FLAGS},
    }


def _valued(form: Form, coupon: Coupon, faults: Faults) -> Coupon:
    """The coupon with what it gives, as far as its type has it."""
    kind, currency = coupon.type, coupon.currency

    def amount(name: str) -> int | None:
        return faults.of(lambda: _amount(name, form, currency), None)

    def pieces(name: str) -> int:
        return faults.of(lambda: form.integer(name), 0) if kind is CouponType.BUY_X_GET_Y else 0

    no_tiers: tuple[Tier, ...] = ()
    tiers = faults.of(lambda: _tiers(form.text("tiers"), currency), no_tiers) if kind is CouponType.TIERED else no_tiers
    percent = Decimal(0)
    if kind is CouponType.PERCENT:
        percent = faults.of(lambda: _percent(form.text("value"), "value"), percent)
    return replace(
        coupon,
        percent=percent,
        amount=(amount("value") or 0) if kind is CouponType.FIXED else 0,
        buy=pieces("buy"),
        get=pieces("get"),
        tiers=tiers,
        max_discount=amount("max_discount") if kind in {CouponType.PERCENT, CouponType.TIERED} else None,
        min_order=amount("min_order") or 0,
    )


def _kind(text: str) -> CouponType:
    try:
        return CouponType(text)
    except ValueError:
        raise Invalid.field("type", "Choose what the coupon gives.", "enum") from None


def _lane(text: str) -> Lane:
    try:
        return Lane(text or Lane.COUPON)
    except ValueError:
        raise Invalid.field("lane", "Choose how it meets others.", "enum") from None


def _percent(text: str, field: str) -> Decimal:
    try:
        return Decimal(text.removesuffix("%").strip())
    except InvalidOperation:
        raise Invalid.field(field, "Enter a percentage, as in 10 or 12.5.", "decimal") from None


def _tiers(text: str, currency: str) -> tuple[Tier, ...]:
    return tuple(_tier(line, currency) for line in text.splitlines() if line.strip())


def _tier(line: str, currency: str) -> Tier:
    least, colon, what = line.partition(":")
    try:
        value_from = parse_amount(least, currency)
        if what.strip().endswith("%"):
            return Tier(value_from, percent=_percent(what.strip(), "tiers"))
        if colon:
            return Tier(value_from, amount=parse_amount(what, currency))
    except SpoeqError:
        pass
    told = message("“%(line)s” is no step. Write one a line, as in 999: 10%% or 1999: 300.", line=line[:80])
    raise Invalid.field("tiers", told, "tier")


def _amount(name: str, form: Form, currency: str) -> int | None:
    if not form.text(name):
        return None
    try:
        return parse_amount(form.text(name), currency)
    except SpoeqError as error:
        raise Invalid.field(name, error.message, "amount") from None


def _number(name: str, form: Form) -> int | None:
    return form.integer(name) if form.text(name) else None


def _moment(name: str, form: Form, shop: Shop) -> datetime | None:
    text = form.text(name)
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(shop.profile.timezone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid.field(name, "Enter a date and a time.", "datetime") from None


def _local(moment: datetime | None, shop: Shop) -> str:
    return moment.astimezone(ZoneInfo(shop.profile.timezone)).strftime("%Y-%m-%dT%H:%M") if moment else ""


def _amounts(coupon: Coupon) -> dict[str, str]:
    currency = coupon.currency

    def amount(value: int | None) -> str:
        return plain_amount(value, currency) if value else ""

    return {
        "value": f"{coupon.percent.normalize():f}" if coupon.type is CouponType.PERCENT else amount(coupon.amount),
        "buy": str(coupon.buy or ""),
        "get": str(coupon.get or ""),
        "tiers": "\n".join(f"{amount(tier.value_from)}: {_gives(tier, currency)}" for tier in coupon.tiers),
        "max_discount": amount(coupon.max_discount),
        "min_order": amount(coupon.min_order),
    }


def _gives(tier: Tier, currency: str) -> str:
    return f"{tier.percent.normalize():f}%" if tier.percent else plain_amount(tier.amount, currency)
