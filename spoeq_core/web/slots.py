"""The named places of pages that plugins fill: which there are, and how they are drawn."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from spoeq_core.hooks import admin as admin_hooks, storefront as storefront_hooks
from spoeq_core.hooks.caller import Answer
from spoeq_core.hooks.contributions import Fragment
from spoeq_core.shop import Shop
from spoeq_core.web.drawing import draw
from spoeq_core.web.themes import Face

log = logging.getLogger(__name__)

LONGEST_DRAWING = 0.5
"""Seconds: templates are drawn from data, but a value may be awaited."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a page.

    Attributes:
        where: What is around it, for the reference.
        passes: Names of what the template hands to `page_fragments` in `page`.
        a_list: Whether it stands in each row of a list: asked once for all rows, whose ids the fragments name.
    """

    where: str
    passes: tuple[str, ...] = ()
    a_list: bool = False


STOREFRONT: Mapping[str, Slot] = {
    "layout.head": Slot("In the head of every page: links and meta elements, no scripts.", ("page",)),
    "layout.body_end": Slot("Before the end of every page.", ("page",)),
    "header.announcement": Slot("A line above the header.", ("page",)),
    "header.actions": Slot("Before account and cart in the header.", ("page",)),
    "footer.columns": Slot("A column of the footer.", ("page",)),
    "footer.legal": Slot("The last line of the footer.", ("page",)),
    "home.sections": Slot("Among the sections of the home page.", ("page",)),
    "listing.above_grid": Slot("Above the products of a list.", ("category", "q", "products")),
    "listing.facets": Slot("After the filters of a list, inside their form.", ("facets",)),
    "listing.below_grid": Slot("Below the products of a list.", ("category", "q", "products")),
    "card.badges": Slot("On the photograph of a product's card.", ("rows",), a_list=True),
    "card.below_price": Slot("Below the price of a product's card.", ("rows",), a_list=True),
    "search.suggest": Slot("Suggestions for what was searched.", ("q",)),
    "search.no_results": Slot("Where a search found nothing.", ("q",)),
    "product.above_title": Slot("Above a product's name.", ("product",)),
    "product.below_title": Slot("Below a product's name.", ("product",)),
    "product.below_price": Slot("Below a product's price.", ("product", "selected")),
    "product.options": Slot("After a product's options.", ("product", "selected")),
    "product.delivery": Slot("With the delivery promise of a product.", ("product", "selected")),
    "product.above_buy": Slot("Above the buttons to buy.", ("product", "selected")),
    "product.below_buy": Slot("Below the buttons to buy.", ("product", "selected")),
    "product.details": Slot("After the accordions of a product.", ("product",)),
    "product.below_main": Slot("Below the product, before related ones.", ("product",)),
    "product.below_related": Slot("Below the related products, at the end of the page.", ("product",)),
    "cart.above_lines": Slot("Above the lines of the cart.", ("cart",)),
    "cart.line": Slot("Inside a line of the cart.", ("item",)),
    "cart.summary_rows": Slot("Rows (`div.totals__row`) of the cart's totals.", ("cart",)),
    "cart.below_summary": Slot("Below the cart's totals.", ("cart",)),
    "cart.below_main": Slot("Below the cart, over the width of the page.", ("cart",)),
    "checkout.contact": Slot("After the contact fields.", ("cart", "form")),
    "checkout.address": Slot("After the address fields.", ("cart", "form")),
    "checkout.delivery_option": Slot("After the ways of delivery.", ("cart", "quote", "form")),
    "checkout.payment_method": Slot("After the ways to pay.", ("cart", "quote", "form")),
    "checkout.before_submit": Slot("Above the button that places the order.", ("cart", "quote", "form")),
    "confirmation.below_summary": Slot("Below the summary of a placed order.", ("order",)),
    "tracking.below_timeline": Slot("Below the timeline of a parcel.", ("order",)),
    "account.nav": Slot("An entry (`li`) of the account's navigation.", ("page",)),
    "account.cards": Slot("A card of the account's first page.", ("customer",)),
    "order.actions": Slot("What a customer can do with an order.", ("order",)),
    "order.line_actions": Slot("What a customer can do with a line of an order.", ("order", "item")),
    "auth.alternatives": Slot("Other ways to sign in.", ("next",)),
    "menu.entries": Slot("An entry (`li`) among the shop's own pages, in the footer and on the menu page.", ("page",)),
    "offers.above_list": Slot("Above the coupons on the page of offers.", ("page",)),
    "help.topics": Slot("An entry (`li`) of the list of help topics.", ("page",)),
}
ADMIN: Mapping[str, Slot] = {
    "admin.nav": Slot("Below the navigation.", ("page",)),
    "admin.dashboard": Slot("On the start page.", ("page",)),
    "admin.settings": Slot("Below the shop's own settings.", ("page",)),
    "admin.list.toolbar": Slot("In the toolbar of a list.", ("list",)),
    "admin.list.columns": Slot("A cell of each row of a list.", ("list", "rows"), a_list=True),
    "admin.order.main": Slot("The wide column of an order.", ("order",)),
    "admin.order.side": Slot("The narrow column of an order.", ("order",)),
    "admin.product.main": Slot("Below the form of a product.", ("product",)),
    "admin.product.side": Slot("Beside the form of a product.", ("product",)),
    "admin.customer.side": Slot("The narrow column of a customer.", ("customer",)),
}
SLOTS: Mapping[str, Slot] = {**STOREFRONT, **ADMIN}

Values = Mapping[str, Any]


class Drawn(dict[str, Markup]):
    """What a list's slot shows by the id of the row; nothing for a row that nobody names."""

    def __missing__(self, key: str) -> Markup:
        return Markup("")


class SlotDrawer:
    """Fills the slots of one page: `slot` for a place, `slots` for one that each row of a list has."""

    def __init__(self, shop: Shop, environment: Environment, face: Face, values: Values) -> None:
        self._shop = shop
        self._environment = environment
        self._face = face
        self._values = values

    async def slot(self, name: str, **context: Any) -> Markup:
        """What the plugins put into a slot; `context` is told to them."""
        fragments = await fragments_for(self._shop, self._face, name, context)
        if not fragments:
            return Markup("")
        return _joined(await asyncio.gather(*(self._draw(name, part, context) for part in fragments)))

    async def slots(self, name: str, rows: Sequence[Values], **context: Any) -> Drawn:
        """The same for all rows of a list, asked once: what is shown by the row's id."""
        told = {**context, "rows": rows}
        fragments = await fragments_for(self._shop, self._face, name, told) if rows else []
        by_id = {str(row["id"]): row for row in rows}
        known = [part for part in fragments if part.value.item in by_id]
        pieces = await asyncio.gather(
            *(self._draw(name, part, {**told, "row": by_id[part.value.item]}) for part in known)
        )
        found: dict[str, list[Markup]] = {}
        for part, piece in zip(known, pieces, strict=True):
            found.setdefault(part.value.item, []).append(piece)
        return Drawn({key: drawn for key, several in found.items() if (drawn := _joined(several))})

    def functions(self) -> dict[str, Callable[..., Awaitable[Any]]]:
        """What templates call."""
        return {"slot": self.slot, "slots": self.slots}

    async def _draw(self, slot: str, part: Answer[Fragment], context: Values) -> Markup:
        try:
            template = self._environment.get_template(part.value.template)
            values = {**self._values, **self.functions(), **context, **part.value.data}
            async with asyncio.timeout(max(LONGEST_DRAWING, self._shop.hooks.patience)):
                return Markup(await draw(template, values))  # noqa: S704 - a template's output
        except Exception as error:
            log.exception("fragment %s of plugin %s failed in slot %s", part.value.template, part.plugin, slot)
            self._shop.hooks.on_fault(part.plugin, f"fragment {slot}", f"{type(error).__name__}: {error}")
            return Markup("")


async def fragments_for(shop: Shop, face: Face, slot: str, page: Values) -> list[Answer[Fragment]]:
    """What the plugins put into a slot, lighter ones first."""
    spec = admin_hooks.admin_fragments if face == "admin" else storefront_hooks.page_fragments
    answers = await shop.hooks.collect(spec, shop=shop, slot=slot, page=page)
    found: list[Answer[Fragment]] = []
    for answer in answers:
        given: Sequence[object] = answer.value  # a type checker believes the plugin, which may be wrong
        found += [Answer(answer.plugin, item) for item in given if isinstance(item, Fragment)]
        if odd := {type(item).__name__ for item in given if not isinstance(item, Fragment)}:
            cause = f"answered {', '.join(sorted(odd))} where fragments are expected"
            shop.hooks.on_fault(answer.plugin, spec.__name__, cause)
    return sorted(found, key=lambda item: (item.value.weight, item.plugin))


def _joined(pieces: Sequence[Markup]) -> Markup:
    return Markup("\n").join(piece for piece in pieces if piece.strip())
