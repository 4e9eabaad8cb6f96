"""The list pages' query string: read, and written into the links of facets and chips. Prices are in rupees here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from quart import request

from spoeq_core.catalog.model import ORIGIN, RATING_STEPS, Facet, FacetValue, ProductQuery, Sort
from spoeq_core.catalog.service import shows_ratings
from spoeq_core.kernel.errors import SpoeqError
from spoeq_core.kernel.messages import message
from spoeq_core.kernel.money import parse_amount
from spoeq_core.shop import Shop
from spoeq_core.web.bodies import query_flag, query_int
from spoeq_core.web.context import current_shop
from spoeq_core.web.formats import country, format_amount
from spoeq_core.web.languages import translate

PER_PAGE = 24
FROM, UP_TO = message("From %(amount)s"), message("Up to %(amount)s")
NAMED = message("%(name)s: %(value)s")

SORTS = {
    Sort.RELEVANCE: message("Best match"),
    Sort.BESTSELLING: message("Bestselling"),
    Sort.NEWEST: message("Newest"),
    Sort.PRICE: message("Price: low to high"),
    Sort.PRICE_DOWN: message("Price: high to low"),
    Sort.RATING: message("Rating"),
    Sort.ORIGIN: message("Country of origin"),
}


def product_query(category: str | None, text: str) -> ProductQuery:
    """What the visitor asked the list for; values that make no sense are as if they were not there."""
    args = request.args.to_dict(flat=False)
    sort = request.args.get("sort", "")
    return ProductQuery(
        text=text,
        category=category,
        brands=_given(args.get("brand", ())),
        attributes={
            name.removeprefix("f."): given
            for name, values in args.items()
            if name.startswith("f.") and name != "f." and (given := _given(values))
        },
        price_min=_price("price_min"),
        price_max=_price("price_max"),
        rating_min=_stars("rating_min") if shows_ratings(current_shop()) else None,
        in_stock=query_flag("in_stock"),
        sort=Sort(sort) if sort in set(Sort) else Sort.RELEVANCE,
        page=query_int("page", 1, minimum=1, maximum=10_000),
        per_page=PER_PAGE,
        literal=query_flag("literal"),
    )


def is_filtered(query: ProductQuery) -> bool:
    """Whether the visitor narrowed the list."""
    return bool(
        query.brands
        or any(query.attributes.values())
        or query.price_min is not None
        or query.price_max is not None
        or query.rating_min is not None
        or query.in_stock
        or query.tags
    )


def link(path: str, args: Mapping[str, str | Sequence[str]]) -> str:
    """A path with a query string, without empty values."""
    pairs = [(name, value) for name, values in args.items() for value in _many(values) if value]
    return f"{path}?{urlencode(sorted(pairs))}" if pairs else path


def facet_views(shop: Shop, facets: Iterable[Facet]) -> list[dict[str, Any]]:
    """The facets as the theme draws them."""
    return [_facet(shop, facet) for facet in facets]


def sort_views(shop: Shop) -> list[dict[str, str]]:
    """The orders that a list can be shown in; by rating while a plugin rates products."""
    offered = [sort for sort in SORTS if sort is not Sort.RATING or shows_ratings(shop)]
    return [{"value": sort.value, "label": translate(SORTS[sort])} for sort in offered]


def chips(shop: Shop, facets: Iterable[Facet], path: str) -> list[dict[str, str]]:
    """What is chosen, each with the link that takes it back."""
    found = []
    for facet in facets:
        if facet.kind == "range":
            found += _range_chips(shop, facet, path)
        else:
            found += [
                {"label": _chip(facet, value), "remove_url": _without(path, facet.name, value.value)}
                for value in facet.values
                if value.selected
            ]
    return found


def _chip(facet: Facet, value: FacetValue) -> str:
    label = _label(facet, value)
    return translate(NAMED) % {"name": translate(facet.label), "value": label} if facet.names_itself else label


def _label(facet: Facet, value: FacetValue) -> str:
    """A value in the language of the page, countries too: the list names them in the shop's."""
    return country(value.value) if facet.name == f"f.{ORIGIN}" else translate(value.label)


def _facet(shop: Shop, facet: Facet) -> dict[str, Any]:
    view: dict[str, Any] = {"name": facet.name, "label": translate(facet.label), "kind": facet.kind, "values": []}
    if facet.kind == "range":
        currency = shop.profile.currency
        return view | {
            "low": request.args.get(f"{facet.name}_min", ""),
            "high": request.args.get(f"{facet.name}_max", ""),
            "min": _grouped(facet.low, currency),
            "max": _grouped(facet.high, currency),
        }
    view["values"] = [
        {"value": value.value, "label": _label(facet, value), "count": value.count, "selected": value.selected}
        for value in facet.values
    ]
    return view


def _grouped(amount: int, currency: str) -> str:
    """Digits as people write and `parse_amount` reads them: 1,29,900."""
    return re.sub(r"[^\d.,]", "", format_amount(amount, currency))


def _range_chips(shop: Shop, facet: Facet, path: str) -> list[dict[str, str]]:
    found = []
    for end, words in (("min", FROM), ("max", UP_TO)):
        name = f"{facet.name}_{end}"
        amount = _price(name)
        if amount is not None:
            label = translate(words) % {"amount": format_amount(amount, shop.profile.currency)}
            found.append({"label": label, "remove_url": _without(path, name, request.args[name])})
    return found


def _without(path: str, name: str, value: str) -> str:
    args = request.args.to_dict(flat=False)
    args.pop("page", None)
    args[name] = [other for other in args.get(name, []) if other != value]
    return link(path, args)


def _stars(name: str) -> float | None:
    text = request.args.get(name, "").strip()
    return float(text) if text in {str(stars) for stars in RATING_STEPS} else None


def _price(name: str) -> int | None:
    text = request.args.get(name, "").strip()
    try:
        return parse_amount(text, current_shop().profile.currency) if text else None
    except SpoeqError:
        return None


def _given(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(value for value in values if value)


def _many(values: str | Sequence[str]) -> Sequence[str]:
    return [values] if isinstance(values, str) else values
