"""Kinds of jobs that plugins bring: named after their plugin, and worked off only while it is enabled."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from spoeq_core.boot import job_kinds
from spoeq_core.jobs.model import Job, JobKind, Step
from spoeq_core.kernel.breaker import Breakers
from spoeq_core.kernel.errors import ConfigurationError
from spoeq_core.plugins.faults import Faults
from spoeq_core.plugins.lifecycle import disable_plugin
from spoeq_core.plugins.loading import load_hooks
from spoeq_core.rooms import JOBS
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import discovery_of, shop_with
from tests.shopping import plugin


async def step(_shop: Shop, _job: Job) -> Step:
    return Step(finished=True)


WRAP = JobKind("wrapping.wrap", step, "orders.fulfil")


@pytest.mark.parametrize("kinds", [[JobKind("wrap", step, "x")], [WRAP, WRAP], [JobKind("orders.pack", step, "x")]])
def test_a_kind_is_named_once_after_its_plugin(kinds: Sequence[JobKind]) -> None:
    wrong = plugin("wrapping", register_jobs=lambda: kinds)
    with pytest.raises(ConfigurationError, match="a kind of job is named") as refused:
        load_hooks(discovery_of(wrong), Faults(Breakers()).note, strict=True, breakers=Breakers())
    assert "beginning with 'wrapping.'" in str(refused.value.hint)


async def test_it_is_known_while_its_plugin_is_enabled(servers: tuple[str, str], tmp_path: Path) -> None:
    wrapping = plugin("wrapping", register_jobs=lambda: [WRAP])
    async with shop_with(wrapping, servers=servers, data_dir=tmp_path) as shop:
        assert job_kinds(shop.hooks) == [*JOBS, WRAP]
        await disable_plugin(shop, "wrapping")
        assert job_kinds(shop.hooks) == [*JOBS]
