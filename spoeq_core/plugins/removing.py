"""Uninstalling: a plugin goes with its data, or leaves it for the day it comes back.

What is being purged stands in the state document until nothing is left, so that a purge that was killed half-way is
seen, refuses to be switched on, and goes on where it was.
"""

from __future__ import annotations

import logging

from odmantic import Model

from spoeq_core.hooks import lifecycle as lifecycle_hooks
from spoeq_core.kernel.errors import Conflict
from spoeq_core.kernel.ids import new_id
from spoeq_core.kernel.messages import message
from spoeq_core.kernel.patience import unhurried
from spoeq_core.kernel.records import abandon
from spoeq_core.plugins.documents import PluginStateDocument
from spoeq_core.plugins.footprint import Footprint, footprint_of, own_collections, require_known
from spoeq_core.plugins.installed import configuration_of
from spoeq_core.plugins.lifecycle import disable_plugin
from spoeq_core.shop import Shop

log = logging.getLogger(__name__)

BATCH = 500


async def uninstall_keeping(shop: Shop, name: str) -> Footprint:
    """Switch a plugin off for good and leave all its data; what stays.

    Raises:
        NotFound: the shop never had it.
    """
    await require_known(shop, name)
    await disable_plugin(shop, name)
    await configuration_of(shop).change(
        lambda state: state.model_copy(update={"order": _without(state.order, name)}) if name in state.order else None
    )
    return await footprint_of(shop, name)


async def purge_plugin(shop: Shop, name: str) -> Footprint:
    """Remove all that the shop keeps of a plugin that is off; what there was. May be repeated, and goes on if killed.

    Orders keep what they were placed with: prices, labels and texts are their own. The audit log stays.

    Raises:
        NotFound: the shop never had it.
        Conflict: it is on.
        HookError: it failed while it removed what only it knows of; nothing else was removed.
    """
    configuration = configuration_of(shop)
    there = await footprint_of(shop, name)
    await configuration.change(lambda state: _begun(state, name))
    if name in {plugin.name for plugin in configuration.plugins}:
        await shop.hooks.only(name).collect(lifecycle_hooks.plugin_purging, shop=shop, plugin=name)
    with unhurried():
        for _, document, path in configuration.core.extended:
            await _strip(shop, document, path, name)
        await abandon(shop.mongo, name, shop.clock.now())
        mine, _ = await own_collections(shop, name)
        for collection in mine:
            await shop.mongo.collection(collection).drop()
    await configuration.faults.clear(name)
    await configuration.records.forget(name)
    await configuration.change(lambda state: _ended(state, name))
    log.warning("plugin %s was purged: %d documents", name, there.documents)
    return there


async def _strip(shop: Shop, document: type[Model], path: str, name: str) -> None:
    """Take a plugin's part out of a kind of documents; whoever is changing one reads it again."""
    collection = shop.mongo.engine.get_collection(document)
    field = f"{path}.{name}"
    update = {"$unset": {field.replace(".", ".$[].", 1) if "." in path else field: ""}, "$inc": {"version": 1}}
    if "touched" in document.model_fields:
        update["$set"] = {"touched": new_id()}
    while found := await collection.find({field: {"$exists": True}}, {"_id": 1}).limit(BATCH).to_list(None):
        ids = [raw["_id"] for raw in found]
        await collection.update_many({"_id": {"$in": ids}}, update)
        shop.mongo.written(str(document.__collection__), ids)


def _begun(state: PluginStateDocument, name: str) -> PluginStateDocument | None:
    if name in state.enabled:
        raise Conflict(
            message("Plugin '%(name)s' is switched on: its data is not removed.", name=name),
            hint=message("Switch it off first: spoeq plugins disable %(name)s", name=name),
            code="plugin_enabled",
        )
    if name in state.purging:
        return None
    return state.model_copy(update={"purging": sorted({*state.purging, name}), "known": sorted({*state.known, name})})


def _ended(state: PluginStateDocument, name: str) -> PluginStateDocument:
    settings = {other: values for other, values in state.settings.items() if other != name}
    rest = {"purging": _without(state.purging, name), "order": _without(state.order, name), "settings": settings}
    return state.model_copy(update=rest)


def _without(names: list[str], name: str) -> list[str]:
    return [other for other in names if other != name]
