"""`spoeq plugins dev`: a shop in processes of its own follows the files of a plugin that somebody writes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from spoeq_core.cli.plugins import plugins
from spoeq_core.kernel.datadir import DataDirectory
from spoeq_core.kernel.embedded import running_servers
from spoeq_core.kernel.errors import ConfigurationError
from spoeq_core.kernel.processes import free_port
from spoeq_core.plugins.sources import faults_of_code, plugin_package

from .distributions import Install, install

CODE = """
from quart import Blueprint, Response
from spoeq_core.sdk import Routes, page, public, render

WORD = "word one"
blueprint = Blueprint("followed_pages", __name__)

@blueprint.get("/followed")
@public
async def followed() -> Response:
    return await render("storefront", "followed/word.html", page=page("Followed"), word=WORD)

@hookimpl
def register_routes() -> Routes:
    return Routes(pages=blueprint)
"""
TEMPLATE = '{% extends "layout/base.html" %}{% block main %}<p>SAYS {{ word }}</p>{% endblock %}'
PATIENCE = 240.0


class Followed:
    """A shop under `spoeq plugins dev`, and the files that it follows."""

    def __init__(self, folder: Path) -> None:
        self.package = folder / "site" / "spoeq_followed"
        self.data_dir = folder / "data"
        self._log = folder / "log"
        self._port = free_port()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SPOEQ_")}
        environment |= {"PYTHONPATH": str(folder / "site"), "SPOEQ_STRICT_PLUGINS": "1"}
        arguments = [str(folder / "site"), "--port", str(self._port), "--data-dir", str(self.data_dir)]
        with self._log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "spoeq_core.cli", "plugins", "dev", *arguments],
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self._log.read_text("utf-8", "replace")

    def get(self, path: str) -> tuple[int, str]:
        """What the shop answers: it is waited for while it is started anew."""
        answer = httpx.get(f"http://127.0.0.1:{self._port}{path}", timeout=PATIENCE, trust_env=False)
        return answer.status_code, answer.text

    def says(self, word: str) -> None:
        """Wait for the page to say that."""
        self.eventually(lambda: f"SAYS {word}" in self.get("/followed")[1])

    def eventually(self, holds: Callable[[], bool]) -> None:
        until = time.monotonic() + PATIENCE
        while not self.holds(holds):
            assert self.process.poll() is None, self.said
            assert time.monotonic() < until, self.said
            time.sleep(0.05)

    @staticmethod
    def holds(holds: Callable[[], bool]) -> bool:
        try:
            return holds()
        except httpx.TransportError:  # an answer under way when its process was stopped
            return False

    def save(self, name: str, text: str) -> None:
        (self.package / name).write_text(text, "utf-8")

    def change(self, name: str, old: str, new: str) -> None:
        text = (self.package / name).read_text("utf-8")
        assert old in text
        self.save(name, text.replace(old, new))

    @property
    def starts(self) -> int:
        """How often it was started anew, once none of that is under way."""
        self.eventually(lambda: self.said.count("starting anew") == self.said.count("Started anew."))
        return self.said.count("Started anew.")


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Followed]:
    folder = tmp_path_factory.mktemp("followed")
    (folder / "site").mkdir()
    install(folder / "site", "followed", CODE)
    templates = folder / "site" / "spoeq_followed" / "templates" / "followed"
    templates.mkdir(parents=True)
    (templates / "word.html").write_text(TEMPLATE)
    (folder / "site" / "spoeq_followed" / "static").mkdir()
    (folder / "site" / "spoeq_followed" / "static" / "word.css").write_text("a { color: red }")
    shop = Followed(folder)
    try:
        shop.eventually(lambda: "Following " in shop.said)
        yield shop
    finally:
        shop.process.send_signal(signal.SIGINT)
        assert shop.process.wait(PATIENCE) == 0, shop.said
    assert running_servers(DataDirectory(shop.data_dir)).mongodb_uri == "", "its servers have ended with it"
    DataDirectory(shop.data_dir).lock().release()


def test_a_saved_change_is_on_the_page_and_the_databases_run_on(followed: Followed) -> None:
    followed.says("word one")
    before = running_servers(DataDirectory(followed.data_dir))
    followed.change("plugin.py", "word one", "word two")
    followed.says("word two")
    assert running_servers(DataDirectory(followed.data_dir)) == before
    assert before.mongodb_uri
    assert "Changed: spoeq_followed/plugin.py; starting anew" in followed.said
    assert " died with " not in followed.said


def test_what_python_cannot_read_is_named_and_the_shop_goes_on_until_it_is_mended(followed: Followed) -> None:
    line = next(
        number
        for number, text in enumerate((followed.package / "plugin.py").read_text().splitlines(), 1)
        if text.startswith("WORD = ")
    )
    followed.change("plugin.py", 'WORD = "', 'WORD = ("')
    followed.eventually(lambda: f"spoeq_followed/plugin.py:{line}: " in followed.said)
    followed.eventually(lambda: followed.get("/followed")[0] == 404)
    assert "followed is set aside until that is mended and saved" in followed.said
    assert followed.get("/")[0] == 200
    followed.change("plugin.py", 'WORD = ("', 'WORD = "')
    followed.says("word")


def test_a_template_is_read_again_without_a_new_start(followed: Followed) -> None:
    followed.says("word")
    starts = followed.starts
    followed.change("templates/followed/word.html", "SAYS", "SAYS without a start")
    followed.says("without a start")
    followed.change("templates/followed/word.html", "SAYS without a start", "SAYS")
    followed.says("word")
    assert followed.starts == starts


def test_a_static_file_is_read_again_without_a_new_start(followed: Followed) -> None:
    address = "/static/plugin-followed/word.css"
    assert "red" in followed.get(address)[1]
    starts = followed.starts
    followed.change("static/word.css", "red", "teal")
    followed.eventually(lambda: "teal" in followed.get(address)[1])
    assert followed.starts == starts


def test_many_quick_saves_are_few_new_starts(followed: Followed) -> None:
    followed.says("word")
    text = (followed.package / "plugin.py").read_text()
    starts = followed.starts
    for number in range(20):
        followed.save("plugin.py", re.sub('WORD = ".*"', f'WORD = "save {number:02}"', text))
        time.sleep(0.02)
    followed.says("save 19")
    assert 1 <= followed.starts - starts <= 4, followed.said
    assert " died with " not in followed.said


@pytest.mark.parametrize(
    "environment",
    [
        {"SPOEQ_ENV": "staging"},
        {"SPOEQ_BASE_URL": "https://shop.example"},
        {
            "SPOEQ_ENV": "prod",
            "SPOEQ_SECRET_KEY": "s" * 48,
            "SPOEQ_MONGODB_URI": "mongodb://db.example",
            "SPOEQ_REDIS_URL": "redis://redis.example",
            "SPOEQ_BASE_URL": "https://shop.example",
        },
    ],
)
def test_a_shop_that_sells_is_not_for_it(environment: dict[str, str]) -> None:
    answer = CliRunner(env=environment).invoke(plugins, ["dev", "nobody"])
    assert isinstance(answer.exception, ConfigurationError)
    assert "not for development" in answer.exception.message
    assert "SPOEQ_ENV is dev" in answer.exception.hint


def test_a_plugin_is_found_by_name_or_folder_without_being_imported(installing: Install, tmp_path: Path) -> None:
    installing("torn", "import nothing_of_that_name")
    site = tmp_path / "site"
    assert plugin_package("torn") == ("torn", site / "spoeq_torn")
    assert plugin_package(str(site)) == ("torn", site / "spoeq_torn")
    assert "spoeq_torn.plugin" not in sys.modules
    installing("other")
    with pytest.raises(ConfigurationError, match="several plugins") as failure:
        plugin_package(str(site))
    assert "other, torn" in failure.value.hint
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigurationError) as failure:
        plugin_package(str(tmp_path / "empty"))
    assert "pip install -e" in failure.value.hint
    with pytest.raises(ConfigurationError, match="neither a plugin nor a folder 'nobody'"):
        plugin_package("nobody")


def test_faults_of_code_are_named_by_file_and_line(tmp_path: Path) -> None:
    package = tmp_path / "spoeq_mine"
    package.mkdir()
    (package / "good.py").write_text("x = 1 is 1\n")
    (package / "bad.py").write_text("x = 1\ny = (\n")
    (package / "bytes.py").write_bytes(b"x = '\xff'\n")
    bad, not_text = faults_of_code(package)
    assert bad == "spoeq_mine/bad.py:2: '(' was never closed"
    assert not_text.startswith("spoeq_mine/bytes.py:1: ")
