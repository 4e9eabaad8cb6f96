"""The `spoeq` command: the core's own verbs and those that plugins bring, each loaded when it is asked for."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points

import click

from spoeq_core import __version__
from spoeq_core.kernel.errors import ConfigurationError, SpoeqError

GROUP = "spoeq.commands"
OWN = {
    "customers": "spoeq_core.cli.customers:customers",
    "doctor": "spoeq_core.cli.doctor:doctor",
    "files": "spoeq_core.cli.files:files",
    "hooks": "spoeq_core.cli.hooks:hooks",
    "init": "spoeq_core.cli.project:init",
    "openapi": "spoeq_core.cli.openapi:openapi",
    "plugins": "spoeq_core.cli.plugins:plugins",
    "products": "spoeq_core.cli.products:products",
    "run": "spoeq_core.cli.running:run",
    "serve": "spoeq_core.cli.serving:serve",
    "sitemap": "spoeq_core.cli.sitemap:sitemap",
    "themes": "spoeq_core.cli.themes:themes",
    "users": "spoeq_core.cli.users:users",
    "worker": "spoeq_core.cli.serving:worker",
}


class LazyCommands(click.Group):
    """Knows its commands by name; importing them all would make each of them slow to start.

    A plugin brings commands by entry points of the group `spoeq.commands`.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names."""
        del ctx
        return sorted({*OWN, *(entry.name for entry in entry_points(group=GROUP))})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name; the core's own come first."""
        del ctx
        if cmd_name in OWN:
            module, _, name = OWN[cmd_name].partition(":")
            found: click.Command = getattr(import_module(module), name)
            return found
        for entry in entry_points(group=GROUP, name=cmd_name):
            return _brought(entry)
        return None


def _brought(entry: EntryPoint) -> click.Command:
    """A plugin's command; one that cannot be loaded says so when it is asked for, and breaks no other."""
    try:
        found: click.Command = entry.load()
    except Exception as error:
        problem = f"{type(error).__name__}: {error}"
        name, owner = entry.name, entry.dist.name if entry.dist else entry.value

        def fail() -> None:
            raise ConfigurationError(
                f"The command {name} of {owner} cannot be loaded ({problem}).", hint=f"Mend or uninstall {owner}."
            )

        return click.Command(name, callback=fail, short_help=f"Cannot be loaded: {problem}")
    return found


@click.group(cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="spoeq")
def spoeq() -> None:
    """SPOEQ: a shop as a small core plus plugins."""


def main() -> None:
    """Run a command; errors of ours are sentences, not tracebacks."""
    try:
        spoeq(standalone_mode=True)
    except SpoeqError as error:
        click.echo(f"spoeq: {error.message}", err=True)
        if error.hint:
            click.echo(error.hint, err=True)
        sys.exit(1)
