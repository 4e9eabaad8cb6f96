"""`kill -9` of each process in the middle of checkouts: what was promised is kept, once.

`SPOEQ_CHAOS_KILLS` sets how often each kind is killed (3 in `make test`, 30 in `nox -s chaos`), `SPOEQ_CHAOS_SEED`
when.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from pymongo import MongoClient
from pymongo.database import Database

from spoeq_core.kernel.datadir import DataDirectory
from spoeq_core.kernel.embedded import running_servers
from spoeq_core.kernel.processes import free_port
from spoeq_core.orders.documents import VOID
from tests.chaos.buyers import Buyers
from tests.processes import RunningDemo, start_demo, stop_demo

pytestmark = [pytest.mark.chaos, pytest.mark.slow]

KILLS = int(os.environ.get("SPOEQ_CHAOS_KILLS", "3"))
SEED = int(os.environ.get("SPOEQ_CHAOS_SEED", "1"))
VICTIMS: dict[str, Callable[[psutil.Process], bool]] = {
    "web": lambda process: process.name() == "spoeq-web",
    "worker": lambda process: process.name() == "spoeq-worker",
    "mongo": lambda process: any("secantusd" in part for part in process.cmdline()),
    "valkey": lambda process: any("valkey-server" in part for part in process.cmdline()[:1]),
}
"""How to recognise each kind of process below the demo."""


@pytest.mark.parametrize("victim", VICTIMS)
def test_what_was_promised_is_kept(demo: RunningDemo, victim: str) -> None:
    """Each order answered 201 is there once, with its stock and, in the end, its mail once; the doctor is content."""
    dice = random.Random(f"{SEED} {victim}")  # noqa: S311 - reproducible, not secret
    skus = plenty(demo)
    buyers = Buyers(demo.base_url, skus)
    buyers.start()
    try:
        for _ in range(KILLS):
            time.sleep(dice.uniform(0.3, 1.2))
            os.kill(find(demo, victim, dice), signal.SIGKILL)
            until_ready(demo)
    finally:
        buyers.stop()
    assert buyers.promised, f"nobody could buy: {buyers.refused[:3]}"
    assert not buyers.given_up, "an order never got an answer"
    assert not buyers.broken
    until_told(demo)
    kept(demo, buyers)


def test_a_killed_parent_leaves_no_orphan_and_no_lock(seeded: Callable[[Path], Path], tmp_path: Path) -> None:
    """The next start on the same data directory works, and nothing of the first is left."""
    first = start_demo(seeded(tmp_path / "data"), free_port())
    family = psutil.Process(first.process.pid).children(recursive=True)
    assert len(family) >= 5
    first.process.kill()
    first.process.wait()
    first.client.close()
    _gone, alive = psutil.wait_procs(family, timeout=60)
    assert not alive, f"orphans: {alive}"
    second = start_demo(tmp_path / "data", free_port())
    assert stop_demo(second) == 0


def plenty(demo: RunningDemo) -> list[str]:
    """A few SKUs under the cap of cash on delivery, with stock for a long stream."""
    headers = demo.token("admin@demo.spoeq")
    items = demo.client.get("/api/v1/products", params={"in_stock": "1", "price_max": 90_000, "per_page": 20}).json()[
        "items"
    ]
    skus = [str(item["variants"][0]["sku"]) for item in items[:3]]
    for sku in skus:
        answer = demo.client.post(
            f"/api/v1/inventory/{sku}/adjust", json={"delta": 100_000, "reason": "chaos"}, headers=headers
        )
        assert answer.is_success, answer.text
    return skus


def find(demo: RunningDemo, victim: str, dice: random.Random) -> int:
    """The pid of a process of that kind."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        found = []
        for child in psutil.Process(demo.process.pid).children(recursive=True):
            try:
                if VICTIMS[victim](child):
                    found.append(child.pid)
            except psutil.Error:
                continue
        if found:
            return dice.choice(sorted(found))
        time.sleep(0.05)
    raise AssertionError(f"no {victim} process runs:\n{demo.output()[-3000:]}")


def until_ready(demo: RunningDemo) -> None:
    """Wait until the shop has recovered by itself."""
    until = time.monotonic() + 180
    last = ""
    while time.monotonic() < until:
        try:
            answer = demo.client.get("/readyz")
            if answer.is_success:
                return
            last = answer.text
        except Exception as error:
            last = repr(error)
        time.sleep(0.1)
    raise AssertionError(f"the shop did not recover: {last}\n{demo.output()[-3000:]}")


def database(demo: RunningDemo) -> tuple[MongoClient[dict[str, object]], Database[dict[str, object]]]:
    """The demo's database, read directly."""
    uri = running_servers(DataDirectory(demo.data_dir)).mongodb_uri
    client: MongoClient[dict[str, object]] = MongoClient(uri, tz_aware=True)
    return client, client["spoeq"]


def until_told(demo: RunningDemo) -> None:
    """Wait until every event was delivered."""
    client, shop = database(demo)
    until = time.monotonic() + 300
    with client:
        while time.monotonic() < until:
            waiting = shop["orders"].count_documents({"pending_events.0": {"$exists": True}})
            due = shop["outbox"].count_documents({"due": {"$ne": None}})
            if not waiting and not due:
                return
            time.sleep(0.5)
    raise AssertionError(f"{waiting} orders have untold events, {due} deliveries are due")


def kept(demo: RunningDemo, buyers: Buyers) -> None:
    """Orders, mails and stock against the promises."""
    client, shop = database(demo)
    with client:
        stored = {str(order["_id"]): order for order in shop["orders"].find({"status": {"$ne": VOID}})}
        missing = set(buyers.promised) - set(stored)
        assert not missing, f"promised and not there: {missing}"
        numbers = Counter(str(order["number"]) for order in stored.values())
        assert not [number for number, times in numbers.items() if times > 1]
        mails = Counter(str(mail["to"]) for mail in shop["mails"].find({"template": "order_confirmed"}))
        for key in buyers.promised:
            assert mails[str(stored[key]["email"])] >= 1, f"no mail for order {stored[key]['number']}"
        assert not [to for to, times in mails.items() if times > orders_of(stored, to)], "a mail was sent twice"
    healed = demo.spoeq("doctor", "--heal")
    assert healed.returncode == 0, healed.stdout + healed.stderr
    examined = demo.spoeq("doctor")
    assert examined.returncode == 0, examined.stdout + examined.stderr


def orders_of(stored: dict[str, dict[str, object]], email: str) -> int:
    """How many orders an address has."""
    return sum(order["email"] == email for order in stored.values())
