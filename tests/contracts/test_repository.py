"""The repository's own rules: its distributions, what they require, and what its files must not name."""

from __future__ import annotations

import configparser
import importlib.metadata
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.contracts.repository import (
    ROOT,
    Distribution,
    addons,
    distributions,
    files_in_git,
    imports,
    named,
    tool,
    tree,
)

ADDONS = pytest.mark.parametrize("addon", addons(), ids=lambda addon: addon.folder.name)
EACH = pytest.mark.parametrize("distribution", distributions(), ids=lambda each: each.project["name"])
TOML_GROUP = {"plugins": "spoeq.plugins", "themes": "spoeq.themes"}
# What the SDK's own types are made of: a plugin meets it through the core, which alone chooses the versions.
BROUGHT_BY_THE_CORE = {"click", "markupsafe", "odmantic", "pluggy", "pydantic", "pymongo", "quart"}
# pydantic asks for exactly one version of it, so that nobody else can.
PYDANTICS_OTHER_HALF = {"pydantic-core"}
OWNERS = importlib.metadata.packages_distributions()
# uvicorn takes the faster event loop and parser where they are installed: nobody imports them by name.
FOUND_BY_UVICORN = {"httptools", "uvloop"}


def lines(name: str) -> list[str]:
    return (ROOT / name).read_text("utf-8").splitlines()


def names(kind: str) -> set[str]:
    return {addon.folder.name for addon in addons() if addon.kind == kind}


def packages(*kinds: str) -> set[str]:
    return {addon.package.name for addon in addons() if addon.kind in kinds}


# -- one folder, one distribution -------------------------------------------------------------------------------------


def test_requirements_dev_names_the_core_and_each_folder_once():
    editable = [line.removeprefix("-e ") for line in lines("requirements-dev.txt") if line.startswith("-e ")]
    assert editable[0] == ".[embedded,dev]"
    assert sorted(editable[1:]) == sorted(named(addon.folder) for addon in addons())
    assert "-c constraints.txt" in lines("requirements-dev.txt")


@ADDONS
def test_an_addon_is_named_after_its_folder_and_found_by_its_entry_point(addon: Distribution):
    name = addon.folder.name
    theme = addon.kind == "themes"
    package = f"spoeq_theme_{name}" if theme else f"spoeq_{name}"
    target = package if theme else f"{package}.plugin"
    assert addon.project["name"] == (f"spoeq-theme-{name}" if theme else f"spoeq-{name}")
    assert addon.package.name == package
    entry_points = dict(addon.project["entry-points"])
    commands = entry_points.pop("spoeq.commands", {})
    assert entry_points == {TOML_GROUP[addon.kind]: {name: target}}
    assert all(command.startswith(f"{package}.") for command in commands.values())
    assert (addon.folder / package / ("__init__.py" if theme else "plugin.py")).is_file()


@ADDONS
def test_an_addon_says_what_it_is_and_what_it_stands_on(addon: Distribution):
    core = Distribution(ROOT)
    assert addon.project["requires-python"] == core.project["requires-python"]
    assert (addon.folder / "README.md").read_text("utf-8").startswith(f"# {addon.project['name']}\n")
    (on_core,) = (requirement for requirement in addon.requirements() if requirement.name == "spoeq")
    version = Version(importlib.metadata.version("spoeq"))
    assert on_core.specifier.contains(version), f"{addon.project['name']} does not accept spoeq {version}"
    assert any(part.operator == "<" for part in on_core.specifier), "an addon must name the first spoeq it may not suit"


@EACH
def test_each_distribution_carries_the_licence(distribution: Distribution):
    assert distribution.project["license"] == "BSD-3-Clause"
    assert distribution.project["license-files"] == ["LICENSE"]
    assert (distribution.folder / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


@EACH
def test_each_distribution_with_code_has_its_own_tests(distribution: Distribution):
    # A theme holds none: its pages are tested where they are made.
    assert distribution.kind == "themes" or any((distribution.folder / "tests").rglob("test_*.py")), (
        "no tests beside it"
    )


def test_the_tools_know_each_plugin_and_theme():
    contracts = {contract["id"]: contract for contract in tool("importlinter", "contracts")}
    everyone, plugins = packages("plugins", "themes"), packages("plugins")
    assert set(tool("importlinter", "root_packages")) == {"spoeq_core", *everyone}
    assert set(contracts["core-knows-no-plugin"]["forbidden_modules"]) == everyone
    assert set(contracts["plugins-are-strangers"]["modules"]) == plugins
    assert set(contracts["plugin-rooms"]["containers"]) == plugins
    assert set(tool("mypy", "mypy_path")) == {".", *(named(addon.folder) for addon in addons())}


def test_tox_tests_each_plugin_alone():
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(ROOT / "tox.ini", "utf-8")
    (section,) = (name for name in tox.sections() if "alone" in name)
    assert set(re.findall(r"\w+", section.partition("{")[2])) == names("plugins")
    assert section.partition("alone-")[2] in tox["tox"]["env_list"]
    for plugin in names("plugins"):
        assert f"{plugin}: python -m pytest plugins/{plugin} " in tox[section]["commands"]
        assert re.search(rf"^{plugin}: .* -e plugins/{plugin}$", tox[section]["commands_pre"], re.MULTILINE)


# -- what is required is declared, pinned and used --------------------------------------------------------------------


def top_level_imports(paths: Iterable[Path]) -> dict[str, str]:
    """Each foreign top-level package that a module imports, with one place that does."""
    found: dict[str, str] = {}
    for path in paths:
        for line, name in imports(tree(path)):
            top = name.partition(".")[0]
            if top and top not in sys.stdlib_module_names and not top.startswith("spoeq_"):
                found.setdefault(top, f"{named(path)}:{line}")
    return found


def for_developers(path: Path) -> bool:
    return "testing" in path.parts or path.name == "developing.py"


def owners(top: str) -> set[str]:
    """The installed distributions that bring a top-level package."""
    return {canonicalize_name(owner) for owner in OWNERS.get(top, [])}


def undeclared(paths: Iterable[Path], declared: set[str]) -> dict[str, str]:
    return {top: place for top, place in top_level_imports(paths).items() if not owners(top) & declared}


@EACH
def test_each_import_is_declared_by_the_distribution_that_imports(distribution: Distribution):
    declared = distribution.required_names(*{"embedded"} & distribution.project.get("optional-dependencies", {}).keys())
    if distribution.kind != "core":
        declared |= BROUGHT_BY_THE_CORE | PYDANTICS_OTHER_HALF
    assert undeclared((path for path in distribution.modules() if not for_developers(path)), declared) == {}
    # The kit and `spoeq plugins dev` are for those who write plugins, and so have the tools for it.
    assert (
        undeclared(filter(for_developers, distribution.modules()), declared | Distribution(ROOT).required_names("dev"))
        == {}
    )


def test_the_core_declares_what_it_brings_to_its_plugins():
    assert Distribution(ROOT).required_names() >= BROUGHT_BY_THE_CORE


@EACH
def test_each_requirement_is_imported(distribution: Distribution):
    imported = set().union(*(owners(top) for top in top_level_imports(distribution.modules())))
    assert distribution.required_names() - imported - FOUND_BY_UVICORN - {"spoeq"} == set()


def test_each_import_of_the_tests_is_declared():
    declared = Distribution(ROOT).required_names("embedded", "dev")
    declared |= set().union(*(addon.required_names() for addon in addons()))
    folders = [distribution.folder / "tests" for distribution in distributions()]
    stray = undeclared((path for folder in folders for path in folder.rglob("*.py")), declared)
    assert stray.keys() - {"tests"} == set(), stray


def pinned() -> dict[str, str]:
    pairs = (line.split("==") for line in lines("constraints.txt"))
    return {canonicalize_name(name): version for name, version in pairs}


def closure(wanted: Iterable[Requirement]) -> Iterator[str]:
    """The names of all installed distributions that some requirements lead to, on this platform."""
    seen: set[tuple[str, str]] = set()
    queue = [(requirement, extra) for requirement in wanted for extra in ("", *requirement.extras)]
    while queue:
        requirement, extra = queue.pop()
        name = canonicalize_name(requirement.name)
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        yield name
        for text in importlib.metadata.requires(name) or []:
            child = Requirement(text)
            if child.marker is None or child.marker.evaluate({"extra": extra}):
                queue.extend((child, inner) for inner in ("", *child.extras))


def test_constraints_hold_names_and_versions_only():
    odd = [line for line in lines("constraints.txt") if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line)]
    assert odd == []
    assert len(pinned()) == len(lines("constraints.txt")), "a name is pinned twice"


def test_constraints_pin_each_distribution_that_is_needed():
    wanted = [Requirement(text) for text in ("spoeq[embedded,dev]", *(addon.project["name"] for addon in addons()))]
    ours = {canonicalize_name(each.project["name"]) for each in distributions()}
    # pip comes with the environment; a tool that needs it must take the one that is there.
    assert set(closure(wanted)) - ours - {"pip", "setuptools"} - set(pinned()) == set()


def test_constraints_keep_to_the_ranges_of_the_manifests():
    refused = [
        f"{each.project['name']}: {requirement}, pinned {pins[name]}"
        for pins in (pinned(),)
        for each in distributions()
        for requirement in each.requirements(*each.project.get("optional-dependencies", {}))
        if (name := canonicalize_name(requirement.name)) != "spoeq"
        and not requirement.specifier.contains(pins[name], prereleases=True)
    ]
    assert refused == []


# -- what a file must not say, and what the README promises -----------------------------------------------------------

# In pieces, so that this file does not name what it forbids.
MACHINE_PATHS = re.compile(
    r"(?<![\w.])/(work|(home|Users)/\w+)" + "/" + r"|(?<!\w)/root" + "/" + r"|/tmp" + r"/venv|\b[A-Z]:" + r"\\\w"
)
REGISTRY_HOSTS = re.compile(r"\b(pypi|pythonhosted|npmjs|debian)" + r"\.(org|com)\b")


def text_of(path: Path) -> str:
    content = path.read_bytes()
    return "" if b"\0" in content else content.decode("utf-8", "replace")


@pytest.mark.parametrize("forbidden", [MACHINE_PATHS, REGISTRY_HOSTS], ids=["machine paths", "registry hosts"])
def test_no_file_names_one_machine_or_registry(forbidden: re.Pattern[str]):
    found = [
        f"{named(path)}:{number}: {line.strip()[:120]}"
        for path in files_in_git()
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if forbidden.search(line)
    ]
    assert found == []


def test_the_commands_of_the_readme_exist():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    promised = set(re.findall(r"\bmake ([a-z]+)", "\n".join(code_of("README.md"))))
    assert promised >= {"demo", "test"}
    assert promised <= targets


def code_of(name: str) -> Iterator[str]:
    """The fenced blocks and inline code of a Markdown file."""
    text = (ROOT / name).read_text("utf-8")
    yield from re.findall(r"^```[^\n]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    yield from re.findall(r"`([^`\n]+)`", text)
