"""How discovered plugins are taken in: registered with the hooks, checked, asked what they contribute."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence
from types import ModuleType

import pluggy
from pydantic import ValidationError

from spoeq_core.extensions.declarations import check_checkout_fields, check_extensions, check_line_properties
from spoeq_core.hooks import (
    admin,
    app,
    catalog,
    checkout,
    identity,
    lifecycle,
    notification,
    payment,
    pricing,
    recommendation,
    shipping,
    storage,
    storefront,
)
from spoeq_core.hooks.caller import PROJECT, FaultListener, Hooks
from spoeq_core.hooks.contributions import Migration, PersonalData
from spoeq_core.jobs.model import JobKind
from spoeq_core.kernel.breaker import Breakers
from spoeq_core.kernel.errors import ConfigurationError
from spoeq_core.plugins.conflicts import CLAIMS
from spoeq_core.plugins.discovery import Discovery, InstalledPlugin

FAMILIES: tuple[ModuleType, ...] = (
    app,
    pricing,
    checkout,
    payment,
    shipping,
    notification,
    identity,
    storefront,
    admin,
    lifecycle,
    storage,
    catalog,
    recommendation,
)


def build_hooks(plugins: Sequence[InstalledPlugin], on_fault: FaultListener) -> Hooks:
    """The hook caller with all specs and plugins registered and checked.

    Raises:
        ConfigurationError: a plugin is faulty.
    """
    return load_hooks(Discovery(tuple(plugins)), on_fault, strict=True)[0]


def load_hooks(
    discovery: Discovery, on_fault: FaultListener, *, strict: bool, breakers: Breakers | None = None
) -> tuple[Hooks, Discovery]:
    """The hook caller with all plugins that could be started, and the discovery with the others set aside.

    Raises:
        ConfigurationError: a plugin is faulty and `strict` says that none may be.
    """
    manager = pluggy.PluginManager(PROJECT)
    for family in FAMILIES:
        manager.add_hookspecs(family)
    hooks = Hooks(manager, on_fault, breakers)
    # pluggy asks the last registered first, so that the first in order is registered last.
    for plugin in reversed(discovery.plugins):
        try:
            _register(hooks, plugin)
        except (Exception, SystemExit) as error:
            if strict:
                raise
            hooks.remove(plugin.name)
            discovery = discovery.setting_aside(plugin.name, error)
    for name, double in _duplicate_providers(hooks):
        if strict:
            raise double
        hooks.remove(name)
        discovery = discovery.setting_aside(name, double)
    return hooks, discovery


def _register(hooks: Hooks, plugin: InstalledPlugin) -> None:
    """Register a plugin, check its hooks, and ask what it contributes."""
    try:
        hooks.manager.register(plugin.module, plugin.name)
    except pluggy.PluginValidationError as error:
        raise ConfigurationError(
            f"Plugin {plugin.name!r}: {error}", hint="See docs/reference.md for the hooks there are."
        ) from None
    hooks.check(plugin.name)
    _take_manifest(hooks, plugin)
    for family in FAMILIES:
        for name, spec in vars(family).items():
            if name.startswith("register_"):
                hooks.ask_parts(spec, plugin.name)
    _check_models(hooks, plugin.name)


def _take_manifest(hooks: Hooks, plugin: InstalledPlugin) -> None:
    """Note which slots a plugin fills, and refuse claims that mean nothing."""
    if (slots := plugin.manifest.slots) is not None:
        if isinstance(slots, str):
            raise ConfigurationError(
                f"Plugin {plugin.name!r}: its manifest's slots are a text.", hint=f"Write slots=({slots!r},)."
            )
        hooks.slots[plugin.name] = frozenset(slots)
    for claim in plugin.manifest.claims:
        if claim.partition(":")[0] not in CLAIMS:
            raise ConfigurationError(
                f"Plugin {plugin.name!r}: its manifest claims {claim!r}.", hint="Write slot:<name> or lane:<name>."
            )


def _check_models(hooks: Hooks, plugin: str) -> None:
    """What a plugin declares must fit together, and be valid before anybody filled it in."""
    extensions = hooks.part_of(app.register_extensions, plugin) or ()
    check_extensions(plugin, extensions)
    check_line_properties(plugin, hooks.part_of(app.register_line_properties, plugin) or (), extensions)
    _check_manifest(plugin, hooks.part_of(app.register_data_manifest, plugin) or ())
    check_checkout_fields(plugin, hooks.part_of(checkout.register_checkout_fields, plugin) or ())
    _check_jobs(plugin, hooks.part_of(app.register_jobs, plugin) or ())
    _check_migrations(plugin, hooks.part_of(app.register_migrations, plugin) or ())
    settings = hooks.part_of(app.register_settings, plugin)
    for model in (*([settings] if settings else ()), *(extension.model for extension in extensions)):
        try:
            model()
        except ValidationError as error:
            fields = ", ".join(".".join(str(place) for place in item["loc"]) for item in error.errors())
            raise ConfigurationError(
                f"Plugin {plugin!r}: {model.__name__} has no valid default for: {fields}.",
                hint="Give each field a default that the model itself accepts.",
            ) from None


def _check_migrations(plugin: str, migrations: Sequence[Migration]) -> None:
    """Refuse migrations whose order is not plain, or that cannot be awaited."""
    numbers = sorted(migration.number for migration in migrations)
    if numbers != list(range(1, len(numbers) + 1)):
        raise ConfigurationError(
            f"Plugin {plugin!r}: its migrations are numbered {numbers}.", hint="Number them 1, 2, 3 without gaps."
        )
    for migration in migrations:
        if not inspect.iscoroutinefunction(migration.run):
            raise ConfigurationError(
                f"Plugin {plugin!r}: migration {migration.number} cannot be awaited.", hint="Write it with 'async def'."
            )


def _check_jobs(plugin: str, kinds: Sequence[JobKind]) -> None:
    """Refuse a kind of job that is not named after its plugin, or whose name comes twice."""
    names = [kind.name for kind in kinds]
    for name in names:
        if not name.startswith(f"{plugin}.") or names.count(name) > 1:
            raise ConfigurationError(
                f"Plugin {plugin!r}: a kind of job is named {name!r}{' twice' if names.count(name) > 1 else ''}.",
                hint=f"Name each one once, beginning with {plugin + '.'!r}.",
            )


def _check_manifest(plugin: str, manifest: Sequence[PersonalData]) -> None:
    """Refuse a collection that stands there twice, or that says it is erased and brings nothing that does it."""
    seen: set[str] = set()
    for item in manifest:
        if item.collection in seen or (item.erase is None and item.fate != "kept"):
            what = "stands there twice" if item.collection in seen else f"is {item.fate}, but has no erase handler"
            raise ConfigurationError(
                f"Plugin {plugin!r}: {item.collection!r} in its data manifest {what}.",
                hint="See register_data_manifest in docs/reference.md.",
            )
        seen.add(item.collection)


def _duplicate_providers(hooks: Hooks) -> list[tuple[str, ConfigurationError]]:
    """Plugins that bring a provider, a line property or a checkout field of the name of one that stands before it."""
    payments = hooks.all_parts(payment.register_payment_providers)
    carriers = hooks.all_parts(shipping.register_carriers)
    logins = hooks.all_parts(identity.register_login_providers)
    storages = hooks.all_parts(storage.register_file_storages)
    fields = hooks.all_parts(checkout.register_checkout_fields)
    properties = hooks.all_parts(app.register_line_properties)
    found = {
        **_same_names("line property", [(one.name, part.plugin) for part in properties for one in part.value]),
        **_same_names("checkout field", [(one.name, part.plugin) for part in fields for one in part.value]),
        **_same_names("payment provider", [(one.name, part.plugin) for part in payments for one in part.value]),
        **_same_names("carrier", [(one.name, part.plugin) for part in carriers for one in part.value]),
        **_same_names("login provider", [(one.name, part.plugin) for part in logins for one in part.value]),
        **_same_names("file storage", [(one.name, part.plugin) for part in storages for one in part.value]),
    }
    return list(found.items())


def _same_names(what: str, owned: Iterable[tuple[str, str]]) -> dict[str, ConfigurationError]:
    owners: dict[str, str] = {}
    found: dict[str, ConfigurationError] = {}
    for name, plugin in owned:
        if name not in owners:
            owners[name] = plugin
            continue
        found[plugin] = ConfigurationError(
            f"Plugins {owners[name]!r} and {plugin!r} both bring a {what} named {name!r}.",
            hint="Uninstall one of them.",
        )
    return found
