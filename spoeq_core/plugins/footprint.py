"""What a plugin keeps in a shop: its collections, what it adds to the core's documents, its settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from spoeq_core.hooks import app as app_hooks
from spoeq_core.hooks.caller import Hooks
from spoeq_core.kernel.errors import NotFound
from spoeq_core.kernel.messages import message
from spoeq_core.kernel.patience import unhurried
from spoeq_core.plugins.installed import configuration_of
from spoeq_core.shop import Shop


@dataclass(frozen=True, slots=True)
class Footprint:
    """What is there of a plugin.

    Attributes:
        collections: How many documents are in each of its collections; those without any are left out.
        extensions: How many documents of each kind hold something of it.
        settings: Whether settings of it are stored.
        migrations: How many have run.
        shared: Its collections that another installed plugin has, too: they are not removed with it.
    """

    collections: Mapping[str, int] = field(default_factory=dict)
    extensions: Mapping[str, int] = field(default_factory=dict)
    settings: bool = False
    migrations: int = 0
    shared: tuple[str, ...] = ()

    @property
    def documents(self) -> int:
        """How many documents in all."""
        return sum(self.collections.values()) + sum(self.extensions.values())


def collections_of(hooks: Hooks, name: str) -> set[str]:
    """Names of the collections that an installed plugin declares."""
    models = hooks.part_of(app_hooks.register_documents, name) or ()
    kept = hooks.part_of(app_hooks.register_data_manifest, name) or ()
    return {*(str(document.__collection__) for document in models), *(item.collection for item in kept)}


async def own_collections(shop: Shop, name: str) -> tuple[list[str], list[str]]:
    """The collections that go with a plugin, and those that stay since another plugin has them, too.

    Those of versions before are among them, also where the plugin itself is not installed any more.
    """
    configuration = configuration_of(shop)
    known = {*collections_of(shop.hooks, name), *(await configuration.records.of(name)).collections}
    mine = known - configuration.core.collections
    others = {
        collection
        for plugin in configuration.plugins
        if plugin.name != name
        for collection in collections_of(shop.hooks, plugin.name)
    }
    return sorted(mine - others), sorted(mine & others)


async def footprint_of(shop: Shop, name: str) -> Footprint:
    """What the shop keeps of a plugin.

    Raises:
        NotFound: the shop never had such a plugin.
    """
    await require_known(shop, name)
    configuration = configuration_of(shop)
    mine, shared = await own_collections(shop, name)
    held = {}
    with unhurried():
        counted = {each: int(await shop.mongo.collection(each).count_documents({})) for each in mine}
        for what, document, path in configuration.core.extended:
            query = {f"{path}.{name}": {"$exists": True}}
            held[what] = int(await shop.mongo.engine.get_collection(document).count_documents(query))
    return Footprint(
        {each: count for each, count in counted.items() if count},
        {what: count for what, count in held.items() if count},
        bool((await configuration.states.read()).settings.get(name)),
        len((await configuration.records.of(name)).migrations),
        tuple(shared),
    )


async def require_known(shop: Shop, name: str) -> None:
    """Refuse a name that the shop never heard: a plugin that is neither installed nor ever was.

    Raises:
        NotFound: it is one.
    """
    configuration = configuration_of(shop)
    here = {*(plugin.name for plugin in configuration.plugins), *(aside.name for aside in configuration.quarantined)}
    if name not in here and name not in (await configuration.states.read()).known:
        raise NotFound(
            message("No plugin '%(name)s' is installed, or ever was.", name=name), hint="See: spoeq plugins list"
        )
