"""Which plugins are installed: entry points, checked and sorted; faulty ones are set aside."""

from __future__ import annotations

import graphlib
import logging
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, EntryPoint, entry_points, version
from types import ModuleType

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from spoeq_core.hooks.contributions import Manifest
from spoeq_core.kernel.errors import ConfigurationError
from spoeq_core.kernel.settings import Settings

log = logging.getLogger(__name__)

GROUP = "spoeq.plugins"


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

    def setting_aside(self, name: str, error: BaseException) -> Discovery:
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
    owners: dict[str, str] = {}
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: (entry.name, _distribution(entry))):
        try:
            _refuse_second(entry, owners)
            loaded.append(_load(entry))
        except (Exception, SystemExit) as error:  # one that calls sys.exit must not end the shop
            if strict:
                raise
            taken = any(plugin.name == entry.name for plugin in loaded)
            aside.append(quarantine(_distribution(entry) if taken else entry.name, error))
    plugins, circles = without_circles(loaded, strict=strict)
    return Discovery(plugins, (*aside, *circles))


def without_development(discovery: Discovery, settings: Settings) -> Discovery:
    """The same, with plugins that are for development set aside where the shop is not."""
    if settings.for_development:
        return discovery
    for plugin in discovery.plugins:
        if plugin.manifest.development:
            refusal = ConfigurationError(
                f"Plugin {plugin.name!r} is for development: it needs SPOEQ_ENV=dev and a plain-http SPOEQ_BASE_URL.",
                hint=f"Switch it off (spoeq plugins disable {plugin.name}) and uninstall its distribution here.",
            )
            discovery = discovery.setting_aside(plugin.name, refusal)
    return discovery


def quarantine(name: str, error: BaseException) -> Quarantined:
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


def _refuse_second(entry: EntryPoint, owners: dict[str, str]) -> None:
    """Of two distributions that bring a plugin of one name the first has it."""
    mine = _distribution(entry)
    first = owners.setdefault(entry.name, mine)
    if first != mine:
        raise ConfigurationError(
            f"The distributions {first} and {mine} both bring a plugin named {entry.name!r}.",
            hint=f"Uninstall one of them: pip uninstall {mine}",
        )


def _distribution(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist else entry.value


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
