"""Whether a plugin answers hooks that there are, as their specs say."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

from spoeq_core.hooks.caller import Hooks
from spoeq_core.hooks.spec import PROJECT
from spoeq_core.kernel.errors import ConfigurationError
from spoeq_core.plugins.loading import FAMILIES, build_hooks
from spoeq_core.testing.check.model import Fault, Unchecked
from spoeq_core.testing.check.subject import Subject
from spoeq_core.testing.check.types import fits, hints_of, value_fits

if TYPE_CHECKING:
    from spoeq_core.testing.check.lab import Lab

Spec = Callable[..., Any]


def specs() -> dict[str, Spec]:
    """Every hook by its name."""
    return {
        name: spec
        for family in FAMILIES
        for name, spec in vars(family).items()
        if inspect.isfunction(spec) and hasattr(spec, f"{PROJECT}_spec")
    }


def impls(module: ModuleType) -> dict[str, Spec]:
    """The functions of a plugin module that answer hooks, by the hook's name."""
    found: dict[str, Spec] = {}
    for name, function in vars(module).items():
        options = getattr(function, f"{PROJECT}_impl", None)
        if options is not None and inspect.isfunction(function):
            found[options.get("specname") or name] = function
    return found


def asked_impls(module: ModuleType) -> dict[str, Spec]:
    """Those that are asked in requests."""
    known = specs()
    return {name: each for name, each in impls(module).items() if inspect.iscoroutinefunction(known.get(name))}


def check_impls(module: ModuleType) -> list[str]:
    """What is wrong with a plugin's functions beside their specs: names, colour, parameters and annotations."""
    known = specs()
    found: list[str] = []
    for name, impl in impls(module).items():
        if name not in known:
            found.append(_unknown(name, known))
        else:
            found += [f"{name}: {fault}" for fault in _faults(known[name], impl)]
    return found


async def check(subject: Subject, _lab: Lab) -> Sequence[Fault]:
    """Its functions beside their specs, and what it contributes at boot."""
    module = subject.installed.module
    found = check_impls(module)
    if not found:
        found = list(_boot_faults(subject))
    if not found and not impls(module):
        return [Fault("it answers no hook at all", warning=True)]
    return [Fault(text) for text in found]


def booted(subject: Subject) -> Hooks:
    """The plugin's hooks, with what it contributes.

    Raises:
        Unchecked: a shop would not start with it.
    """
    if any(True for _ in _boot_faults(subject)):
        raise Unchecked("a shop would trip over it: see the check contract")
    return build_hooks([subject.installed], lambda *_: None)


def _boot_faults(subject: Subject) -> Iterator[str]:
    """What a shop would refuse at boot, and contributions of a wrong kind, which it would trip over later."""
    try:
        hooks = build_hooks([subject.installed], lambda *_: None)
    except ConfigurationError as error:
        yield f"{error} {error.hint}"
        return
    except Exception as error:
        yield f"a shop cannot start with it: {type(error).__name__}: {error}"
        return
    for name, spec in specs().items():
        if name.startswith("register_"):
            wanted = hints_of(spec)["return"]
            for part in hooks.all_parts(spec):
                if fault := value_fits(part.value, wanted):
                    yield f"{name}: {fault}"


def _unknown(name: str, known: dict[str, Spec]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"there is no hook {name!r}" + (f"; did you mean {near[0]!r}?" if near else "")


def _faults(spec: Spec, impl: Spec) -> Iterator[str]:
    wanted = inspect.iscoroutinefunction(spec)
    if inspect.iscoroutinefunction(impl) is not wanted:
        yield f"it must be written with {'async def' if wanted else 'def'}"
    asked, taken = inspect.signature(spec).parameters, inspect.signature(impl).parameters
    for name, parameter in taken.items():
        if name not in asked:
            yield f"it takes {name!r}, which it is not given; there are: {', '.join(asked) or 'none'}"
        elif parameter.kind is not parameter.POSITIONAL_OR_KEYWORD or parameter.default is not parameter.empty:
            yield f"{name!r} must be a plain parameter without a default"
    yield from _annotation_faults(spec, impl, [name for name in taken if name in asked])


def _annotation_faults(spec: Spec, impl: Spec, taken: Sequence[str]) -> Iterator[str]:
    try:
        wanted, given = hints_of(spec), hints_of(impl)
    except (NameError, AttributeError, ImportError, TypeError) as error:
        yield f"its annotations cannot be read: {error}"
        return
    for name in taken:
        if name not in given:
            yield f"{name!r} has no annotation"
        elif not fits(wanted[name], given[name]):
            yield f"{name!r} is given {_shown(wanted[name])} and annotated {_shown(given[name])}"
    if "return" not in given:
        yield "its answer has no annotation"
    elif not fits(given["return"], wanted["return"]):
        yield f"it answers {_shown(given['return'])} where {_shown(wanted['return'])} is expected"


def _shown(hint: Any) -> str:
    return hint.__name__ if inspect.isclass(hint) and not hasattr(hint, "__args__") else str(hint)
