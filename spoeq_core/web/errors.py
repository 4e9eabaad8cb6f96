"""Errors as answers: problem documents (RFC 9457) for the API, pages for people; never a traceback."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from pymongo.errors import PyMongoError
from quart import Quart, Response, request
from redis.exceptions import RedisError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from spoeq_core.kernel.errors import (
    ConfigurationError,
    Conflict,
    Forbidden,
    Invalid,
    Malformed,
    NotFound,
    SpoeqError,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
)
from spoeq_core.kernel.messages import message
from spoeq_core.kernel.patience import briefly
from spoeq_core.web.bodies import json_response
from spoeq_core.web.languages import translate
from spoeq_core.web.themes import Face
from spoeq_core.web.theming import render

log = logging.getLogger(__name__)

STATUS: dict[type[SpoeqError], int] = {
    Malformed: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    TooLarge: 413,
    Invalid: 422,
    TooManyRequests: 429,
    Unavailable: 503,
    ConfigurationError: 409,
}


def install(app: Quart) -> None:
    """Answer all errors of the app."""
    app.register_error_handler(SpoeqError, answer)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(Exception, _answer_unexpected)


def status_of(error: SpoeqError) -> int:
    """The HTTP status of an error."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)


def problem(error: SpoeqError) -> dict[str, Any]:
    """The problem document of an error."""
    status = status_of(error)
    found: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": str(error) if status < 500 else error.message,  # noqa: PLR2004 - hints of 5xx are for staff
        "code": error.code,
        **error.extra,
    }
    if isinstance(error, Invalid) and error.errors:
        found["errors"] = [{"field": e.field, "message": e.message, "code": e.code} for e in error.errors]
    return found


async def answer(error: SpoeqError) -> Response:
    """The response to an error, in the form the client wants."""
    if status_of(error) == HTTPStatus.INTERNAL_SERVER_ERROR:
        return await _answer_unexpected(error)
    headers = _headers(error)
    document = problem(error)
    if isinstance(error, Unavailable):
        log.error("unavailable: %s", error)
        document["detail"] = message("This is not possible right now. Please try again in a moment.")
    if wants_json():
        response = json_response(document, document["status"], headers)
        response.content_type = "application/problem+json"
        return response
    detail = document["detail"]
    if not isinstance(error, Unavailable):
        detail = f"{translate(error.message)} {translate(error.hint)}".strip()
    return await error_page(document["status"], document["title"], detail, headers)


def wants_json() -> bool:
    """Whether the request came through the JSON API."""
    return request.path.startswith("/api/")


async def error_page(status: int, title: str, detail: str, headers: dict[str, str]) -> Response:
    """An error page of the theme; a plain one where the theme itself fails."""
    face: Face = "admin" if request.path.startswith("/admin") else "storefront"
    try:
        said = {"title": translate(title), "detail": translate(detail)}
        response = await render(face, "pages/error.html", status=status, code=status, **said)
    except Exception as fault:
        if not isinstance(fault, Unavailable):  # the shop starts or stops, which is what the page says
            log.exception("the error page of the %s theme failed", face)
        response = Response(f"{status} {title}\n\n{detail}\n", status=status, content_type="text/plain; charset=utf-8")
    response.headers.update(headers)
    return response


def _headers(error: SpoeqError) -> dict[str, str]:
    if isinstance(error, TooManyRequests | Unavailable):
        return {"Retry-After": str(error.retry_after)}
    if isinstance(error, Unauthenticated) and wants_json():
        return {"WWW-Authenticate": "Bearer"}
    return {}


async def _answer_http(error: HTTPException) -> Response:
    status = error.code or 500
    if error.response is not None and status < 400:  # noqa: PLR2004 - a redirect of the router
        return error.get_response()  # type: ignore[return-value]
    kinds: dict[int, type[SpoeqError]] = {400: Malformed, 404: NotFound}
    words = {
        404: message("There is nothing at this address."),
        405: message("This address does not take that method."),
        413: message("The request is larger than this shop accepts."),
    }
    if isinstance(error, RequestEntityTooLarge):
        return await answer(TooLarge(words[413]))
    if status in kinds:
        return await answer(kinds[status](words.get(status, message("The request could not be read."))))
    headers = {name: value for name, value in error.get_headers() if name in {"Allow", "Location"}}
    title = HTTPStatus(status).phrase
    detail = words.get(status, error.description or title)
    if wants_json():
        code = title.lower().replace(" ", "_")
        response = json_response(
            {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code}, status, headers
        )
        response.content_type = "application/problem+json"
        return response
    if status < 400:  # noqa: PLR2004 - a redirect
        return Response("", status=status, headers=headers)
    return await error_page(status, title, detail, headers)


async def _answer_unexpected(error: Exception) -> Response:
    if isinstance(error, PyMongoError | RedisError):
        log.exception("a server that %s %s needs did not answer", request.method, request.path, exc_info=error)
        with briefly():
            return await answer(Unavailable("A server that this shop needs does not answer."))
    log.exception("unexpected error at %s %s", request.method, request.path, exc_info=error)
    detail = message("Something went wrong on our side. It has been noted.")
    if wants_json():
        response = json_response(
            {
                "type": "about:blank",
                "title": "Internal Server Error",
                "status": 500,
                "detail": detail,
                "code": "internal",
            },
            500,
        )
        response.content_type = "application/problem+json"
        return response
    return await error_page(500, message("Something went wrong"), detail, {})
