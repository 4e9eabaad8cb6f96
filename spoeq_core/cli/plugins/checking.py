"""`spoeq plugins check`: whether a plugin keeps the rules, for its author and for CI."""

from __future__ import annotations

import json

import click

from spoeq_core.testing.check.target import Wish, check_target


@click.command()
@click.argument("target")
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
@click.option("--only", multiple=True, metavar="ID", help="Only this check; may be given several times.")
@click.option("--code", multiple=True, metavar="CODE", help="A coupon code that its price hooks know.")
@click.option("--mypy/--no-mypy", default=True, help="Whether its types are checked, where mypy is installed.")
def check(target: str, as_json: bool, only: tuple[str, ...], code: tuple[str, ...], mypy: bool) -> None:
    """Check a plugin: a wheel, a folder, or the name of an installed one.

    It runs in a process and a shop of its own; nothing of yours is touched. Exit status: 0 passes, 1 fails, 2 it could
    not be checked.
    """
    report = check_target(Wish(target, only, code, mypy))
    click.echo(json.dumps(report.as_dict(), indent=2) if as_json else report.text())
    raise SystemExit(report.exit_code)
