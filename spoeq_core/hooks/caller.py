"""Asks the plugins: a spec function is the typed key of its question.

pluggy finds and orders the implementations; this awaits them, each with the deadline and the failure policy that
the spec states, leaves out those of disabled plugins, and names the plugin that failed.
"""

from __future__ import annotations

import asyncio
import copy
import inspect
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, ParamSpec, TypeVar, cast

import pluggy

from spoeq_core.kernel.errors import ConfigurationError, SpoeqError, Unavailable

log = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")
F = TypeVar("F", bound=Callable[..., object])

PROJECT = "spoeq"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@dataclass(frozen=True, slots=True)
class Policy:
    """What a spec promises its callers.

    Attributes:
        timeout: Seconds an answer may take.
        on_error: "raise" fails the question (money, stock), "skip" goes on without this answer (cosmetics).
        since: The version of spoeq that introduced the hook.
        may_refuse: Whether a SpoeqError that the plugin raises is its answer to the shopper, and not a fault of it.
    """

    timeout: float = 2.0
    on_error: Literal["raise", "skip"] = "raise"
    since: str = "0.1"
    may_refuse: bool = True


def policy(
    *,
    timeout: float = 2.0,
    on_error: Literal["raise", "skip"] = "raise",
    since: str = "0.1",
    may_refuse: bool = True,
) -> Callable[[F], F]:
    """State a spec's policy."""

    def mark(spec: F) -> F:
        spec.__policy__ = Policy(timeout, on_error, since, may_refuse)  # type: ignore[attr-defined]
        return spec

    return mark


def policy_of(spec: Callable[..., object]) -> Policy:
    """The policy a spec states."""
    return cast(Policy, getattr(spec, "__policy__", Policy()))


class HookError(Unavailable):
    """A plugin failed at a question that may not be skipped."""

    code = "plugin_failed"

    def __init__(self, plugin: str, hook: str, cause: str) -> None:
        super().__init__(
            f"Plugin {plugin!r} failed in hook {hook!r}: {cause}.",
            hint=f"Staff: see Plugins > {plugin} in the admin, mend its settings or disable it.",
        )
        self.plugin = plugin
        self.hook = hook


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
    """The questions of one app. `enabled` is replaced as plugins come and go."""

    def __init__(self, manager: pluggy.PluginManager, on_fault: FaultListener = _ignore) -> None:
        self.manager = manager
        self.enabled: frozenset[str] = frozenset()
        self.order: tuple[str, ...] = ()
        self.on_fault = on_fault
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
        if len(impls) == 1:
            answers = [await self._ask(spec, impls[0], kwargs)]
        else:
            answers = await _together([self._ask(spec, impl, kwargs) for impl in impls])
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

    def parts(self, spec: Callable[[], R | None]) -> list[Answer[R]]:
        """What the enabled plugins contributed through a `register_*` hook; asked once per process, at boot."""
        return [part for part in self.all_parts(spec) if part.plugin in self.enabled]

    def all_parts(self, spec: Callable[[], R | None]) -> list[Answer[R]]:
        """The same of all installed plugins, enabled or not."""
        name = spec.__name__
        if name not in self._parts:
            found = ((impl.plugin_name, impl.function()) for impl in self._all_impls(spec))
            self._parts[name] = [Answer(plugin, value) for plugin, value in found if value is not None]
        return cast("list[Answer[R]]", self._parts[name])

    def check(self) -> None:
        """At boot: unknown hooks, wrong colours and wrong parameters are errors that name plugin and hook."""
        try:
            self.manager.check_pending()
        except pluggy.PluginValidationError as error:
            raise ConfigurationError(str(error), hint="See docs/hooks.md for the hooks there are.") from None
        for caller in vars(self.manager.hook).values():
            if isinstance(caller, pluggy.HookCaller) and caller.spec is not None:
                for impl in caller.get_hookimpls():
                    _check_impl(caller.spec.function, impl)

    def without(self, plugins: Collection[str]) -> Hooks:
        """The same questions, asked as if these plugins were disabled."""
        fewer = copy.copy(self)
        fewer.enabled = self.enabled - frozenset(plugins)
        return fewer

    def hooks_of(self, plugin: str) -> list[str]:
        """Names of the hooks that a plugin implements."""
        callers = self.manager.get_hookcallers(self.manager.get_plugin(plugin)) or []
        return sorted(caller.name for caller in callers)

    def _impls(self, spec: Callable[..., object]) -> Iterator[pluggy.HookImpl]:
        return (impl for impl in self._all_impls(spec) if impl.plugin_name in self.enabled)

    def _all_impls(self, spec: Callable[..., object]) -> Iterable[pluggy.HookImpl]:
        caller: pluggy.HookCaller = getattr(self.manager.hook, spec.__name__)
        impls = list(reversed(caller.get_hookimpls()))
        if self.order:
            place = {name: position for position, name in enumerate(self.order)}
            impls.sort(key=lambda impl: place.get(impl.plugin_name, len(place)))
        return impls

    async def _ask(self, spec: Callable[..., object], impl: pluggy.HookImpl, kwargs: dict[str, Any]) -> object:
        rule = policy_of(spec)
        function = cast("Callable[..., Awaitable[object]]", impl.function)
        try:
            async with asyncio.timeout(rule.timeout):
                return await function(**{name: _own(kwargs[name], impl.plugin_name) for name in impl.argnames})
        except SpoeqError as error:
            if rule.on_error == "raise" and rule.may_refuse and not isinstance(error, Unavailable):
                raise
            self._fault(spec, impl, error)
        except Exception as error:
            self._fault(spec, impl, error)
        return None

    def _fault(self, spec: Callable[..., object], impl: pluggy.HookImpl, error: Exception) -> None:
        rule = policy_of(spec)
        late = isinstance(error, TimeoutError)
        cause = f"no answer within {rule.timeout} s" if late else f"{type(error).__name__}: {error}"
        log.error("plugin %s failed in hook %s", impl.plugin_name, spec.__name__, exc_info=error)
        self.on_fault(impl.plugin_name, spec.__name__, cause)
        if rule.on_error == "raise":
            raise HookError(impl.plugin_name, spec.__name__, cause) from error


def _own(value: object, plugin: str) -> object:
    return value[plugin] if isinstance(value, EachOwn) else value


def _refuse_positional(args: tuple[object, ...]) -> None:
    if args:
        raise TypeError("hooks take keyword arguments only")


async def _together(questions: list[Awaitable[object]]) -> list[object]:
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(cast("Any", question)) for question in questions]
    except BaseExceptionGroup as errors:
        first = errors.exceptions[0]
        raise first from first.__cause__
    return [task.result() for task in tasks]


def _check_impl(spec: Callable[..., object], impl: pluggy.HookImpl) -> None:
    wanted = inspect.iscoroutinefunction(spec)
    if inspect.iscoroutinefunction(impl.function) is not wanted:
        raise ConfigurationError(
            f"Plugin {impl.plugin_name!r}: hook {spec.__name__!r} has the wrong colour.",
            hint=f"Write it with '{'async def' if wanted else 'def'}'.",
        )
    if impl.wrapper or impl.hookwrapper or impl.kwargnames:
        raise ConfigurationError(
            f"Plugin {impl.plugin_name!r}: hook {spec.__name__!r} is a wrapper or has default values.",
            hint="Write a plain function whose parameters are those of the spec that it needs.",
        )
