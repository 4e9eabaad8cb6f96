"""What a page shows, said once more in schema.org's words: JSON-LD for search engines, from the page's own views.

Only what a visitor sees is said (search engines punish the rest), and only what is known: a product without a price has
no offer, one without reviews no rating.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from spoeq_core.kernel.money import plain_amount
from spoeq_core.shop import Shop
from spoeq_core.web.addresses import absolute

Data = dict[str, Any]
SCHEMA = "https://schema.org"
PROPERTIES: Mapping[str, str] = {
    "color": "color",
    "colour": "color",
    "size": "size",
    "material": "material",
    "pattern": "pattern",
}
"""Options that schema.org has a property for, by their name in lower case."""
AVAILABILITY: Mapping[str, str] = {"out": "OutOfStock", "backorder": "BackOrder"}
GTIN = re.compile(r"\d{8}|\d{12,14}")
GTIN_SPECS = ("GTIN", "EAN", "UPC", "ISBN", "Barcode")


def organization(shop: Shop) -> Data:
    """The company behind the shop, and how it is reached."""
    profile = shop.profile
    contact = _known(telephone=profile.phone, email=profile.email)
    return _known(
        **_head("Organization"),
        name=profile.name,
        legalName=profile.legal_name,
        url=absolute(shop, "/"),
        email=profile.email,
        telephone=profile.phone,
        address=profile.address
        and {"@type": "PostalAddress", "streetAddress": profile.address, "addressCountry": profile.country},
        contactPoint=contact
        and [
            {"@type": "ContactPoint", "contactType": "customer service", "areaServed": profile.country, **contact},
        ],
    )


def website(shop: Shop) -> Data:
    """The site, and how it is searched."""
    return {
        **_head("WebSite"),
        "name": shop.profile.name,
        "url": absolute(shop, "/"),
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": f"{absolute(shop, '/search')}?q={{search_term_string}}"},
            "query-input": "required name=search_term_string",
        },
    }


def breadcrumb_data(shop: Shop, trail: Sequence[Mapping[str, str]]) -> Data:
    """The way from the first page to this one: `[{name, url}]`."""
    return {
        **_head("BreadcrumbList"),
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": step["name"], "item": absolute(shop, step["url"])}
            for place, step in enumerate(trail, start=1)
        ],
    }


def item_list(shop: Shop, cards: Sequence[Mapping[str, Any]], *, after: int = 0) -> Data:
    """A page of a list; `after` is how many items stand on the pages before."""
    return {
        **_head("ItemList"),
        "itemListElement": [
            {"@type": "ListItem", "position": after + place, "name": card["name"], "url": absolute(shop, card["url"])}
            for place, card in enumerate(cards, start=1)
        ],
    }


def faq_data(pairs: Sequence[tuple[str, str]]) -> Data:
    """Questions with their answers as HTML, all of them shown on the page."""
    return {
        **_head("FAQPage"),
        "mainEntity": [
            {"@type": "Question", "name": question, "acceptedAnswer": {"@type": "Answer", "text": answer}}
            for question, answer in pairs
        ],
    }


def product(shop: Shop, view: Mapping[str, Any]) -> Data | None:
    """A product with its offer, or a group of variants with one each; None where nothing is offered.

    Args:
        shop: The shop.
        view: As `product_view` made it.
    """
    offered = [variant for variant in view["variants"] if variant["price"]]
    if not offered:
        return None
    url = absolute(shop, f"/product/{view['slug']}")
    common = _known(
        **{"@id": f"{url}#product"},
        name=view["name"],
        description=view["description"],
        url=url,
        image=[absolute(shop, image["src"]) for image in view["images"] if image["src"]],
        brand=view["brand"] and {"@type": "Brand", "name": view["brand"]},
        aggregateRating=_rating(view["rating"]),
    )
    if not view["options"]:
        single = _known(sku=offered[0]["sku"], gtin=_gtin(view["specs"]))
        return {**_head("Product"), **common, **single, "offers": _offer(shop, offered[0], url)}
    return {
        **_head("ProductGroup"),
        **common,
        "productGroupID": view["id"],
        "variesBy": [_property_url(option["name"]) for option in view["options"]],
        "hasVariant": [_variant(shop, view, variant, url) for variant in offered],
    }


def _variant(shop: Shop, view: Mapping[str, Any], variant: Mapping[str, Any], url: str) -> Data:
    options: Mapping[str, str] = variant["options"]
    own = f"{url}?{urlencode({f'opt.{name}': value for name, value in options.items()})}"
    picture = next((i["src"] for i in view["images"] if i["id"] == variant["image_id"]), "")
    others = {name: value for name, value in options.items() if name.casefold() not in PROPERTIES}
    return _known(
        **{"@type": "Product"},
        name=", ".join((view["name"], *options.values())),
        sku=variant["sku"],
        image=picture and absolute(shop, picture),
        **{PROPERTIES[name.casefold()]: value for name, value in options.items() if name.casefold() in PROPERTIES},
        additionalProperty=[{"@type": "PropertyValue", "name": n, "value": v} for n, v in others.items()],
        offers=_offer(shop, variant, own),
    )


def _offer(shop: Shop, variant: Mapping[str, Any], url: str) -> Data:
    sale, mrp = variant["price"]["sale"], variant["price"]["mrp"]
    currency = sale["currency"]
    offer = _known(
        **{"@type": "Offer"},
        url=url,
        price=plain_amount(sale["amount"], currency),
        priceCurrency=currency,
        priceValidUntil=_last_moment(variant["price"].get("reduced")),
        availability=f"{SCHEMA}/{AVAILABILITY.get(variant['stock']['state'], 'InStock')}",
        seller=shop.profile.legal_name and {"@type": "Organization", "name": shop.profile.legal_name},
        hasMerchantReturnPolicy=_returns(shop),
    )
    if mrp["amount"] > sale["amount"]:
        offer["priceSpecification"] = {
            "@type": "UnitPriceSpecification",
            "priceType": f"{SCHEMA}/StrikethroughPrice",
            "price": plain_amount(mrp["amount"], currency),
            "priceCurrency": currency,
        }
    return offer


def _last_moment(reduced: Mapping[str, Any] | None) -> str:
    """The last second at which a reduced price holds: its end is the first moment after it."""
    return (datetime.fromisoformat(reduced["until"]) - timedelta(seconds=1)).isoformat() if reduced else ""


def _returns(shop: Shop) -> Data | None:
    if not shop.profile.return_days:
        return None
    return {
        "@type": "MerchantReturnPolicy",
        "applicableCountry": shop.profile.country,
        "returnPolicyCategory": f"{SCHEMA}/MerchantReturnFiniteReturnWindow",
        "merchantReturnDays": shop.profile.return_days,
    }


def _rating(rating: Mapping[str, Any]) -> Data | None:
    if not rating["count"]:
        return None
    return {"@type": "AggregateRating", "ratingValue": round(rating["average"], 2), "reviewCount": rating["count"]}


def _gtin(specs: Mapping[str, str]) -> str:
    """The number of trade items, where the product's specifications show one."""
    found = (re.sub(r"[\s-]", "", specs.get(name, "")) for name in GTIN_SPECS)
    return next((number for number in found if GTIN.fullmatch(number)), "")


def _property_url(name: str) -> str:
    known = PROPERTIES.get(name.casefold())
    return f"{SCHEMA}/{known}" if known else name


def _head(kind: str) -> Data:
    return {"@context": SCHEMA, "@type": kind}


def _known(**fields: Any) -> Data:
    """The fields that say something."""
    return {name: value for name, value in fields.items() if value not in ("", None, [], {})}
