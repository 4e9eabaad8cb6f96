"""The `spoeq` command: the core's own verbs and those that plugins bring."""

from __future__ import annotations

import sys

import click

from spoeq_core import __version__
from spoeq_core.cli import hooks, openapi, plugins, processes, project, themes, users
from spoeq_core.cli.doctor import doctor
from spoeq_core.hooks import app as app_hooks
from spoeq_core.kernel.errors import SpoeqError
from spoeq_core.plugins.discovery import build_hooks, discover


class Commands(click.Group):
    """The core's commands, and those of installed plugins, which are loaded only when one is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names."""
        return sorted({*super().list_commands(ctx), *self._of_plugins()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        return super().get_command(ctx, cmd_name) or self._of_plugins().get(cmd_name)

    @staticmethod
    def _of_plugins() -> dict[str, click.Command]:
        found = build_hooks(discover().plugins, lambda *_: None)
        contributed = [command for part in found.all_parts(app_hooks.register_commands) for command in part.value]
        return {command.name: command for command in contributed if command.name}


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="spoeq")
def spoeq() -> None:
    """SPOEQ: a shop as a small core plus plugins."""


for command in (
    processes.run,
    processes.serve,
    processes.worker,
    project.init,
    plugins.plugins,
    themes.themes,
    users.users,
    openapi.openapi,
    hooks.hooks,
    doctor,
):
    spoeq.add_command(command)


def main() -> None:
    """Run a command; errors of ours are sentences, not tracebacks."""
    try:
        spoeq(standalone_mode=True)
    except SpoeqError as error:
        click.echo(f"spoeq: {error.message}", err=True)
        if error.hint:
            click.echo(error.hint, err=True)
        sys.exit(1)
