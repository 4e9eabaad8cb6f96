"""The way to a payment gateway: a page of ours leads there, since no form of ours may."""

from __future__ import annotations

from urllib.parse import urlsplit

from quart import Response, request

from spoeq_core.kernel.messages import message
from spoeq_core.web.answers import see_other
from spoeq_core.web.common import page
from spoeq_core.web.languages import translate
from spoeq_core.web.theming import render

TITLE = message("On to your payment")


async def lead_to(url: str) -> Response:
    """What answers a form that begins a payment: on to that address, with a script and without.

    `form-action 'self'` holds for each redirect that follows a form, in Chromium: so another host is reached from a
    page, which goes on by itself.

    Args:
        url: Where the provider leads; `payments.leading` has let it pass.
    """
    if urlsplit(url).netloc == request.host:
        return see_other(url)
    leading = {"url": url, "host": urlsplit(url).hostname}
    return await render("storefront", "core/leaving.html", page=page(translate(TITLE), noindex=True), leading=leading)
