"""How a plugin may fail a question."""

from __future__ import annotations

from spoeq_core.kernel.errors import SpoeqError, Unavailable


class HookError(Unavailable):
    """A plugin failed at a question that may not be skipped."""

    code = "plugin_failed"

    def __init__(self, plugin: str, hook: str, cause: str) -> None:
        super().__init__(
            f"Plugin {plugin!r} failed in hook {hook!r}: {cause}.",
            hint=f"Staff: see Plugins > {plugin} in the admin, mend its settings or disable it.",
        )
        self.plugin = plugin
        self.hook = hook


class Late(Exception):
    """A plugin did not answer in time."""


class Refused(Exception):
    """A plugin refused the shopper: what it raised is its answer."""

    def __init__(self, error: SpoeqError) -> None:
        super().__init__(str(error))
        self.error = error
