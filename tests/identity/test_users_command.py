"""`spoeq users`: the first admin of a shop."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pymongo import MongoClient

from spoeq_core.audit import service as audit
from spoeq_core.boot import open_shop, prepare
from spoeq_core.cli.users import users
from spoeq_core.identity import service as identity
from spoeq_core.kernel.settings import Settings
from spoeq_core.testing import shops

PASSWORD = "neem leaves at dawn"


@pytest.fixture
def settings(servers: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    found = shops.test_settings(servers, tmp_path)
    for name in ("mongodb_uri", "redis_url", "mongodb_database", "redis_prefix", "data_dir", "password_rounds"):
        monkeypatch.setenv(f"SPOEQ_{name.upper()}", str(getattr(found, name)))
    yield found
    with MongoClient(found.mongodb_uri) as client:
        client.drop_database(found.mongodb_database)


def create(*options: str, password: str = PASSWORD) -> Result:
    return CliRunner().invoke(users, ["create", "--password-stdin", *options], input=f"{password}\n")


def signed_in(settings: Settings, email: str) -> tuple[object, list[str]]:
    async def look() -> tuple[object, list[str]]:
        async with open_shop(prepare(settings, shops.discovery_of())) as shop:
            account = await identity.authenticate(shop, email, PASSWORD)
            return account, [entry.action for entry in await audit.find_entries(shop, target=f"staff:{account.id}")]

    return asyncio.run(look())


def test_an_admin_is_made_and_written_down(settings):
    result = create("--email", "Owner@example.com", "--name", "Asha", "--role", "admin")
    assert result.exit_code == 0, result.output
    assert result.output == "Admin owner@example.com can sign in now.\n"
    account, actions = signed_in(settings, "owner@example.com")
    assert (account.name, account.role) == ("Asha", "admin")
    assert actions == ["staff.created"]
    assert "owner@example.com" in CliRunner().invoke(users, ["list"]).output


def test_a_shopper_is_made_too(settings):
    result = create("--email", "shopper@example.com", "--name", "Meera", "--role", "customer")
    assert result.output == "Customer shopper@example.com can sign in now.\n"
    assert signed_in(settings, "shopper@example.com")[0].name == "Meera"


def test_what_is_wrong_is_said_option_by_option(settings):
    result = create("--email", "owner", "--name", "Asha", "--role", "admin", password="password")
    assert result.exit_code == 1
    assert "--email: Enter an e-mail address" in result.output
    assert "--password: This password is too easy to guess" in result.output
    assert create("--email", "o@example.com", "--name", "A", "--role", "owner").exit_code == 2
