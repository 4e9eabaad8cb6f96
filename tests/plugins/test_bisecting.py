"""Which plugins make something wrong is found with few trials, and the shop notices nothing of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, strategies as st
from pymongo import MongoClient

from spoeq_core.cli.plugins import plugins as commands
from spoeq_core.kernel.errors import Conflict
from spoeq_core.kernel.settings import Settings
from spoeq_core.local import use_shop
from spoeq_core.plugins.bisecting import guilty_of
from spoeq_core.plugins.lifecycle import enable_plugin
from spoeq_core.shop import Shop
from spoeq_core.testing import shops

from .distributions import Install

NAMES = [f"p{number:02}" for number in range(30)]


async def found_by(guilty: frozenset[str], trials: list[frozenset[str]]) -> list[str]:
    async def is_wrong(enabled: frozenset[str]) -> bool:
        trials.append(enabled)
        return guilty <= enabled

    return await guilty_of(NAMES, is_wrong)


@given(guilty=st.sets(st.sampled_from(NAMES), min_size=1, max_size=4))
def test_just_the_guilty_are_found(guilty):
    assert set(asyncio.run(found_by(frozenset(guilty), []))) == guilty


@pytest.mark.parametrize("name", [NAMES[0], NAMES[17], NAMES[-1]])
async def test_one_among_thirty_takes_few_trials(name: str):
    trials: list[frozenset[str]] = []
    assert await found_by(frozenset({name}), trials) == [name]
    assert len(trials) <= 12


async def test_what_no_plugin_makes_wrong_is_said():
    async def never(_enabled: frozenset[str]) -> bool:
        return False

    async def always(_enabled: frozenset[str]) -> bool:
        return True

    with pytest.raises(Conflict, match="nothing is wrong"):
        await guilty_of(NAMES, never)
    with pytest.raises(Conflict, match="no plugin at all"):
        await guilty_of(NAMES, always)


LOUD = """
    from spoeq_core.sdk import HeadTag

    @hookimpl
    async def head_tags():
        return [HeadTag("meta", {"name": "loud", "content": "LOUD"})]
"""
QUIET = """
    from spoeq_core.sdk import hookimpl

    @hookimpl
    async def sitemap_entries(shop):
        return None
"""


WAITING = """
    from spoeq_core.sdk import Migration

    async def run(shop):
        await shop.mongo.collection("marks").insert_one({"ran": True})

    @hookimpl
    def register_migrations():
        return [Migration(1, "Leave a mark", run)]
"""


@pytest.fixture
def settings(servers: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    found = shops.test_settings(servers, tmp_path)
    for name in ("mongodb_uri", "redis_url", "mongodb_database", "redis_prefix", "data_dir"):
        monkeypatch.setenv(f"SPOEQ_{name.upper()}", str(getattr(found, name)))
    yield found
    with MongoClient(found.mongodb_uri) as client:
        client.drop_database(found.mongodb_database)


def kept(settings: Settings) -> Mapping[str, object]:
    with MongoClient(settings.mongodb_uri) as client:
        return client[settings.mongodb_database]["plugin_state"].find_one({}) or {}


def bisect(*options: str) -> Result:
    return CliRunner().invoke(commands, ["bisect", *options])


def test_the_plugin_that_spoils_a_page_is_named_and_the_shop_stays_as_it_is(settings: Settings, installing: Install):
    installing("calm", WAITING)
    installing("still", QUIET)
    installing("loud", LOUD)

    async def switch_on(shop: Shop) -> None:
        for name in ("calm", "still", "loud"):
            await enable_plugin(shop, name)

    asyncio.run(use_shop(settings, switch_on))
    with MongoClient(settings.mongodb_uri) as client:  # as if a new version of it had brought the migration
        client[settings.mongodb_database]["plugin_records"].update_one({"_id": "calm"}, {"$set": {"migrations": []}})
        client[settings.mongodb_database]["marks"].delete_many({})
    before = kept(settings)
    result = bisect("--page", "/", "--unwanted", "LOUD")
    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[-1] == "It is loud."
    assert kept(settings) == before
    with MongoClient(settings.mongodb_uri) as client:
        assert client[settings.mongodb_database]["marks"].count_documents({}) == 0
    right = bisect("--page", "/", "--unwanted", "SILENT")
    assert "nothing is wrong" in str(right.exception)


def test_what_is_to_be_looked_at_must_be_said():
    assert "Give --page PATH, or --order NUMBER with --total AMOUNT." in bisect().output
    assert bisect("--order", "SPQ-1").exit_code == 2
