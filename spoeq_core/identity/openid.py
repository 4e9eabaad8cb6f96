"""A login provider that speaks OpenID Connect: a plugin says where, and with which keys.

The authorization code flow of OpenID Connect Core 1.0 with PKCE (RFC 7636). What is known of the issuer is asked of
its discovery document and kept for an hour, its keys likewise; a token signed with a key that is not known yet has
the keys asked for once more.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

import httpx
import jwt

from spoeq_core.identity.asking import PATIENCE, LoginFault, ask_json, declined, error_of, require_safe, trouble_of
from spoeq_core.identity.idtokens import Claims, key_id_of, read_id_token, rsa_keys
from spoeq_core.identity.logins import LoginAttempt, LoginDeclined, LoginProfile, callback_url
from spoeq_core.shop import Shop

KEPT = timedelta(hours=1)
RETURNS_ISSUER = "authorization_response_iss_parameter_supported"
"""RFC 9207: the issuer names itself in its answer."""
OUR_FAULT = frozenset({"invalid_client", "unauthorized_client", "unsupported_grant_type"})
"""RFC 6749, 5.2: what no code that somebody made up leads to."""


@dataclass(frozen=True, slots=True)
class OpenIdClient:
    """The shop as an issuer knows it.

    Attributes:
        issuer: Exactly as the issuer calls itself ("https://accounts.google.com").
        client_id: What it calls the shop.
        client_secret: By which it knows the shop.
        scope: What is asked for; `openid` is part of it.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str = "openid email profile"


@dataclass(frozen=True, slots=True)
class _Kept:
    metadata: Mapping[str, Any]
    keys: Mapping[str, jwt.PyJWK]
    until: datetime


class OpenIdProvider:
    """A `LoginProvider` for any issuer that has a discovery document.

    Args:
        name: Stable id; see `LoginProvider`.
        label: For shoppers ("Google").
        client: The shop's client by the plugin's current settings; None while it is not set up.
        patience: Seconds that one answer of the issuer may take.
    """

    def __init__(
        self, name: str, label: str, client: Callable[[Shop], OpenIdClient | None], *, patience: float = PATIENCE
    ) -> None:
        self.name = name
        self.label = label
        self._client = client
        self._patience = patience
        self._known: dict[str, _Kept] = {}

    def is_ready(self, shop: Shop) -> bool:
        """Whether the plugin has a client."""
        return self._client(shop) is not None

    async def begin(self, shop: Shop, attempt: LoginAttempt) -> str:
        """The issuer's authorization endpoint.

        Raises:
            LoginFault: its discovery document cannot be had, or is not its own.
        """
        client = self._needed(shop)
        endpoint = _endpoint(shop, (await self._issuer(shop, client)).metadata, "authorization_endpoint")
        return attempt.address(endpoint, client.client_id, scope=client.scope, nonce=attempt.nonce)

    async def finish(
        self, shop: Shop, attempt: LoginAttempt, answer: Mapping[str, str]
    ) -> LoginProfile | LoginDeclined:
        """Who came back.

        Raises:
            LoginFault: the issuer fails, or refuses the shop's keys.
        """
        if (refusal := declined(answer)) is not None:
            return refusal
        client = self._needed(shop)
        known = await self._issuer(shop, client)
        named = answer.get("iss", "")
        if named != client.issuer and (named or known.metadata.get(RETURNS_ISSUER)):
            return LoginDeclined("untrusted", "the answer names another issuer")
        tokens = await self._exchange(shop, client, known.metadata, attempt, answer["code"])
        if isinstance(tokens, LoginDeclined):
            return tokens
        claims = await self._claims(shop, client, attempt, tokens)
        if isinstance(claims, LoginDeclined):
            return claims
        return await self._profile(shop, known.metadata, claims, tokens)

    async def trouble(self, shop: Shop) -> str | None:
        """Why nobody can sign in now; empty if they can, None while it is not set up. For `health_report`.

        Asks for the discovery document, and at the token endpoint with a code that is none: whether the keys are right.
        """
        if (client := self._client(shop)) is None:
            return None
        return await trouble_of(shop, self.name, lambda: self._try(shop, client))

    async def _try(self, shop: Shop, client: OpenIdClient) -> None:
        known = await self._issuer(shop, client, anew=True)
        nobody = LoginAttempt("none", "none", callback_url(shop, self.name))
        _, found = await self._post_code(shop, client, known.metadata, nobody, "none")
        if error_of(found) in OUR_FAULT:
            raise LoginFault(f"{client.issuer} refuses the client id or the secret")

    def _needed(self, shop: Shop) -> OpenIdClient:
        if (client := self._client(shop)) is None:
            raise LoginFault(f"{self.label} is not set up: enter the client id and the secret")
        return client

    async def _issuer(self, shop: Shop, client: OpenIdClient, *, anew: bool = False) -> _Kept:
        kept = self._known.get(client.issuer)
        if kept is None or anew or kept.until <= shop.clock.now():
            address = f"{client.issuer.rstrip('/')}/.well-known/openid-configuration"
            metadata = await self._fetched(shop, address)
            if metadata.get("issuer") != client.issuer:
                raise LoginFault(f"{address} is not of {client.issuer}")
            keys = await self._fetched(shop, _endpoint(shop, metadata, "jwks_uri"))
            kept = _Kept(metadata, rsa_keys(keys), shop.clock.now() + KEPT)
            self._known[client.issuer] = kept
        return kept

    async def _fetched(self, shop: Shop, url: str) -> dict[str, Any]:
        require_safe(shop, url)
        status, found = await ask_json("GET", url, patience=self._patience)
        if status != httpx.codes.OK or not isinstance(found, dict):
            raise LoginFault(f"{url} answered {status} and no JSON object")
        return found

    async def _exchange(
        self, shop: Shop, client: OpenIdClient, metadata: Claims, attempt: LoginAttempt, code: str
    ) -> Claims | LoginDeclined:
        status, found = await self._post_code(shop, client, metadata, attempt, code)
        if status == httpx.codes.BAD_REQUEST and error_of(found) not in OUR_FAULT:
            return LoginDeclined("expired", f"the issuer refused the code: {error_of(found)}")
        if status != httpx.codes.OK or not isinstance(found, dict) or not isinstance(found.get("id_token"), str):
            raise LoginFault(f"{metadata['token_endpoint']} answered {status} {error_of(found)}")
        return found

    async def _post_code(
        self, shop: Shop, client: OpenIdClient, metadata: Claims, attempt: LoginAttempt, code: str
    ) -> tuple[int, Any]:
        url = _endpoint(shop, metadata, "token_endpoint")
        sent = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": attempt.redirect_uri,
            "client_id": client.client_id,
            "code_verifier": attempt.verifier,
        }
        headers = {}
        # OpenID Connect Discovery 1.0, 3: an issuer that names no methods takes Basic.
        if "client_secret_post" in (metadata.get("token_endpoint_auth_methods_supported") or ()):
            sent["client_secret"] = client.client_secret
        else:
            pair = f"{quote_plus(client.client_id)}:{quote_plus(client.client_secret)}"
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        return await ask_json("POST", url, data=sent, headers=headers, patience=self._patience)

    async def _claims(
        self, shop: Shop, client: OpenIdClient, attempt: LoginAttempt, tokens: Claims
    ) -> Claims | LoginDeclined:
        token: str = tokens["id_token"]
        try:
            key = await self._key(shop, client, key_id_of(token))
            return read_id_token(
                token,
                key,
                issuer=client.issuer,
                client_id=client.client_id,
                nonce=attempt.nonce,
                now=shop.clock.now(),
            )
        except (jwt.PyJWTError, ValueError) as error:
            return LoginDeclined("untrusted", f"id token: {type(error).__name__}: {error}")

    async def _key(self, shop: Shop, client: OpenIdClient, key_id: str) -> jwt.PyJWK:
        known = (await self._issuer(shop, client)).keys
        if key_id not in known:
            known = (await self._issuer(shop, client, anew=True)).keys
        if key_id not in known:
            raise jwt.InvalidTokenError("signed with a key that the issuer does not have")
        return known[key_id]

    async def _profile(
        self, shop: Shop, metadata: Claims, claims: Claims, tokens: Claims
    ) -> LoginProfile | LoginDeclined:
        about = dict(claims)
        if "email" not in about and "userinfo_endpoint" in metadata:
            url = _endpoint(shop, metadata, "userinfo_endpoint")
            headers = {"Authorization": f"Bearer {tokens.get('access_token', '')}"}
            status, found = await ask_json("GET", url, headers=headers, patience=self._patience)
            if status != httpx.codes.OK or not isinstance(found, dict):
                raise LoginFault(f"{url} answered {status} {error_of(found)}")
            if found.get("sub") != claims["sub"]:
                return LoginDeclined("untrusted", "userinfo is about somebody else")
            about |= {name: found[name] for name in ("email", "email_verified", "name") if name in found}
        told = about.get("email_verified")
        verified = told is True or told == "true"
        return LoginProfile(claims["sub"], _text(about.get("email")), verified, _text(about.get("name")))


def _endpoint(shop: Shop, metadata: Claims, name: str) -> str:
    return require_safe(shop, metadata.get(name))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
