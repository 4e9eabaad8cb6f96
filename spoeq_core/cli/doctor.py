"""`spoeq doctor`: reads the whole database and checks what must always hold."""

from __future__ import annotations

import click

from spoeq_core import doctor as examination
from spoeq_core.local import with_shop


@click.command()
@click.option("--heal", is_flag=True, help="First finish or undo what a crash left half done.")
def doctor(heal: bool) -> None:
    """Check the invariants of money, stock and orders; exit status 1 if one is broken."""
    report = with_shop(lambda shop: examination.examine(shop, heal=heal))
    for line in report.lines():
        click.echo(line)
    raise SystemExit(0 if report.healthy else 1)
