"""Where a template is found: child, parent, plugin, core; and what `parent/` means in each."""

from __future__ import annotations

import marshal
import os
from pathlib import Path

import pytest
from jinja2 import TemplateNotFound

from spoeq_core.web import templating
from spoeq_core.web.templating import ThemeEnvironment, build_environment


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    return [tmp_path / name for name in ("grandchild", "child", "root", "plugin", "core")]


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


ROOT = "def root(context, missing=None, environment=None):\n    yield 'kept'\n"
"""What a compiled template looks like to Jinja."""


def _as_after_a_restart() -> None:
    templating._compiled.clear()


async def shown(environment: ThemeEnvironment, name: str) -> str:
    return environment.get_template(name).render()


async def test_the_first_that_has_it_wins(folders: list[Path]):
    environment = build_environment(folders, {})
    for number in range(len(folders) - 1, -1, -1):
        write(folders[number], f"{number}.html", folders[number].name)
        for other in folders[number:]:
            write(other, "all.html", other.name)
    assert await shown(environment, "all.html") == "grandchild"
    assert [await shown(environment, f"{n}.html") for n in range(5)] == [folder.name for folder in folders]


async def test_each_generation_extends_the_one_above_it(folders: list[Path]):
    grandchild, child, root, *_ = folders
    write(root, "pages/p.html", "<{% block a %}root{% endblock %}>")
    for folder in (child, grandchild):
        text = '{% extends "parent/pages/p.html" %}{% block a %}' + folder.name + "+{{ super() }}{% endblock %}"
        write(folder, "pages/p.html", text)
    environment = build_environment(folders, {})
    assert await shown(environment, "pages/p.html") == "<grandchild+child+root>"
    assert await shown(environment, "parent/pages/p.html") == "<child+root>"


async def test_a_generation_without_the_template_is_passed_over(folders: list[Path]):
    grandchild, _, root, *_ = folders
    write(root, "p.html", "root")
    write(grandchild, "p.html", '{% include "parent/p.html" %}!')
    assert await shown(build_environment(folders, {}), "p.html") == "root!"


async def test_what_a_parent_includes_is_what_the_child_overrides(folders: list[Path]):
    grandchild, _, root, *_ = folders
    write(root, "p.html", '{% include "part.html" %}')
    write(root, "part.html", "root")
    write(grandchild, "part.html", '{% include "parent/part.html" %} and child')
    assert await shown(build_environment(folders, {}), "p.html") == "root and child"


async def test_the_bare_name_of_what_one_overrides_is_oneself(folders: list[Path]):
    write(folders[1], "p.html", "parent")
    write(folders[0], "p.html", '{% extends "p.html" %}')
    with pytest.raises(RecursionError):
        await shown(build_environment(folders, {}), "p.html")


async def test_a_theme_without_a_parent_has_none_to_extend(folders: list[Path]):
    write(folders[-1], "p.html", '{% extends "parent/p.html" %}')
    with pytest.raises(TemplateNotFound):
        await shown(build_environment(folders, {}), "p.html")


@pytest.mark.parametrize("name", ["../secret.html", "pages/../../secret.html", "@0/../secret.html", "parent/../x"])
async def test_no_name_leaves_the_folders(folders: list[Path], tmp_path: Path, name: str):
    (tmp_path / "secret.html").write_text("secret")
    for folder in folders:
        folder.mkdir()
    with pytest.raises(TemplateNotFound):
        await shown(build_environment(folders, {}), name)


async def test_a_changed_file_is_read_again_where_that_is_wanted(folders: list[Path]):
    path = write(folders[0], "p.html", "one")
    environment = build_environment(folders, {}, reload=True)
    assert await shown(environment, "p.html") == "one"
    path.write_text("two")
    os.utime(path, (1, 1))
    assert await shown(environment, "p.html") == "two"


async def test_a_template_is_compiled_once_a_process_and_again_when_its_text_changes(
    folders: list[Path], monkeypatch: pytest.MonkeyPatch
):
    path = write(folders[2], "p.html", "one {{ 1 + 1 }}")
    compiled = []
    compiling = ThemeEnvironment.compile

    def noted(self: ThemeEnvironment, source: str, *arguments: object) -> object:
        compiled.append(source)
        return compiling(self, source, *arguments)  # type: ignore[call-overload]

    monkeypatch.setattr(ThemeEnvironment, "compile", noted)
    assert [await shown(build_environment(folders, {}), "p.html") for _ in range(3)] == ["one 2"] * 3
    path.write_text("two {{ 1 + 1 }}")
    assert [await shown(build_environment(folders, {}), "p.html") for _ in range(3)] == ["two 2"] * 3
    assert compiled == ["one {{ 1 + 1 }}", "two {{ 1 + 1 }}"]


async def test_compiled_templates_are_kept_for_the_next_start(folders: list[Path], tmp_path: Path):
    write(folders[2], "p.html", "{{ 1 + 1 }}")
    kept = tmp_path / "kept"
    assert await shown(build_environment(folders, {}, compiled=kept), "p.html") == "2"
    (stored,) = kept.iterdir()
    _as_after_a_restart()
    marshalled = marshal.dumps(compile("name = 'p.html'; blocks = {}; debug_info = ''\n" + ROOT, "p.html", "exec"))
    stored.write_bytes(stored.read_bytes().partition(b"\xe3")[0] + marshalled)
    assert await shown(build_environment(folders, {}, compiled=kept), "p.html") == "kept"


@pytest.mark.parametrize("damage", [b"", b"j2", b"no bytecode at all"])
async def test_a_damaged_kept_template_is_compiled_again(folders: list[Path], tmp_path: Path, damage: bytes):
    write(folders[2], "p.html", "{{ 1 + 1 }}")
    kept = tmp_path / "kept"
    await shown(build_environment(folders, {}, compiled=kept), "p.html")
    (stored,) = kept.iterdir()
    whole = stored.read_bytes()
    stored.write_bytes(damage or whole[: len(whole) // 2])
    _as_after_a_restart()
    assert await shown(build_environment(folders, {}, compiled=kept), "p.html") == "2"
    assert stored.read_bytes() == whole


async def test_a_folder_that_cannot_be_written_keeps_no_page_back(folders: list[Path], tmp_path: Path):
    write(folders[2], "p.html", "{{ 1 + 1 }}")
    (tmp_path / "file").write_text("no folder")
    assert await shown(build_environment(folders, {}, compiled=tmp_path / "file" / "kept"), "p.html") == "2"
