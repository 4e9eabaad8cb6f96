"""What a plugin keeps: all of it declared, and what is about people with a way to get it and to have it erased."""

from __future__ import annotations

import ast
from collections.abc import AsyncIterator, Iterator, Sequence

from spoeq_core.hooks import app as app_hooks
from spoeq_core.hooks.caller import Hooks
from spoeq_core.hooks.contributions import Person, PersonalData
from spoeq_core.kernel.ids import new_id
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
    """Every collection that it writes is declared, so that purging it leaves nothing behind."""
    async with lab.fresh() as bench:
        before = await _collections(bench)
        await bench.buy()
        await bench.settle_events()
        before |= await _collections(bench)
        await bench.enable()
        await _use(bench)
        declared = _declared(bench.running.shop.hooks)
        left = sorted(await _collections(bench) - before - declared)
    faults = [f"it writes the collection {name!r}, which register_documents does not declare" for name in left]
    faults += [
        f"{place} uses the collection {name!r}, which register_documents does not declare"
        for name, place in _named_collections(subject)
        if name not in declared and name not in left and name not in before
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


async def _collections(bench: Bench) -> set[str]:
    names = await bench.running.shop.mongo.database.list_collection_names()
    return {name for name in names if not name.startswith("system.")}


def _declared(hooks: Hooks) -> set[str]:
    documents = {
        str(model.model_config["collection"])
        for part in hooks.all_parts(app_hooks.register_documents)
        for model in part.value
    }
    return documents | {
        item.collection for part in hooks.all_parts(app_hooks.register_data_manifest) for item in part.value
    }


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
