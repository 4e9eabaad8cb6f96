"""`spoeq customers`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pymongo import MongoClient

from spoeq_core.boot import open_shop, prepare
from spoeq_core.cli.customers import customers
from spoeq_core.identity import service as identity
from spoeq_core.kernel.settings import Settings
from spoeq_core.testing import shops

EMAIL = "meera@example.com"


@pytest.fixture
def settings(servers: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    found = shops.test_settings(servers, tmp_path)
    for name in ("mongodb_uri", "redis_url", "mongodb_database", "redis_prefix", "data_dir", "password_rounds"):
        monkeypatch.setenv(f"SPOEQ_{name.upper()}", str(getattr(found, name)))

    async def register() -> None:
        async with open_shop(prepare(found, shops.discovery_of())) as shop:
            await identity.register_customer(shop, email=EMAIL, password="neem leaves at dawn", name="Meera")

    asyncio.run(register())
    yield found
    with MongoClient(found.mongodb_uri) as client:
        client.drop_database(found.mongodb_database)


def run(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(customers, list(words), input=typed)


def test_a_copy_is_written(settings, tmp_path):
    assert run("export", EMAIL, "--output", str(tmp_path / "copy.json")).exit_code == 0
    copy = json.loads((tmp_path / "copy.json").read_bytes())
    assert copy["email"] == EMAIL
    assert json.loads(run("export", EMAIL).stdout)["email"] == EMAIL


def test_nobody_of_that_address_is_said(settings):
    result = run("export", "nobody@example.com")
    assert result.exit_code == 1
    assert "Nobody with this e-mail address is known." in str(result.exception)


def test_erasing_shows_what_it_does_and_asks(settings):
    asked = run("erase", EMAIL, typed="n\n")
    assert asked.exit_code == 1
    assert "deleted    Account, addresses and consents (1)" in asked.output
    assert run("export", EMAIL).exit_code == 0
    done = run("erase", EMAIL, "--yes")
    assert done.output.endswith("Erased.\n"), done.output
    assert run("export", EMAIL).exit_code == 1
