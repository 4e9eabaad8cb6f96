"""A walk through the whole API, as its users would go: each route answers once, and refuses where it should."""

from __future__ import annotations

import io
from typing import Any

from quart.datastructures import FileStorage

from spoeq_core.identity import service as identity
from spoeq_core.identity.events import PasswordResetRequested
from spoeq_core.identity.service import create_staff
from spoeq_core.kernel.outbox import RECORDS
from spoeq_core.testing.clients import RunningApp
from spoeq_core.testing.shops import deliver_all
from spoeq_core.testing.visitors import PASSWORD
from tests.api.conformity import document_of
from tests.api.gateway import GOOD
from tests.api.recording import Recorder
from tests.catalog.builders import picture

ADDRESS = {
    "name": "Asha Rao",
    "phone": "+919845012345",
    "line1": "12 Temple Street",
    "city": "Bengaluru",
    "state": "Karnataka",
    "postal_code": "560001",
    "country": "IN",
}
EMAIL = "asha@example.in"
NOBODY = "01JD4Z00000000000000000000"


async def walk(running: RunningApp) -> Recorder:
    """The recorded walk."""
    to = Recorder(running, await document_of(running))
    for part in (
        _staff,
        _accounts,
        _catalogue,
        _segments,
        _coupons,
        _sales,
        _buying,
        _orders,
        _paying,
        _reviews,
        _stock,
        _settings,
        _leaving,
    ):
        await part(to)
    return to


async def _staff(to: Recorder) -> None:
    shop = to.running.shop
    for role in ("admin", "support"):
        email = f"{role}@example.com"
        await create_staff(shop, email=email, password=PASSWORD, name=role.title(), role=role)
        tokens = await to.ask("", "POST", "/auth/login", {"email": email, "password": PASSWORD})
        to.headers[role] = {"Authorization": f"Bearer {tokens['access_token']}"}


async def _accounts(to: Recorder) -> None:
    new = {"email": EMAIL, "password": PASSWORD, "name": "Asha Rao", "client": "app"}
    tokens = await to.ask("", "POST", "/auth/register", new, expect=201)
    await to.ask("", "POST", "/auth/register", new, expect=422)
    await to.ask("", "POST", "/auth/register", {"email": EMAIL}, expect=422)
    await to.ask("", "POST", "/auth/login", {"email": EMAIL, "password": "wrong"}, expect=401)
    renewed = await to.ask("", "POST", "/auth/refresh", {"refresh_token": tokens["refresh_token"]})
    to.headers["asha"] = {"Authorization": f"Bearer {renewed['access_token']}"}
    await to.ask("asha", "GET", "/me")
    await to.ask("", "GET", "/me", expect=401)
    await to.ask("asha", "PATCH", "/me", {"name": "Asha R. Rao"})
    await to.ask("asha", "PATCH", "/me", {"nick": "A"}, expect=422)
    saved = await to.ask("asha", "POST", "/me/addresses", ADDRESS, expect=201)
    await to.ask("asha", "POST", "/me/addresses", {**ADDRESS, "postal_code": "012345"}, expect=422)
    await to.ask("asha", "GET", "/me/addresses")
    await to.ask("asha", "PATCH", f"/me/addresses/{saved['id']}", {"landmark": "Opposite the lake"})
    await to.ask("asha", "PATCH", f"/me/addresses/{NOBODY}", {"landmark": "x"}, expect=404)
    await to.ask("asha", "DELETE", f"/me/addresses/{saved['id']}", expect=204)
    await to.ask("", "POST", "/auth/login", {"email": EMAIL, "password": PASSWORD, "client": "app"})
    found = await to.ask("asha", "GET", "/auth/sessions")
    other = next(session["id"] for session in found["items"] if not session["current"])
    await to.ask("asha", "DELETE", f"/auth/sessions/{other}", expect=204)
    await to.ask("asha", "DELETE", f"/auth/sessions/{NOBODY}", expect=404)
    await to.ask("asha", "DELETE", "/auth/sessions", expect=204)
    await to.ask("", "POST", "/auth/forgot-password", {"email": EMAIL}, expect=202)
    await to.ask("", "GET", "/auth/oauth/badge?next=/checkout", expect=303)
    await to.ask("", "GET", "/auth/oauth/nobody", expect=404)
    await to.ask("", "GET", "/auth/oauth/badge/callback?state=unknown&code=none", expect=303)


async def _catalogue(to: Recorder) -> None:
    brand = await to.ask("admin", "POST", "/brands", {"name": "Neel Textiles"}, expect=201)
    await to.ask("admin", "PATCH", f"/brands/{brand['id']}", {"description": "Indigo, by hand."}, If_Match='"1"')
    await to.ask("admin", "PATCH", f"/brands/{brand['id']}", {"name": "Other"}, expect=409, If_Match='"1"')
    await to.ask("", "GET", "/brands")
    root = await to.ask("admin", "POST", "/categories", {"name": "Clothes"}, expect=201)
    below = await to.ask("admin", "POST", "/categories", {"name": "Stoles", "parent_id": root["id"]}, expect=201)
    spare = await to.ask("admin", "POST", "/categories", {"name": "Spare"}, expect=201)
    await to.ask("admin", "PATCH", "/categories/stoles", {"description": "Warm and light."}, If_Match='"1"')
    await to.ask("admin", "PATCH", "/categories/stoles", {"name": "x"}, expect=409, If_Match='"1"')
    await to.ask("admin", "DELETE", f"/categories/{spare['id']}", expect=204)
    await to.ask("admin", "DELETE", f"/categories/{root['id']}", expect=409)
    await to.ask("", "GET", "/categories")
    made = await to.ask("admin", "POST", "/products", _stole(brand["id"], below["id"]), expect=201)
    await to.ask("admin", "POST", "/products", {"name": "", "price": 1}, expect=422)
    await to.ask("support", "POST", "/products", {"name": "Stole"}, expect=403)
    path = f"/products/{made['id']}"
    await to.ask("admin", "PATCH", path, {"tags": ["winter"]}, If_Match='"1"')
    await to.ask("admin", "PATCH", path, {"tags": []}, expect=409, If_Match='"1"')
    file = FileStorage(io.BytesIO(picture(size=(640, 800))), filename="stole.jpg", content_type="image/jpeg")
    await to.ask("admin", "POST", f"{path}/images", {"alt": "A folded stole"}, upload={"file": file}, expect=201)
    file = FileStorage(io.BytesIO(b"no picture"), filename="stole.jpg", content_type="image/jpeg")
    await to.ask("admin", "POST", f"{path}/images", {"alt": ""}, upload={"file": file}, expect=422)
    await deliver_all(to.running.shop)
    await to.ask("", "GET", "/products?q=stole&f.Colour=Indigo&price_max=300000&sort=price&per_page=1")
    for query in ("per_page=101", "sort=best", "price_min=cheap"):
        await to.ask("", "GET", f"/products?{query}", expect=422)
    await to.ask("", "GET", "/products/pashmina-stole")
    await to.ask("", "GET", "/products/nothing", expect=404)
    await to.ask("", "GET", "/products/pashmina-stole/recommendations?limit=2")
    await to.ask("", "GET", "/products/pashmina-stole/recommendations?kind=best", expect=422)
    await to.ask("", "GET", "/products/nothing/recommendations", expect=404)
    await to.ask("", "GET", "/search/suggest?q=sto")
    spare = await to.ask("admin", "POST", "/products", {"name": "Mistake"}, expect=201)
    await to.ask("admin", "DELETE", f"/products/{spare['id']}", expect=204)


def _stole(brand_id: str, category_id: str) -> dict[str, Any]:
    price = {"sale": {"amount": 249900, "currency": "INR"}, "mrp": {"amount": 319900, "currency": "INR"}}
    return {
        "name": "Pashmina stole",
        "status": "active",
        "brand_id": brand_id,
        "category_ids": [category_id],
        "description": "Woven in Srinagar.",
        "specs": {"Fibre": "Pashmina"},
        "options": [{"name": "Colour", "values": ["Indigo"]}],
        "variants": [{"sku": "STO-IND", "options": {"Colour": "Indigo"}, "price": price, "weight_g": 180, "stock": 25}],
        "declarations": {"country_of_origin": "IN", "maker": "Neel Textiles, Jaipur", "net_quantity": "1 piece"},
        "hsn": "621420",
    }


async def _segments(to: Recorder) -> None:
    money = {"amount": 500000, "currency": "INR"}
    big = {"code": "big", "name": "Big spenders", "rule": "spent", "amount": money}
    await to.ask("admin", "POST", "/segments", big, expect=201)
    await to.ask("admin", "POST", "/segments", big, expect=409)
    await to.ask("admin", "POST", "/segments", {"code": "vip", "name": "Known to us"}, expect=201)
    await to.ask("admin", "POST", "/segments", {**big, "code": "x", "amount": None}, expect=422)
    await to.ask("admin", "GET", "/segments")
    await to.ask("admin", "GET", "/segments/big")
    await to.ask("admin", "PATCH", "/segments/big", {"name": "Bigger spenders"}, If_Match='"1"')
    await to.ask("admin", "PATCH", "/segments/big", {"name": "Old"}, expect=409, If_Match='"1"')
    me = (await to.ask("asha", "GET", "/me"))["id"]
    await to.ask("admin", "PUT", f"/segments/vip/members/{me}", expect=204)
    await to.ask("admin", "PUT", f"/segments/big/members/{me}", expect=409)
    await to.ask("admin", "PUT", f"/segments/vip/members/{NOBODY}", expect=404)
    await to.ask("admin", "GET", "/segments/vip/members")
    await to.ask("admin", "DELETE", f"/segments/vip/members/{me}", expect=204)
    await to.ask("admin", "DELETE", f"/segments/vip/members/{me}", expect=404)
    await to.ask("admin", "DELETE", "/segments/vip", expect=204)


async def _coupons(to: Recorder) -> None:
    money = {"amount": 50000, "currency": "INR"}
    new = {"code": "diwali10", "type": "percent", "value": 10, "min_order": money, "max_uses": 100, "active": True}
    await to.ask("admin", "POST", "/coupons", new, expect=201)
    await to.ask("admin", "POST", "/coupons", new, expect=409)
    await to.ask("admin", "POST", "/coupons", {**new, "code": "X", "value": money}, expect=422)
    pieces = {"code": "B2G1", "type": "buy_x_get_y", "value": {"buy": 2, "get": 1}, "automatic": True, "title": "Buy 2"}
    await to.ask("admin", "POST", "/coupons", pieces, expect=201)
    steps = [{"min_order": money, "value": 10}, {"min_order": {"amount": 99900, "currency": "INR"}, "value": money}]
    single = {"code": "VIP", "type": "tiered", "value": steps, "single_use": True, "first_order": True}
    await to.ask("admin", "POST", "/coupons", single, expect=201)
    await to.ask("admin", "POST", "/coupons/VIP/codes", {"count": 500}, expect=202)
    await to.ask("admin", "POST", "/coupons/DIWALI10/codes", {"count": 500}, expect=409)
    await to.ask("admin", "POST", "/coupons/VIP/codes", {"count": 100_000}, expect=422)
    await to.ask("admin", "GET", "/coupons/VIP/codes.csv")
    await to.ask("admin", "GET", "/coupons?q=DIW")
    await to.ask("admin", "PATCH", "/coupons/DIWALI10", {"per_user_limit": 2}, If_Match='"1"')
    await to.ask("admin", "PATCH", "/coupons/DIWALI10", {"active": False}, expect=409, If_Match='"1"')
    await to.ask("admin", "POST", "/coupons", {**new, "code": "MISTAKE"}, expect=201)
    await to.ask("admin", "DELETE", "/coupons/MISTAKE", expect=204)


async def _sales(to: Recorder) -> None:
    when = {"starts_at": "2030-12-01T00:00:00+05:30", "ends_at": "2030-12-06T00:00:00+05:30"}
    new = {"name": "Winter sale", "value": 12.5, "products": ["pashmina-stole"], **when}
    planned = await to.ask("admin", "POST", "/sales", new, expect=201)
    await to.ask("admin", "POST", "/sales", {**new, "value": {"amount": 5000, "currency": "USD"}}, expect=422)
    await to.ask("admin", "GET", "/sales")
    path = f"/sales/{planned['id']}"
    await to.ask("admin", "GET", path)
    await to.ask("admin", "PATCH", path, {"value": {"amount": 5000, "currency": "INR"}}, If_Match='"1"')
    await to.ask("admin", "PATCH", path, {"active": False}, expect=409, If_Match='"1"')
    await to.ask("admin", "DELETE", path, expect=204)
    await to.ask("admin", "GET", path, expect=404)


async def _buying(to: Recorder) -> None:
    cart = await to.ask("", "POST", "/cart", {"sku": "STO-IND", "quantity": 1}, expect=201)
    to.headers["guest"] = {"X-Cart-Token": cart["token"]}
    for sku, quantity, status in (("STO-IND", "two", 422), ("STO-IND", 10**9, 409), ("NOPE", 1, 404)):
        await to.ask("guest", "POST", "/cart", {"sku": sku, "quantity": quantity}, expect=status)
    await to.ask("guest", "GET", "/cart")
    item = f"/cart/{cart['items'][0]['id']}"
    await to.ask("guest", "PATCH", item, {"quantity": 2})
    await to.ask("guest", "PATCH", item, {"quantity": 0}, expect=422)
    await to.ask("guest", "PATCH", f"/cart/{NOBODY}", {"quantity": 1}, expect=404)
    await to.ask("guest", "GET", "/coupons/DIWALI10")
    await to.ask("guest", "GET", "/coupons/NOPE", expect=404)
    await to.ask("", "GET", "/coupons/DIWALI10", expect=422)
    await to.ask("guest", "POST", "/cart/apply-coupon", {"code": " diwali10 "})
    await to.ask("guest", "POST", "/cart/apply-coupon", {"code": "NOPE"}, expect=422)
    await to.ask("guest", "DELETE", "/cart/coupons/DIWALI10")
    await to.ask("guest", "DELETE", "/cart/coupons/DIWALI10", expect=404)
    more = await to.ask("guest", "POST", "/cart", {"sku": "DIYA", "quantity": 1}, expect=201)
    await to.ask("guest", "DELETE", f"/cart/{more['items'][-1]['id']}")
    await to.ask("guest", "DELETE", f"/cart/{more['items'][-1]['id']}", expect=404)


async def _placed(to: Recorder, who: str, key: str, pay: str = "cod") -> Any:
    choices = {"shipping_address": ADDRESS, "shipping_method": "flat_rate:india", "payment_method": pay}
    quote = await to.ask(who, "POST", "/checkout/quote", choices)
    body = {"email": EMAIL, **choices, "expected_total": quote["totals"]["grand_total"]}
    if key == "first":
        await to.ask(who, "POST", "/checkout/quote", {"coupon": "X"}, expect=422)
        wrong = {**body, "expected_total": {"amount": 1, "currency": "INR"}}
        await to.ask(who, "POST", "/orders", wrong, expect=409)
        await to.ask(who, "POST", "/orders", {"email": "asha"}, expect=422)
    placed = await to.ask(who, "POST", "/orders", body, expect=201, Idempotency_Key=key)
    if key == "first":
        other = {**body, "email": "other@example.in"}
        await to.ask(who, "POST", "/orders", other, expect=422, Idempotency_Key=key)
    await deliver_all(to.running.shop)
    return placed


async def _orders(to: Recorder) -> None:
    placed = await _placed(to, "guest", "first")
    path, token = f"/orders/{placed['id']}", f"?token={placed['token']}"
    await to.ask("", "GET", f"{path}{token}")
    await to.ask("", "GET", path, expect=404)
    await to.ask("", "GET", f"{path}/events{token}")
    for where, body in ((f"{path}/pay{token}", None), (f"/payments/intent{token}", {"order_id": placed["id"]})):
        await to.ask("", "POST", where, body, expect=409, Idempotency_Key="pay-1")
    await to.ask("admin", "GET", "/orders?status=confirmed&per_page=1")
    await to.ask("", "GET", "/orders", expect=401)
    await to.ask("admin", "GET", "/orders?cursor=x", expect=422)
    first = (await to.ask("", "GET", f"{path}{token}"))["items"][0]
    more = {"lines": [{"id": first["id"], "quantity": first["quantity"] + 1}], "reason": "Asked for on the phone"}
    await to.ask("admin", "POST", f"{path}/edits", {**more, "dry_run": True})
    await to.ask("admin", "POST", f"{path}/edits", {**more, "expected_total": 1}, expect=409)
    await to.ask("admin", "POST", f"{path}/edits", {}, expect=422)
    await to.ask("admin", "POST", f"{path}/edits", more, If_Match='"1"', Idempotency_Key="edit-1")
    out = {"items": [{"id": first["id"], "quantity": 1}], "reason": "One too many"}
    await to.ask("", "POST", f"{path}/cancel-lines{token}", out, Idempotency_Key="out-1")
    await deliver_all(to.running.shop)
    await to.ask("admin", "PATCH", f"{path}/status", {"status": "processing", "note": "Packing"}, If_Match='"3"')
    await to.ask("admin", "PATCH", f"{path}/status", {"status": "delivered"}, expect=409)
    await to.ask("admin", "PATCH", f"{path}/status", {"status": "processing"}, expect=409, If_Match='"1"')
    await to.ask("", "POST", f"{path}/cancel{token}", {"reason": "Too late"}, expect=409)
    await to.ask("", "POST", f"{path}/returns{token}", {"items": [{"id": "x", "quantity": 1}]}, expect=409)
    await to.ask("admin", "POST", f"{path}/refund", {"amount": 100, "reason": "Late"}, expect=409)
    parcel = {"carrier": "Delhivery", "awb": "1490811234567", "tracking_url": "https://track.example/1490811234567"}
    await to.ask("", "GET", f"{path}/invoice.pdf{token}", expect=404)
    shipped = await to.ask("admin", "POST", f"{path}/shipments", parcel, expect=201)
    await to.ask("", "GET", f"{path}/invoice.pdf{token}")
    await to.ask("", "GET", f"{path}/credit-notes/1.pdf{token}", expect=404)
    await to.ask("admin", "POST", f"{path}/shipments", parcel, expect=409)
    await to.ask("admin", "PATCH", f"{path}/status", {"status": "delivered"})
    line = {"id": shipped["items"][0]["id"], "quantity": 1}
    asked = await to.ask("", "POST", f"{path}/returns{token}", {"items": [line], "reason": "Too long"}, expect=201)
    back_path = f"{path}/returns/{asked['returns'][0]['id']}"
    await to.ask("admin", "POST", f"{back_path}/receive", {}, expect=409)
    await to.ask("admin", "POST", f"{back_path}/answer", {"approve": False}, expect=422)
    await to.ask("admin", "POST", f"{back_path}/answer", {"approve": True, "note": "Send it unworn, please"})
    await to.ask("admin", "POST", f"{back_path}/receive", {"items": [line]})
    await to.ask("admin", "POST", f"{back_path}/inspect", {"restock": [line], "note": "Unworn"})
    await deliver_all(to.running.shop)
    back = {"lines": [line], "reason": "Returned unworn", "reference": "UPI 441712345678"}
    await to.ask("admin", "POST", f"{path}/refund", back, expect=201, Idempotency_Key="refund-1")
    await to.ask("", "GET", f"{path}/credit-notes/1.pdf{token}")
    await to.ask("admin", "POST", f"{path}/refund", {"reason": "x"}, expect=422)
    await to.ask("support", "POST", f"{path}/refund", {"amount": 200100, "reason": "x"}, expect=403)
    await deliver_all(to.running.shop)
    await to.ask("asha", "POST", "/cart", {"sku": "STO-IND", "quantity": 1}, expect=201)
    mine = await _placed(to, "asha", "second")
    await to.ask("asha", "POST", f"/orders/{mine['id']}/cancel", {"reason": "Ordered twice"})


async def _paying(to: Recorder) -> None:
    cart = await to.ask("", "POST", "/cart", {"sku": "DIYA", "quantity": 1}, expect=201)
    to.headers["payer"] = {"X-Cart-Token": cart["token"]}
    placed = await _placed(to, "payer", "third", "card")
    total = placed["totals"]["grand_total"]["amount"]
    back = {"order_id": placed["id"], "payment_id": "pay_1", "signature": GOOD}
    path = f"/payments/verify?token={placed['token']}"
    await to.ask("", "POST", "/payments/verify", back, expect=404)
    await to.ask("", "POST", path, {**back, "payment_id": 1}, expect=422)
    await to.ask("", "POST", path, back)
    told = {"event": "evt_1", "order_id": placed["id"], "payment_id": "pay_1", "amount": total}
    await to.ask("", "POST", "/payments/webhook/card", told, expect=202, X_Card_Signature=GOOD)
    await to.ask("", "POST", "/payments/webhook/card", told, expect=400)
    await to.ask("", "POST", "/payments/webhook/cod", told, expect=404)
    came = {"parcel": "V1", "step": "delivered"}
    await to.ask("", "POST", "/shipping/webhook/van", came, expect=200, X_Van_Signature=GOOD)
    await to.ask("", "POST", "/shipping/webhook/van", came, expect=400)
    await to.ask("", "POST", "/shipping/webhook/nobody", came, expect=404)
    await deliver_all(to.running.shop)
    order = await to.ask("", "GET", f"/orders/{placed['id']}?token={placed['token']}")
    assert order["payment"]["paid"]["amount"] == total


async def _reviews(to: Recorder) -> None:
    words = {"rating": 5, "title": "Soft and well sewn", "body": "Washed it twice, the colour stays."}
    path = "/products/kurta-kurta/reviews"
    review = await to.ask("asha", "POST", path, words, expect=201)
    await to.ask("asha", "POST", path, words, expect=409)
    await to.ask("asha", "POST", path, {**words, "rating": 6}, expect=422)
    await to.ask("asha", "POST", "/products/nothing/reviews", words, expect=404)
    mine = f"/reviews/{review['id']}"
    await to.ask("asha", "PATCH", mine, {"rating": 4}, If_Match='"1"')
    await to.ask("asha", "PATCH", mine, {"rating": 4}, expect=409, If_Match='"1"')
    await to.ask("asha", "GET", "/me/reviews")
    await to.ask("admin", "GET", "/reviews?status=pending&q=soft")
    await to.ask("admin", "POST", f"{mine}/moderate", {"status": "published", "reply": "Thank you!"})
    await to.ask("admin", "POST", f"{mine}/moderate", {"status": "hidden"}, expect=422)
    await to.ask("", "GET", f"{path}?stars=4&sort=helpful")
    await to.ask("asha", "POST", f"{mine}/helpful", expect=403)
    new = {"email": "ravi@example.in", "password": PASSWORD, "name": "Ravi Das", "client": "app"}
    tokens = await to.ask("", "POST", "/auth/register", new, expect=201)
    to.headers["ravi"] = {"Authorization": f"Bearer {tokens['access_token']}"}
    await to.ask("ravi", "POST", f"{mine}/helpful")
    await to.ask("ravi", "DELETE", f"{mine}/helpful")
    await to.ask("ravi", "POST", f"{mine}/report", {"reason": "off_topic"}, expect=202)
    await to.ask("ravi", "DELETE", mine, expect=404)
    await to.ask("asha", "DELETE", mine, expect=204)


async def _stock(to: Recorder) -> None:
    await to.ask("admin", "GET", "/inventory?low=1&q=DIYA")
    came = {"delta": 20, "reason": "Delivery of the potter"}
    for _ in range(2):
        await to.ask("admin", "POST", "/inventory/DIYA/adjust", came, Idempotency_Key="delivery-1")
    other = {**came, "delta": 2}
    await to.ask("admin", "POST", "/inventory/DIYA/adjust", other, expect=422, Idempotency_Key="delivery-1")
    await to.ask("admin", "POST", "/inventory/DIYA/adjust", {"delta": -100, "reason": "Broken"}, expect=409)
    await to.ask("admin", "POST", "/inventory/DIYA/adjust", {"delta": 0, "reason": ""}, expect=422)
    await to.ask("admin", "POST", "/inventory/NOPE/adjust", {"delta": 1, "reason": "x"}, expect=404)
    await to.ask("admin", "GET", "/inventory/DIYA/log?per_page=1")
    await to.ask("admin", "POST", "/locations", {"code": "DEL", "name": "Delhi", "priority": 10}, expect=201)
    await to.ask("admin", "POST", "/locations", {"code": "DEL", "name": "Again"}, expect=422)
    way = {"source": "MAIN", "target": "DEL", "pieces": 2}
    await to.ask("admin", "POST", "/inventory/DIYA/transfer", way)
    await to.ask("admin", "POST", "/inventory/DIYA/transfer", {**way, "pieces": 10**6}, expect=409)
    await to.ask("admin", "POST", "/inventory/DIYA/transfer", {**way, "target": "NOPE"}, expect=422)
    await to.ask("admin", "POST", "/inventory/NOPE/transfer", way, expect=404)
    await to.ask("admin", "GET", "/inventory?location=DEL")
    await to.ask("admin", "GET", "/locations")
    await to.ask("admin", "PATCH", "/locations/DEL", {"active": False}, expect=409)
    await to.ask("admin", "PATCH", "/locations/NOPE", {"name": "x"}, expect=404)
    await to.ask("admin", "POST", "/inventory/DIYA/transfer", {"source": "DEL", "target": "MAIN", "pieces": 2})
    await to.ask("admin", "PATCH", "/locations/DEL", {"address": "12 Ring Road, Delhi"})
    wish = {"sku": "DIYA", "email": EMAIL}
    await to.ask("", "POST", "/restock-requests", wish, expect=409)
    left = (await to.ask("admin", "GET", "/inventory?q=DIYA"))["items"][0]["available"]
    await to.ask("admin", "POST", "/inventory/DIYA/adjust", {"delta": -left, "reason": "Broken"})
    await to.ask("", "POST", "/restock-requests", wish, expect=202)
    await to.ask("", "POST", "/restock-requests", {**wish, "email": "asha"}, expect=422)
    await to.ask("", "POST", "/restock-requests", {**wish, "sku": "NOPE"}, expect=404)


async def _settings(to: Recorder) -> None:
    read = await to.ask("admin", "GET", "/admin/settings")
    seen = f'"{read["version"]}"'
    await to.ask("admin", "PATCH", "/admin/settings", {"tagline": "Handmade in India"}, If_Match=seen)
    await to.ask("admin", "PATCH", "/admin/settings", {"tagline": "x"}, expect=409, If_Match=seen)
    await to.ask("admin", "PATCH", "/admin/settings", {"max_quantity": 0}, expect=422)
    await to.ask("admin", "GET", "/admin/plugins")
    await to.ask("admin", "GET", "/admin/plugins/cod/settings")
    await to.ask("admin", "PATCH", "/admin/plugins/cod/settings", {"fee": 3900})
    await to.ask("admin", "PATCH", "/admin/plugins/cod/settings", {"fee": -1}, expect=422)
    await to.ask("admin", "POST", "/admin/plugins/email/disable")
    await to.ask("admin", "POST", "/admin/plugins/email/enable")
    await to.ask("admin", "POST", "/admin/plugins/nothing/enable", expect=404)
    await to.ask("admin", "GET", "/admin/plugins/email/data")
    await to.ask("admin", "POST", "/admin/plugins/email/migrate", {"dry_run": True})
    await to.ask("admin", "POST", "/admin/plugins/email/uninstall", {"data": "purge"}, expect=409)
    await to.ask("admin", "POST", "/admin/plugins/email/uninstall", {"data": "keep"})
    await to.ask("admin", "POST", "/admin/plugins/email/enable")
    await to.ask("admin", "PUT", "/admin/plugin-order", {"names": ["email"]})
    await to.ask("admin", "PUT", "/admin/plugin-order", {"names": []})
    await to.ask("admin", "GET", "/admin/audit-log?target=plugin:core")
    dead = {"state": "dead", "attempts": 8, "error": "TimeoutError: the mail server did not answer"}
    now = to.running.shop.clock.now()
    letter = {"_id": NOBODY, "type": "OrderPlaced", "data": {"number": "SPQ-7K3M9Q2D"}, "at": now, "dead": True}
    await to.running.shop.mongo.collection(RECORDS).insert_one(
        {**letter, "source": {}, "deliveries": {"notifications/confirm": dead}}
    )
    await to.ask("admin", "GET", "/admin/dead-letters")
    await to.ask("admin", "POST", f"/admin/dead-letters/{NOBODY}/replay", expect=202)
    await to.ask("admin", "POST", f"/admin/dead-letters/{NOBODY}/replay", expect=409)


async def _leaving(to: Recorder) -> None:
    shop = to.running.shop
    await identity.request_password_reset(shop, EMAIL)
    [stored] = (
        await shop.mongo.collection("password_resets").find({"pending_events.0": {"$exists": True}}).to_list(None)
    )
    event = PasswordResetRequested(**stored["pending_events"][0]["data"])
    new = "mustard oil and turmeric"
    await to.ask("", "POST", "/auth/reset-password", {"token": "made up", "password": new}, expect=422)
    await to.ask(
        "", "POST", "/auth/reset-password", {"token": identity.reset_token(shop, event), "password": new}, expect=204
    )
    tokens = await to.ask("", "POST", "/auth/login", {"email": EMAIL, "password": new, "client": "app"})
    used = {"refresh_token": tokens["refresh_token"]}
    await to.ask("", "POST", "/auth/refresh", used)
    await to.ask("", "POST", "/auth/refresh", used, expect=401)
    await to.ask("", "POST", "/auth/logout", used, expect=204)
    tokens = await to.ask("", "POST", "/auth/login", {"email": EMAIL, "password": new})
    to.headers["asha"] = {"Authorization": f"Bearer {tokens['access_token']}"}
    await to.ask("asha", "POST", "/auth/logout-all", expect=204)
    await to.ask("asha", "POST", "/auth/logout-all", expect=401)
