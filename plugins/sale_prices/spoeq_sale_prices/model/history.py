"""What a piece cost when: a set of points, from which spans and the lowest price before a reduction follow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(days=30)
"""The days before a reduction whose lowest price is told (Directive 98/6/EC, article 6a, "Omnibus")."""
SETTLED = timedelta(days=2)
"""Points may come late and out of order: of this age they do not any more."""
MOST_POINTS = 2000


@dataclass(frozen=True, slots=True)
class Point:
    """From this moment on a piece of the SKU costs so many minor units; `why` is a sale's name, or empty."""

    sku: str
    at: datetime
    price: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """A time in which the price did not change; `until` is None of the last one."""

    since: datetime
    until: datetime | None
    price: int
    why: str = ""


def spans(points: Iterable[Point], sku: str) -> list[Span]:
    """The times of one price each, in order, whatever the order of the points; of two at a moment the lower counts."""
    by_moment: dict[datetime, Point] = {}
    for point in sorted((it for it in points if it.sku == sku), key=lambda it: (it.at, -it.price, it.why)):
        by_moment[point.at] = point
    changes: list[Point] = []
    for point in by_moment.values():
        if not changes or changes[-1].price != point.price:
            changes.append(point)
    ends = [*(point.at for point in changes[1:]), None]
    return [Span(it.at, end, it.price, it.why) for it, end in zip(changes, ends, strict=False)]


def reduced_since(found: Sequence[Span], at: datetime) -> datetime | None:
    """When the price of that moment began, if it was a step down; steps down that followed each other count as one."""
    past = [span for span in found if span.since <= at]
    began: datetime | None = None
    for now, before in zip(reversed(past), list(reversed(past))[1:], strict=False):
        if now.price >= before.price:
            break
        began = now.since
    return began


def lowest_before(found: Sequence[Span], began: datetime) -> int | None:
    """The lowest price of the 30 days before a reduction began, minor units; None if nothing is known of them."""
    first = began - WINDOW
    return min(
        (span.price for span in found if span.since < began and (span.until is None or span.until > first)),
        default=None,
    )


def compacted(points: Sequence[Point], at: datetime, kept: timedelta) -> list[Point]:
    """The points without those that say nothing: repetitions, and what ended before all that is to be kept."""
    oldest, settled = at - kept, at - SETTLED
    left: list[Point] = []
    for sku in sorted({point.sku for point in points}):
        for span in spans([point for point in points if point.at <= settled], sku):
            if span.until is None or span.until > oldest:
                left.append(Point(sku, span.since, span.price, span.why))
    left += [point for point in points if point.at > settled]
    return sorted(left, key=lambda it: it.at)[-MOST_POINTS:]
