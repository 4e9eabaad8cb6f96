"""Which plugins are installed: entry points, checked, sorted and registered; faulty ones are set aside."""

from __future__ import annotations

import graphlib
import logging
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import Distribution, EntryPoint, entry_points, version
from types import ModuleType

import pluggy
from packaging.requirements import Requirement

from spoeq_core.hooks import (
    admin,
    app,
    checkout,
    lifecycle,
    notification,
    payment,
    pricing,
    shipping,
    storage,
    storefront,
)
from spoeq_core.hooks.caller import PROJECT, FaultListener, Hooks
from spoeq_core.hooks.contributions import Manifest
from spoeq_core.kernel.errors import ConfigurationError

log = logging.getLogger(__name__)

GROUP = "spoeq.plugins"
FAMILIES: tuple[ModuleType, ...] = (
    app,
    pricing,
    checkout,
    payment,
    shipping,
    notification,
    storefront,
    admin,
    lifecycle,
    storage,
)


@dataclass(frozen=True, slots=True)
class InstalledPlugin:
    """A plugin that could be loaded."""

    manifest: Manifest
    module: ModuleType
    version: str = ""

    @property
    def name(self) -> str:
        """The plugin's name."""
        return self.manifest.name


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A plugin that could not be loaded, with its traceback for staff."""

    name: str
    error: str
    details: str = ""


@dataclass(frozen=True, slots=True)
class Discovery:
    """What is installed, in hook order, and what was set aside."""

    plugins: tuple[InstalledPlugin, ...] = ()
    quarantined: tuple[Quarantined, ...] = field(default=())


def discover(*, strict: bool = False, safe_mode: bool = False) -> Discovery:
    """Load every installed plugin.

    Args:
        strict: Raise instead of setting a faulty plugin aside.
        safe_mode: Load none.
    """
    if safe_mode:
        return Discovery()
    loaded: list[InstalledPlugin] = []
    aside: list[Quarantined] = []
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        try:
            loaded.append(_load(entry))
        except Exception as error:
            if strict:
                raise
            log.exception("plugin %s could not be loaded and is set aside", entry.name)
            aside.append(Quarantined(entry.name, f"{type(error).__name__}: {error}", traceback.format_exc()))
    return Discovery(in_order(loaded), tuple(aside))


def in_order(plugins: Iterable[InstalledPlugin]) -> tuple[InstalledPlugin, ...]:
    """Sorted by name, then by what their manifests say of each other."""
    by_name = {plugin.name: plugin for plugin in sorted(plugins, key=lambda plugin: plugin.name)}
    sorter: graphlib.TopologicalSorter[str] = graphlib.TopologicalSorter({name: set() for name in by_name})
    for name, plugin in by_name.items():
        sorter.add(name, *(other for other in plugin.manifest.after if other in by_name))
        for other in plugin.manifest.before:
            if other in by_name:
                sorter.add(other, name)
    try:
        order = list(sorter.static_order())
    except graphlib.CycleError as error:
        raise ConfigurationError(
            f"Plugins want to stand before each other in a circle: {' > '.join(error.args[1])}.",
            hint="Disable one of them and tell its author.",
        ) from None
    return tuple(by_name[name] for name in order)


def build_hooks(plugins: Sequence[InstalledPlugin], on_fault: FaultListener) -> Hooks:
    """The hook caller with all specs and plugins registered and checked."""
    manager = pluggy.PluginManager(PROJECT)
    for family in FAMILIES:
        manager.add_hookspecs(family)
    for plugin in reversed(plugins):
        manager.register(plugin.module, plugin.name)
    hooks = Hooks(manager, on_fault)
    hooks.check()
    _refuse_duplicate_providers(hooks)
    return hooks


def as_plugin(module: ModuleType, plugin_version: str = "") -> InstalledPlugin:
    """A plugin from its `plugin` module, as the kit needs it.

    Raises:
        ConfigurationError: the module has no `manifest`.
    """
    manifest = getattr(module, "manifest", None)
    if not isinstance(manifest, Manifest):
        raise ConfigurationError(
            f"{module.__name__} has no manifest.", hint='Add: manifest = Manifest(name="…", title="…", description="…")'
        )
    return InstalledPlugin(manifest, module, plugin_version)


def _load(entry: EntryPoint) -> InstalledPlugin:
    if entry.dist is not None:
        _check_compatible(entry.name, entry.dist)
    plugin = as_plugin(entry.load(), entry.dist.version if entry.dist else "")
    if plugin.name != entry.name:
        raise ConfigurationError(
            f"Entry point {entry.name!r} loads a plugin named {plugin.name!r}.", hint="Give both the same name."
        )
    return plugin


def _check_compatible(name: str, distribution: Distribution) -> None:
    ours = version("spoeq")
    for text in distribution.requires or ():
        requirement = Requirement(text)
        if requirement.name == "spoeq" and not requirement.specifier.contains(ours, prereleases=True):
            raise ConfigurationError(
                f"Plugin {name!r} {distribution.version} needs spoeq{requirement.specifier}, this is spoeq {ours}.",
                hint=f"Install another version: pip install --upgrade {distribution.name} spoeq",
            )


def _refuse_duplicate_providers(hooks: Hooks) -> None:
    payments = hooks.all_parts(payment.register_payment_providers)
    storages = hooks.all_parts(storage.register_file_storages)
    _refuse_same_names("payment provider", [(one.name, part.plugin) for part in payments for one in part.value])
    _refuse_same_names("file storage", [(one.name, part.plugin) for part in storages for one in part.value])


def _refuse_same_names(what: str, owned: Iterable[tuple[str, str]]) -> None:
    owners: dict[str, str] = {}
    for name, plugin in owned:
        if name in owners:
            raise ConfigurationError(
                f"Plugins {owners[name]!r} and {plugin!r} both bring a {what} named {name!r}.",
                hint="Uninstall one of them.",
            )
        owners[name] = plugin
