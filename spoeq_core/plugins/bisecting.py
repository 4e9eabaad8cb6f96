"""Finding the plugins that make something wrong, by trying with some of them only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from itertools import pairwise

from spoeq_core.kernel.errors import Conflict

IsWrong = Callable[[frozenset[str]], Awaitable[bool]]


async def guilty_of(plugins: Sequence[str], is_wrong: IsWrong) -> list[str]:
    """A smallest set of plugins that makes it wrong: take one of them away, and it is right.

    Zeller's delta debugging (ddmin). One guilty plugin among n is found in about 2 log n trials.

    Args:
        plugins: Those that are enabled.
        is_wrong: Says so for some of them enabled.

    Raises:
        Conflict: with all of them nothing is wrong, or it is wrong with none.
    """
    if not await is_wrong(frozenset(plugins)):
        raise Conflict("With all enabled plugins nothing is wrong.", hint="Say what is expected more exactly.")
    if await is_wrong(frozenset()):
        raise Conflict("It is wrong with no plugin at all.", hint="Look at the theme, the data and the core.")
    suspects, pieces = list(plugins), 2
    while len(suspects) > 1:
        parts = _parts(suspects, pieces)
        fewer = await _still_wrong(parts, is_wrong)
        if fewer is not None:
            suspects, pieces = fewer
        elif pieces < len(suspects):
            pieces = min(len(suspects), pieces * 2)
        else:
            break
    return suspects


async def _still_wrong(parts: Sequence[Sequence[str]], is_wrong: IsWrong) -> tuple[list[str], int] | None:
    """A part that is wrong by itself, or all but a part; and into how many pieces to cut it next."""
    for part in parts:
        if await is_wrong(frozenset(part)):
            return list(part), 2
    if len(parts) > 2:  # noqa: PLR2004 - of two parts, each is all but the other
        for left_out in parts:
            others = [name for part in parts if part is not left_out for name in part]
            if await is_wrong(frozenset(others)):
                return others, len(parts) - 1
    return None


def _parts(names: Sequence[str], pieces: int) -> list[Sequence[str]]:
    bounds = [len(names) * number // pieces for number in range(pieces + 1)]
    return [names[start:end] for start, end in pairwise(bounds)]
