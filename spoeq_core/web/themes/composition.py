"""Pages made of sections, sections of blocks: as the theme ships them and as staff arrange them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from spoeq_core.kernel.errors import Conflict, Invalid, NotFound
from spoeq_core.kernel.ids import new_id
from spoeq_core.kernel.messages import message
from spoeq_core.web.themes.settings import Problem

SLOT = "@slot:"
MOST_SECTIONS = 25
MOST_BLOCKS = 12
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_SLOT_NAME = re.compile(r"[a-z]+(\.[a-z_]+)+")


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a section: `type` is a template in `blocks/`, or `@slot:<name>`."""

    id: str
    type: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def slot(self) -> str:
        """The slot that it is, or empty."""
        return self.type.removeprefix(SLOT) if self.type.startswith(SLOT) else ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page: `type` is a template in `sections/`."""

    id: str
    type: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    blocks: tuple[Block, ...] = ()


Composition = tuple[Section, ...]


def parse_composition(data: object, where: str) -> tuple[Composition, list[Problem]]:
    """The sections of a page as they stand in JSON, and what is wrong with the others."""
    listed = data.get("sections") if isinstance(data, dict) else None
    if not isinstance(listed, list):
        return (), [Problem(where, 'must be {"sections": […]}.')]
    problems: list[Problem] = []
    found: list[Section] = []
    for number, item in enumerate(listed[:MOST_SECTIONS], 1):
        place = f"{where}, section {number}"
        if not isinstance(item, dict) or not _NAME.fullmatch(str(item.get("type", ""))):
            problems.append(Problem(place, 'needs a "type" that names a template in sections/.'))
            continue
        blocks: list[Block] = []
        for block in item.get("blocks") or ():
            if isinstance(block, dict) and is_block_type(str(block.get("type", ""))):
                blocks.append(Block(_id(block, blocks), str(block["type"]), _settings(block)))
            else:
                problems.append(Problem(place, f"{block!r} is no block; it needs a type, or @slot:name."[:200]))
        found.append(Section(_id(item, found), str(item["type"]), _settings(item), tuple(blocks[:MOST_BLOCKS])))
    return tuple(found), problems


def to_data(composition: Composition) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "sections": [
            {
                "id": section.id,
                "type": section.type,
                "settings": dict(section.settings),
                "blocks": [{"id": b.id, "type": b.type, "settings": dict(b.settings)} for b in section.blocks],
            }
            for section in composition
        ]
    }


def is_block_type(text: str) -> bool:
    """Whether it names a block or a slot."""
    if text.startswith(SLOT):
        return bool(_SLOT_NAME.fullmatch(text.removeprefix(SLOT)))
    return bool(_NAME.fullmatch(text))


def section_of(composition: Composition, section_id: str) -> Section:
    """The section of that id.

    Raises:
        NotFound: somebody removed it.
    """
    found = next((section for section in composition if section.id == section_id), None)
    if found is None:
        raise NotFound("This section is not on the page any more.", hint="Go back to the page's sections.")
    return found


def add_section(composition: Composition, kind: str, blocks: Sequence[str] = ()) -> Composition:
    """With a new section last.

    Raises:
        Conflict: the page is full.
    """
    if len(composition) >= MOST_SECTIONS:
        raise Conflict(message("A page has at most %(most)s sections.", most=MOST_SECTIONS), hint="Remove one first.")
    return (*composition, Section(new_id(), kind, {}, tuple(Block(new_id(), each) for each in blocks)))


def remove_section(composition: Composition, section_id: str) -> Composition:
    """Without that section."""
    section_of(composition, section_id)
    return tuple(section for section in composition if section.id != section_id)


def move_section(composition: Composition, section_id: str, by: int) -> Composition:
    """With that section further up (-1) or down (1), as far as that goes."""
    section_of(composition, section_id)
    return tuple(_moved(composition, section_id, by))


def set_section(composition: Composition, section_id: str, settings: Mapping[str, Any]) -> Composition:
    """With other settings of that section."""
    return _changed(composition, section_id, lambda section: replace(section, settings=dict(settings)))


def add_block(composition: Composition, section_id: str, kind: str) -> Composition:
    """With a new block last in that section.

    Raises:
        Conflict: the section is full.
        Invalid: there is no such kind of block.
    """
    if not is_block_type(kind):
        raise Invalid.field("type", "Choose what to add.", "unknown")
    if len(section_of(composition, section_id).blocks) >= MOST_BLOCKS:
        raise Conflict(message("A section has at most %(most)s blocks.", most=MOST_BLOCKS), hint="Remove one first.")
    return _changed(composition, section_id, lambda s: replace(s, blocks=(*s.blocks, Block(new_id(), kind))))


def remove_block(composition: Composition, section_id: str, block_id: str) -> Composition:
    """Without that block."""
    return _with_blocks(composition, section_id, lambda blocks: [b for b in blocks if b.id != block_id])


def move_block(composition: Composition, section_id: str, block_id: str, by: int) -> Composition:
    """With that block further up (-1) or down (1)."""
    return _with_blocks(composition, section_id, lambda blocks: _moved(blocks, block_id, by))


def set_block(composition: Composition, section_id: str, block_id: str, settings: Mapping[str, Any]) -> Composition:
    """With other settings of that block."""
    return _with_blocks(
        composition,
        section_id,
        lambda blocks: [replace(b, settings=dict(settings)) if b.id == block_id else b for b in blocks],
    )


def _with_blocks(
    composition: Composition, section_id: str, change: Callable[[Sequence[Block]], Sequence[Block]]
) -> Composition:
    return _changed(composition, section_id, lambda section: replace(section, blocks=tuple(change(section.blocks))))


def _changed(composition: Composition, section_id: str, change: Callable[[Section], Section]) -> Composition:
    section_of(composition, section_id)
    return tuple(change(section) if section.id == section_id else section for section in composition)


def _moved(items: Sequence[Any], item_id: str, by: int) -> list[Any]:
    order = list(items)
    start = next((number for number, item in enumerate(order) if item.id == item_id), None)
    if start is not None:
        order.insert(min(max(start + by, 0), len(order) - 1), order.pop(start))
    return order


def _id(item: Mapping[str, Any], others: Sequence[Section | Block]) -> str:
    wanted = str(item.get("id") or item["type"]).lower().replace("@slot:", "").replace(".", "_")[:40]
    given = str(item["id"])[:40] if item.get("id") else wanted
    taken = {other.id for other in others}
    return given if given not in taken else next(n for k in range(2, 99) if (n := f"{given}-{k}") not in taken)


def _settings(item: Mapping[str, Any]) -> dict[str, Any]:
    found = item.get("settings")
    return dict(found) if isinstance(found, dict) else {}
