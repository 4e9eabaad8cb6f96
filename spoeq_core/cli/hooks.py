"""`spoeq hooks`: every question a plugin may answer."""

from __future__ import annotations

import inspect

import click

from spoeq_core.hooks.caller import policy_of
from spoeq_core.plugins.discovery import discover
from spoeq_core.plugins.loading import FAMILIES, load_hooks


@click.command()
def hooks() -> None:
    """List the hooks by family, with their policy and the installed plugins that answer."""
    found, _ = load_hooks(discover(), lambda *_: None, strict=False)
    answering = {
        plugin: found.hooks_of(plugin) for plugin in sorted(name for name, _ in found.manager.list_name_plugin())
    }
    for family in FAMILIES:
        click.echo(f"\n{family.__name__.rpartition('.')[2]}")
        for name, spec in vars(family).items():
            if not hasattr(spec, "spoeq_spec"):
                continue
            rule = policy_of(spec)
            kind = f"async, {rule.timeout:g} s, {rule.on_error}" if inspect.iscoroutinefunction(spec) else "at boot"
            users = ", ".join(plugin for plugin, names in answering.items() if name in names) or "-"
            click.echo(f"  {name:<28} {kind:<22} {users}")
