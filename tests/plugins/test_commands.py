"""What operators do with plugins from a shell, on a real shop with the installed plugins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pymongo
import pytest
from click.testing import CliRunner, Result

from spoeq_core.cli.plugins import plugins
from spoeq_core.kernel.errors import SpoeqError
from spoeq_core.kernel.ids import new_id

Run = Callable[..., Result]
SECRET = "tamarind and jaggery"


@pytest.fixture
def run(servers: tuple[str, str], tmp_path: Path) -> Iterator[Run]:
    """`run("enable", "cod")`: a command and what it said."""
    name = f"test_{new_id().lower()}"
    environment = {
        "SPOEQ_MONGODB_URI": servers[0],
        "SPOEQ_REDIS_URL": servers[1],
        "SPOEQ_MONGODB_DATABASE": name,
        "SPOEQ_REDIS_PREFIX": name,
        "SPOEQ_DATA_DIR": str(tmp_path),
    }

    def invoke(*words: str, said: str = "") -> Result:
        return CliRunner(env=environment).invoke(plugins, words, input=said)

    yield invoke
    with pymongo.MongoClient[dict[str, object]](servers[0]) as client:
        client.drop_database(name)


def test_a_plugin_comes_and_goes(run: Run):
    assert "cod is enabled." in run("enable", "cod").output
    (line,) = [line for line in run("list").output.splitlines() if line.startswith("cod ")]
    assert line.split()[2] == "enabled"
    assert "every migration has run" in run("migrate", "cod", "--dry-run").output
    refused = run("uninstall", "cod", "--purge", "--yes")
    assert isinstance(refused.exception, SpoeqError)
    assert "spoeq plugins disable cod" in str(refused.exception)
    assert "Say --keep or --purge" in run("uninstall", "cod").output
    assert run("uninstall", "cod", "--purge", said="n\n").exit_code != 0
    kept = run("uninstall", "cod", "--keep", "--yes")
    assert "Its data stays. Take its package out, then restart the shop: pip uninstall spoeq-cod" in kept.output
    run("settings", "cod", "fee=3900")
    gone = run("uninstall", "cod", "--purge", "--yes")
    assert "settings" in gone.output
    assert "Its data was removed." in gone.output
    assert "fee = 3900" not in run("settings", "cod").output


def test_settings_are_shown_changed_and_refused(run: Run):
    changed = run("settings", "cod", "fee=3900")
    assert "fee = 3900" in changed.output
    assert "fee = 3900" in run("settings", "cod").output
    refused = run("settings", "cod", "fee=-1")
    assert "fee: " in refused.output
    assert isinstance(refused.exception, SpoeqError)
    assert "is no FIELD=VALUE of: " in run("settings", "cod", "color=red").output
    assert isinstance(run("settings", "nothing").exception, SpoeqError)


def test_a_secret_is_read_from_stdin_and_never_shown(run: Run):
    told = run("settings", "email", f"password={SECRET}")
    assert "use --secret password" in told.output
    told = run("settings", "email", "--secret", "password", said=f"{SECRET}\n")
    assert "password = (set)" in told.output
    assert SECRET not in told.output + run("settings", "email").output
