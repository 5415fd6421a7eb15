"""`make bench` works: a whole run with hardly any calls; what it measured is not looked at."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.goals import GOALS, INSTRUCTIONS, PEER
from bench.results import figures
from bench.services import BARE, ONE, TOKENS, TWO
from bench.speed import LEFT_OUT, NO_PEER, Effort, Run, written
from tests.bench.given import RESULTS

HARDLY_ANY = Effort(1, 1, 2, 1, 1, {"S": 8, "M": 8}, counts_instructions=False)
LATER = {"L server CPU ÷ bare"}


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are read from /proc")
def test_a_whole_run(tmp_path: Path) -> None:
    results = Run(HARDLY_ANY, datetime.now(UTC).date(), tmp_path, None).results()
    assert results.over_http.loads.keys() == {BARE, ONE, TOKENS, TWO}
    assert results.lacking == {INSTRUCTIONS: LEFT_OUT, PEER: NO_PEER}
    made = figures(results)
    assert {goal.figure for goal in GOALS if goal.row not in results.lacking} - made.keys() == LATER
    assert all(value > 0 for name, value in made.items() if "price" not in name and "peak" not in name)


def test_the_page_and_the_figures_lie_beside_each_other(tmp_path: Path) -> None:
    page = written(RESULTS, tmp_path / "figures.md")
    assert (tmp_path / "figures.md").read_text(encoding="utf-8") == page
    told = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    assert told["figures"] == figures(RESULTS)
    assert told["measured"]["in_process"]["instructions"] == RESULTS.in_process.instructions
