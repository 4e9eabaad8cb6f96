"""What a plugin keeps: all of it declared, and what is about people with a way to get it and to have it erased."""

from __future__ import annotations

import ast
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence

from spoeq_core.hooks import app as app_hooks
from spoeq_core.hooks.caller import Hooks
from spoeq_core.hooks.contributions import Person, PersonalData
from spoeq_core.kernel.errors import SpoeqError
from spoeq_core.kernel.ids import new_id
from spoeq_core.plugins.footprint import collections_of
from spoeq_core.plugins.removing import purge_plugin
from spoeq_core.rooms import DOCUMENTS
from spoeq_core.testing.check.contract import booted
from spoeq_core.testing.check.lab import Bench, Lab
from spoeq_core.testing.check.model import Fault, Skipped
from spoeq_core.testing.check.subject import Subject

ABOUT_PEOPLE = {
    *("customer_id", "customer", "email", "phone", "mobile", "to", "recipient", "address", "ip", "ip_address"),
    *("user_id", "birthday", "birth_date", "gstin", "sender_email"),
}
"""Names of fields by which a document is somebody's."""


async def residue(subject: Subject, lab: Lab) -> Sequence[Fault]:
    """Purged after it was used it leaves nothing, and it can be enabled again."""
    async with lab.fresh() as bench:
        shop = bench.running.shop
        await bench.enable()
        await _use(bench)
        declared = collections_of(shop.hooks, subject.name) | {str(model.__collection__) for model in DOCUMENTS}
        await bench.disable()
        try:
            await purge_plugin(shop, subject.name)
        except SpoeqError as error:
            return [Fault(f"its data cannot be removed: {error}")]
        left = {name async for name in _left(bench, subject.name)}
        try:
            await bench.enable()
        except SpoeqError as error:
            return [Fault(f"after a purge it cannot be enabled: {error}")]
    faults = [f"after a purge its data is left in {name}" for name in sorted(left)]
    faults += [
        f"{place} uses the collection {name!r}, which register_documents does not declare"
        for name, place in _named_collections(subject)
        if name not in declared and name not in left
    ]
    return [Fault(text) for text in faults]


async def personal(subject: Subject, lab: Lab) -> Sequence[Fault]:
    """What it keeps about people stands in its data manifest; the handlers there work for whoever was never here."""
    hooks = booted(subject)
    kept = [item for part in hooks.all_parts(app_hooks.register_data_manifest) for item in part.value]
    faults = list(_unnamed(hooks, {item.collection for item in kept}))
    faults += [
        f'its extension of {extension.target} has {", ".join(sorted(about))} and the class pii="none"'
        for part in hooks.all_parts(app_hooks.register_extensions)
        for extension in part.value
        if extension.pii == "none" and (about := ABOUT_PEOPLE & set(extension.model.model_fields))
    ]
    if kept and not faults:
        bench = await lab.bench()
        for item in kept:
            faults += [fault async for fault in _handler_faults(bench, item)]
    if not kept and not faults and not list(hooks.all_parts(app_hooks.register_documents)):
        raise Skipped("it keeps nothing")
    return [Fault(text) for text in faults]


async def _use(bench: Bench) -> None:
    await bench.browse()
    for _ in range(2):
        await bench.buy()
        await bench.settle_events()


async def _left(bench: Bench, plugin: str) -> AsyncIterator[str]:
    """Collections that are not the core's, and those of the core that still hold something of the plugin."""
    database = bench.running.shop.mongo.database
    core = {str(model.__collection__) for model in DOCUMENTS}
    for name in await database.list_collection_names():
        if (name not in core and not name.startswith("system.")) or [
            document async for document in database[name].find() if _is_extended(document, plugin)
        ]:
            yield name


def _is_extended(value: object, plugin: str) -> bool:
    """Whether something of the plugin is in the document's extension data, at any depth."""
    if isinstance(value, Mapping):
        ext = value.get("ext")
        mine = isinstance(ext, Mapping) and plugin in ext
        return mine or any(_is_extended(each, plugin) for each in value.values())
    return isinstance(value, list) and any(_is_extended(each, plugin) for each in value)


def _unnamed(hooks: Hooks, named: set[str]) -> Iterator[str]:
    """Documents about people that no entry of the data manifest is about."""
    for part in hooks.all_parts(app_hooks.register_documents):
        for model in part.value:
            collection = str(model.model_config["collection"])
            about = sorted(ABOUT_PEOPLE & set(model.model_fields))
            if about and collection not in named:
                yield f"{collection!r} holds {', '.join(about)} and is not in register_data_manifest"


async def _handler_faults(bench: Bench, item: PersonalData) -> AsyncIterator[str]:
    """What goes wrong when somebody asks who was never here."""
    person = Person(new_id(), "nobody.here@example.in")
    try:
        if item.export is not None and [row async for row in item.export(bench.running.shop, person)]:
            yield f"{item.collection}: somebody who was never here is given data of others"
        if item.erase is not None:
            for _ in range(2):
                await item.erase(bench.running.shop, person)
    except Exception as error:
        yield f"{item.collection}: asked for somebody who was never here: {type(error).__name__}: {error}"


def _named_collections(subject: Subject) -> Iterator[tuple[str, str]]:
    """Collections that the code names in `mongo.collection("…")`."""
    for place, tree in subject.sources:
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "collection":
                for given in node.args[:1]:
                    if isinstance(given, ast.Constant) and isinstance(given.value, str):
                        yield given.value, f"{place}:{node.lineno}"
