"""What of the installed plugins this process knows: the ways in that the use cases share."""

from __future__ import annotations

from spoeq_core.kernel.errors import ConfigurationError, NotFound
from spoeq_core.kernel.messages import message
from spoeq_core.plugins.configuration import Configuration
from spoeq_core.shop import Shop


def configuration_of(shop: Shop) -> Configuration:
    """The shop's configuration, with all that staff may do to it."""
    if not isinstance(shop.configuration, Configuration):
        raise ConfigurationError("This shop's configuration is read-only.", hint="Open it with spoeq_core.boot.")
    return shop.configuration


def installed_plugins(shop: Shop, *, usable: bool = False) -> list[str]:
    """Names of the plugins that could be loaded; `usable`: those that sell, and need not be set up first."""
    known = [(plugin.name, plugin.manifest) for plugin in configuration_of(shop).plugins]
    return [name for name, it in known if not (usable and (it.needs_setup or it.development))]


def is_set_aside(configuration: Configuration, name: str) -> bool:
    """Whether the plugin could not be loaded."""
    return any(aside.name == name for aside in configuration.quarantined)


def require_installed(configuration: Configuration, name: str) -> None:
    """Refuse to go on without the plugin.

    Raises:
        NotFound: no such plugin is installed.
        ConfigurationError: it was set aside.
    """
    for aside in configuration.quarantined:
        if aside.name == name:
            raise ConfigurationError(
                message("Plugin '%(name)s' could not be loaded: %(error)s", name=name, error=aside.error),
                hint="Mend or uninstall it.",
            )
    if name not in {plugin.name for plugin in configuration.plugins}:
        raise NotFound(
            message("No plugin '%(name)s' is installed.", name=name),
            hint=f"pip install spoeq-{name}",
        )
