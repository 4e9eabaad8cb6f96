"""`spoeq sitemap`: builds the sitemap now; the worker does so daily."""

from __future__ import annotations

import click

from spoeq_core.local import with_shop
from spoeq_core.sitemaps.service import build_sitemap


@click.command()
def sitemap() -> None:
    """Build the sitemap now, without waiting for the worker's daily build."""
    built = with_shop(build_sitemap)
    for part in built.parts:
        click.echo(f"{part.name}: {part.count} addresses")
