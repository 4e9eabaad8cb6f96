"""`spoeq run`, `spoeq worker`, and the `serve` that `run` starts."""

from __future__ import annotations

import asyncio
import logging
import signal

import click
import uvicorn

from spoeq_core import wake
from spoeq_core.kernel.settings import Settings
from spoeq_core.stack import StackOptions, cpu_workers, ignore_interrupts, run_until_stopped
from spoeq_core.worker import create_worker

log = logging.getLogger(__name__)


def serving_options(command: click.Command) -> click.Command:
    """The options `run` and `serve` share."""
    for option in (
        click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on."),
        click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535)),
        click.option("--workers", default=cpu_workers(), show_default=True, type=click.IntRange(1, 64)),
    ):
        command = option(command)
    return command


@click.command()
@serving_options
@click.option("--safe-mode", is_flag=True, help="Start without any plugin.")
def run(host: str, port: int, workers: int, safe_mode: bool) -> None:
    """Serve the shop.

    With SPOEQ_MONGODB_URI and SPOEQ_REDIS_URL set this is the web server alone: start `spoeq worker` beside it.
    Without them MongoDB, Valkey and the worker are started too, with their data in SPOEQ_DATA_DIR.
    """
    settings = Settings(safe_mode=safe_mode)
    embedded = not (settings.mongodb_uri and settings.redis_url)

    def ready(found: Settings) -> None:
        click.echo(f"Shop:  {found.base_url}\nStaff: {found.base_url}/admin")

    options = StackOptions(settings.data_dir, host, port, workers, safe_mode, with_worker=embedded, on_ready=ready)
    raise SystemExit(run_until_stopped(options, click.echo))


@click.command(hidden=True)
@serving_options
def serve(host: str, port: int, workers: int) -> None:
    """The web processes alone, as `run` starts them."""
    settings = Settings()
    wake.configure_process(settings)
    uvicorn.run(
        "spoeq_core.app:create_app_from_environment",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        loop="uvloop",
        http="httptools",
        lifespan="on",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=8,
        timeout_keep_alive=10,
        backlog=2048,
    )


@click.command()
def worker() -> None:
    """Send mails, follow events, run what is scheduled."""
    settings = Settings()
    wake.configure_process(settings)
    asyncio.run(_work(settings))


async def _work(settings: Settings) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    ignore_interrupts()
    for name in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(name, stopping.set)
    await create_worker(settings).run(stopping)
