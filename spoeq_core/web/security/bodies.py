"""How large a request may be: uploads up to one limit, everything else up to a smaller one."""

from __future__ import annotations

from typing import cast

from quart import Quart, current_app, request
from quart.wrappers import Request
from quart.wrappers.request import Body
from werkzeug.exceptions import RequestEntityTooLarge

from spoeq_core.kernel.errors import TooLarge
from spoeq_core.kernel.messages import message
from spoeq_core.kernel.settings import Settings
from spoeq_core.shop import Shop
from spoeq_core.web.access import access_of
from spoeq_core.web.context import EXTENSION

ENVELOPE = 64 * 1024
"""What a form may have around a file of the largest size."""


class LimitedBody(Body):
    """A body that counts all it was sent, and whose limit is lowered when the route is known."""

    def __init__(self, expected_content_length: int | None, max_content_length: int | None) -> None:
        super().__init__(expected_content_length, max_content_length)
        self._received = 0

    def append(self, data: bytes) -> None:
        """Take what the client sent next."""
        self._received += len(data)
        super().append(data)
        self._check()

    def lower_limit(self, most: int) -> None:
        """Refuse more than `most` bytes, those that have come already included."""
        self._max_content_length = most
        self._check()

    def _check(self) -> None:
        if self._max_content_length is not None and self._received > self._max_content_length:
            self._must_raise = RequestEntityTooLarge()
            self.set_complete()


class LimitedRequest(Request):
    """A request with such a body."""

    body_class = LimitedBody


def install(app: Quart) -> None:
    """Check sizes before views read anything; bodies without a length are cut off where they pass the limit."""
    app.request_class = LimitedRequest
    app.before_request(refuse_large)


def largest(settings: Settings) -> int:
    """The largest body that any route takes, in bytes."""
    return max(settings.max_body_bytes, settings.max_upload_bytes + ENVELOPE, settings.max_import_bytes + ENVELOPE)


async def refuse_large() -> None:
    """Refuse a body that is larger than its route takes.

    Raises:
        TooLarge: it says so itself.
    """
    shop: Shop | None = current_app.extensions.get(EXTENSION)
    if shop is None:
        return
    most = _most(shop.settings)
    if (request.content_length or 0) > most:
        size = f"{(request.content_length or 0) / 2**20:.1f}"
        raise TooLarge(
            message("This has %(size)s MB; at most %(most)s MB are taken here.", size=size, most=f"{most / 2**20:.1f}"),
            hint="Choose something smaller.",
        )
    cast(LimitedBody, request.body).lower_limit(most)


def _most(settings: Settings) -> int:
    access = access_of(current_app.view_functions.get(request.endpoint or ""))
    if access is None or request.mimetype != "multipart/form-data":
        return settings.max_body_bytes
    if access.kind != "staff" and not access.uploads:
        return settings.max_body_bytes
    return ENVELOPE + (settings.max_import_bytes if access.imports else settings.max_upload_bytes)
