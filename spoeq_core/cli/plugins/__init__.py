"""`spoeq plugins`: one module a meaning; each command is added here."""

from __future__ import annotations

import click

from spoeq_core.cli.plugins.bisecting import bisect
from spoeq_core.cli.plugins.checking import check
from spoeq_core.cli.plugins.developing import dev
from spoeq_core.cli.plugins.listing import conflicts, list_plugins
from spoeq_core.cli.plugins.migrating import migrate
from spoeq_core.cli.plugins.new import new
from spoeq_core.cli.plugins.replaying import replay
from spoeq_core.cli.plugins.settings import settings
from spoeq_core.cli.plugins.switching import disable, enable, order, uninstall


@click.group()
def plugins() -> None:
    """Installed plugins."""


for command in (
    list_plugins,
    enable,
    disable,
    order,
    settings,
    migrate,
    uninstall,
    conflicts,
    check,
    replay,
    bisect,
    dev,
    new,
):
    plugins.add_command(command)
