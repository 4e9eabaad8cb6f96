"""`spoeq plugins dev`: a shop that follows the files of a plugin while its author writes it."""

from __future__ import annotations

import os
from pathlib import Path

import click

from spoeq_core.kernel.errors import ConfigurationError, SpoeqError
from spoeq_core.kernel.settings import Settings
from spoeq_core.plugins.sources import faults_of_code, plugin_package
from spoeq_core.stack import Restart, StackOptions, run_command, run_until_stopped

try:
    from watchfiles import awatch
except ImportError:  # a shop that nobody writes a plugin in has no use for it
    awatch = None  # type: ignore[assignment]

READ_AGAIN = {"templates", "static"}
"""Folders whose files a shop for development reads whenever they have changed."""


@click.command()
@click.argument("target")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="Instead of SPOEQ_DATA_DIR.")
def dev(target: str, host: str, port: int, data_dir: Path | None) -> None:
    """Serve the shop and start it anew whenever a plugin's files change.

    TARGET is the plugin's name or the folder that it was installed from (pip install -e). The databases run on
    meanwhile; templates and static files need no new start. Ctrl-C ends everything. With --data-dir spoeq-demo it is
    the shop of `spoeq demo`.
    """
    settings = Settings()
    if not settings.for_development:
        raise ConfigurationError(
            "This shop is not for development: nobody may write a plugin in it while it sells.",
            hint="Run it where SPOEQ_ENV is dev and SPOEQ_BASE_URL plain http.",
        )
    if awatch is None:
        raise ConfigurationError(
            "spoeq plugins dev needs the package watchfiles.", hint='Install it: pip install "spoeq[dev]"'
        )
    # The cache of compiled code tells two saves of one second apart by their sizes alone.
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    following = Following(*plugin_package(target))
    options = StackOptions(
        data_dir or settings.data_dir,
        host,
        port,
        workers=1,
        settings={"strict_plugins": False, "safe_mode": False},
        prepare=following.begin,
        on_ready=following.ready,
        meanwhile=following.follow,
    )
    raise SystemExit(run_until_stopped(options, click.echo))


class Following:
    """A plugin whose files are followed.

    Args:
        name: The plugin's.
        package: The folder of its package.
    """

    def __init__(self, name: str, package: Path) -> None:
        self._name = name
        self._package = package
        self._settings: Settings | None = None
        self._is_on = False

    async def begin(self, settings: Settings) -> None:
        """Switch it on in the shop, if it can be."""
        self._settings = settings
        if not self._tell_faults():
            await self._switch_on(settings)

    def ready(self, settings: Settings) -> None:
        """Say where the shop is."""
        click.echo(f"Shop:  {settings.base_url}\nStaff: {settings.base_url}/admin\nFollowing {self._package}")

    async def follow(self, restart: Restart) -> None:
        """Start the shop anew after each change of the plugin's code, one start for all that changed meanwhile."""
        async for changes in awatch(self._package, watch_filter=lambda _change, path: self._matters(path)):
            changed = sorted({str(Path(path).relative_to(self._package.parent)) for _, path in changes})
            click.echo(f"Changed: {', '.join(changed)}; starting anew …")
            faulty = self._tell_faults()
            click.echo("Started anew." if await restart() else "The shop does not answer: see the messages above.")
            if self._settings is not None and not self._is_on and not faulty:
                await self._switch_on(self._settings)

    def _matters(self, path: str) -> bool:
        """Whether the shop must be started anew for it."""
        parts = Path(path).relative_to(self._package).parts
        hidden = any(part.startswith(".") or part == "__pycache__" for part in parts)
        return bool(parts) and not hidden and parts[0] not in READ_AGAIN and not path.endswith((".pyc", "~"))

    def _tell_faults(self) -> bool:
        faults = faults_of_code(self._package)
        for fault in faults:
            click.echo(fault)
        if faults:
            click.echo(f"{self._name} is set aside until that is mended and saved; the shop goes on without it.")
        return bool(faults)

    async def _switch_on(self, settings: Settings) -> None:
        try:
            await run_command(settings, "plugins", "enable", self._name)
        except SpoeqError:
            click.echo(f"{self._name} could not be switched on: see above, mend it and save.")
        else:
            self._is_on = True
