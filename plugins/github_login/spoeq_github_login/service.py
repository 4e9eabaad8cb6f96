"""GitHub as a login provider: OAuth 2, not OpenID Connect.

Whoever comes back is known by the number of their account, since names there are given away again, and by the address
that is their primary one and verified. The token is asked for these two answers and then forgotten. Errors of the
token endpoint come with status 200
(https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps).
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from spoeq_core.sdk import LoginAttempt, LoginDeclined, LoginFault, LoginProfile, Shop, ask_json, declined, trouble_of
from spoeq_github_login.settings import GitHubSettings

SITE, API = "https://github.com", "https://api.github.com"
SCOPE = "read:user user:email"


class GitHub:
    """The provider.

    Args:
        site: Where people sign in.
        api: Where their account is read.
    """

    name = "github"
    label = "GitHub"

    def __init__(self, site: str = SITE, api: str = API) -> None:
        self._site, self._api = site, api

    def is_ready(self, shop: Shop) -> bool:
        """Whether staff entered id and secret."""
        return shop.plugin_settings(GitHubSettings).complete

    async def begin(self, shop: Shop, attempt: LoginAttempt) -> str:
        """GitHub's page that asks."""
        client_id = shop.plugin_settings(GitHubSettings).client_id
        return attempt.address(f"{self._site}/login/oauth/authorize", client_id, scope=SCOPE, allow_signup="true")

    async def finish(
        self, shop: Shop, attempt: LoginAttempt, answer: Mapping[str, str]
    ) -> LoginProfile | LoginDeclined:
        """Who came back.

        Raises:
            LoginFault: GitHub fails, or refuses the shop's keys.
        """
        if (refusal := declined(answer)) is not None:
            return refusal
        token = await self._exchange(shop, attempt, answer["code"])
        return token if isinstance(token, LoginDeclined) else await self._profile(token)

    async def trouble(self, shop: Shop) -> str | None:
        """Why nobody can sign in now; empty if they can, None before it is set up. Asks with a code that is none."""
        if not self.is_ready(shop):
            return None
        return await trouble_of(shop, self.name, lambda: self._try(shop))

    async def _try(self, shop: Shop) -> None:
        await self._exchange(shop, LoginAttempt("none", "none", f"{shop.settings.base_url}/"), "none")

    async def _exchange(self, shop: Shop, attempt: LoginAttempt, code: str) -> str | LoginDeclined:
        settings = shop.plugin_settings(GitHubSettings)
        url = f"{self._site}/login/oauth/access_token"
        sent = {
            "client_id": settings.client_id,
            "client_secret": settings.client_secret.get_secret_value(),
            "code": code,
            "redirect_uri": attempt.redirect_uri,
            "code_verifier": attempt.verifier,
        }
        status, found = await ask_json("POST", url, data=sent)
        told = found if status == HTTPStatus.OK and isinstance(found, dict) else {}
        if told.get("error") == "bad_verification_code":
            return LoginDeclined("expired", "GitHub refused the code")
        token = told.get("access_token")
        if not isinstance(token, str) or not token:
            raise LoginFault(f"{url} answered {status} {str(told.get('error', 'and no token'))[:60]}")
        return token

    async def _profile(self, token: str) -> LoginProfile:
        user = await self._read("/user", token)
        emails = await self._read("/user/emails", token)
        number = user.get("id") if isinstance(user, dict) else None
        if type(number) is not int or not isinstance(emails, list):
            raise LoginFault(f"{self._api} does not say who it is")
        rows = [one for one in emails if isinstance(one, dict) and isinstance(one.get("email"), str)]
        email = next((one["email"] for one in rows if one.get("primary") is True and one.get("verified") is True), "")
        name = user.get("name") or user.get("login") or ""
        return LoginProfile(str(number), email, bool(email), name if isinstance(name, str) else "")

    async def _read(self, path: str, token: str) -> Any:
        status, found = await ask_json("GET", f"{self._api}{path}", headers={"Authorization": f"Bearer {token}"})
        if status != HTTPStatus.OK:
            raise LoginFault(f"{self._api}{path} answered {status}")
        return found
