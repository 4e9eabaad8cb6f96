"""`spoeq files`: where pictures are kept, and moving them."""

from __future__ import annotations

import click

from spoeq_core.catalog.service import picture_keys
from spoeq_core.kernel.errors import NotFound
from spoeq_core.local import with_shop
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.plugins import lifecycle
from spoeq_core.plugins.storages import storage_named, storage_names
from spoeq_core.shop import Shop


@click.group()
def files() -> None:
    """Where pictures are kept."""


@files.command("list")
def list_storages() -> None:
    """Every place that there is; * marks the one in use."""

    async def names(shop: Shop) -> list[tuple[str, bool]]:
        return [(name, name == shop.profile.file_storage) for name in storage_names(shop.hooks)]

    for name, in_use in with_shop(names):
        click.echo(f"{'*' if in_use else ' '} {name}")


@files.command()
@click.argument("source")
@click.argument("target")
def copy(source: str, target: str) -> None:
    """Copy what the target does not have yet; may be repeated, and the shop may run."""

    async def run(shop: Shop) -> tuple[int, list[str]]:
        known = storage_names(shop.hooks)
        for name in (source, target):
            if name not in known:
                raise NotFound(f"There is no storage {name!r}.", hint=f"There are: {', '.join(known)}.")
        return await _copy(shop, source, target)

    copied, missing = with_shop(run)
    for key in missing:
        click.echo(f"not in {source}: {key}", err=True)
    click.echo(f"{copied} files copied from {source} to {target}.")


@files.command()
@click.argument("name")
def use(name: str) -> None:
    """Keep new pictures there, and show all from there. Copy first."""

    async def save(shop: Shop) -> None:
        await lifecycle.save_settings(shop, "core", {"file_storage": name})

    with_shop(save)
    click.echo(f"Pictures are kept in {name} now.")


async def _copy(shop: Shop, source: str, target: str) -> tuple[int, list[str]]:
    old, new = storage_named(shop, source), storage_named(shop, target)
    named = await picture_keys(shop)
    ordered = shop.repository(OrderRepository).collection.find({}, {"lines.image": 1})
    named |= {line["image"] async for raw in ordered for line in raw.get("lines", ()) if line.get("image")}
    copied, missing = 0, []
    for key in sorted(named):
        if await new.read(key) is not None:
            continue
        content = await old.read(key)
        if content is None:
            missing.append(key)
        else:
            await new.save(key, content)
            copied += 1
    return copied, missing
