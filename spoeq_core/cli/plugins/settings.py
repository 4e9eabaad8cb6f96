"""`spoeq plugins settings`: reads and changes a plugin's settings; secrets are asked for, never echoed."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

import click
from pydantic import BaseModel, SecretStr

from spoeq_core.kernel.errors import Invalid
from spoeq_core.local import with_shop
from spoeq_core.plugins.lifecycle import configuration_of, save_settings
from spoeq_core.shop import Shop
from spoeq_core.web.views.plugins import settings_of, settings_view


@click.command()
@click.argument("name")
@click.argument("changes", nargs=-1, metavar="[FIELD=VALUE]...")
@click.option("--secret", "secrets", multiple=True, metavar="FIELD", help="Ask for it, or read a line of stdin.")
def settings(name: str, changes: Sequence[str], secrets: Sequence[str]) -> None:
    """Show a plugin's settings, or change some of them.

    A value is JSON where it can be read as such (12, true, ["a"]), else text.
    """
    entered = {field: _asked(field) for field in secrets}

    async def run(shop: Shop) -> None:
        before = settings_of(shop, name)
        values = {**dict(_read(before, change) for change in changes), **entered}
        if values:
            await _save(shop, name, values)
        for field, value in settings_view(configuration_of(shop).of(type(before))).items():
            click.echo(f"{field} = {_shown(value)}")

    with_shop(run)


async def _save(shop: Shop, name: str, values: dict[str, Any]) -> None:
    try:
        await save_settings(shop, name, values)
    except Invalid as error:
        for fault in error.errors:
            click.echo(f"{fault.field}: {fault.message}", err=True)
        raise


def _read(current: BaseModel, change: str) -> tuple[str, Any]:
    field, equals, text = change.partition("=")
    if not equals or field not in type(current).model_fields:
        known = ", ".join(type(current).model_fields)
        raise click.UsageError(f"{change!r} is no FIELD=VALUE of: {known}.")
    if isinstance(getattr(current, field), SecretStr):
        raise click.UsageError(f"{field} is a secret, which a command line would show: use --secret {field}.")
    if isinstance(getattr(current, field), str):
        return field, text
    try:
        return field, json.loads(text)
    except json.JSONDecodeError:
        return field, text


def _asked(field: str) -> str:
    if sys.stdin.isatty():
        return str(click.prompt(field, hide_input=True, default="", show_default=False))
    return sys.stdin.readline().rstrip("\n")


def _shown(value: Any) -> str:
    if isinstance(value, dict) and set(value) == {"set"}:
        return "(set)" if value["set"] else "(not set)"
    return json.dumps(value, ensure_ascii=False)
