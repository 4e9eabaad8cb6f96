"""The bench runs, and refuses to call a run good that was answered by errors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from spoeq_core.pricing.model import price
from tests.benchmarks import comparing, document, pricing, report as reports
from tests.benchmarks.__main__ import main
from tests.benchmarks.buyers import Race
from tests.benchmarks.report import Report
from tests.benchmarks.results import Row
from tests.benchmarks.scenarios import RaceResult


@pytest.mark.slow
def test_a_quick_run_measures_pages_purchases_and_a_race(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On a real shop with few products: nothing is answered by an error, the last pieces are sold once."""
    figures = tmp_path / "figures.json"
    assert main(["--quick", "--cache", "off", "--only", "pages,buying,race", "--json", str(figures)]) == 0
    printed = capsys.readouterr().out
    found = json.loads(figures.read_text("utf-8"))
    assert found["race"]["race"]["sold"] == found["race"]["race"]["pieces"] == 3
    checkout = next(row for row in found["buying"] if row["name"].startswith("guest checkout"))
    assert 0 < checkout["writes"] < checkout["commands"]
    (pages,) = found["pages"].values()
    assert {row["name"] for row in pages} >= {"home", "product", "API: list"}
    assert all(row["rates"][0] > 0 and row["cpu"]["web"] > 0 and row["commands"] is not None for row in pages)
    assert "| guest checkout, 2 at once |" in printed
    assert set(reports.load(figures)) >= {row["name"] for row in found["buying"]}


def race(**changes: int) -> RaceResult:
    """A race that ended well, but for these."""
    told = {"buyers": 64, "pieces": 10, "sold": 10, "refused": 54, **changes}
    return RaceResult(Race(**told, others={}, seconds=1.0), 0, "")


def test_an_answer_that_is_no_success_is_an_error_of_the_run() -> None:
    assert Report(pages={"off": [Row("home", [60.0])]}, race=race()).errors() == []
    assert Report(pages={"off": [Row("home", [60.0], errors={"500": 2})]}).errors() == ["home [cache off]: 2 × 500"]


def test_overselling_is_an_error_of_the_run() -> None:
    assert Report(race=race(sold=11, refused=53)).errors() == ["race: 11 sold of 10"]


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ([50, 52, 51], [60, 62, 61], "better"),
        ([60, 62, 61], [50, 52, 51], "worse"),
        ([50, 60, 55], [56, 66, 61], "same"),
        ([50, 50, 50], [51, 51, 51], "same"),
    ],
)
def test_a_change_counts_when_all_runs_say_so_and_it_is_more_than_noise(
    before: list[float], after: list[float], verdict: str
) -> None:
    (change,) = comparing.compare({"home": Row("home", before)}, {"home": Row("home", after)})
    assert change.verdict == verdict


def test_a_cart_of_fifty_lines_and_twenty_promotions_is_priced_whole() -> None:
    cart = pricing.cart_of(50)
    answers = pricing.answers_to(cart, 20)
    found = price(cart, answers, pricing.tax_of(cart))
    told = {step.rule for step in found.trace}
    assert told >= {f"r{n}" for n in range(20)}
    assert found.totals.discounts > 0
    assert len(found.taxes) == 6
    assert "| 50 lines, 20 promotions | 1.50 |" in Report(pricing_ms={"50 lines, 20 promotions": 1.5}).markdown()


def test_what_was_not_measured_this_time_stays_in_the_document(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    monkeypatch.setattr(document, "DOCUMENT", page)
    page.write_text(f"Before\n\n{document.BEGIN}\n{document.END}\n\n## After\n", "utf-8")
    first = Report("A machine", starts={"first start": 4.0}, pricing_ms={"1 line": 1.5})
    document.write_document(first.source(), first.sections())
    second = Report("Another", options="--only pricing", pricing_ms={"1 line": 1.25})
    document.write_document(second.source(), second.sections())
    written = page.read_text("utf-8")
    assert written.startswith("Before\n")
    assert written.endswith("\n\n## After\n")
    assert written.count("### ") == 2
    assert "| first start | 4.00 |" in written
    assert "A machine; `nox -s bench`" in written
    assert "1.50" not in written
    assert "| 1 line | 1.25 |" in written
    assert "Another; `nox -s bench -- --only pricing`" in written
