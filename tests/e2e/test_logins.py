"""Signing in at an issuer of another origin and coming back, in a real browser, with a script and without."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from spoeq_core.testing.openid import Issuer, Person, running_issuer
from tests.e2e.test_many_buyers import cheap_sku
from tests.plugins.distributions import install
from tests.processes import PATIENT, RunningDemo, running_demo

if TYPE_CHECKING:
    from tests.e2e.conftest import Visitor

pytestmark = pytest.mark.e2e

HEAD = """
import os
from collections.abc import Sequence
from spoeq_core.sdk import LoginProvider, Manifest, OpenIdClient, OpenIdProvider, Shop, hookimpl
manifest = Manifest("{name}", "Two issuers", "Issuers of another origin.", default_enabled=True)
"""
CODE = """
def client(shop: Shop) -> OpenIdClient:
    return OpenIdClient(os.environ["ISSUER"], "kit-client", "kit-secret-not-to-be-shown")

@hookimpl
def register_login_providers() -> Sequence[LoginProvider]:
    named = {"first": "Google", "second": "Another"}
    return [OpenIdProvider(name, label, client, patience=60.0) for name, label in named.items()]
"""


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    """An issuer on a port of its own: another origin."""
    with running_issuer() as serving:
        yield serving


@pytest.fixture(scope="module")
def demo(
    seeded: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory, issuer: Issuer
) -> Iterator[RunningDemo]:
    """A demo shop with a plugin that brings two login providers."""
    folder = tmp_path_factory.mktemp("logins")
    (folder / "site").mkdir()
    install(folder / "site", "issuers", CODE, head=HEAD)
    variables = {**PATIENT, "PYTHONPATH": str(folder / "site"), "ISSUER": issuer.url}
    with running_demo(seeded(folder / "data"), **variables) as running:
        yield running


@pytest.mark.parametrize("javascript", [True, False], ids=["with-javascript", "without-javascript"])
def test_a_shopper_signs_in_at_another_origin_with_the_cart(
    visitors: Callable[..., Visitor], demo: RunningDemo, issuer: Issuer, javascript: bool
) -> None:
    """From the checkout there and back; then a second way is added, over a form, and taken away again."""
    kind = "js" if javascript else "nojs"
    issuer.person = Person(f"subject-{kind}", f"{kind}@example.com", name="Ila Sen")
    shopper = visitors(javascript=javascript, name=f"logins-{kind}")
    page = shopper.page
    page.request.post(
        f"{demo.base_url}/cart/items",
        form={"sku": cheap_sku(demo, 5), "quantity": "1"},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    shopper.go("/login?next=/checkout")
    shopper.shot("login")
    shopper.go("/checkout")
    page.get_by_role("link", name="Continue with Google").click()
    expect(page.get_by_role("heading", name="Sign in at the issuer")).to_be_visible()
    page.get_by_role("link", name="Deny").click()
    page.wait_for_url("**/login?next=/checkout")
    expect(page.get_by_text("You did not let Google tell us who you are.")).to_be_visible()
    shopper.shot("denied")
    page.get_by_role("link", name="Continue with Google").click()
    page.get_by_role("link", name="Allow").click()
    page.wait_for_url("**/checkout")
    expect(page.get_by_role("heading", name="Checkout")).to_be_visible()
    expect(page.get_by_text("1 item").first).to_be_visible()
    shopper.go("/account/sign-ins")
    page.get_by_role("button", name="Add Another").click()
    expect(page).to_have_url(re.compile(f"^{re.escape(issuer.url)}/authorize"))
    page.get_by_role("link", name="Allow").click()
    page.wait_for_url("**/account/sign-ins")
    expect(page.get_by_text("You can sign in with Another now.")).to_be_visible()
    shopper.shot("sign-ins")
    page.get_by_role("button", name="Remove Another").click()
    expect(page.get_by_text("It does not open your account any more.")).to_be_visible()
    page.get_by_role("button", name="Remove Google").click()
    expect(page.get_by_text("This is the only way into your account.")).to_be_visible()
