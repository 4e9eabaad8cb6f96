"""Runs the checks over one plugin, each by itself: one that cannot run says so, and the others go on."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

from spoeq_core.testing.check.lab import Lab
from spoeq_core.testing.check.model import Check, Fault, Outcome, Report, Skipped, Status, Unchecked
from spoeq_core.testing.check.registry import CHECKS
from spoeq_core.testing.check.subject import Subject

Told = Callable[[Outcome], None]


async def check_plugin(
    subject: Subject,
    *,
    servers: tuple[str, str] | None,
    folder: Path,
    checks: Sequence[Check] = CHECKS,
    told: Told = lambda _outcome: None,
) -> Report:
    """What the checks find in a plugin.

    Args:
        subject: The plugin, as `find_subject` finds it.
        servers: URLs of MongoDB and Redis for throw-away shops; None leaves out what needs them.
        folder: For the shops' files.
        checks: Which of them.
        told: Is told of each outcome as it is known.
    """
    outcomes = []
    async with Lab(servers, folder, subject) as lab:
        for check in checks:
            outcome = await run_check(check, subject, lab)
            told(outcome)
            outcomes.append(outcome)
    return Report(subject.name, subject.version, version("spoeq"), tuple(outcomes))


async def run_check(check: Check, subject: Subject, lab: Lab) -> Outcome:
    """What one check finds."""
    if check.needs != "files" and (subject.module is None or subject.manifest is None):
        return Outcome(check.id, "unchecked", note="the plugin could not be loaded", means=check.means)
    started = time.perf_counter()
    try:
        faults = await check.run(subject, lab)
    except Skipped as skipped:
        return Outcome(check.id, "skipped", note=str(skipped), means=check.means)
    except Unchecked as unchecked:
        return Outcome(check.id, "unchecked", note=str(unchecked), means=check.means)
    except Exception as error:
        faults = [Fault(f"the shop could not go on with it: {type(error).__name__}: {error}")]
    return Outcome(
        check.id,
        _status(faults),
        tuple(fault.text for fault in faults if not fault.warning),
        tuple(fault.text for fault in faults if fault.warning),
        means=check.means,
        mend=check.mend,
        seconds=round(time.perf_counter() - started, 2),
    )


def _status(faults: Sequence[Fault]) -> Status:
    if any(not fault.warning for fault in faults):
        return "failed"
    return "warned" if faults else "passed"
