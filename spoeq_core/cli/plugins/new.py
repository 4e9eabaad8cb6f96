"""`spoeq plugins new`: a plugin that runs."""

from __future__ import annotations

from pathlib import Path

import click

from spoeq_core.cli.scaffold import write_plugin


@click.command()
@click.argument("name")
@click.option("--into", type=click.Path(path_type=Path), help="Where it goes; ./spoeq-NAME, if not given.")
def new(name: str, into: Path | None) -> None:
    """Write a new plugin that runs, with tests."""
    folder = into or Path(f"spoeq-{name.replace('_', '-')}")
    for path in write_plugin(name, folder):
        click.echo(f"  {path}")
    click.echo(
        f"A plugin lies in {folder}. Next:\n"
        f"  cd {folder} && python3 -m venv .venv && .venv/bin/pip install -e .[dev] && .venv/bin/pytest\n"
        f"and, in the environment of a shop: pip install -e {folder}, then spoeq plugins enable {name}"
    )
