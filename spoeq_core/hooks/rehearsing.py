"""Asking plugins as if others were enabled, without anybody noticing."""

from __future__ import annotations

import copy
from collections.abc import Collection

from spoeq_core.hooks.caller import Hooks
from spoeq_core.kernel.breaker import Breakers


def rehearsal(hooks: Hooks, plugins: Collection[str]) -> Hooks:
    """The same questions, asked as if just these plugins were enabled; faults and figures count for nobody."""
    apart = copy.copy(hooks)
    apart.enabled = frozenset(plugins)
    apart.held, apart.missing = {}, {}
    apart.on_fault, apart.breakers, apart.calls = _ignored, Breakers(), {}
    return apart


def _ignored(_plugin: str, _hook: str, _error: str) -> None:
    return
