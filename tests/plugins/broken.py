"""Plugins that are broken on purpose, each in one way, and the check that must find it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

HEAD = """
from __future__ import annotations
import asyncio, logging, random, time
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from odmantic import Field, Model
from pydantic import BaseModel, SecretStr
from quart import Blueprint, Response
from spoeq_core.sdk import (
    Adjustment, Event, Extension, Fragment, Handler, HealthReport, Manifest, MenuEntry, OnLines, OnOrder, Order,
    OrderPlaced, Delivery, Percent, Fixed, Permission, Phase, PricingCart, Problem, Routes, Shop, State, hookimpl,
    public, staff, current_shop
)
log = logging.getLogger(__name__)
"""
OWN = 'manifest = Manifest("{name}", "Broken", "Broken on purpose.", slots=("product.below_main",))\n'
BARE = 'manifest = Manifest("{name}", "Broken", "Broken on purpose.")\n'
FRAGMENT = """
@hookimpl
async def page_fragments(shop: Shop, slot: str) -> Sequence[Fragment] | None:
    return [Fragment("{name}/note.html", {"note": "Hello"})]
"""
NOTE = {"templates/{name}/note.html": "<p>{{ note }}</p>"}


def discount(condition: str, before: str = "", also: str = "") -> str:
    """A plugin that takes ten off, in a way that it must not."""
    return f"""{BARE}
{also}
@hookimpl
async def price_adjustments(
    cart: PricingCart, facts: Mapping[str, Any], phase: Phase, state: State
) -> Sequence[Adjustment] | None:
    {before or "pass"}
    if phase is Phase.ORDER and cart.lines and ({condition}):
        return [Adjustment(rule="ten", label="Ten off", target=OnOrder(), effect=Percent(Decimal(10)))]
    return None
"""


def keyed(body: str) -> str:
    """A plugin with a secret."""
    return f"""{BARE}
class Keys(BaseModel):
    key: SecretStr = SecretStr("")

@hookimpl
def register_settings() -> type[BaseModel]:
    return Keys
{body}"""


@dataclass(frozen=True, slots=True)
class Broken:
    """The code of its plugin module, its other files, and the id of the check that must fail, alone."""

    check: str
    says: str
    code: str
    files: Mapping[str, str] = field(default_factory=dict)
    needs: str = "spoeq>=0.1,<0.2"
    entry: bool = True
    typed: bool = True


BROKEN: Mapping[str, Broken] = {
    "misspelt": Broken("contract", "did you mean 'page_fragments'", BARE + FRAGMENT.replace("fragments(", "fragment(")),
    "colour": Broken(
        "contract",
        "must be written with def",
        BARE + "@hookimpl\nasync def register_permissions() -> Sequence[Permission]:\n    return []\n",
    ),
    "parameter": Broken(
        "contract",
        "'basket'",
        BARE + "@hookimpl\nasync def health_report(basket: Shop) -> HealthReport | None:\n    return None\n",
    ),
    "annotation": Broken(
        "contract",
        "it answers",
        BARE + "@hookimpl\nasync def checkout_problems(shop: Shop) -> Sequence[str] | None:\n    return None\n",
    ),
    "argument_type": Broken(
        "contract",
        "'order' is given Order and annotated str",
        BARE + "@hookimpl\nasync def claim_benefits(shop: Shop, order: str) -> Problem | None:\n    return None\n",
    ),
    "contribution": Broken(
        "contract",
        "not a Permission",
        BARE + '@hookimpl\ndef register_permissions() -> Sequence[Any]:\n    return ["gifts.manage"]\n',
    ),
    "provider": Broken(
        "contract",
        "lacks option, start",
        BARE
        + "class Half:\n    name = 'half'\n    on_delivery = False\n"
        + "@hookimpl\ndef register_payment_providers() -> Sequence[Any]:\n    return [Half()]\n",
    ),
    "internals": Broken("imports", "spoeq_core.orders", BARE + "from spoeq_core.orders.service import settle\n"),
    "neighbour": Broken("imports", "spoeq_cod", BARE + "import spoeq_cod\n"),
    "open_admin": Broken(
        "access",
        "declares no permission",
        BARE
        + """
blueprint = Blueprint("open_admin_admin", __name__)

@blueprint.get("/open-admin")
@public
async def page() -> Response:
    return Response("hello")

@hookimpl
def register_routes() -> Routes:
    return Routes(admin=blueprint)
""",
    ),
    "undeclared": Broken(
        "access",
        "does not say who may open it",
        BARE
        + """
blueprint = Blueprint("undeclared_api", __name__)

@blueprint.get("/undeclared")
async def page() -> Response:
    return Response("hello")

@hookimpl
def register_routes() -> Routes:
    return Routes(api=blueprint)
""",
    ),
    "permission": Broken(
        "access",
        "which nobody declares",
        BARE
        + """
@hookimpl
def register_menu() -> Sequence[MenuEntry]:
    return [MenuEntry("Gifts", "/admin/gifts", "gifts.manage")]
""",
    ),
    "clock": Broken("prices", "clock", discount("(datetime.now() - began).days < 30", also="began = datetime.now()")),
    "dice": Broken("prices", "chance", discount("random.random() < 0.5")),
    "counter": Broken("prices", "the second time", discount("len(seen) % 2", "seen.append(1)", "seen: list[int] = []")),
    "mutates": Broken(
        "prices", "changes 'cart'", discount("True", "object.__setattr__(cart, 'lines', cart.lines[:1])")
    ),
    "first_line": Broken("prices", "order of the cart's lines", discount("cart.lines[0].sku == 'KIT-BOWL'")),
    "invalid": Broken("prices", "cannot be applied", discount("True").replace("Percent(Decimal(10))", "Fixed(-5)")),
    "collusion": Broken(
        "chaos",
        "is sold for",
        BARE
        + """
known: list[str] = []

@hookimpl
async def pricing_facts(shop: Shop, cart: PricingCart) -> Mapping[str, Any]:
    return {"promotion": bool(known)}

@hookimpl
async def head_tags(shop: Shop) -> None:
    known.clear()
    return None

@hookimpl
async def order_quotas(shop: Shop, order: Order) -> None:
    return None

@hookimpl
async def price_adjustments(cart: PricingCart, facts: Mapping[str, Any], phase: Phase) -> Sequence[Adjustment] | None:
    if phase is not Phase.ORDER or not cart.lines or not known:
        return None
    return [Adjustment(rule="ten", label="Ten off", target=OnOrder(), effect=Percent(Decimal(10)))]

@hookimpl
async def page_fragments(shop: Shop, slot: str) -> None:
    known.append(slot)
    return None
""",
    ),
    "logs_secret": Broken(
        "secrets",
        "the log",
        keyed("""
@hookimpl
async def checkout_problems(shop: Shop) -> Sequence[Problem] | None:
    log.info("asked with %s", shop.plugin_settings(Keys).key.get_secret_value())
    return None
"""),
    ),
    "shows_secret": Broken(
        "secrets",
        "/product/",
        keyed("""
@hookimpl
async def page_fragments(shop: Shop, slot: str) -> Sequence[Fragment] | None:
    return [Fragment("shows_secret/note.html", {"note": shop.plugin_settings(Keys).key.get_secret_value()})]
"""),
        {"templates/{name}/note.html": "<p data-key='{{ note }}'></p>"},
    ),
    "keeps_secret": Broken(
        "secrets",
        "the collection keeps_secret",
        keyed("""
class Kept(Model):
    model_config = {"collection": "keeps_secret"}
    id: str = Field(primary_field=True)

@hookimpl
def register_documents() -> Sequence[type[Model]]:
    return [Kept]

@hookimpl
async def checkout_problems(shop: Shop) -> Sequence[Problem] | None:
    key = shop.plugin_settings(Keys).key.get_secret_value()
    await shop.mongo.collection("keeps_secret").update_one({"_id": "1"}, {"$set": {"sent": key}}, upsert=True)
    return None
"""),
    ),
    "blocks": Broken(
        "latency",
        "blocks the loop",
        OWN + FRAGMENT.replace("    return", "    time.sleep(1.1)\n    return"),
        NOTE,
    ),
    "slow": Broken(
        "latency",
        "its deadline is",
        OWN + FRAGMENT.replace("    return", "    await asyncio.sleep(0.4)\n    return"),
        NOTE,
    ),
    "collection": Broken(
        "residue",
        "after a purge its data is left in forgotten",
        BARE
        + """
async def note(shop: Shop, event: Event, delivery: Delivery) -> None:
    await shop.mongo.collection("forgotten").insert_one({"order": event.order_id})

@hookimpl
def register_subscribers() -> Mapping[type[Event], Handler]:
    return {OrderPlaced: note}
""",
    ),
    "purge": Broken(
        "residue",
        "cannot be removed",
        BARE
        + """
@hookimpl
async def plugin_purging(shop: Shop, plugin: str) -> None:
    raise RuntimeError("not today")
""",
    ),
    "personal": Broken(
        "personal-data",
        "email",
        BARE
        + """
class Kept(Model):
    model_config = {"collection": "kept_people"}
    id: str = Field(primary_field=True)
    email: str = ""

@hookimpl
def register_documents() -> Sequence[type[Model]]:
    return [Kept]
""",
    ),
    "outside": Broken("templates", "outside its own folder", BARE, {"templates/pages/home.html": "<p></p>"}),
    "syntax": Broken("templates", "cannot be read", BARE, {"templates/{name}/note.html": "{% if %}"}),
    "own_drawing": Broken("templates", "past the theme", BARE + "from quart import render_template_string\n"),
    "past_theme": Broken(
        "overriding",
        "/past-theme shows templates/past_theme/page.html though the theme overrides it",
        BARE
        + """
from pathlib import Path

blueprint = Blueprint("past_theme_pages", __name__)

@blueprint.get("/past-theme")
@public
async def page() -> Response:
    return Response((Path(__file__).parent / "templates/past_theme/page.html").read_text(), mimetype="text/html")

@hookimpl
def register_routes() -> Routes:
    return Routes(pages=blueprint)
""",
        {"templates/{name}/page.html": "<h1>{# as it lies there #}</h1><p class='promise'>No theme shows this.</p>"},
    ),
    "careless": Broken(
        "carrier",
        "which nobody signed",
        BARE
        + """
from spoeq_core.sdk import Label, NotFound, Parcel, ShippingCarrier, add_shipment

class Careless:
    name = "careless"

    async def book(self, shop: Shop, order: Order, actor: str) -> str:
        await add_shipment(shop, order.id, Parcel(carrier="Careless", awb=order.number), actor=actor)
        return order.number

    async def label(self, shop: Shop, number: str) -> Label:
        if not number.isprintable() or await shop.mongo.collection("orders").find_one({"number": number}) is None:
            raise NotFound("No such parcel.")
        return Label(number.encode(), "image/svg+xml")

    async def hear(self, shop: Shop, body: bytes, headers: Mapping[str, str]) -> bool:
        return True

@hookimpl
def register_carriers() -> Sequence[ShippingCarrier]:
    return [Careless()]
""",
    ),
    "open_door": Broken(
        "login",
        "it lets somebody in",
        BARE
        + """
from spoeq_core.sdk import LoginAttempt, LoginProfile, LoginProvider

class OpenDoor:
    name = "open_door"
    label = "Open door"

    def is_ready(self, shop: Shop) -> bool:
        return True

    async def begin(self, shop: Shop, attempt: LoginAttempt) -> str:
        return attempt.address("https://door.example/authorize", "shop")

    async def finish(self, shop: Shop, attempt: LoginAttempt, answer: Mapping[str, str]) -> LoginProfile:
        return LoginProfile("1", "everybody@example.com", True)

@hookimpl
def register_login_providers() -> Sequence[LoginProvider]:
    return [OpenDoor()]
""",
    ),
    "newer": Broken("compatibility", "this is spoeq", BARE, needs="spoeq>=9,<10"),
    "no_range": Broken("compatibility", "does not say which spoeq", BARE, needs="packaging"),
    "no_entry": Broken("entry-point", "has no entry point", BARE, entry=False),
    "raising": Broken("entry-point", "cannot be loaded: ZeroDivisionError", BARE + "1 / 0\n"),
    "leaving": Broken("entry-point", "cannot be loaded: SystemExit", BARE + "raise SystemExit(0)\n"),
    "no_manifest": Broken("entry-point", "has no manifest", ""),
    "other_name": Broken("entry-point", "is named", 'manifest = Manifest("somebody", "Broken", "Broken.")\n'),
    "slots": Broken(
        "manifest",
        "fills the slot 'product.below_buy'",
        OWN
        + """
@hookimpl
async def page_fragments(shop: Shop, slot: str) -> Sequence[Fragment] | None:
    return None if slot not in ("product.below_buy", "product.below_main") else []
""",
    ),
    "no_slot": Broken(
        "manifest", "there is no slot 'product.basement'", OWN.replace("below_main", "basement") + FRAGMENT, NOTE
    ),
    "no_title": Broken("manifest", "its title is empty", BARE.replace('"Broken", ', '" ", ')),
    "untyped": Broken("typing", "py.typed is missing", BARE, typed=False),
    "refusing": Broken(
        "lifecycle",
        "it cannot be enabled",
        BARE
        + """
@hookimpl
async def plugin_enabling(shop: Shop, plugin: str) -> bool | None:
    raise RuntimeError("not today")
""",
    ),
    "lingering": Broken(
        "lifecycle",
        "before_app_request",
        BARE
        + """
blueprint = Blueprint("lingering_pages", __name__)

@blueprint.before_app_request
async def look() -> None:
    return None

@blueprint.get("/lingering")
@public
async def page() -> Response:
    return Response("hello")

@hookimpl
def register_routes() -> Routes:
    return Routes(pages=blueprint)
""",
    ),
    "crashing_page": Broken(
        "lifecycle",
        "answers 500",
        BARE
        + """
blueprint = Blueprint("crashing_page_pages", __name__)

@blueprint.get("/crashing/<number>")
@public
async def page(number: str) -> Response:
    return Response(str(int(number)))

@hookimpl
def register_routes() -> Routes:
    return Routes(pages=blueprint)
""",
    ),
}
