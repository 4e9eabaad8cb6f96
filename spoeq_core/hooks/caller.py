"""Asks the plugins: a spec function is the typed key of its question.

pluggy finds and orders the implementations; this awaits them, each with the deadline and the failure policy that
the spec states, leaves out those of disabled plugins and of those whose breaker is open, and names the plugin that
failed.
"""

from __future__ import annotations

import copy
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, ParamSpec, TypeVar, cast

import pluggy

from spoeq_core.hooks.checking import check_impl, shape_fault
from spoeq_core.hooks.counting import Blocked, Calls
from spoeq_core.hooks.failures import HookError, Late, Refused, in_time, together
from spoeq_core.hooks.spec import PROJECT, Policy, hookimpl, hookspec, policy, policy_of
from spoeq_core.kernel.breaker import Breakers
from spoeq_core.kernel.errors import ConfigurationError

__all__ = [
    "PROJECT",
    "Answer",
    "Calls",
    "EachOwn",
    "FaultListener",
    "HookError",
    "Hooks",
    "Policy",
    "hookimpl",
    "hookspec",
    "policy",
    "policy_of",
]

log = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Answer(Generic[R]):
    """What one plugin answered."""

    plugin: str
    value: R


class EachOwn(Mapping[str, Any]):
    """One argument that differs by plugin: each is given the value under its own name, or an empty mapping."""

    def __init__(self, by_plugin: Mapping[str, Any]) -> None:
        self._by_plugin = by_plugin

    def __getitem__(self, plugin: str) -> Any:
        return self._by_plugin.get(plugin, {})

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_plugin)

    def __len__(self) -> int:
        return len(self._by_plugin)


FaultListener = Callable[[str, str, str], None]


def _ignore(_plugin: str, _hook: str, _error: str) -> None:
    return


class Hooks:
    """The questions of one app. `enabled` and `order` are replaced as plugins come and go."""

    def __init__(
        self, manager: pluggy.PluginManager, on_fault: FaultListener = _ignore, breakers: Breakers | None = None
    ) -> None:
        self.manager = manager
        self.enabled: frozenset[str] = frozenset()
        self.order: tuple[str, ...] = ()
        self.held: Mapping[str, str] = {}
        """Those that are on and must not serve yet, and why: asked nothing, and what may not be skipped refuses."""
        self.missing: Mapping[str, str] = {}
        """By hook: a plugin that is on, answered it when it was last served here, and is not there."""
        self.patience = 0.0
        """Seconds that every question gets at the least."""
        self.on_fault = on_fault
        self.breakers = breakers or Breakers()
        self.calls: dict[tuple[str, str], Calls] = {}
        self.blocked: dict[tuple[str, str], Blocked] = {}
        self.slots: dict[str, frozenset[str]] = {}
        """What plugins that name the slots they fill are asked about."""
        self._parts: dict[str, list[Answer[Any]]] = {}

    async def collect(
        self, spec: Callable[P, Awaitable[R | None]], *args: P.args, **kwargs: P.kwargs
    ) -> list[Answer[R]]:
        """Each enabled plugin's answer, asked together, in hook order; None is no answer.

        Raises:
            HookError: a plugin failed or was late, and the spec's policy is "raise".
        """
        _refuse_positional(args)
        impls = list(self._impls(spec))
        if (slot := kwargs.get("slot")) is not None:
            impls = [impl for impl in impls if slot in self.slots.get(impl.plugin_name, (slot,))]
        if not impls:
            return []
        if len(impls) == 1:
            answers = [await self._ask(spec, impls[0], kwargs)]
        else:
            answers = await together([self._ask(spec, impl, kwargs) for impl in impls])
        return [
            Answer(impl.plugin_name, cast(R, answer))
            for impl, answer in zip(impls, answers, strict=True)
            if answer is not None
        ]

    async def first(
        self, spec: Callable[P, Awaitable[R | None]], *args: P.args, **kwargs: P.kwargs
    ) -> Answer[R] | None:
        """The first answer in hook order; asks no further plugin."""
        _refuse_positional(args)
        for impl in self._impls(spec):
            if (result := await self._ask(spec, impl, kwargs)) is not None:
                return Answer(impl.plugin_name, cast(R, result))
        return None

    def has(self, spec: Callable[..., object]) -> bool:
        """Whether anybody would be asked."""
        return any(True for _ in self._impls(spec))

    def parts(self, spec: Callable[[], R | None]) -> list[Answer[R]]:
        """What the enabled plugins contributed through a `register_*` hook; asked once per process, at boot."""
        return [part for part in self.all_parts(spec) if part.plugin in self.enabled]

    def all_parts(self, spec: Callable[[], R | None]) -> list[Answer[R]]:
        """The same of all installed plugins, enabled or not, as they were asked by `ask_parts`."""
        name = spec.__name__
        order = {impl.plugin_name: place for place, impl in enumerate(self._all_impls(spec))}
        known = [part for part in self._parts.get(name, ()) if part.plugin in order]
        return sorted(cast("list[Answer[R]]", known), key=lambda part: order[part.plugin])

    def part_of(self, spec: Callable[[], R | None], plugin: str) -> R | None:
        """The same of one plugin; None if it contributed nothing there."""
        return next((part.value for part in self.all_parts(spec) if part.plugin == plugin), None)

    def ask_parts(self, spec: Callable[[], object], plugin: str) -> None:
        """Ask one plugin what it contributes through a `register_*` hook, once.

        Raises:
            ConfigurationError: its answer is of the wrong type.
        """
        for impl in self._impls_by_name(spec):
            if impl.plugin_name != plugin:
                continue
            value = impl.function()
            if fault := shape_fault(spec, value):
                raise ConfigurationError(f"Plugin {plugin!r}: {fault}.", hint="See docs/reference.md.")
            if value is not None:
                self._parts.setdefault(spec.__name__, []).append(Answer(plugin, value))

    def remove(self, plugin: str) -> None:
        """Take a plugin out, with all it contributed; nothing happens if it is not there."""
        if self.manager.has_plugin(plugin):
            self.manager.unregister(name=plugin)
        for name, parts in self._parts.items():
            self._parts[name] = [part for part in parts if part.plugin != plugin]

    def check(self, plugin: str) -> None:
        """At boot: a plugin's unknown hooks, wrong colours and wrong parameters are errors that name it and the hook.

        Raises:
            ConfigurationError: what is wrong.
        """
        try:
            self.manager.check_pending()
        except pluggy.PluginValidationError as error:
            raise ConfigurationError(
                f"Plugin {plugin!r}: {error}.", hint="See docs/reference.md for the hooks there are."
            ) from None
        for caller in vars(self.manager.hook).values():
            if isinstance(caller, pluggy.HookCaller) and caller.spec is not None:
                for impl in caller.get_hookimpls():
                    if impl.plugin_name == plugin:
                        check_impl(caller.spec.function, impl)

    def without(self, plugins: Collection[str]) -> Hooks:
        """The same questions, asked as if these plugins were disabled."""
        fewer = copy.copy(self)
        fewer.enabled = self.enabled - frozenset(plugins)
        fewer.held = {name: why for name, why in self.held.items() if name not in plugins}
        fewer.missing = {hook: name for hook, name in self.missing.items() if name not in plugins}
        return fewer

    def only(self, plugin: str) -> Hooks:
        """The same questions, asked of one plugin, enabled or not."""
        one = copy.copy(self)
        one.enabled = frozenset({plugin})
        one.held, one.missing = {}, {}
        return one

    def hooks_of(self, plugin: str) -> list[str]:
        """Names of the hooks that a plugin implements."""
        callers = self.manager.get_hookcallers(self.manager.get_plugin(plugin)) or []
        return sorted(caller.name for caller in callers)

    def _impls(self, spec: Callable[..., object]) -> Iterator[pluggy.HookImpl]:
        if gone := self.missing.get(spec.__name__):
            self._leave_out(spec, gone, "it is switched on and could not be loaded")
        return (
            impl for impl in self._all_impls(spec) if impl.plugin_name in self.enabled or impl.plugin_name in self.held
        )

    def _all_impls(self, spec: Callable[..., object]) -> Iterable[pluggy.HookImpl]:
        impls = self._impls_by_name(spec)
        return sorted(impls, key=lambda impl: self._place_of(impl.plugin_name)) if self.order else impls

    def _impls_by_name(self, spec: Callable[..., object]) -> list[pluggy.HookImpl]:
        """In pluggy's order: that of registration, `tryfirst` and `trylast` counted in."""
        caller: pluggy.HookCaller = getattr(self.manager.hook, spec.__name__)
        return list(reversed(caller.get_hookimpls()))

    def _place_of(self, plugin: str) -> int:
        """Where the merchant put it; those not named come after."""
        return self.order.index(plugin) if plugin in self.order else len(self.order)

    async def _ask(self, spec: Callable[..., object], impl: pluggy.HookImpl, kwargs: dict[str, Any]) -> object:
        function = cast("Callable[..., Awaitable[object]]", impl.function)

        async def answer() -> object:
            value = await function(**{name: _own(kwargs[name], impl.plugin_name) for name in impl.argnames})
            if fault := shape_fault(spec, value):
                raise TypeError(fault)
            return value

        return await self.guarded(spec, impl.plugin_name, answer)

    async def guarded(self, spec: Callable[..., object], plugin: str, ask: Callable[[], Awaitable[R]]) -> R | None:
        """What a plugin answers when it is asked under a spec's policy and breaker; None if it failed and is skipped.

        For what it contributed through a `register_*` hook, the policy is that hook's.

        Raises:
            HookError: it failed or was late, and the policy is "raise".
        """
        key = (plugin, spec.__name__)
        if plugin in self.held:
            self._leave_out(spec, plugin, f"it is held: {self.held[plugin]}")
            return None
        if not self.breakers.admits(key):
            self._leave_out(spec, plugin, "it failed again and again and is not asked for a while")
            return None
        count = self.calls.setdefault(key, Calls())
        count.calls += 1
        started = time.perf_counter()
        try:
            answer = await in_time(policy_of(spec), ask, patience=self.patience)
        except Refused as refused:
            self.breakers.succeeded(key)
            raise refused.error from None
        except Exception as error:
            count.errors += 1
            count.timeouts += isinstance(error, Late)
            self.breakers.failed(key)
            self._fault(spec, plugin, error)
            return None
        except BaseException:
            self.breakers.released(key)
            raise
        finally:
            count.took(time.perf_counter() - started)
        self.breakers.succeeded(key)
        return answer

    def _leave_out(self, spec: Callable[..., object], plugin: str, why: str) -> None:
        if policy_of(spec).on_error == "raise":
            raise HookError(plugin, spec.__name__, why)

    def _fault(self, spec: Callable[..., object], plugin: str, error: Exception) -> None:
        cause = str(error) if isinstance(error, Late) else f"{type(error).__name__}: {error}"
        log.error("plugin %s failed in hook %s", plugin, spec.__name__, exc_info=error)
        self.on_fault(plugin, spec.__name__, cause)
        if policy_of(spec).on_error == "raise":
            raise HookError(plugin, spec.__name__, cause) from error


def _own(value: object, plugin: str) -> object:
    return value[plugin] if isinstance(value, EachOwn) else value


def _refuse_positional(args: tuple[object, ...]) -> None:
    if args:
        raise TypeError("hooks take keyword arguments only")
