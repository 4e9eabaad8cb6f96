"""Signing in with an account elsewhere, against an issuer that really serves: who gets in, and who does not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from spoeq_core.hooks.contributions import Person
from spoeq_core.identity import service as identity
from spoeq_core.identity.documents import (
    CustomerRepository,
    IdentityRepository,
    PendingLoginRepository,
    SessionRepository,
)
from spoeq_core.identity.events import PasswordResetRequested
from spoeq_core.identity.logins import LoginAttempt, LoginProfile
from spoeq_core.identity.model import Customer
from spoeq_core.identity.openid import OpenIdClient, OpenIdProvider
from spoeq_core.identity.personal import PERSONAL_DATA
from spoeq_core.jobs.service import run_jobs
from spoeq_core.kernel.errors import ConfigurationError
from spoeq_core.kernel.ids import fingerprint
from spoeq_core.plugins.lifecycle import disable_plugin, save_settings
from spoeq_core.privacy.erasing import JOBS, erase_person, person_of
from spoeq_core.privacy.exporting import export_person
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.goods import put_on_sale
from spoeq_core.testing.openid import CLIENT_ID, CLIENT_SECRET, Broken, Issuer, running_issuer
from spoeq_core.testing.shops import deliver_all
from spoeq_core.testing.stands import plugin_of
from spoeq_core.testing.visitors import PASSWORD, Browser, shopper_browser, staff_browser


class Odd:
    """A provider that answers whatever it was made with."""

    name, label = "odd", "Odd"

    def __init__(self, answer: object) -> None:
        self.answer = answer

    def is_ready(self, shop: object) -> bool:
        return True

    async def begin(self, shop: object, attempt: LoginAttempt) -> str:
        return attempt.address("https://odd.example/authorize", "shop")

    async def finish(self, shop: object, attempt: LoginAttempt, query: object) -> object:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


LOGIN = "/api/v1/auth/oauth/issuer"
OTHER = "/api/v1/auth/oauth/other"
EMAIL = "meera@example.com"
SIGN_INS = "/account/sign-ins"
PAGE = {"Accept": "text/html"}


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with running_issuer() as serving:
        yield serving


@pytest.fixture
async def running(servers, tmp_path, issuer: Issuer) -> AsyncIterator[RunningApp]:
    client = OpenIdClient(issuer.url, CLIENT_ID, CLIENT_SECRET)
    first, second = (
        OpenIdProvider(name, name.title(), lambda _: client, patience=60.0) for name in ("issuer", "other")
    )
    one = plugin_of("one", register_login_providers=lambda: [first])
    two = plugin_of("two", register_login_providers=lambda: [second])
    async with app_with(one, two, servers=servers, data_dir=tmp_path) as app:
        yield app


@pytest.fixture
def browser(running: RunningApp) -> Browser:
    return shopper_browser(running)


async def leave(browser: Browser, path: str = LOGIN) -> str:
    """Where the browser is led at the provider."""
    answer = await browser.get(path)
    assert answer.status_code == 303, await answer.get_data(as_text=True)
    return str(answer.headers["Location"])


async def come_back(browser: Browser, query: dict[str, str], login: str = LOGIN) -> str:
    """Where the browser is led when it comes back from the provider."""
    answer = await browser.get(f"{login}/callback?{urlencode(query)}")
    assert answer.status_code == 303, await answer.get_data(as_text=True)
    return str(answer.headers["Location"])


async def sign_in(browser: Browser, issuer: Issuer, path: str = LOGIN) -> str:
    """All the way; the path on which it ends."""
    return await come_back(browser, await issuer.comes_back(await leave(browser, path)), path.partition("?")[0])


async def said(browser: Browser, path: str) -> str:
    """The page on which a way ended, and what it says."""
    return await browser.text(path)


async def is_signed_in(browser: Browser) -> bool:
    return (await browser.get("/account")).status_code == 200


async def customer_of(running: RunningApp, email: str = EMAIL) -> Customer | None:
    return await running.shop.repository(CustomerRepository).find_one({"email": email})


async def registered(running: RunningApp, email: str = EMAIL) -> Customer:
    return await identity.register_customer(running.shop, email=email, password=PASSWORD, name="Meera Nair")


async def verify_by_mail(running: RunningApp, email: str = EMAIL, password: str = PASSWORD) -> None:
    """As somebody does who reads the mails of that address."""
    shop = running.shop
    told: list[PasswordResetRequested] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("spoeq_core.identity.service.recovery.PasswordResetRequested", _keeping(told))
        await identity.request_password_reset(shop, email)
    await identity.reset_password(shop, identity.reset_token(shop, told[0]), password)


def _keeping(told: list[PasswordResetRequested]):
    def make(**fields: str) -> PasswordResetRequested:
        told.append(PasswordResetRequested(**fields))
        return told[-1]

    return make


async def mails(running: RunningApp, kind: str) -> int:
    return await running.shop.mongo.collection("outbox").count_documents({"type": {"$regex": kind}})


# -- getting in --------------------------------------------------------------------------------------------------------


async def test_a_new_shopper_gets_an_account_and_goes_on(running: RunningApp, browser: Browser, issuer: Issuer):
    await put_on_sale(running.shop, "KIT-SCARF", price=129900)
    await browser.post("/cart/items", {"sku": "KIT-SCARF", "quantity": "2"})
    page = await browser.text("/login?next=/checkout")
    assert f'href="{LOGIN}?next=/checkout"' in page
    assert "Continue with Issuer" in page
    assert "Continue with Issuer" in await browser.text("/register")
    assert f'href="{LOGIN}?next=/checkout"' in await browser.text("/checkout")
    assert await sign_in(browser, issuer, f"{LOGIN}?next=/checkout") == "/checkout"
    page = await browser.text("/checkout")
    assert "Continue with Issuer" not in page, "signed in already"
    assert "Scarf" in page or "KIT-SCARF" in page, "the guest's cart came along"
    customer = await customer_of(running)
    assert customer is not None
    assert (customer.name, customer.password_hash, customer.consents) == ("Meera Nair", "", {})
    assert customer.email_verified_at is not None
    assert "spoeq_session" in {cookie.name for cookie in browser.client.cookie_jar or ()}
    again = shopper_browser(running)
    issuer.person = replace(issuer.person, email="moved@example.com", name="Another name")
    assert await sign_in(again, issuer) == "/account"
    assert "Hello, Meera Nair" in await again.text("/account"), "the subject counts, not the address"
    assert await running.shop.repository(CustomerRepository).count({}) == 1


async def test_secrets_are_in_no_address_and_not_stored_in_clear(running: RunningApp, browser: Browser, issuer: Issuer):
    address = await leave(browser)
    query = dict(parse_qsl(urlsplit(address).query))
    assert query["redirect_uri"] == "http://localhost/api/v1/auth/oauth/issuer/callback".replace(
        "http://localhost", running.shop.settings.base_url.rstrip("/")
    )
    assert query["code_challenge_method"] == "S256"
    (pending,) = await running.shop.repository(PendingLoginRepository).find({})
    assert query["state"] not in str(pending)
    assert pending.id == fingerprint(query["state"])
    verifier = running.shop.keyring.unseal("pending_login", pending.sealed_verifier)
    assert verifier not in address
    assert verifier not in str(pending)


async def test_only_paths_of_the_shop_are_gone_on_to(running: RunningApp, browser: Browser, issuer: Issuer):
    for target in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a\nb"):
        assert await sign_in(browser, issuer, f"{LOGIN}?{urlencode({'next': target})}") == "/account"


async def test_the_way_back_is_good_once(running: RunningApp, browser: Browser, issuer: Issuer):
    query = await issuer.comes_back(await leave(browser))
    both = await asyncio.gather(*(come_back(browser, query) for _ in range(3)))
    assert sorted(both)[0] == "/account"
    assert issuer.asked.count("POST /token") == 1
    assert await running.shop.repository(CustomerRepository).count({}) == 1
    assert await come_back(browser, query) == "/account", "a reload tells nobody who is signed in of trouble"
    await browser.post("/logout")
    assert await come_back(browser, query) == "/login"
    assert "was used already" in await said(browser, "/login")
    assert not await is_signed_in(browser)


async def test_the_way_back_belongs_to_the_browser_that_left(running: RunningApp, browser: Browser, issuer: Issuer):
    """Login CSRF: whoever is sent to an address with somebody else's code stays who they are."""
    query = await issuer.comes_back(await leave(browser))
    victim = shopper_browser(running)
    assert await come_back(victim, query) == "/login"
    assert not await is_signed_in(victim)
    await leave(victim)  # has a cookie of its own now
    assert await come_back(victim, query) == "/login"
    assert not await is_signed_in(victim)
    for wrong in ({**query, "state": "made up"}, {**query, "state": ""}, {"code": query["code"]}, {}):
        assert await come_back(browser, wrong) == "/login"
    assert await come_back(browser, query, OTHER) == "/login", "another provider's way back"
    assert issuer.asked.count("POST /token") == 0
    assert await come_back(browser, query) == "/account"


async def test_two_tabs_of_a_browser_do_not_disturb_each_other(running: RunningApp, browser: Browser, issuer: Issuer):
    ways = [await issuer.comes_back(await leave(browser, f"{LOGIN}?next=/{tab}")) for tab in ("cart", "products")]
    assert await asyncio.gather(*(come_back(browser, query) for query in ways)) == ["/cart", "/products"]
    assert await running.shop.repository(CustomerRepository).count({}) == 1
    assert await running.shop.repository(IdentityRepository).count({}) == 1


async def test_a_code_of_another_browser_opens_nothing(running: RunningApp, browser: Browser, issuer: Issuer):
    theirs = await issuer.comes_back(await leave(shopper_browser(running)))
    mine = await issuer.comes_back(await leave(browser))
    assert await come_back(browser, {**mine, "code": theirs["code"]}) == "/login?next=/account"
    assert not await is_signed_in(browser)


async def test_the_way_back_is_over_after_ten_minutes(running: RunningApp, browser: Browser, issuer: Issuer):
    query = await issuer.comes_back(await leave(browser))
    pendings = running.shop.repository(PendingLoginRepository).collection
    await pendings.update_one({}, {"$set": {"expires_at": running.shop.clock.now()}})
    assert await come_back(browser, query) == "/login"
    assert not await is_signed_in(browser)


# -- who is not let in -------------------------------------------------------------------------------------------------


async def test_who_does_not_agree_is_told_so_and_keeps_everything(
    running: RunningApp, browser: Browser, issuer: Issuer
):
    query = await issuer.comes_back(await leave(browser, f"{LOGIN}?next=/checkout"), agrees=False)
    assert await come_back(browser, query) == "/login?next=/checkout"
    page = await said(browser, "/login?next=/checkout")
    assert "You did not let Issuer tell us who you are." in page
    assert "Nothing has changed." in page


async def test_an_address_that_nobody_vouches_for_opens_nothing(running: RunningApp, browser: Browser, issuer: Issuer):
    for person in (
        replace(issuer.person, email_verified=False),
        replace(issuer.person, email=""),
        replace(issuer.person, email="no address"),
    ):
        issuer.person = person
        where = await sign_in(browser, issuer)
        assert "does not say that an e-mail address is yours" in await said(browser, where)
    assert not await is_signed_in(browser)
    assert await running.shop.repository(CustomerRepository).count({}) == 0


async def test_who_was_there_before_an_addresses_owner_gains_nothing(
    running: RunningApp, browser: Browser, issuer: Issuer
):
    """Pre-hijacking: somebody registers another person's address, and waits for them to come with a provider."""
    await registered(running)
    attacker = shopper_browser(running)
    await attacker.post("/login", {"email": EMAIL, "password": PASSWORD})
    where = await sign_in(browser, issuer)
    page = await said(browser, where)
    assert where == "/login?next=/account/sign-ins"
    assert "There is an account with the address that Issuer tells." in page
    assert "set a new one by mail" in page
    assert not await is_signed_in(browser)
    await verify_by_mail(running, password="a new one of mine")
    assert not await is_signed_in(attacker)
    assert await sign_in(browser, issuer) == "/account"
    assert await is_signed_in(browser)
    assert (await attacker.post("/login", {"email": EMAIL, "password": PASSWORD})).status_code == 422


async def test_who_knows_the_password_adds_the_provider(running: RunningApp, browser: Browser, issuer: Issuer):
    customer = await registered(running)
    where = await sign_in(browser, issuer)
    signed = await browser.post("/login", {"email": EMAIL, "password": PASSWORD, "next": where.partition("next=")[2]})
    assert signed.headers["Location"] == SIGN_INS
    assert "Add Issuer" in await browser.text(SIGN_INS)
    assert await add(browser, issuer) == SIGN_INS
    assert "You can sign in with Issuer now." in await said(browser, SIGN_INS)
    linked = await identity.customer_by_id(running.shop, customer.id)
    assert linked.email_verified_at is not None
    assert await sign_in(shopper_browser(running), issuer) == "/account"
    await deliver_all(running.shop)
    assert await mails(running, "SignInAdded") == 1


async def add(browser: Browser, issuer: Issuer, provider: str = "issuer") -> str:
    """From the account's page to the provider and back."""
    answer = await browser.post(f"{SIGN_INS}/add", {"provider": provider})
    assert answer.status_code == 200, answer.headers.get("Location")
    leaving = await answer.get_data(as_text=True)
    address = leaving.partition('content="0;url=')[2].partition('"')[0].replace("&amp;", "&")
    assert address.startswith(issuer.url)
    return await come_back(browser, await issuer.comes_back(address), f"/api/v1/auth/oauth/{provider}")


async def test_an_account_whose_address_was_verified_is_opened_and_its_owner_told(
    running: RunningApp, browser: Browser, issuer: Issuer
):
    customer = await registered(running)
    await verify_by_mail(running)
    issuer.person = replace(issuer.person, email=EMAIL.upper())
    assert await sign_in(browser, issuer) == "/account"
    assert (await identity.customer_by_id(running.shop, customer.id)).sign_ins == (f"issuer:{issuer.person.subject}",)
    await deliver_all(running.shop)
    assert await mails(running, "SignInAdded") == 1
    await browser.post("/logout")
    await sign_in(browser, issuer)
    await deliver_all(running.shop)
    assert await mails(running, "SignInAdded") == 1, "it is told once"


async def test_nobody_adds_an_identity_to_an_account_whose_owner_nobody_knows(
    running: RunningApp, browser: Browser, issuer: Issuer
):
    """Else a squatter would keep a way in that survives the new password of the address's owner."""
    await registered(running, "victim@example.com")
    await browser.post("/login", {"email": "victim@example.com", "password": PASSWORD})
    assert await add(browser, issuer) == SIGN_INS
    assert "Nobody has made sure yet" in await said(browser, SIGN_INS)
    assert await running.shop.repository(IdentityRepository).count({}) == 0


async def test_staff_do_not_sign_in_like_this(running: RunningApp, browser: Browser, issuer: Issuer):
    await identity.create_staff(running.shop, email=EMAIL, password=PASSWORD, name="Asha", role="admin")
    where = await sign_in(browser, issuer)
    assert "belongs to somebody who works here" in await said(browser, where)
    assert not await is_signed_in(browser)
    assert (await browser.get("/admin")).status_code == 303


async def test_a_closed_account_stays_closed(running: RunningApp, browser: Browser, issuer: Issuer):
    await sign_in(browser, issuer)
    customer = await customer_of(running)
    assert customer is not None
    await identity.set_disabled(running.shop, customer, True)
    where = await sign_in(browser, issuer)
    assert "This account is closed." in await said(browser, where)
    assert not await is_signed_in(browser)


# -- an account's ways in ----------------------------------------------------------------------------------------------


async def test_the_last_way_in_cannot_be_taken_away(running: RunningApp, browser: Browser, issuer: Issuer):
    await sign_in(browser, issuer)
    assert await add(browser, issuer, "other") == SIGN_INS
    elsewhere = shopper_browser(running)
    await sign_in(elsewhere, issuer, OTHER)
    page = await browser.text(SIGN_INS)
    assert page.count("Added on") == 2
    assert "Your account has no password yet." in page
    subject = issuer.person.subject
    ids = [f"issuer:{subject}", f"other:{subject}"]
    await asyncio.gather(*(browser.post(f"{SIGN_INS}/remove", {"id": one}) for one in ids))
    customer = await customer_of(running)
    assert customer is not None
    assert len(customer.sign_ins) == 1, "two at once leave one"
    assert not await is_signed_in(elsewhere)
    assert await is_signed_in(browser)
    await browser.post(f"{SIGN_INS}/remove", {"id": customer.sign_ins[0]})
    assert "This is the only way into your account." in await said(browser, SIGN_INS)
    await browser.post(f"{SIGN_INS}/remove", {"id": "issuer:nobody"})
    assert "is not opened by this" in await said(browser, SIGN_INS)
    await verify_by_mail(running)
    await browser.post("/login", {"email": EMAIL, "password": PASSWORD})
    await browser.post(f"{SIGN_INS}/remove", {"id": customer.sign_ins[0]})
    assert (await customer_of(running) or customer).sign_ins == ()
    assert await running.shop.repository(IdentityRepository).count({}) == 0


async def later(running: RunningApp) -> None:
    """All sessions began a quarter of an hour ago."""
    shop = running.shop
    began = shop.clock.now() - timedelta(minutes=15)
    await shop.repository(SessionRepository).collection.update_many({}, {"$set": {"created_at": began}})
    async for key in shop.redis.scan_iter(shop.key("session", "*")):
        await shop.redis.delete(key)


async def test_who_found_a_browser_signed_in_adds_nothing(running: RunningApp, browser: Browser, issuer: Issuer):
    await registered(running)
    await verify_by_mail(running)
    await browser.post("/login", {"email": EMAIL, "password": PASSWORD})
    assert "Your password" not in await browser.text(SIGN_INS), "it was typed a moment ago"
    await later(running)
    assert "Your password" in await browser.text(SIGN_INS)
    for wrong in ({}, {"password": "a guess"}):
        answer = await browser.post(f"{SIGN_INS}/add", {"provider": "issuer", **wrong})
        assert answer.status_code == 422
        assert "This is not your password." in await answer.get_data(as_text=True)
    answer = await browser.post(f"{SIGN_INS}/add", {"provider": "issuer", "password": PASSWORD})
    assert issuer.url in await answer.get_data(as_text=True)
    for _ in range(10):
        await browser.post(f"{SIGN_INS}/add", {"provider": "issuer", "password": "a guess"})
    assert "Too many" in await said(browser, SIGN_INS)


async def test_who_has_no_password_signs_in_anew_before_they_add(running: RunningApp, browser: Browser, issuer: Issuer):
    await sign_in(browser, issuer)
    await later(running)
    answer = await browser.post(f"{SIGN_INS}/add", {"provider": "other"})
    assert answer.headers["Location"] == SIGN_INS
    assert "Sign in anew before you add a way to sign in." in await said(browser, SIGN_INS)
    await browser.post("/logout")
    await sign_in(browser, issuer)
    assert await add(browser, issuer, "other") == SIGN_INS
    await browser.post(f"{SIGN_INS}/add", {"provider": "nobody"})
    assert "This way to sign in is not offered now." in await said(browser, SIGN_INS)


async def test_staff_see_how_a_customer_signs_in(running: RunningApp, browser: Browser, issuer: Issuer):
    await sign_in(browser, issuer)
    customer = await customer_of(running)
    assert customer is not None
    staff = await staff_browser(running, "support")
    page = await staff.text(f"/admin/customers/{customer.id}")
    shown = page.partition("Signs in with")[2].partition("</dd>")[0]
    assert "Issuer" in shown
    assert "Password" not in shown
    assert "E-mail confirmed" in page


async def test_a_provider_that_is_switched_off_is_no_way_in(running: RunningApp, browser: Browser, issuer: Issuer):
    await sign_in(browser, issuer)
    await add(browser, issuer, "other")
    await disable_plugin(running.shop, "two")
    assert "The shop does not offer it now." in await browser.text(SIGN_INS)
    await browser.post(f"{SIGN_INS}/remove", {"id": f"issuer:{issuer.person.subject}"})
    assert "This is the only way into your account." in await said(browser, SIGN_INS)


async def test_an_identity_opens_one_account(running: RunningApp, browser: Browser, issuer: Issuer):
    await sign_in(browser, issuer)
    await registered(running, "other@example.com")
    await verify_by_mail(running, "other@example.com")
    second = shopper_browser(running)
    await second.post("/login", {"email": "other@example.com", "password": PASSWORD})
    assert await add(second, issuer) == SIGN_INS
    assert "opens another account here" in await said(second, SIGN_INS)
    assert (await customer_of(running, "other@example.com")).sign_ins == ()
    assert await add(browser, issuer) == SIGN_INS, "adding what is there is no error"
    await browser.post("/logout")
    assert await sign_in(browser, issuer) == "/account"
    assert EMAIL in await browser.text("/account")


async def test_what_was_begun_by_one_is_not_added_to_another(running: RunningApp, browser: Browser, issuer: Issuer):
    for email in (EMAIL, "other@example.com"):
        await registered(running, email)
        await verify_by_mail(running, email)
    await browser.post("/login", {"email": EMAIL, "password": PASSWORD})
    answer = await (await browser.post(f"{SIGN_INS}/add", {"provider": "issuer"})).get_data(as_text=True)
    address = answer.partition('content="0;url=')[2].partition('"')[0].replace("&amp;", "&")
    await browser.post("/logout")
    await browser.post("/login", {"email": "other@example.com", "password": PASSWORD})
    assert await come_back(browser, await issuer.comes_back(address)) == SIGN_INS
    assert "Somebody else is signed in now." in await said(browser, SIGN_INS)
    assert await running.shop.repository(IdentityRepository).count({}) == 0


async def test_who_was_killed_half_way_gets_in(running: RunningApp, browser: Browser, issuer: Issuer):
    """Between the account and the claim of the identity, and between taking it from the account and dropping it."""
    shop = running.shop
    await sign_in(browser, issuer)
    identities = shop.repository(IdentityRepository).collection
    await identities.delete_many({})
    await browser.post("/logout")
    assert await sign_in(browser, issuer) == "/account"
    assert await identities.count_documents({}) == 1
    await shop.repository(CustomerRepository).collection.update_one({}, {"$set": {"sign_ins": []}})
    await browser.post("/logout")
    assert await sign_in(browser, issuer) == "/account"
    customer = await customer_of(running)
    assert customer is not None
    assert customer.sign_ins == (f"issuer:{issuer.person.subject}",)
    await shop.repository(CustomerRepository).collection.update_one({}, {"$set": {"sign_ins": []}})
    await registered(running, "other@example.com")
    await verify_by_mail(running, "other@example.com")
    second = shopper_browser(running)
    await second.post("/login", {"email": "other@example.com", "password": PASSWORD})
    await add(second, issuer)
    assert "You can sign in with Issuer now." in await said(second, SIGN_INS)
    (one,) = await shop.repository(IdentityRepository).find({})
    assert one.customer_id == (await customer_of(running, "other@example.com")).id


async def test_somebodys_identities_are_exported_and_erased(running: RunningApp, browser: Browser, issuer: Issuer):
    shop = running.shop
    await sign_in(browser, issuer)
    customer = await customer_of(running)
    assert customer is not None
    person = await person_of(shop, customer, by_email=False)
    copy = "".join([chunk.decode() async for chunk in export_person(shop, person)])
    assert issuer.person.subject in copy
    assert "email_confirmed" in copy
    query = await issuer.comes_back(await leave(browser))
    await erase_person(shop, person, by="customer", actor_id=customer.id, actor_name="customer")
    assert "This account is closed." in await said(browser, await come_back(browser, query))
    await run_jobs(shop, JOBS)
    assert await shop.repository(IdentityRepository).count({}) == 0
    assert await sign_in(browser, issuer) == "/account"
    assert (await customer_of(running)).id != customer.id, "a new account, nothing of the old one"


async def test_erasing_a_guest_disturbs_nobody_who_signs_in(running: RunningApp, browser: Browser, issuer: Issuer):
    query = await issuer.comes_back(await leave(browser))
    for part in PERSONAL_DATA:
        if part.erase is not None:
            await part.erase(running.shop, Person("", "guest@example.com", by_email=True))
    assert await come_back(browser, query) == "/account"


# -- the provider fails ------------------------------------------------------------------------------------------------


async def test_a_provider_that_fails_is_told_of_and_nothing_is_lost(
    running: RunningApp, browser: Browser, issuer: Issuer
):
    await put_on_sale(running.shop, "KIT-SCARF", price=129900)
    await browser.post("/cart/items", {"sku": "KIT-SCARF", "quantity": "2"})
    for broken in (Broken(), Broken(200, b"<html>"), Broken(401, b'{"error": "invalid_client"}')):
        query = await issuer.comes_back(await leave(browser, f"{LOGIN}?next=/checkout"))
        issuer.broken["/token"] = broken
        where = await come_back(browser, query)
        assert where == "/login?next=/checkout"
        page = await said(browser, where)
        assert "Issuer cannot sign you in right now." in page
        assert CLIENT_SECRET not in page
        issuer.broken.clear()
    assert "KIT-SCARF" in await browser.text("/cart") or "Scarf" in await browser.text("/cart")
    assert await sign_in(browser, issuer) == "/account"


async def test_nobody_can_make_the_provider_look_broken(running: RunningApp, browser: Browser, issuer: Issuer):
    """Else one visitor could open the breaker, and close the way for all."""
    for _ in range(6):
        for wrong in ({"error": "server_error"}, {"error": "temporarily_unavailable"}, {"code": "x" * 3000}):
            query = await issuer.comes_back(await leave(browser))
            del query["code"]
            assert await come_back(browser, {**query, **wrong}) == "/login?next=/account"
        query = await issuer.comes_back(await leave(browser))
        issuer.broken["/token"] = Broken(400, b'{"error": "invalid_request"}')
        assert await come_back(browser, query) == "/login?next=/account"
        issuer.broken.clear()
    calls = running.shop.hooks.calls["one", "register_login_providers"]
    assert (calls.errors, calls.timeouts) == (0, 0)
    assert await sign_in(browser, issuer) == "/account"


@pytest.mark.parametrize("answer", [None, "meera", LoginProfile(""), LoginProfile("x" * 256), ZeroDivisionError()])
async def test_a_provider_that_answers_nonsense_signs_nobody_in(servers, tmp_path, answer: object):
    module = plugin_of("odd", ("odd.example",), register_login_providers=lambda: [Odd(answer)])
    async with app_with(module, servers=servers, data_dir=tmp_path) as running:
        browser = shopper_browser(running)
        query = dict(parse_qsl(urlsplit(await leave(browser, "/api/v1/auth/oauth/odd")).query))
        back = {"state": query["state"], "code": "x"}
        assert await come_back(browser, back, "/api/v1/auth/oauth/odd") == "/login?next=/account"
        assert "Odd cannot sign you in right now." in await said(browser, "/login")
        assert running.shop.hooks.calls["odd", "register_login_providers"].errors == 1


async def test_a_provider_that_cannot_say_whether_it_is_ready_has_no_button(servers, tmp_path):
    def client(_: object) -> None:
        raise ZeroDivisionError

    module = plugin_of("odd", register_login_providers=lambda: [OpenIdProvider("odd", "Odd", client)])
    async with app_with(module, servers=servers, data_dir=tmp_path) as running:
        page = await shopper_browser(running).text("/login")
        assert "Password" in page
        assert "Continue with" not in page


async def test_a_shop_on_https_binds_the_way_back_to_its_host(servers, tmp_path, issuer: Issuer):
    client = OpenIdClient(issuer.url, CLIENT_ID, CLIENT_SECRET)
    plain = OpenIdProvider("plain", "Plain", lambda _: client)
    module = plugin_of("odd", ("odd.example",), register_login_providers=lambda: [Odd(None), plain])
    async with app_with(module, servers=servers, data_dir=tmp_path, base_url="https://shop.example") as running:
        answer = await running.client.get("/api/v1/auth/oauth/odd", headers=PAGE, scheme="https")
        query = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
        assert query["redirect_uri"] == "https://shop.example/api/v1/auth/oauth/odd/callback"
        (cookie,) = [one for one in answer.headers.getlist("Set-Cookie") if "spoeq_login" in one]
        assert cookie.startswith("__Host-spoeq_login=")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
        answer = await running.client.get("/api/v1/auth/oauth/plain", headers=PAGE, scheme="https")
        assert answer.headers["Location"] == "/login?next=/account", "plain http is for developing only"


async def test_what_went_wrong_is_told_in_the_visitors_language(running: RunningApp, browser: Browser, issuer: Issuer):
    await save_settings(running.shop, "core", {"languages": ["en", "hi"]})
    query = await issuer.comes_back(await leave(browser), agrees=False)
    browser.client.set_cookie("localhost", "spoeq_lang", "hi")
    where = await come_back(browser, query)
    assert "आपने Issuer को हमें यह बताने नहीं दिया" in await said(browser, where)


async def test_a_provider_that_is_down_before_the_way_there(running: RunningApp, browser: Browser, issuer: Issuer):
    issuer.broken["/.well-known/openid-configuration"] = Broken(503)
    answer = await browser.client.get(f"{LOGIN}?next=/checkout", headers=PAGE)
    assert answer.headers["Location"] == "/login?next=/checkout"
    assert "Issuer cannot sign you in right now." in await said(browser, "/login?next=/checkout")
    program = await running.app.test_client(use_cookies=False).get(LOGIN)
    assert (program.status_code, (await program.get_json())["code"]) == (503, "login_unavailable")


async def test_a_plugin_that_is_switched_off_meanwhile(running: RunningApp, browser: Browser, issuer: Issuer):
    query = await issuer.comes_back(await leave(browser))
    await disable_plugin(running.shop, "one")
    where = await come_back(browser, query)
    assert "This way to sign in is not offered now." in await said(browser, where)
    assert "Continue with Issuer" not in await browser.text("/login")
    answer = await browser.client.get(LOGIN, headers=PAGE)
    assert answer.headers["Location"] == "/login?next=/account"


async def test_a_provider_leads_to_declared_hosts_only(running: RunningApp, browser: Browser, issuer: Issuer):
    """What a discovery document says is believed no further."""
    metadata = {**issuer.metadata(), "authorization_endpoint": "https://evil.example/authorize"}
    issuer.broken["/.well-known/openid-configuration"] = Broken(200, json.dumps(metadata).encode())
    answer = await browser.client.get(LOGIN, headers=PAGE)
    assert answer.headers["Location"] == "/login?next=/account"
    assert "cannot sign you in right now" in await said(browser, "/login")


async def test_too_many_ways_are_not_begun(running: RunningApp, browser: Browser, issuer: Issuer):
    for _ in range(60):
        await leave(browser)
    answer = await browser.client.get(LOGIN, headers=PAGE)
    assert answer.headers["Location"] == "/login?next=/account"
    assert (await running.app.test_client(use_cookies=False).get(LOGIN)).status_code == 429


# -- without a password ------------------------------------------------------------------------------------------------


async def test_an_account_without_a_password_says_how_to_get_one(running: RunningApp, browser: Browser, issuer: Issuer):
    await sign_in(browser, issuer)
    assert (await shopper_browser(running).post("/login", {"email": EMAIL, "password": ""})).status_code == 422
    page = await (await browser.post("/account/privacy/download", {"password": "guess"})).get_data(as_text=True)
    assert "Your account has no password yet." in page
    answer = await browser.post(f"{SIGN_INS}/password")
    assert answer.headers["Location"] == SIGN_INS
    assert "We have sent a link to meera@example.com." in await said(browser, SIGN_INS)
    await verify_by_mail(running)
    assert (await browser.post("/login", {"email": EMAIL, "password": PASSWORD})).status_code == 303


async def test_two_providers_of_one_name_are_refused(servers, tmp_path):
    double = [
        plugin_of(n, register_login_providers=lambda: [OpenIdProvider("same", "S", lambda _: None)]) for n in "ab"
    ]
    with pytest.raises(ConfigurationError, match="'a' and 'b' both bring a login provider named 'same'"):
        async with app_with(*double, servers=servers, data_dir=tmp_path):
            pass
