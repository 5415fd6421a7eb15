"""Figures are ratios of the best rounds of one run."""

from __future__ import annotations

import pytest

from bench.results import figures
from bench.sizes import REAL
from bench.spread import Spread, share_of, spread_of
from tests.bench.given import LESS, RESULTS


@pytest.mark.parametrize(
    ("figure", "value"),
    [
        ("S ÷ orjson", 0.15),
        ("M ÷ orjson", 0.5),
        (f"{REAL} ÷ orjson", 5),
        ("M instructions ÷ orjson", 0.52),
        ("XL ÷ M, per resource", 2),
        (f"{REAL} ÷ M, per resource", 0.4),
        ("M worst ÷ median", 3),
        ("XL peak growth", 20),
        ("authentication ÷ raw verification", 1.3),
        ("S server CPU ÷ bare", 4),
        ("L throughput, share of bare", 30),
        ("M server CPU, tokens ÷ none", 2.5),
        ("M price of a token, µs", 600),
        ("M throughput ÷ HealthChain", 10),
        ("M HealthChain's server CPU ÷ ours", 10),
        ("M server CPU, two workers ÷ one", 1.1),
        ("M throughput, two workers ÷ one", 5 / 3),
        ("idle RSS", 80),
        ("RSS after M load", 90),
        ("cold start", 500),
    ],
)
def test_a_figure_is_made_from_what_was_measured(figure: str, value: float) -> None:
    assert figures(RESULTS)[figure] == pytest.approx(value)


def test_what_was_not_measured_has_no_figure() -> None:
    missing = figures(RESULTS).keys() - figures(LESS).keys()
    beside = ("throughput ÷ HealthChain", "HealthChain's server CPU ÷ ours")
    peer = {f"{size} {what}" for size in "SML" for what in beside}
    assert missing == {"M instructions ÷ orjson", f"{REAL} peak growth", *peer}


def test_the_best_of_times_is_the_least_and_of_rates_the_greatest() -> None:
    assert spread_of([3.0, 1.0, 2.0]) == Spread(1.0, 2.0)
    assert spread_of([3.0, 1.0, 2.0], max) == Spread(3.0, 2.0)


@pytest.mark.parametrize(("share", "value"), [(0.0, 1), (0.5, 51), (0.99, 100), (1.0, 100)])
def test_the_share_that_waited_no_longer(share: float, value: float) -> None:
    assert share_of(range(100, 0, -1), share) == value
