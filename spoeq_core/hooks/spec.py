"""What a spec says beside its signature: how long an answer may take, and what a failure does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar, cast

import pluggy

F = TypeVar("F", bound=Callable[..., object])

PROJECT = "spoeq"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@dataclass(frozen=True, slots=True)
class Policy:
    """What a spec promises its callers.

    Attributes:
        timeout: Seconds an answer may take.
        on_error: "raise" fails the question (money, stock), "skip" goes on without this answer (cosmetics).
        since: The version of spoeq that introduced the hook.
        may_refuse: Whether a SpoeqError that the plugin raises is its answer to the shopper, and not a fault of it.
        merge: What becomes of several plugins' answers: "all" count, in hook order, or the "first" one wins.
    """

    timeout: float = 2.0
    on_error: Literal["raise", "skip"] = "raise"
    since: str = "0.1"
    may_refuse: bool = True
    merge: Literal["all", "first"] = "all"


def policy(
    *,
    timeout: float = 2.0,
    on_error: Literal["raise", "skip"] = "raise",
    since: str = "0.1",
    may_refuse: bool = True,
    merge: Literal["all", "first"] = "all",
) -> Callable[[F], F]:
    """State a spec's policy."""

    def mark(spec: F) -> F:
        spec.__policy__ = Policy(timeout, on_error, since, may_refuse, merge)  # type: ignore[attr-defined]
        return spec

    return mark


def policy_of(spec: Callable[..., object]) -> Policy:
    """The policy a spec states."""
    return cast(Policy, getattr(spec, "__policy__", Policy()))
