"""The way to another host, to pay or to sign in there: a page of ours leads there, since no form of ours may."""

from __future__ import annotations

from urllib.parse import urlsplit

from quart import Response, request

from spoeq_core.kernel.messages import message
from spoeq_core.web.answers import see_other
from spoeq_core.web.common import page
from spoeq_core.web.languages import translate
from spoeq_core.web.theming import render

PAYMENT = (
    message("On to your payment"),
    message("You pay at %(host)s and come back here."),
    message("Go to the payment"),
)
SIGN_IN = (
    message("On to your sign-in"),
    message("You sign in at %(host)s and come back here."),
    message("Go to the sign-in"),
)
"""Title, what happens, and the button."""


async def lead_to(url: str, words: tuple[str, str, str] = PAYMENT) -> Response:
    """What answers a form that begins a payment or a sign-in: on to that address, with a script and without.

    `form-action 'self'` holds for each redirect that follows a form, in Chromium: so another host is reached from a
    page, which goes on by itself.

    Args:
        url: Where the provider leads; `kernel.leading` has let it pass.
        words: What the page says.
    """
    if urlsplit(url).netloc == request.host:
        return see_other(url)
    title, says, button = words
    host = urlsplit(url).hostname
    leading = {"url": url, "host": host, "says": translate(message(says, host=host)), "button": translate(button)}
    return await render("storefront", "core/leaving.html", page=page(title, noindex=True), leading=leading)
