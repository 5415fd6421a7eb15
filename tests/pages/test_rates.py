"""Shares of cards and their intervals, against published figures."""

from __future__ import annotations

import pytest

from cds_service.pages.rates import Rate, Rates, interval, rate_of, rates_of

# R. G. Newcombe, Stat Med 1998;17:857–872, table I, method 3 (score without continuity correction).
PUBLISHED = [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]


@pytest.mark.parametrize(("count", "of", "low", "high"), PUBLISHED)
def test_intervals_are_the_published_ones(count: int, of: int, low: float, high: float) -> None:
    assert interval(count, of) == pytest.approx((low, high), abs=0.00005)
    assert interval(of - count, of) == pytest.approx((1 - high, 1 - low), abs=0.00005)


@pytest.mark.parametrize("of", [1, 2, 3, 7, 49, 1_000_000])
def test_an_interval_holds_its_share_and_stays_between_none_and_all(of: int) -> None:
    for count in {0, 1, of // 2, of}:
        rate = rate_of(count, of)
        assert 0 <= rate.low <= rate.rate <= rate.high <= 1
    assert rate_of(0, of).low == 0
    assert rate_of(of, of).high == 1


def test_a_rate_has_four_digits() -> None:
    assert rate_of(1, 3) == Rate(0.3333, 0.0615, 0.7923)


def test_a_count_read_later_than_what_was_shown_is_all_of_it() -> None:
    assert rate_of(3, 2) == rate_of(2, 2)


def test_where_nothing_was_shown_there_is_no_rate() -> None:
    assert rates_of(0, 5, 2) is None
    assert rates_of(4, 1, 2) == Rates(rate_of(1, 4), rate_of(2, 4))
