"""Who may open which route: each view declares it, one check before each request enforces it.

A view is `@public`, `@signed_in` or `@staff("orders.manage")`; one that says nothing is not served. Who asks is
found once a request: from a bearer token (API), else from the session cookies. The staff cookie counts for /admin
and the API only, the shoppers' everywhere but /admin.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, cast, overload
from urllib.parse import quote, urlsplit

from quart import Response, current_app, g, request

from spoeq_core.identity import service as identity
from spoeq_core.identity.model import Kind, Principal
from spoeq_core.identity.permissions import permissions_of
from spoeq_core.kernel.errors import Forbidden, SpoeqError, Unauthenticated
from spoeq_core.kernel.messages import message
from spoeq_core.shop import Shop
from spoeq_core.web.answers import see_other
from spoeq_core.web.context import current_shop
from spoeq_core.web.cookies import SHOPPER_COOKIE, STAFF_COOKIE, read_cookie

V = TypeVar("V", bound=Callable[..., Any])
ActorKind = Literal["guest", "customer", "staff"]
BEARER = "bearer "
LONGEST_NEXT = 2000


@dataclass(frozen=True, slots=True)
class Access:
    """What a view declares.

    Attributes:
        kind: Who may open it.
        permission: What staff need.
        staff_too: Whether `signed_in` means staff as well as customers.
        ignore_bearer: Whether a wrong or old bearer token is passed over (signing in, refreshing) and not refused.
        uploads: Whether shoppers may send pictures; to staff's routes they may always be sent.
        imports: Whether it takes tables, which may be larger than pictures.
    """

    kind: Literal["public", "signed_in", "staff"]
    permission: str = ""
    staff_too: bool = False
    ignore_bearer: bool = False
    uploads: bool = False
    imports: bool = False


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks. `by_bearer` tells API clients from browsers."""

    kind: ActorKind = "guest"
    id: str = ""
    email: str = ""
    name: str = ""
    role: str = ""
    permissions: frozenset[str] = frozenset()
    session_id: str = ""
    by_bearer: bool = False

    @property
    def is_guest(self) -> bool:
        """Whether nobody is signed in."""
        return self.kind == "guest"

    def may(self, permission: str) -> bool:
        """Whether they are staff with that permission."""
        return permission in self.permissions

    def require(self, permission: str) -> None:
        """Refuse whoever lacks a permission.

        Raises:
            Forbidden: they do.
        """
        if not self.may(permission):
            raise Forbidden(
                "Your role does not allow this.",
                hint=message("Ask an admin for the permission %(permission)s.", permission=permission),
            )


GUEST = Actor()


@overload
def public(view: V) -> V: ...
@overload
def public(*, ignore_bearer: bool = False, uploads: bool = False) -> Callable[[V], V]: ...
def public(view: V | None = None, *, ignore_bearer: bool = False, uploads: bool = False) -> V | Callable[[V], V]:
    """Open to everybody; `uploads`: takes files of up to `max_upload_bytes` together. Usable bare or with arguments."""
    mark = _declare(Access("public", ignore_bearer=ignore_bearer, uploads=uploads))
    return mark if view is None else mark(view)


@overload
def signed_in(view: V) -> V: ...
@overload
def signed_in(*, staff_too: bool) -> Callable[[V], V]: ...
def signed_in(view: V | None = None, *, staff_too: bool = False) -> V | Callable[[V], V]:
    """For customers, with `staff_too` for anybody with an account. Usable bare or with arguments."""
    mark = _declare(Access("signed_in", staff_too=staff_too))
    return mark if view is None else mark(view)


def staff(permission: str, *, imports: bool = False) -> Callable[[V], V]:
    """For staff with the permission; `imports`: takes uploads of up to `max_import_bytes`."""
    return _declare(Access("staff", permission, imports=imports))


def access_of(view: Callable[..., Any] | None) -> Access | None:
    """What a view declares, if it does."""
    return cast("Access | None", getattr(view, "__access__", None))


async def current_actor() -> Actor:
    """Who asks; found once a request.

    Raises:
        Unauthenticated: a bearer token was sent and is not good.
    """
    found: Actor | None = g.get("spoeq_actor")
    if found is None:
        found = await _find_actor()
        g.spoeq_actor = found
    return found


def known_actor() -> Actor:
    """The same where it has been found already (templates, after a view); else a guest."""
    return cast(Actor, g.get("spoeq_actor", GUEST))


def actor_of(shop: Shop, principal: Principal, *, by_bearer: bool = False) -> Actor:
    """The actor that a principal is in a request."""
    return Actor(
        principal.session.kind.value,
        principal.session.account_id,
        principal.email,
        principal.name,
        principal.role,
        permissions_of(shop.hooks, principal.role),
        principal.session.id,
        by_bearer,
    )


async def enforce() -> Response | None:
    """Before each request: None to go on, a redirect to the sign-in page, or an error.

    Raises:
        Unauthenticated: nobody is signed in, and the client is no browser's page.
        Forbidden: whoever is signed in may not.
        SpoeqError: the view declares no access.
    """
    if request.url_rule is None:
        return None
    access = _requested_access()
    if access is None:
        raise SpoeqError(
            f"The route {request.endpoint} declares no access.",
            hint="Put @public, @signed_in or @staff(permission) on its view.",
            code="undeclared_access",
        )
    if access.kind == "public":
        return None
    actor = await current_actor()
    if actor.is_guest:
        return _ask_to_sign_in()
    _refuse_others(access, actor)
    return None


def safe_next(text: str, default: str = "/") -> str:
    """Where to go after signing in: a path of this shop, never another site."""
    odd = any(ord(char) <= ord(" ") or ord(char) == 127 or char == "\\" for char in text)  # noqa: PLR2004 - DEL
    if odd or len(text) > LONGEST_NEXT or not text.startswith("/") or text.startswith("//"):
        return default
    try:
        parts = urlsplit(text)
    except ValueError:
        return default
    return text if not parts.scheme and not parts.netloc else default


def sign_in_path(page: str, target: str) -> str:
    """A sign-in page that leads on to a target afterwards."""
    return f"{page}?next={quote(target, safe='/')}" if target else page


def _declare(access: Access) -> Callable[[V], V]:
    def mark(view: V) -> V:
        view.__access__ = access  # type: ignore[attr-defined]
        return view

    return mark


def _requested_access() -> Access | None:
    return access_of(current_app.view_functions.get(request.endpoint or ""))


def _refuse_others(access: Access, actor: Actor) -> None:
    if access.kind == "signed_in":
        if actor.kind != "customer" and not access.staff_too:
            raise Forbidden("This is for customers.", hint="Sign in with a customer's account.")
    elif not actor.may(access.permission):
        raise Forbidden(
            "You may not do this.",
            hint=message("It needs the permission %(permission)s; ask an admin.", permission=access.permission),
        )


def _ask_to_sign_in() -> Response:
    if request.path.startswith("/api/"):
        raise Unauthenticated("Nobody is signed in.", hint="Send an access token: Authorization: Bearer …")
    page = "/admin/login" if _is_admin(request.path) else "/login"
    query = request.query_string.decode("latin-1")
    target = quote(request.path, safe="/") + (f"?{query}" if query else "")
    return see_other(sign_in_path(page, target if request.method in {"GET", "HEAD"} else ""))


async def _find_actor() -> Actor:
    shop = current_shop()
    is_api = request.path.startswith("/api/")
    header = request.headers.get("Authorization", "")
    if is_api and header.lower().startswith(BEARER):
        try:
            return await _by_bearer(shop, header[len(BEARER) :].strip())
        except Unauthenticated:
            access = _requested_access()
            if access is None or not access.ignore_bearer:
                raise
            return GUEST
    for kind in _kinds_of_cookies(is_api):
        found = await _by_cookie(shop, kind)
        if found is not None:
            return found
    return GUEST


def _kinds_of_cookies(is_api: bool) -> tuple[Kind, ...]:
    if _is_admin(request.path):
        return (Kind.STAFF,)
    if not is_api:
        return (Kind.CUSTOMER,)
    access = _requested_access()
    if access is not None and access.kind == "staff":
        return (Kind.STAFF, Kind.CUSTOMER)
    return (Kind.CUSTOMER, Kind.STAFF)


async def _by_bearer(shop: Shop, token: str) -> Actor:
    return actor_of(shop, await identity.principal_of_access_token(shop, token), by_bearer=True)


async def _by_cookie(shop: Shop, kind: Kind) -> Actor | None:
    token = read_cookie(shop, STAFF_COOKIE if kind is Kind.STAFF else SHOPPER_COOKIE)
    principal = await identity.principal_of_cookie(shop, token) if token else None
    if principal is None or principal.session.kind is not kind:
        return None
    return actor_of(shop, principal)


def _is_admin(path: str) -> bool:
    return path == "/admin" or path.startswith("/admin/")
