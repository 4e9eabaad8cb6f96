"""Rows of a file as groups, one a product: by the product that has the SKU, by slug, or by standing below a name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from spoeq_core.bulk.model.sheet import Row, RowError, Sheet

HEADS = ("slug", "name")


@dataclass
class Group:
    """The rows of one product.

    Attributes:
        key: Names the group in its file: the product's slug, or where a product without one begins.
        slug: The product's slug; empty for a new one that has none yet.
        errors: What forbids to use the group.
    """

    key: str
    slug: str
    rows: list[Row] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)

    @property
    def head(self) -> Row | None:
        """The row that names the product, where its empty cells mean something; None in lists of SKUs only."""
        return next((row for row in self.rows if any(row.cell(name) for name in HEADS)), None)

    def row_of(self, sku: str) -> Row | None:
        """The row of a SKU."""
        return next((row for row in self.rows if row.sku == sku), None)

    def refuse(self, row: Row, column: str, message: str) -> None:
        """Note what is wrong with a row."""
        self.errors.append(RowError(row.line, column, message, row.sku))

    def as_json(self) -> dict[str, Any]:
        """Plain values, which `from_json` reads back."""
        return {
            "key": self.key,
            "slug": self.slug,
            "rows": [[row.line, dict(row.cells), row.problem] for row in self.rows],
            "errors": [[error.line, error.column, error.message, error.sku] for error in self.errors],
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Group:
        """The group that `as_json` wrote."""
        rows = [Row(*row) for row in raw["rows"]]
        return cls(raw["key"], raw["slug"], rows, [RowError(*error) for error in raw["errors"]])


@dataclass
class _Block:
    """Rows that stand below each other and name no other product."""

    first: Row
    slug: str
    name: str
    rows: list[Row] = field(default_factory=list)


def grouped(sheet: Sheet, owners: Mapping[str, str]) -> list[Group]:
    """The groups of a file in the order in which they begin; every row is in exactly one.

    Args:
        sheet: The file.
        owners: Slug of the product that has the SKU, for those of its SKUs that are in the shop.
    """
    groups: dict[str, Group] = {}
    for block in _blocks(sheet):
        for row in block.rows:
            key, problem = _place(block, row, owners)
            group = groups.setdefault(key, Group(key, "" if key.startswith(_NEW) else key))
            group.rows.append(row)
            if problem:
                group.refuse(row, "slug" if row.cell("slug") else "sku", problem)
    found = list(groups.values())
    _refuse_rows(found)
    return found


def parts(groups: Sequence[Group], rows: int) -> Iterator[list[Group]]:
    """The groups in parts of about so many rows."""
    part: list[Group] = []
    size = 0
    for group in groups:
        if part and size + len(group.rows) > rows:
            yield part
            part, size = [], 0
        part.append(group)
        size += len(group.rows)
    if part:
        yield part


_NEW = "line:"


def _blocks(sheet: Sheet) -> list[_Block]:
    has_heads = any(name in sheet.columns for name in HEADS)
    blocks: list[_Block] = []
    for row in sheet.rows:
        last = blocks[-1] if blocks else None
        if last is None or not has_heads or row.problem or not _continues(row, last):
            last = _Block(row, "" if row.problem else row.cell("slug"), row.cell("name"))
            blocks.append(last)
        last.rows.append(row)
    return blocks


def _continues(row: Row, block: _Block) -> bool:
    slug, name = row.cell("slug"), row.cell("name")
    if slug:
        return slug == block.slug
    return not name or name == block.name


def _place(block: _Block, row: Row, owners: Mapping[str, str]) -> tuple[str, str]:
    """The key of the row's group, and why the row cannot be in one."""
    named = block.slug or f"{_NEW}{block.first.line}"
    if block.first.problem:
        return f"{_NEW}{block.first.line}", "" if row is block.first else _BELOW_BROKEN.format(block.first.line)
    owner = owners.get(row.sku)
    if owner is None:
        return _place_of_new(block, row, owners, named)
    if block.slug and block.slug != owner:
        return (
            named,
            f"{row.sku} belongs to the product “{owner}”. A SKU cannot move, and an address is changed in its page.",
        )
    return owner, ""


_BELOW_BROKEN = "The row in line {} above, which this one continues, cannot be used. Mend that one."


def _place_of_new(block: _Block, row: Row, owners: Mapping[str, str], named: str) -> tuple[str, str]:
    if block.slug:
        return named, ""
    around = sorted({owners[other.sku] for other in block.rows if other.sku in owners})
    if len(around) == 1:
        return around[0], ""
    if around:
        return named, "It is not clear which product this SKU belongs to. Give its slug."
    if row.sku and not block.name:
        return named, f"There is no SKU {row.sku!r} in the shop. To make a product, give it a name and a price too."
    return named, ""


def _refuse_rows(groups: Sequence[Group]) -> None:
    """Rows that cannot be used as a whole, have no SKU, or one that stands in another row too."""
    lines: dict[str, list[int]] = defaultdict(list)
    for group in groups:
        for row in group.rows:
            lines[row.sku].append(row.line)
    for group in groups:
        for row in group.rows:
            others = [line for line in lines[row.sku] if line != row.line]
            if row.problem:
                group.refuse(row, "", row.problem)
            elif not row.sku:
                group.refuse(row, "sku", "Give the SKU of the row.")
            elif others:
                group.refuse(row, "sku", f"{row.sku} stands in line {others[0]} too. Keep one of the rows.")
        group.errors.sort(key=lambda error: error.line)
