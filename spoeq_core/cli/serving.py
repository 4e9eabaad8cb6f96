"""The processes themselves: `spoeq worker`, and the web processes (with or without a worker) that `run` starts."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket

import click
import uvicorn
import uvloop

from spoeq_core.app import create_app
from spoeq_core.kernel.logs import configure_logging
from spoeq_core.kernel.processes import listen
from spoeq_core.kernel.processes.prefork import Prefork, Role
from spoeq_core.kernel.settings import Settings
from spoeq_core.web.kept import warming
from spoeq_core.worker import create_worker

GRACE = 8
"""Seconds that a request under way may still take when its process is told to stop."""

COLLECT = (10_000, 20, 20)
"""When a web process looks for garbage in circles; Python's 700 objects took up to a twelfth of drawing a page."""


@click.command(hidden=True)
@click.option("--host", default="127.0.0.1")
@click.option("--port", default=8000, type=click.IntRange(1, 65535))
@click.option(
    "--socket", "descriptor", type=int, help="A listening socket that was inherited, instead of host and port."
)
@click.option("--workers", default=2, type=click.IntRange(1, 64))
@click.option("--with-worker", is_flag=True, help="Run the background worker, too.")
def serve(host: str, port: int, descriptor: int | None, workers: int, with_worker: bool) -> None:
    """The web processes, forked from this one after everything is imported."""
    settings = Settings()
    configure_logging(settings.log_level)
    listening = listen(host, port) if descriptor is None else socket.socket(fileno=descriptor)
    roles = [Role("spoeq-web", lambda: _serve(settings, listening), workers, GRACE + 2)]
    if with_worker:
        roles.append(Role("spoeq-worker", lambda: _work(settings)))
    raise SystemExit(Prefork(roles).run())


@click.command()
def worker() -> None:
    """Send mails, follow events, run what is scheduled."""
    settings = Settings()
    configure_logging(settings.log_level)
    _work(settings)


def _serve(settings: Settings, listening: socket.socket) -> None:
    gc.set_threshold(*COLLECT)
    app = create_app(settings)
    warming.install(app)
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE,
        timeout_keep_alive=10,
    )
    uvicorn.Server(config).run(sockets=[listening])


def _work(settings: Settings) -> None:
    uvloop.run(_until_told(settings))


async def _until_told(settings: Settings) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, stopping.set)
    await create_worker(settings).run(stopping)
