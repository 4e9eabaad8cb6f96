"""`spoeq demo`: a shop to look at, from one command."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

import click

from spoeq_core.sdk import DataDirectory, Settings, StackOptions, cpu_workers, run_command, run_until_stopped
from spoeq_demo.people import ACCOUNTS, PASSWORD

DEFAULT_DATA = Path("spoeq-demo")
SEEDED = ".seeded"
FILL = "demo-fill"


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--data-dir", default=DEFAULT_DATA, show_default=True, type=click.Path(path_type=Path, file_okay=False))
@click.option("--reset", is_flag=True, help="Forget everything and start over.")
def demo(port: int, data_dir: Path, reset: bool) -> None:
    """Run a demo shop: servers, web, worker, catalogue and accounts. Ctrl-C stops it; the next start keeps its data."""
    started = time.monotonic()
    if reset:
        forget(data_dir)
    marker = data_dir / SEEDED

    async def prepare(settings: Settings) -> None:
        if not marker.exists():
            await run_command(settings, FILL)
            marker.touch()

    def ready(settings: Settings) -> None:
        click.echo(
            f"\nReady after {time.monotonic() - started:.1f} s. Data in {data_dir.resolve()}; Ctrl-C stops it.\n"
        )
        click.echo(f"  Shop   {settings.base_url}\n  Staff  {settings.base_url}/admin")
        click.echo(f"  API    {settings.base_url}/api/v1/docs\n\n  Password of every account: {PASSWORD}")
        for account in ACCOUNTS:
            click.echo(f"    {account.email:<24} {account.role or 'shopper'}")
        click.echo("\n  Coupons to try: WELCOME10, FLAT200, SHIPFREE\n")
        sys.stdout.flush()

    options = StackOptions(data_dir, port=port, workers=cpu_workers(most=2), prepare=prepare, on_ready=ready)
    raise SystemExit(run_until_stopped(options, click.echo))


def forget(data_dir: Path) -> None:
    """Remove a demo's data, unless it runs or the folder is not a demo's."""
    if not data_dir.exists():
        return
    with DataDirectory(data_dir).lock():
        ours = {"mongo", "valkey", "logs", "media", "search", "templates", "secantusd.toml", "spoeq.lock", SEEDED}
        foreign = sorted(path.name for path in data_dir.iterdir() if path.name not in ours and path.suffix != ".pid")
        if foreign:
            raise click.ClickException(
                f"{data_dir} holds {', '.join(foreign[:3])}, which no demo made. Nothing was removed; "
                "choose another --data-dir."
            )
        for path in data_dir.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != "spoeq.lock":
                path.unlink()
