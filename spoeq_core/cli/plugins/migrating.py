"""`spoeq plugins migrate`: bring a plugin's stored data to its installed version, or rehearse it."""

from __future__ import annotations

import click

from spoeq_core.local import with_shop
from spoeq_core.plugins.migrating import migrate_plugin, rehearse
from spoeq_core.shop import Shop


@click.command()
@click.argument("name")
@click.option("--dry-run", is_flag=True, help="Only say which migrations would run; changes nothing.")
def migrate(name: str, *, dry_run: bool) -> None:
    """Run a plugin's migrations that have not run yet, each once; a failed one is tried again."""

    async def run(shop: Shop) -> None:
        waiting = await rehearse(shop, name)
        if not waiting:
            click.echo(f"{name}: every migration has run.")
            return
        if dry_run:
            for migration in waiting:
                click.echo(f"would run {migration.number}: {migration.title}")
            return
        for done in await migrate_plugin(shop, name):
            click.echo(f"ran {done.number}: {done.title} ({done.seconds:.1f} s)")

    with_shop(run)
