"""The plugins' state as this process knows it: what is enabled, and each one's settings, kept up to date."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

from pydantic import BaseModel, SecretStr, ValidationError
from redis.asyncio import Redis

from spoeq_core.hooks import app as app_hooks
from spoeq_core.hooks.caller import Hooks
from spoeq_core.kernel.crypto import Keyring
from spoeq_core.kernel.errors import ConfigurationError
from spoeq_core.kernel.redis import REDIS_ERRORS
from spoeq_core.plugins.discovery import Discovery, InstalledPlugin, Quarantined
from spoeq_core.plugins.documents import PluginStateDocument, PluginStates
from spoeq_core.shop import ShopProfile

log = logging.getLogger(__name__)

S = TypeVar("S", bound=BaseModel)
CORE = "core"
"""Name under which the core's own settings are kept."""


class Configuration:
    """What `shop.plugin_settings` reads; refreshed from the database when the epoch in Redis moves."""

    def __init__(
        self, states: PluginStates, redis: Redis, hooks: Hooks, keyring: Keyring, discovery: Discovery, prefix: str
    ) -> None:
        self.states = states
        self.discovery = discovery
        self.models: dict[str, type[BaseModel]] = {CORE: ShopProfile}
        self.models.update({part.plugin: part.value for part in hooks.all_parts(app_hooks.register_settings)})
        self.errors: dict[str, str] = {}
        self.themes: Mapping[str, Any] = {}
        self.listeners: list[Callable[[], None]] = []
        self.epoch = -1
        self._values: dict[type[BaseModel], BaseModel] = {model: model() for model in self.models.values()}
        self._redis = redis
        self._hooks = hooks
        self._keyring = keyring
        self._channel = f"{prefix}:plugins:epoch"

    @property
    def plugins(self) -> Sequence[InstalledPlugin]:
        """The plugins that could be loaded, in hook order."""
        return self.discovery.plugins

    @property
    def quarantined(self) -> Sequence[Quarantined]:
        """Those that could not."""
        return self.discovery.quarantined

    def of(self, model: type[S]) -> S:
        """The current values of a settings model."""
        try:
            return cast(S, self._values[model])
        except KeyError:
            raise ConfigurationError(
                f"No plugin registered the settings model {model.__name__}.", hint="Return it from register_settings."
            ) from None

    async def refresh(self) -> None:
        """Read the state and put it in force."""
        state = await self.states.read()
        new = [plugin for plugin in self.plugins if plugin.name not in state.known]
        if new:
            state = await self._introduce(state, new)
        self.apply(state)

    def apply(self, state: PluginStateDocument) -> None:
        """Put a state in force in this process."""
        installed = {plugin.name for plugin in self.plugins}
        self._hooks.enabled = frozenset(state.enabled) & installed
        self._hooks.order = tuple(state.order)
        for name, model in self.models.items():
            self._values[model] = self._read(name, model, state.settings.get(name, {}))
        self.themes = state.themes
        self.epoch = state.epoch
        for listener in self.listeners:
            listener()

    async def publish(self, state: PluginStateDocument) -> None:
        """Put a state in force here, and tell the other processes."""
        self.apply(state)
        try:
            await self._redis.set(self._channel, state.epoch)
        except REDIS_ERRORS:
            log.warning("Redis is down; other processes learn of the plugin change from the database")

    async def watch(self, every: float) -> None:
        """Follow changes that other processes make, until cancelled."""
        while True:
            await asyncio.sleep(every)
            try:
                if await self._is_stale():
                    await self.refresh()
            except asyncio.CancelledError:
                raise
            except Exception:
                log.warning("the plugins' state could not be read; keeping the last one", exc_info=True)

    def dump(self, name: str, values: BaseModel) -> dict[str, Any]:
        """Settings as they are stored: secrets sealed."""
        stored = values.model_dump(mode="json")
        for field, value in values:
            if isinstance(value, SecretStr):
                text = value.get_secret_value()
                stored[field] = {"sealed": self._keyring.seal(f"settings:{name}:{field}", text)} if text else ""
        return stored

    async def _is_stale(self) -> bool:
        try:
            published = await self._redis.get(self._channel)
        except REDIS_ERRORS:
            published = None
        if published is not None:
            return int(published) != self.epoch
        return (await self.states.read()).epoch != self.epoch

    async def _introduce(self, state: PluginStateDocument, new: Sequence[InstalledPlugin]) -> PluginStateDocument:
        fresh = [plugin.name for plugin in new if plugin.manifest.default_enabled]
        known = sorted({*state.known, *(plugin.name for plugin in new)})
        wanted = state.model_copy(update={"known": known, "enabled": sorted({*state.enabled, *fresh})})
        try:
            return await self.states.write(wanted)
        except ConfigurationError:
            raise
        except Exception:
            return await self.states.read()

    def _read(self, name: str, model: type[BaseModel], stored: dict[str, Any]) -> BaseModel:
        self.errors.pop(name, None)
        try:
            return model.model_validate({field: self._unseal(name, field, value) for field, value in stored.items()})
        except (ValidationError, ConfigurationError) as error:
            self.errors[name] = str(error)
            log.error("the stored settings of plugin %s are not valid; its defaults are used: %s", name, error)
            return model()

    def _unseal(self, name: str, field: str, value: Any) -> Any:
        if isinstance(value, dict) and set(value) == {"sealed"}:
            return self._keyring.unseal(f"settings:{name}:{field}", value["sealed"])
        return value
