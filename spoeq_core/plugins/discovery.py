"""Which plugins are installed: entry points, checked, sorted and registered; faulty ones are set aside."""

from __future__ import annotations

import graphlib
import logging
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, EntryPoint, entry_points, version
from types import ModuleType

import pluggy
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pydantic import ValidationError

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
from spoeq_core.hooks.contributions import EXTENSIBLE, Manifest
from spoeq_core.kernel.breaker import Breakers
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
    quarantined: tuple[Quarantined, ...] = ()

    def setting_aside(self, name: str, error: Exception) -> Discovery:
        """The same with a plugin among those that could not be started."""
        rest = tuple(plugin for plugin in self.plugins if plugin.name != name)
        return Discovery(rest, (*self.quarantined, quarantine(name, error)))


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
            aside.append(quarantine(entry.name, error))
    plugins, circles = without_circles(loaded, strict=strict)
    return Discovery(plugins, (*aside, *circles))


def quarantine(name: str, error: Exception) -> Quarantined:
    """A faulty plugin set aside, with what staff and its author need."""
    log.error("plugin %s could not be started and is set aside", name, exc_info=error)
    text = str(error) if isinstance(error, ConfigurationError) else f"{type(error).__name__}: {error}"
    return Quarantined(name, text, "".join(traceback.format_exception(error)))


def without_circles(
    plugins: Iterable[InstalledPlugin], *, strict: bool
) -> tuple[tuple[InstalledPlugin, ...], list[Quarantined]]:
    """The plugins in order, and those set aside because each wants to stand before the other."""
    rest = list(plugins)
    aside: list[Quarantined] = []
    while True:
        try:
            return in_order(rest), aside
        except Circle as error:
            if strict:
                raise
            aside += [quarantine(name, error) for name in sorted(error.members)]
            rest = [plugin for plugin in rest if plugin.name not in error.members]


class Circle(ConfigurationError):
    """Plugins want to stand before each other."""

    def __init__(self, path: Sequence[str]) -> None:
        super().__init__(
            f"Plugins want to stand before each other in a circle: {' > '.join(path)}.",
            hint="Uninstall one of them and tell its author.",
        )
        self.members = frozenset(path)


def in_order(plugins: Iterable[InstalledPlugin]) -> tuple[InstalledPlugin, ...]:
    """Sorted by name, then by what their manifests say of each other.

    Raises:
        Circle: they contradict each other.
    """
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
        raise Circle(error.args[1]) from None
    return tuple(by_name[name] for name in order)


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
        except Exception as error:
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
    for family in FAMILIES:
        for name, spec in vars(family).items():
            if name.startswith("register_"):
                hooks.ask_parts(spec, plugin.name)
    _check_models(hooks, plugin.name)


def _check_models(hooks: Hooks, plugin: str) -> None:
    """Settings and extensions must be valid before anybody filled them in."""
    settings = [part.value for part in hooks.all_parts(app.register_settings) if part.plugin == plugin]
    extensions = [
        extension
        for part in hooks.all_parts(app.register_extensions)
        if part.plugin == plugin
        for extension in part.value
    ]
    for extension in extensions:
        if extension.target not in EXTENSIBLE:
            raise ConfigurationError(
                f"Plugin {plugin!r}: {extension.model.__name__} extends {extension.target!r}, which is not supported.",
                hint=f"Extend one of: {', '.join(EXTENSIBLE)}.",
            )
    for model in (*settings, *(extension.model for extension in extensions)):
        try:
            model()
        except ValidationError as error:
            fields = ", ".join(".".join(str(place) for place in item["loc"]) for item in error.errors())
            raise ConfigurationError(
                f"Plugin {plugin!r}: {model.__name__} has no valid default for: {fields}.",
                hint="Give each field a default that the model itself accepts.",
            ) from None


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
        if canonicalize_name(requirement.name) == "spoeq" and not requirement.specifier.contains(
            ours, prereleases=True
        ):
            raise ConfigurationError(
                f"Plugin {name!r} {distribution.version} needs spoeq{requirement.specifier}, this is spoeq {ours}.",
                hint=f"Install another version: pip install --upgrade {distribution.name} spoeq",
            )


def _duplicate_providers(hooks: Hooks) -> list[tuple[str, ConfigurationError]]:
    """Plugins whose payment provider or file storage has the name of one that stands before it."""
    payments = hooks.all_parts(payment.register_payment_providers)
    storages = hooks.all_parts(storage.register_file_storages)
    found = {
        **_same_names("payment provider", [(one.name, part.plugin) for part in payments for one in part.value]),
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
