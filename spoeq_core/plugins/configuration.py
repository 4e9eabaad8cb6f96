"""The plugins' state as this process knows it: what is enabled, and each one's settings, kept up to date."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

from pydantic import BaseModel, SecretStr, TypeAdapter, ValidationError
from redis.asyncio import Redis

from spoeq_core.hooks import app as app_hooks
from spoeq_core.hooks.caller import Hooks
from spoeq_core.hooks.contributions import Migration
from spoeq_core.kernel.crypto import Keyring
from spoeq_core.kernel.errors import ConfigurationError
from spoeq_core.kernel.redis import REDIS_ERRORS
from spoeq_core.kernel.validation import field_errors
from spoeq_core.plugins.discovery import Discovery, InstalledPlugin, Quarantined
from spoeq_core.plugins.documents import Change, PluginStateDocument
from spoeq_core.plugins.faults import Faults
from spoeq_core.plugins.model import PluginRecord, why_held
from spoeq_core.plugins.records import Stores
from spoeq_core.shop import ShopProfile

log = logging.getLogger(__name__)

S = TypeVar("S", bound=BaseModel)
CORE = "core"
"""Name under which the core's own settings are kept."""
SEALED = "sealed"
SAFETY = 10
"""Each so many looks at Redis the database itself is asked."""


class Configuration:
    """What `shop.plugin_settings` reads; refreshed from the database when the epoch in Redis moves."""

    def __init__(
        self,
        stores: Stores,
        redis: Redis,
        hooks: Hooks,
        keyring: Keyring,
        discovery: Discovery,
        prefix: str,
        faults: Faults,
    ) -> None:
        self.states = stores.states
        self.records = stores.records
        self.core = stores.core
        self.faults = faults
        self.purging: frozenset[str] = frozenset()
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
        self._turn = asyncio.Lock()

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
        """Read the state and put it in force; plugins that this shop never saw are taken up."""
        names = {plugin.name for plugin in self.plugins}
        fresh = {plugin.name for plugin in self.plugins if plugin.manifest.default_enabled}

        def introduce(state: PluginStateDocument) -> PluginStateDocument | None:
            new = names - set(state.known)
            if not new:
                return None
            enabled = sorted({*state.enabled, *(fresh & new)})
            return state.model_copy(update={"known": sorted({*state.known, *new}), "enabled": enabled})

        async with self._turn:
            await self._put_in_force(await self.states.change(introduce))

    async def change(self, decide: Change) -> bool:
        """Change the state, put it in force here, and tell the other processes; whether anything changed.

        Args:
            decide: The changed state of a given one, or None if it is as wanted. Asked again if somebody else was
                faster.
        """
        before = self.epoch
        state = await self.states.change(decide)
        await self.publish(state)
        return state.epoch != before

    async def publish(self, state: PluginStateDocument) -> None:
        """Put a stored state in force here, unless a later one is already, and tell the other processes."""
        async with self._turn:
            if state.epoch >= self.epoch:
                await self._put_in_force(state)
            try:
                await self._redis.set(self._channel, self.epoch)
            except REDIS_ERRORS:
                log.warning("Redis is down; other processes learn of the plugin change from the database")

    async def _put_in_force(self, state: PluginStateDocument) -> None:
        """In this process: with those held that must not serve yet."""
        records = await self.records.all()
        found = {
            plugin.name: self._why_held(plugin, records) for plugin in self.plugins if plugin.name in state.enabled
        }
        self._hooks.held = {name: reason for name, reason in found.items() if reason}
        self._hooks.enabled = frozenset(name for name, reason in found.items() if not reason)
        self._hooks.missing = {
            hook: name for name in state.enabled if name not in found for hook in _answered(records.get(name))
        }
        self._hooks.order = tuple(state.order)
        for name, model in self.models.items():
            self._values[model] = self._read(name, model, state.settings.get(name, {}))
        self.themes = state.themes
        self.purging = frozenset(state.purging)
        self.epoch = state.epoch
        for listener in self.listeners:
            listener()

    def _why_held(self, plugin: InstalledPlugin, records: Mapping[str, PluginRecord]) -> str:
        record = records.get(plugin.name, PluginRecord(plugin.name))
        return why_held(plugin.version, migrations_of(self._hooks, plugin.name), record)

    async def watch(self, every: float) -> None:
        """Follow changes that other processes make, until cancelled.

        Redis is asked each time, the database now and then: what Redis was not told, or forgot, is found there.
        """
        for count in itertools.count(1):
            await asyncio.sleep(every)
            try:
                await self.faults.refresh()
                if await self._is_stale(sure=count % SAFETY == 0):
                    await self.refresh()
            except asyncio.CancelledError:
                raise
            except Exception:
                log.warning("the plugins' state could not be read; keeping the last one", exc_info=True)

    def values(self, name: str, state: PluginStateDocument) -> BaseModel:
        """A plugin's settings in a given state."""
        return self._read(name, self.models[name], state.settings.get(name, {}))

    def dump(self, name: str, values: BaseModel) -> dict[str, Any]:
        """Settings as they are stored: secrets sealed, wherever they are."""
        return {field: self._sealed(f"settings:{name}:{field}", value) for field, value in values}

    async def _is_stale(self, *, sure: bool) -> bool:
        if sure:
            return (await self.states.read()).epoch != self.epoch
        try:
            published = await self._redis.get(self._channel)
        except REDIS_ERRORS:
            published = None
        if published is not None:
            return int(published) != self.epoch
        return (await self.states.read()).epoch != self.epoch

    def _read(self, name: str, model: type[BaseModel], stored: dict[str, Any]) -> BaseModel:
        self.errors.pop(name, None)
        try:
            return model.model_validate(
                {field: self._unsealed(f"settings:{name}:{field}", value) for field, value in stored.items()}
            )
        except (ValidationError, ConfigurationError) as error:
            self.errors[name] = _without_values(error)
            log.error(
                "the stored settings of plugin %s are not valid; its defaults are used: %s", name, self.errors[name]
            )
            return model()

    def _sealed(self, purpose: str, value: Any) -> Any:
        if isinstance(value, SecretStr):
            text = value.get_secret_value()
            return {SEALED: self._keyring.seal(purpose, text)} if text else ""
        if isinstance(value, BaseModel | Mapping):
            items = value.items() if isinstance(value, Mapping) else value
            return {str(key): self._sealed(purpose, item) for key, item in items}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._sealed(purpose, item) for item in value]
        return TypeAdapter(Any).dump_python(value, mode="json")

    def _unsealed(self, purpose: str, value: Any) -> Any:
        if isinstance(value, Mapping):
            if set(value) == {SEALED}:
                return self._keyring.unseal(purpose, value[SEALED])
            return {key: self._unsealed(purpose, item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._unsealed(purpose, item) for item in value]
        return value


def migrations_of(hooks: Hooks, plugin: str) -> list[Migration]:
    """All migrations that a plugin brings, in the order of their numbers."""
    return sorted(hooks.part_of(app_hooks.register_migrations, plugin) or (), key=lambda migration: migration.number)


def _answered(record: PluginRecord | None) -> Sequence[str]:
    return record.hooks if record else ()


def _without_values(error: ValidationError | ConfigurationError) -> str:
    """What is wrong, field by field, without what was entered: it may be a secret."""
    if isinstance(error, ConfigurationError):
        return str(error)
    return "; ".join(f"{item.field}: {item.message}" for item in field_errors(error))
