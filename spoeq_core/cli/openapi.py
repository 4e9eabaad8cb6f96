"""`spoeq openapi`: the API's description as a file."""

from __future__ import annotations

import click
import orjson

from spoeq_core.app import create_app
from spoeq_core.kernel.settings import Settings
from spoeq_core.plugins.discovery import discover
from spoeq_core.web.openapi import build


@click.command()
@click.option("--only-core", is_flag=True, help="Leave the plugins' routes out.")
def openapi(only_core: bool) -> None:
    """Print OpenAPI 3.1 of the core and of every installed plugin."""
    settings = Settings()
    found = discover(safe_mode=only_core)
    app = create_app(settings, discovery=found)
    names = frozenset(plugin.name for plugin in found.plugins)
    app.enabled_plugins = lambda: names
    document = build(app, settings.base_url, "SPOEQ shop")
    click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
