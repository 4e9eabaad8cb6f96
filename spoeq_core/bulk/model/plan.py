"""What the rows of one product would change: the product as it would be, the stock to book, what is wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from spoeq_core.bulk.model.columns import CellError, ProductColumn, VariantColumn, Words
from spoeq_core.bulk.model.counts import Counts, column_of, counts_of_row, split_key
from spoeq_core.bulk.model.groups import Group
from spoeq_core.bulk.model.sheet import Row, RowError
from spoeq_core.bulk.model.table import Columns
from spoeq_core.catalog.model import Option, Product, Variant
from spoeq_core.inventory.model import Stock
from spoeq_core.kernel.errors import FieldError
from spoeq_core.kernel.messages import message

SHOWN = 80


@dataclass(frozen=True, slots=True)
class Change:
    """A value that would change, as the file writes it; `sku` is empty where it is the product's."""

    slug: str
    sku: str
    column: str
    before: str
    after: str


@dataclass
class Plan:
    """What a group would do.

    Attributes:
        group: Its rows.
        stored: The product as it is; None if it would be new.
        product: The product as it would be.
        changes: Value by value.
        counts: What is on hand and what should be, where they differ.
        stocked: Those of its SKUs that have stock.
        errors: What forbids all of it.
    """

    group: Group
    stored: Product | None
    product: Product
    changes: list[Change] = field(default_factory=list)
    counts: Counts = field(default_factory=dict)
    stocked: frozenset[str] = frozenset()
    errors: list[RowError] = field(default_factory=list)

    @property
    def counted(self) -> int:
        """How many of its SKUs have other pieces on hand."""
        return len({split_key(key)[0] for key in self.counts})

    @property
    def saves(self) -> bool:
        """Whether the product would be made or changed."""
        return self.stored is None or self.product != self.stored


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the shop when a group is looked at; `counting`: whether its stock is looked at too."""

    words: Words
    columns: Columns
    header: Collection[str]
    stock: Mapping[str, Stock]
    counting: bool = True


def planned(group: Group, stored: Product | None, fresh: Product, facts: Facts) -> Plan:
    """What the group would change.

    Args:
        group: The rows.
        stored: The product, if there is one.
        fresh: What a new one begins with.
        facts: Of the shop.
    """
    plan = Plan(group, stored, stored or fresh, errors=list(group.errors))
    plan.stocked = frozenset(row.sku for row in group.rows if row.sku in facts.stock)
    _put_product(plan, facts)
    _put_variants(plan, facts)
    for row in group.rows if facts.counting else ():
        if row.sku and not row.problem:
            counts, errors = counts_of_row(row, facts.stock.get(row.sku), facts.columns.places)
            plan.counts |= counts
            plan.errors += errors
    return plan


def changes_of(plan: Plan, facts: Facts) -> Iterator[Change]:
    """What would change, value by value, as the file writes it."""
    old, new, words, slug = plan.stored, plan.product, facts.words, plan.product.slug
    for column in facts.columns.product:
        before = column.write(words, old) if old else ""
        yield from _change(slug, "", column.name, before, column.write(words, new))
    for variant in new.variants:
        was = old.variant(variant.sku) if old else None
        for of_variant in facts.columns.variant:
            before = of_variant.write(words, was) if was else ""
            yield from _change(slug, variant.sku, of_variant.name, before, of_variant.write(words, variant))
    for key, (on_hand, wanted) in plan.counts.items():
        sku, _ = split_key(key)
        yield from _change(slug, sku, column_of(key), "" if on_hand is None else str(on_hand), str(wanted))


def located(plan: Plan, error: FieldError) -> RowError:
    """An error of the catalogue's rules, by the row and the column it comes from."""
    parts = error.field.split(".")
    head = plan.group.head or plan.group.rows[0]
    if parts[0] == "variants" and len(parts) > 1 and parts[1].isdecimal():
        sku = plan.product.variants[int(parts[1])].sku
        row = plan.group.row_of(sku) or head
        column = _COLUMNS.get(parts[2] if len(parts) > 2 else "sku", "")  # noqa: PLR2004 - variants.<n>.<field>
        if not column and parts[2:3] == ["ext"]:
            column = ".".join([*parts[3:4], "variant", *parts[4:5]])
        said = error.message if row.sku == sku else message("%(sku)s: %(what)s", sku=sku, what=error.message)
        return RowError(row.line, column or parts[2], said, sku)
    if parts[0] == "ext":
        return RowError(head.line, ".".join(parts[1:3]), error.message, head.sku)
    column = parts[1] if parts[0] == "declarations" and len(parts) > 1 else _COLUMNS.get(parts[0], parts[0])
    return RowError(head.line, column, error.message, head.sku)


_COLUMNS = {
    "sale": "price",
    "mrp": "mrp",
    "min_price": "min_price",
    "weight_g": "weight_g",
    "backorder_limit": "backorder_limit",
    "ships_in_days": "ships_in_days",
    "options": "options",
    "sku": "sku",
    "variants": "sku",
    "category_ids": "categories",
    "brand_id": "brand",
}


def _put_product(plan: Plan, facts: Facts) -> None:
    for column in facts.columns.product:
        if column.name not in facts.header:
            continue
        row, cell = _product_cell(plan, column)
        if row is None or (not cell and column.needed) or cell == column.write(facts.words, plan.product).strip():
            continue
        try:
            plan.product = column.put(facts.words, plan.product, cell)
        except CellError as error:
            plan.errors.append(RowError(row.line, column.name, error.args[0], row.sku))


def _product_cell(plan: Plan, column: ProductColumn) -> tuple[Row | None, str]:
    """The cell that counts, with its row (None: the file says nothing); rows that say something else are refused."""
    head = plan.group.head
    saying = [row for row in plan.group.rows if row.cell(column.name)]
    said = head if head is not None and column.name in head.cells else None
    said = saying[0] if saying and (said is None or not said.cell(column.name)) else said
    if said is None:
        return None, ""
    cell = said.cell(column.name)
    for row in saying:
        if row.cell(column.name) != cell:
            other = message(
                "Line %(line)s says something else of the same product. Repeat it, or leave the cell empty.",
                line=said.line,
            )
            plan.errors.append(RowError(row.line, column.name, other, row.sku))
    return said, cell


def _put_variants(plan: Plan, facts: Facts) -> None:
    variants = {variant.sku: variant for variant in plan.product.variants}
    before = dict(variants)
    for row in plan.group.rows:
        if row.sku and not row.problem:
            variants[row.sku] = _variant(plan, row, variants.get(row.sku), facts)
    if variants == before:
        return
    chosen = list(variants.values())
    plan.product = replace(plan.product, variants=tuple(chosen), options=_options(plan.product.options, chosen))


def _variant(plan: Plan, row: Row, known: Variant | None, facts: Facts) -> Variant:
    variant = known or Variant(row.sku)
    for column in facts.columns.variant:
        cell = row.cells.get(column.name)
        if cell is None or _says_nothing(column, cell, variant, facts.words):
            continue
        try:
            variant = column.put(facts.words, variant, cell)
        except CellError as error:
            plan.errors.append(RowError(row.line, column.name, error.args[0], row.sku))
    if known is None and not row.cell("price"):
        plan.errors.append(RowError(row.line, "price", message("A new SKU needs a price."), row.sku))
    return variant


def _says_nothing(column: VariantColumn, cell: str, variant: Variant, words: Words) -> bool:
    return (not cell and column.needed) or cell == column.write(words, variant).strip()


def _options(options: Sequence[Option], variants: Sequence[Variant]) -> tuple[Option, ...]:
    """The options that the variants have: those there were in their order, then the new ones as they come."""
    names = dict.fromkeys([o.name for o in options] + [name for variant in variants for name in variant.options])
    had = {option.name: option.values for option in options}
    found = []
    for name in names:
        used = dict.fromkeys(v.options[name] for v in variants if name in v.options)
        values = [value for value in had.get(name, ()) if value in used]
        values += [value for value in used if value not in values]
        if values:
            found.append(Option(name, tuple(values)))
    return tuple(found)


def _change(slug: str, sku: str, column: str, before: str, after: str) -> Iterator[Change]:
    if before != after:
        yield Change(slug, sku, column, before[:SHOWN], after[:SHOWN])
