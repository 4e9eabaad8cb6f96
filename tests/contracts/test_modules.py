"""Rules of the source that no linter checks: sizes, where imports stand, and what a model may know."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.contracts.repository import imports, modules, named, tree

MODULE_LINES = 300
FUNCTION_LINES = 40
# A model refuses by raising the kernel's errors and counts in its money: both are pure and import no framework.
PURE_KERNEL = ("spoeq_core.kernel.money", "spoeq_core.kernel.errors", "spoeq_core.kernel.messages")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(node: ast.AST) -> Iterator[Function]:
    return (child for child in ast.walk(node) if isinstance(child, Function))


def length(function: Function) -> int:
    """Lines of a function without its docstring, which may be as long as it must."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def test_a_module_has_at_most_300_lines():
    sizes = {named(path): len(path.read_text("utf-8").splitlines()) for path in modules()}
    assert {name: size for name, size in sizes.items() if size > MODULE_LINES} == {}


def test_a_function_has_at_most_40_lines():
    long = {
        f"{named(path)}:{function.lineno} {function.name}": length(function)
        for path in modules()
        for function in functions(tree(path))
        if length(function) > FUNCTION_LINES
    }
    assert long == {}


def test_each_module_begins_with_a_sentence():
    silent = [named(path) for path in modules() if not ast.get_docstring(tree(path))]
    assert silent == []


def test_imports_stand_at_the_top_of_a_module_except_in_the_test_kit():
    hidden = [
        f"{named(path)}:{line} {name}"
        for path in modules()
        if "testing" not in path.parts
        for function in functions(tree(path))
        for line, name in imports(function)
    ]
    assert hidden == []


def model_modules() -> list[Path]:
    return [path for path in modules() if path.name == "model.py" or "model" in path.parts]


def may_know(package: str, name: str) -> bool:
    """Whether a model may import this: the standard library, money, errors, messages, other models."""
    top, _, rest = name.partition(".")
    if top in sys.stdlib_module_names:
        return True
    if top == "pydantic" and package != "spoeq_core":
        return True  # a plugin's settings are pydantic models, and its model may be what they are made of
    if package == "spoeq_core":
        return name.startswith(PURE_KERNEL) or (top == package and "model" in rest.split("."))
    return name.startswith(f"{package}.model") or name.startswith("spoeq_core.sdk.")


def package_of(path: Path) -> str:
    return next(part for part in path.parts if part.startswith("spoeq_"))


def test_a_model_knows_only_the_standard_library_money_and_other_models():
    found = model_modules()
    assert found, "no model was found; did the folders move?"
    strange = [
        f"{named(path)}:{line} {name}"
        for path in found
        for line, name in imports(tree(path))
        if not may_know(package_of(path), name)
    ]
    assert strange == []
