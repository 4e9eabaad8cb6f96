"""`spoeq run`: the shop, with whatever servers it needs beside those that are given."""

from __future__ import annotations

import click

from spoeq_core.kernel.settings import Settings
from spoeq_core.stack import StackOptions, cpu_workers, run_until_stopped


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=cpu_workers(), show_default=True, type=click.IntRange(1, 64), help="Web processes.")
@click.option("--safe-mode", is_flag=True, help="Start without any plugin.")
def run(host: str, port: int, workers: int, safe_mode: bool) -> None:
    """Serve the shop.

    With SPOEQ_MONGODB_URI and SPOEQ_REDIS_URL set these are the web processes alone: start `spoeq worker` beside
    them. Without them MongoDB, Valkey and the worker are started too, with their data in SPOEQ_DATA_DIR.
    """
    settings = Settings()
    embedded = not (settings.mongodb_uri and settings.redis_url)

    def ready(found: Settings) -> None:
        click.echo(f"Shop:  {found.base_url}\nStaff: {found.base_url}/admin")
        if found.safe_mode:
            click.echo("Safe mode: no plugin is started. Start it without to have them back.")

    changes = {"safe_mode": True} if safe_mode else {}
    options = StackOptions(settings.data_dir, host, port, workers, embedded, changes, on_ready=ready)
    raise SystemExit(run_until_stopped(options, click.echo))
