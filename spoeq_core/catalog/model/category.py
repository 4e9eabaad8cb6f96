"""The category tree, and brands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from spoeq_core.catalog.model.product import Image


@dataclass(frozen=True, slots=True)
class Category:
    """A node of the category tree; `path` holds the ids from the root to itself, derived from the parents."""

    id: str
    slug: str
    name: str
    description: str = ""
    parent_id: str | None = None
    path: tuple[str, ...] = ()
    position: int = 0
    image: Image | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Brand:
    """Who a product is sold as."""

    id: str
    slug: str
    name: str
    description: str = ""
    version: int = 1


@dataclass(frozen=True, slots=True)
class Node:
    """A category with its children, for menus and the tree of the API."""

    category: Category
    children: tuple[Node, ...] = ()


def tree(categories: Iterable[Category]) -> tuple[Node, ...]:
    """The categories as a forest, each level in order of position, then name."""
    by_parent: dict[str | None, list[Category]] = {}
    for category in categories:
        by_parent.setdefault(category.parent_id, []).append(category)

    def level(parent: str | None) -> tuple[Node, ...]:
        found = sorted(by_parent.get(parent, []), key=lambda item: (item.position, item.name))
        return tuple(Node(category, level(category.id)) for category in found)

    return level(None)


class Categories:
    """All categories of a shop, read at once: there are hundreds of them, not millions."""

    def __init__(self, stored: Iterable[Category]) -> None:
        parents = {category.id: category for category in stored}
        self._by_id = {key: replace(found, path=_path(key, parents)) for key, found in parents.items()}
        self._by_slug = {category.slug: category for category in self._by_id.values()}

    def find(self, key: str | None) -> Category | None:
        """The category of that id or slug."""
        return self._by_id.get(key or "") or self._by_slug.get(key or "")

    def all(self) -> list[Category]:
        """Every category, in no order."""
        return list(self._by_id.values())

    def with_descendants(self, category: Category) -> list[str]:
        """Ids of the category and of all below it."""
        return [found.id for found in self._by_id.values() if category.id in found.path]

    def trail(self, category: Category) -> list[Category]:
        """The categories from the root to this one: its breadcrumb."""
        return [self._by_id[key] for key in category.path]

    def of(self, ids: Iterable[str]) -> list[Category]:
        """Those of the ids that exist, in the order given."""
        return [self._by_id[key] for key in ids if key in self._by_id]

    def is_rooted(self, category: Category) -> bool:
        """Whether its ancestors end at a root, and not in a circle or in one that is gone."""
        first = self._by_id[category.path[0]]
        return first.parent_id is None


def _path(key: str, categories: dict[str, Category]) -> tuple[str, ...]:
    path: list[str] = []
    at: str | None = key
    while at is not None and at in categories and at not in path:
        path.insert(0, at)
        at = categories[at].parent_id
    return tuple(path)
