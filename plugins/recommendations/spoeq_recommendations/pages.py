"""The rail that differs by visitor: a fragment that a module asks for, since the pages around it are everybody's."""

from __future__ import annotations

from quart import Blueprint, Response

from spoeq_core.sdk import card_view, current_cart, current_shop, flash, public, read_form, render, see_other
from spoeq_recommendations.settings import RecommendationSettings
from spoeq_recommendations.viewing import forget, remember, viewed

blueprint = Blueprint("recommendations_pages", __name__)

NOTHING = 204


@blueprint.post("/recently-viewed")
@public
async def recently_viewed() -> Response:
    """The products that the visitor looked at before; remembers the one that is looked at now."""
    shop = current_shop()
    settings = shop.plugin_settings(RecommendationSettings)
    if not settings.viewed:
        return forget(shop, Response("", NOTHING))
    products, remembered = await viewed(shop, (await read_form()).text("product"))
    if products:
        inside = {line.product_id for line in (await current_cart(shop)).contents.cart.lines}
        products = [product for product in products if product.id not in inside]
    cards = [card_view(shop, product) for product in products[: settings.shown]]
    response = await render("storefront", "recommendations/viewed.html", products=cards)
    response.headers["Cache-Control"] = "private, no-store"
    return remember(shop, response, remembered)


@blueprint.post("/recently-viewed/forget")
@public
async def forget_viewed() -> Response:
    """Forget it all."""
    return forget(current_shop(), flash(see_other("/"), "Your list of recently viewed products is empty."))
