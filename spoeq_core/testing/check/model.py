"""What a check is, what it finds, and the verdict over all of them. Plain values, so that a report can travel."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from spoeq_core.testing.check.lab import Lab
    from spoeq_core.testing.check.subject import Subject

Status = Literal["passed", "warned", "failed", "skipped", "unchecked"]
PASSES, FAILS, UNKNOWN = 0, 1, 2
"""Exit codes: for CI."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong: what and where; a warning is worth mending, but fails nothing."""

    text: str
    warning: bool = False


class Skipped(Exception):
    """The check has nothing to look at in this plugin; the text says why."""


class Unchecked(Exception):
    """The check could not look; the text says what it needs."""


Run = Callable[["Subject", "Lab"], Awaitable[Sequence[Fault]]]


@dataclass(frozen=True, slots=True)
class Check:
    """One rule.

    Attributes:
        id: Its name in reports and in `--only`.
        means: What a plugin that passes promises.
        mend: What to do where it fails.
        run: Looks, and says what is wrong.
        needs: What it looks at: "files" need not be importable, a "module" is, a "shop" runs with it.
    """

    id: str
    means: str
    mend: str
    run: Run
    needs: Literal["files", "module", "shop"] = "files"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check found.

    Attributes:
        check: Its id.
        status: `unchecked` says that it could not look, `skipped` that there was nothing to look at.
        faults: What is wrong.
        warnings: What might be better.
        note: Why it did not look.
        means: What the rule is.
        mend: What to do where it failed.
        seconds: How long it took.
    """

    check: str
    status: Status
    faults: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    note: str = ""
    means: str = ""
    mend: str = ""
    seconds: float = 0.0

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> Outcome:
        """What `as_dict` made."""
        return cls(**{**raw, "faults": tuple(raw["faults"]), "warnings": tuple(raw["warnings"])})

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Report:
    """What was found in a plugin; `problem` says why nothing could be checked."""

    plugin: str
    version: str = ""
    core: str = ""
    outcomes: tuple[Outcome, ...] = ()
    problem: str = ""

    @property
    def failed(self) -> list[str]:
        """The ids of the checks that failed."""
        return [outcome.check for outcome in self.outcomes if outcome.status == "failed"]

    @property
    def exit_code(self) -> int:
        """0 passes, 1 fails, 2 could not be checked."""
        if self.failed:
            return FAILS
        return UNKNOWN if self.problem or not self.outcomes else PASSES

    @property
    def verdict(self) -> str:
        """The exit code in a word."""
        return ("passes", "fails", "could not be checked")[self.exit_code]

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "plugin": self.plugin,
            "version": self.version,
            "core": self.core,
            "verdict": self.verdict,
            "exit_code": self.exit_code,
            "problem": self.problem,
            "checks": [outcome.as_dict() for outcome in self.outcomes],
        }

    def text(self) -> str:
        """For people."""
        known = f"{self.plugin} {self.version}".strip()
        lines = [f"{known} on spoeq {self.core}" if self.core else known, ""]
        for outcome in self.outcomes:
            lines += _lines(outcome)
        lines += ["", *([self.problem] if self.problem else []), f"Verdict: {self.verdict}{self._counted()}"]
        return "\n".join(lines)

    def _counted(self) -> str:
        counts = {status: sum(one.status == status for one in self.outcomes) for status in _SIGNS}
        told = ", ".join(f"{count} {status}" for status, count in counts.items() if count)
        return f" ({told})" if told else ""


_SIGNS: dict[Status, str] = {"passed": "ok", "warned": "warn", "failed": "FAIL", "skipped": "-", "unchecked": "?"}


def _lines(outcome: Outcome) -> list[str]:
    head = f"  {_SIGNS[outcome.status]:<5}{outcome.check:<14} {outcome.note or outcome.means}"
    lines = [head.rstrip(), *(f"         {text}" for text in outcome.faults)]
    lines += [f"         (warning) {text}" for text in outcome.warnings]
    return [*lines, f"         Mend: {outcome.mend}"] if outcome.status == "failed" and outcome.mend else lines
