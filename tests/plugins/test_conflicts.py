"""What two plugins claim both is named with both, and what follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from odmantic import Field, Model

from spoeq_core.hooks.contributions import MenuEntry, Permission
from spoeq_core.plugins.conflicts import ClaimedTwice, conflicts_of
from spoeq_core.plugins.discovery import discover
from spoeq_core.plugins.loading import load_hooks
from spoeq_core.testing.shops import discovery_of
from tests.shopping import plugin


class NoteDocument(Model):
    model_config = {"collection": "notes"}  # noqa: RUF012 - odmantic copies it

    id: str = Field(primary_field=True)


def notes(name: str, folder: Path) -> ModuleType:
    def register_permissions() -> Sequence[Permission]:
        return [Permission("notes.view", "See notes"), Permission(f"{name}.manage", "Change notes")]

    def register_menu() -> Sequence[MenuEntry]:
        return [MenuEntry("Notes", "/admin/notes", "notes.view")]

    def register_documents() -> Sequence[type[Model]]:
        return [NoteDocument]

    made = plugin(
        name,
        register_permissions=register_permissions,
        register_menu=register_menu,
        register_documents=register_documents,
    )
    package = folder / name
    (package / "templates" / "notes").mkdir(parents=True)
    (package / "templates" / "notes" / "list.html").write_text("", "utf-8")
    made.__file__ = str(package / "plugin.py")
    return made


def claimed(*plugins: ModuleType) -> list[ClaimedTwice]:
    hooks, discovery = load_hooks(discovery_of(*plugins), lambda *_: None, strict=True)
    ours = {plugin.manifest.name for plugin in plugins}
    return [one for one in conflicts_of(hooks, discovery) if ours.intersection(one.plugins)]


def test_what_two_claim_is_named_with_both(tmp_path: Path) -> None:
    found = claimed(notes("first", tmp_path), notes("second", tmp_path))
    assert {(one.what, one.name) for one in found} == {
        ("permission", "notes.view"),
        ("menu link", "/admin/notes"),
        ("collection", "notes"),
        ("template", "notes/list.html"),
    }
    assert {one.plugins for one in found} == {("first", "second")}
    assert all(one.meaning for one in found)


def test_one_alone_has_no_conflict(tmp_path: Path) -> None:
    assert claimed(notes("first", tmp_path)) == []


def test_the_plugins_of_this_repository_have_none() -> None:
    hooks, discovery = load_hooks(discover(), lambda *_: None, strict=True)
    assert conflicts_of(hooks, discovery) == []
