"""`spoeq plugins check` fails plugins that are broken on purpose, each for its own reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from spoeq_core.testing.check.registry import CHECKS, chosen
from spoeq_core.testing.check.runner import check_plugin
from spoeq_core.testing.check.subject import find_subject

from .broken import BROKEN, FRAGMENT, HEAD, NOTE, OWN, Broken
from .distributions import Install


@pytest.mark.parametrize("name", BROKEN)
async def test_it_fails_for_its_own_reason(name: str, installing: Install, servers: tuple[str, str], tmp_path: Path):
    broken = BROKEN[name]
    put(broken, name, installing, tmp_path / "site")
    # What needs no shop is looked at in each; of the rest, what must find it.
    checks = [check for check in CHECKS if check.needs != "shop" or check.id == broken.check]
    subject = find_subject(f"spoeq-{name}", tmp_path / "site", mypy=False)
    report = await check_plugin(subject, servers=servers, folder=tmp_path, checks=checks)
    assert report.failed == [broken.check], report.text()
    assert broken.says in report.text()
    assert report.exit_code == 1


@pytest.mark.parametrize("check", ["lifecycle", "latency"])
async def test_who_is_late_now_and_then_as_on_a_busy_machine_is_not_broken(
    check: str, installing: Install, servers: tuple[str, str], tmp_path: Path
):
    late = FRAGMENT.replace("    return", "    await asyncio.sleep(next(LATE, 0))\n    return")
    name = f"late_{check}"
    put(Broken(check, "", f"{OWN}LATE = iter([0.4] * 2)\n{late}", NOTE), name, installing, tmp_path / "site")
    subject = find_subject(f"spoeq-{name}", tmp_path / "site", mypy=False)
    report = await check_plugin(subject, servers=servers, folder=tmp_path, checks=chosen((check,)))
    assert [outcome.status for outcome in report.outcomes] == ["passed"], report.text()
    assert next(subject.installed.module.LATE, None) is None, "it was late in this check"


def put(broken: Broken, name: str, installing: Install, site: Path) -> None:
    """Install it as pip would."""
    installing(name, HEAD + broken.code.replace("{name}", name), needs=broken.needs, head="")
    package = site / f"spoeq_{name}"
    for path, text in broken.files.items():
        target = package / path.format(name=name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    if broken.typed:
        (package / "py.typed").touch()
    if not broken.entry:
        (site / f"spoeq_{name}-1.2.dist-info" / "entry_points.txt").unlink()
