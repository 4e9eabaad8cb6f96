"""Whether an implementation fits its spec: what pluggy itself does not check."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence

import pluggy

from spoeq_core.kernel.errors import ConfigurationError

SHAPES: tuple[tuple[str, type], ...] = (("Sequence[", Sequence), ("Mapping[", Mapping))


def check_impl(spec: Callable[..., object], impl: pluggy.HookImpl) -> None:
    """Refuse an implementation that could not be called as the spec says.

    Raises:
        ConfigurationError: wrong colour, a wrapper, defaults, or parameters that cannot be given by name.
    """
    wanted = inspect.iscoroutinefunction(spec)
    if inspect.iscoroutinefunction(impl.function) is not wanted:
        raise _refused(spec, impl, "has the wrong colour", f"Write it with '{'async def' if wanted else 'def'}'.")
    if impl.wrapper or impl.hookwrapper or impl.kwargnames:
        raise _refused(spec, impl, "is a wrapper or has default values", "Write a plain function without them.")
    odd = [
        parameter.name
        for parameter in inspect.signature(impl.function).parameters.values()
        if parameter.kind is not inspect.Parameter.POSITIONAL_OR_KEYWORD
    ]
    if odd:
        raise _refused(
            spec,
            impl,
            f"has parameters that are given by position only, by keyword only, or are many: {', '.join(odd)}",
            f"Name those that it needs of: {', '.join(inspect.signature(spec).parameters)}.",
        )


def shape_fault(spec: Callable[..., object], value: object) -> str:
    """What is wrong with an answer where the spec asks for a sequence or a mapping; empty if it fits, or is None."""
    if value is None:
        return ""
    wanted = str(spec.__annotations__.get("return", ""))
    for prefix, shape in SHAPES:
        if wanted.startswith(prefix) and (not isinstance(value, shape) or isinstance(value, str | bytes)):
            return f"{spec.__name__} answered a {type(value).__name__} where {wanted} is expected"
    return ""


def _refused(spec: Callable[..., object], impl: pluggy.HookImpl, what: str, hint: str) -> ConfigurationError:
    return ConfigurationError(f"Plugin {impl.plugin_name!r}: hook {spec.__name__!r} {what}.", hint=hint)
