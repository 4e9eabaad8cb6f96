"""`spoeq users`: accounts made from the command line, the first admin's above all."""

from __future__ import annotations

import sys

import click

from spoeq_core.audit import service as audit
from spoeq_core.identity import service as identity
from spoeq_core.identity.model import Account, Kind, Role, kind_of
from spoeq_core.identity.permissions import ROLE_LABELS
from spoeq_core.kernel.errors import FieldError, Invalid
from spoeq_core.local import with_shop
from spoeq_core.shop import Shop

ROLES = [*(role.value for role in Role), Kind.CUSTOMER.value]


@click.group()
def users() -> None:
    """Accounts of staff and customers."""


@users.command()
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--role", required=True, type=click.Choice(ROLES), help="What they may do; `customer` for a shopper.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input, not from the terminal.")
def create(email: str, name: str, role: str, password_stdin: bool) -> None:
    """Make an account."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else _ask()

    async def make(shop: Shop) -> Account:
        account: Account
        if role == Kind.CUSTOMER:
            account = await identity.register_customer(shop, email=email, password=password, name=name)
        else:
            account = await identity.create_staff(shop, email=email, password=password, name=name, role=role)
        await audit.record(
            shop,
            f"{kind_of(account)}.created",
            f"{kind_of(account)}:{account.id}",
            actor_id="cli",
            actor_name="command line",
            detail={"role": role},
        )
        return account

    try:
        account = with_shop(make)
    except Invalid as error:
        raise click.ClickException("\n".join(_sentence(found) for found in error.errors) or str(error)) from None
    label = ROLE_LABELS[Role(role)] if role != Kind.CUSTOMER else "Customer"
    click.echo(f"{label} {account.email} can sign in now.")


@users.command("list")
def list_staff() -> None:
    """Everybody who works in the shop."""

    async def show(shop: Shop) -> None:
        for staff in await identity.find_staff(shop):
            state = "disabled" if staff.disabled else ""
            click.echo(f"{staff.email:<32} {staff.role.value:<10} {staff.name} {state}".rstrip())

    with_shop(show)


def _ask() -> str:
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


def _sentence(error: FieldError) -> str:
    return f"--{error.field}: {error.message}"
