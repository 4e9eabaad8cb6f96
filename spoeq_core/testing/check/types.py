"""Whether an annotation fits another one: as much of a type checker as a hook's signature needs."""

from __future__ import annotations

import ast
import collections.abc
import inspect
import types
import typing
from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any, Union, get_args, get_origin

NOTHING = type(None)
CALLABLE: object = collections.abc.Callable


def hints_of(function: Callable[..., object]) -> dict[str, Any]:
    """The annotations of a function, also where their names are imported for type checkers only.

    Raises:
        NameError: a name is nowhere to be found.
    """
    module = inspect.getmodule(function)
    return typing.get_type_hints(function, {**vars(module), **for_checkers(module)} if module else None)


def for_checkers(module: ModuleType) -> dict[str, object]:
    """What a module imports under `if TYPE_CHECKING:`."""
    try:
        tree = ast.parse(inspect.getsource(module))
    except (OSError, TypeError):
        return {}
    found: dict[str, object] = {}
    for block in tree.body:
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.unparse(block.test):
            for item in block.body:
                if isinstance(item, ast.ImportFrom) and item.module:
                    home = import_module(item.module)
                    found.update({name.asname or name.name: getattr(home, name.name, Any) for name in item.names})
    return found


def fits(given: Any, wanted: Any) -> bool:
    """Whether a value annotated as `given` may stand where `wanted` is asked for; in doubt it may."""
    if wanted in (Any, object) or given is Any or given == wanted:
        return True
    if _is_union(given):
        return all(fits(each, wanted) for each in get_args(given))
    if _is_union(wanted):
        return any(fits(given, each) for each in get_args(wanted))
    if isinstance(given, typing.TypeVar) or isinstance(wanted, typing.TypeVar):
        return True
    return _generic_fits(given, wanted)


def value_fits(value: object, wanted: Any) -> str:
    """What is wrong with a value where that is asked for; empty, if it fits or cannot be told."""
    if wanted is Any or value is None:
        return ""
    if _is_union(wanted):
        faults = [value_fits(value, each) for each in get_args(wanted) if each is not NOTHING]
        return "" if not faults or "" in faults else faults[0]
    origin, args = get_origin(wanted), get_args(wanted)
    if origin is collections.abc.Sequence and args and isinstance(value, collections.abc.Sequence):
        return next((fault for each in value if (fault := value_fits(each, args[0]))), "")
    if origin is None and inspect.isclass(wanted):
        return _instance_fault(value, wanted)
    return ""


def _instance_fault(value: object, wanted: type) -> str:
    if getattr(wanted, "_is_protocol", False):
        missing = [name for name in members(wanted) if not hasattr(value, name)]
        return f"{type(value).__name__} lacks {', '.join(missing)} of {wanted.__name__}" if missing else ""
    return "" if isinstance(value, wanted) else f"{value!r} is a {type(value).__name__}, not a {wanted.__name__}"


def members(protocol: type) -> list[str]:
    """What a Protocol asks of an object."""
    own = [each for each in protocol.__mro__ if getattr(each, "_is_protocol", False) and each is not typing.Protocol]
    names = {name for each in own for name in (*vars(each), *inspect.get_annotations(each))}
    return sorted(name for name in names if not name.startswith("_"))


def _generic_fits(given: Any, wanted: Any) -> bool:
    have, want = get_origin(given) or given, get_origin(wanted) or wanted
    if NOTHING in (given, wanted):
        return False
    if not inspect.isclass(have) or not inspect.isclass(want) or want is CALLABLE:
        return True  # a Literal, a Callable: told by mypy
    if getattr(want, "_is_protocol", False):
        return all(hasattr(have, name) or name in _annotated(have) for name in members(want))
    if not issubclass(have, want):
        return False
    return _arguments_fit(have, get_args(given), get_args(wanted))


def _arguments_fit(have: type, given: tuple[Any, ...], wanted: tuple[Any, ...]) -> bool:
    if have is tuple and given:
        given = (Union[tuple(each for each in given if each is not ...)],)  # noqa: UP007 - computed
    if len(given) != len(wanted):
        return True
    return all(fits(one, other) for one, other in zip(given, wanted, strict=True))


def _annotated(kind: type) -> Mapping[str, Any]:
    return {name: hint for each in kind.__mro__ for name, hint in inspect.get_annotations(each).items()}


def _is_union(hint: Any) -> bool:
    return get_origin(hint) in (Union, types.UnionType)
