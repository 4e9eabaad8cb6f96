"""Children of a supervisor, really run: restarted, stopped in order, and gone when their parent is."""
# ruff: noqa: ASYNC220 - the loop of a test may wait for a small file or a fork

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

import spoeq_core
from spoeq_core.kernel.datadir import command_line
from spoeq_core.kernel.errors import ConfigurationError, SpoeqError
from spoeq_core.kernel.processes import (
    Child,
    RestartBudget,
    Supervisor,
    describe_exit,
    free_port,
    spawn,
    stop,
    stop_signals,
)

# Reports to a file that it started, and that it was asked to stop. It sleeps for moments only: a signal that comes just
# before a pause is handled after it.
POLITE = """
import os, signal, sys, time
name, journal = sys.argv[1:]
def write(word):
    with open(journal, "a") as file:
        file.write(f"{name} {word} {os.getpid()}\\n")
def leave(*_):
    write("stopped")
    sys.exit(0)
signal.signal(signal.SIGTERM, leave)
write("started")
while True:
    time.sleep(0.05)
"""
# The same, but it stays, and so does a child of its own.
STUBBORN = """
import os, signal, sys, time
name, journal = sys.argv[1:]
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    name += "-child"
with open(journal, "a") as file:
    file.write(f"{name} started {os.getpid()}\\n")
while True:
    time.sleep(0.05)
"""
PARENT = """
import asyncio, signal, sys
from spoeq_core.kernel.processes import Child, Supervisor
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever runs the tests under nohup ignores it
script, journal = sys.argv[1:]
child = Child("web", [sys.executable, "-c", script, "web", journal], stop_seconds=60)
asyncio.run(Supervisor([child]).run())
"""
WATCHER = """
import os, sys
from spoeq_core.kernel.processes.children import watch_parent
parent = os.getppid()
with open(sys.argv[1], "a") as file:
    file.write(f"watcher started {os.getpid()}\\n")
watch_parent(parent, 0.01)
"""
PATIENCE = 60.0
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(spoeq_core.__file__).parents[1])}


class Journal:
    """What the children reported, one line each: name, word, pid."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch()

    def lines(self, word: str) -> list[tuple[str, int]]:
        reports = [line.split() for line in self.path.read_text().splitlines()]
        return [(name, int(pid)) for name, said, pid in reports if said == word]

    def names(self, word: str) -> list[str]:
        return [name for name, _ in self.lines(word)]

    async def has(self, word: str, count: int) -> list[int]:
        """The pids of the first so many that report that word."""
        await eventually(lambda: len(self.lines(word)) >= count)
        return [pid for _, pid in self.lines(word)][:count]

    def child(self, name: str, script: str = POLITE, stop_seconds: float = 30.0) -> Child:
        return Child(name, [sys.executable, "-c", script, name, str(self.path)], stop_seconds=stop_seconds)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal")


async def eventually(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110 - of other processes, which set no event
            await asyncio.sleep(0.01)


def runs(pid: int) -> bool:
    return command_line(pid) != ""


@contextlib.asynccontextmanager
async def running(supervisor: Supervisor) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(supervisor.run())
    try:
        yield task
    finally:
        supervisor.request_stop()
        _, late = await asyncio.wait([task], timeout=PATIENCE)
        if late:
            supervisor.request_stop()
            await asyncio.wait([task])
            pytest.fail("the children did not stop")


@contextlib.contextmanager
def parent_of(script: str, journal: Journal) -> Iterator[subprocess.Popen[bytes]]:
    arguments = [sys.executable, "-c", PARENT, script, str(journal.path)]
    with subprocess.Popen(arguments, env=ENVIRONMENT, stderr=subprocess.PIPE) as parent:
        try:
            yield parent
        finally:
            parent.kill()


def quiet(sentence: str) -> None:
    """Nobody needs to hear it."""


async def test_children_stop_in_the_order_given(journal: Journal) -> None:
    children = [journal.child("web"), journal.child("worker"), journal.child("third")]
    supervisor = Supervisor(children)
    async with running(supervisor) as task:
        await journal.has("started", 3)
        assert sorted(supervisor.pids) == ["third", "web", "worker"]
        supervisor.request_stop()
        await task
    assert journal.names("stopped") == ["web", "worker", "third"]
    assert supervisor.pids == {}


async def test_a_child_that_dies_is_started_again_and_only_that_one(journal: Journal) -> None:
    said: list[str] = []
    supervisor = Supervisor([journal.child("web"), journal.child("worker")], notify=said.append)
    async with running(supervisor):
        await journal.has("started", 2)
        os.kill(supervisor.pids["web"], signal.SIGKILL)
        await journal.has("started", 3)
        assert journal.names("started")[2] == "web"
        assert said == ["web died with signal SIGKILL; starting it again."]


async def test_what_a_dead_child_had_started_dies_before_it_is_started_again(journal: Journal) -> None:
    supervisor = Supervisor([journal.child("web", STUBBORN, stop_seconds=0)], notify=quiet)
    async with running(supervisor):
        first = await journal.has("started", 2)
        os.kill(supervisor.pids["web"], signal.SIGKILL)
        await journal.has("started", 4)
        await eventually(lambda: not any(runs(pid) for pid in first))


async def test_a_child_that_is_restarted_has_not_died(journal: Journal) -> None:
    said: list[str] = []
    supervisor = Supervisor([journal.child("web"), journal.child("worker")], notify=said.append)
    async with running(supervisor):
        await journal.has("started", 2)
        for number in range(1, RestartBudget.LIMIT + 2):
            await supervisor.restart("web")
            assert journal.names("stopped") == ["web"] * number
            await journal.has("started", 2 + number)
        assert said == []
        assert journal.names("started").count("worker") == 1


async def test_a_restart_does_not_wait_for_the_end_of_a_delay_and_forgives_deaths(journal: Journal) -> None:
    supervisor = Supervisor(
        [journal.child("web")], budget=lambda: RestartBudget(quick_seconds=3600, first_delay=3600), notify=quiet
    )
    async with running(supervisor):
        for number in range(1, RestartBudget.LIMIT + 2):
            (*_, pid) = await journal.has("started", number)
            await eventually(lambda pid=pid: supervisor.pids.get("web") == pid)
            os.kill(pid, signal.SIGKILL)
            await eventually(lambda: not supervisor.pids)
            await supervisor.restart("web")
        await journal.has("started", RestartBudget.LIMIT + 2)


async def test_a_restart_while_a_child_begins_leaves_no_earlier_one(journal: Journal) -> None:
    supervisor = Supervisor([journal.child("web")], notify=quiet)
    async with running(supervisor):
        await asyncio.gather(*(supervisor.restart("web") for _ in range(5)))
        await eventually(lambda: "web" in supervisor.pids)
        await eventually(lambda: supervisor.pids["web"] in [pid for _, pid in journal.lines("started")])
        earlier = [pid for _, pid in journal.lines("started") if pid != supervisor.pids["web"]]
        await eventually(lambda: not any(runs(pid) for pid in earlier))


async def test_a_child_that_keeps_dying_is_given_up_and_the_others_stop(journal: Journal) -> None:
    supervisor = Supervisor(
        [journal.child("web"), Child("worker", [sys.executable, "-c", "raise SystemExit(3)"])],
        budget=lambda: RestartBudget(quick_seconds=3600, first_delay=0.01),
        notify=quiet,
    )
    with pytest.raises(SpoeqError, match=r"worker died 5 times in a row, at last with exit code 3\.") as failure:
        await supervisor.run()
    assert "start again" in failure.value.hint
    assert supervisor.pids == {}


async def test_a_child_that_cannot_be_started(journal: Journal) -> None:
    supervisor = Supervisor([journal.child("web"), Child("worker", ["/nowhere/program"])])
    with pytest.raises(ConfigurationError, match="/nowhere/program cannot be started"):
        await supervisor.run()
    assert supervisor.pids == {}


async def test_a_child_that_does_not_stop_in_time_is_killed_with_its_own_children(journal: Journal) -> None:
    async with running(Supervisor([journal.child("web", STUBBORN, stop_seconds=0.05)])):
        pids = await journal.has("started", 2)
    await eventually(lambda: not any(runs(pid) for pid in pids))


async def test_cancelling_run_stops_the_children(journal: Journal) -> None:
    async with running(Supervisor([journal.child("web")])) as task:
        await journal.has("started", 1)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
        assert journal.names("stopped") == ["web"]


async def test_cancelling_run_while_it_stops_kills_the_children(journal: Journal) -> None:
    supervisor = Supervisor([journal.child("web", STUBBORN, stop_seconds=60)])
    async with running(supervisor) as task:
        pids = await journal.has("started", 2)
        task.cancel()
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        for process in supervisor._processes.values():  # the loop that started a process must hear of its end
            await process.wait()
    await eventually(lambda: not any(runs(pid) for pid in pids))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_one_signal_stops_gracefully(journal: Journal, number: signal.Signals) -> None:
    with parent_of(POLITE, journal) as parent:
        await journal.has("started", 1)
        parent.send_signal(number)
        assert parent.wait(PATIENCE) == 0
    assert journal.names("stopped") == ["web"]


async def test_a_second_ctrl_c_kills(journal: Journal) -> None:
    with parent_of(STUBBORN, journal) as parent:
        pids = await journal.has("started", 2)
        parent.send_signal(signal.SIGINT)
        parent.send_signal(signal.SIGTERM)  # another number, so that the two cannot be merged into one
        assert parent.wait(PATIENCE) == 0
    await eventually(lambda: not any(runs(pid) for pid in pids))


async def test_signal_handlers_are_put_back() -> None:
    earlier = signal.getsignal(signal.SIGINT)
    heard = asyncio.Event()
    with stop_signals(heard.set):
        os.kill(os.getpid(), signal.SIGINT)
        await heard.wait()
    assert signal.getsignal(signal.SIGINT) is earlier


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel of Linux does it")
async def test_a_killed_parent_leaves_no_child(journal: Journal) -> None:
    with parent_of(STUBBORN, journal) as parent:
        await journal.has("started", 2)
        child = dict(journal.lines("started"))["web"]
        parent.kill()
        parent.wait()
        await eventually(lambda: not runs(child))
    os.kill(dict(journal.lines("started"))["web-child"], signal.SIGKILL)


async def test_a_process_that_watches_its_parent_ends_with_it(journal: Journal) -> None:
    script = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {WATCHER!r}, sys.argv[1]])"
    with subprocess.Popen([sys.executable, "-c", script, str(journal.path)], env=ENVIRONMENT) as parent:
        (watcher,) = await journal.has("started", 1)
        parent.kill()
        await eventually(lambda: not runs(watcher))


def test_die_with_parent_ends_a_process_whose_parent_is_gone_already() -> None:
    script = """
import os, time
from spoeq_core.kernel.processes import die_with_parent
die_with_parent(os.getpid())  # is not its own parent
time.sleep(60)
"""
    ended = subprocess.run([sys.executable, "-c", script], env=ENVIRONMENT, timeout=PATIENCE, check=False)
    assert ended.returncode != 0


async def test_output_is_passed_on_with_the_name_in_front(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    script = "import sys; print('one'); print('two', file=sys.stderr); print('x' * 200_000); input()"
    supervisor_output = tmp_path / "output"
    with supervisor_output.open("wb") as target:
        supervisor = Supervisor(
            [Child("web", [sys.executable, "-c", script])],
            prefixed_to=target,
            budget=lambda: RestartBudget(quick_seconds=3600, first_delay=0.01),
            notify=quiet,
        )
        with pytest.raises(SpoeqError):  # the child dies as it has no input
            await supervisor.run()
    lines = supervisor_output.read_text().splitlines()
    assert lines[:3] == ["web      | one", "web      | two", "web      | " + "x" * 200_000]
    assert lines[-1] == "web      | EOFError: EOF when reading a line"


async def test_a_listening_socket_is_handed_to_a_child() -> None:
    script = "import socket, sys; s = socket.socket(fileno=int(sys.argv[1])); s.accept()[0].sendall(b'hello')"
    with socket.create_server(("127.0.0.1", 0)) as listening:
        number = listening.fileno()
        process = await spawn([sys.executable, "-c", script, str(number)], pass_fds=[number])
        reader, writer = await asyncio.open_connection(*listening.getsockname())
        assert await reader.read() == b"hello"
        writer.close()
        assert await process.wait() == 0


async def test_a_spawned_process_leads_its_own_session() -> None:
    process = await spawn(["sleep", "60"])
    assert os.getsid(process.pid) == process.pid
    assert await stop(process) == -signal.SIGTERM
    assert await stop(process) == -signal.SIGTERM


def test_the_preferred_port_or_the_next_free_one() -> None:
    taken = free_port()  # which is given to no outgoing connection meanwhile
    with socket.create_server(("127.0.0.1", taken)):
        assert taken < free_port(taken) <= taken + 100
    assert free_port(taken) == taken


def test_no_free_port() -> None:
    with pytest.raises(ConfigurationError, match=r"192\.0\.2\.1") as failure:
        free_port(8000, "192.0.2.1")  # an address that no machine has (RFC 5737)
    assert "another" in failure.value.hint


def test_a_restart_budget_is_spent_by_quick_deaths_and_restored_by_a_long_life() -> None:
    budget = RestartBudget(quick_seconds=5, first_delay=0.1)
    assert [budget.delay(1) for _ in range(4)] == [0.1, 0.2, 0.4, 0.8]
    assert budget.delay(60) == 0.1
    assert [budget.delay(1) for _ in range(5)] == [0.1, 0.2, 0.4, 0.8, None]


def test_exits_in_words() -> None:
    assert describe_exit(3) == "exit code 3"
    assert describe_exit(-9) == "signal SIGKILL"
    assert describe_exit(-250) == "signal 250"
