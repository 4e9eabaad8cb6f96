"""What protects every request: who may, forged requests, headers, sizes, proxies, rate limits."""

from __future__ import annotations

from quart import Quart

from spoeq_core.web import access
from spoeq_core.web.security import bodies, csrf, headers, proxies
from spoeq_core.web.security.csrf import csrf_exempt, csrf_field, csrf_token
from spoeq_core.web.security.limits import client_address, limit, limit_visitor, uncount

__all__ = ["client_address", "csrf_exempt", "csrf_field", "csrf_token", "install", "limit", "limit_visitor", "uncount"]


def install(app: Quart) -> None:
    """Guard all requests of an app, in this order: proxies, size, who may, forgery; headers on every answer.

    What is installed first sees an answer last: the headers know then which cookies it sets.
    """
    headers.install(app)
    proxies.install(app)
    bodies.install(app)
    app.before_request(access.enforce)
    csrf.install(app)
