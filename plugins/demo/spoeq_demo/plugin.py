"""The demo shop: what it adds, at a glance."""

from __future__ import annotations

from collections.abc import Sequence

import click

from spoeq_core.sdk import Manifest, hookimpl
from spoeq_demo import commands

manifest = Manifest(
    name="demo",
    title="Demo shop",
    description="A believable catalogue, demo accounts, and the commands `spoeq demo` and `spoeq seed`.",
)


@hookimpl
def register_commands() -> Sequence[click.Command]:
    """`spoeq demo` and `spoeq seed`."""
    return [commands.demo, commands.seed]
