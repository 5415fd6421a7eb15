"""How much pain limits daily life: NRS, VAS or PEG of at least 4 within 180 days; a line, never required."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cds_service.findings.finding import Absent, Present, Unknown
from cds_service.findings.impact import impact_on_daily_life
from cds_service.record.dates import DateRange
from cds_service.record.patient import Observation
from tests.findings.spine_charts import DAY, GIVEN, chart


def score(what: str, value: float, days: int, ref: str = "Observation/1") -> Observation:
    day = DAY - timedelta(days)
    return Observation(ref=ref, what=what, value=value, when=DateRange(day, day))


@pytest.mark.parametrize("value, limits", [(4, True), (3.9, False), (10, True), (11, False)])
def test_four_of_ten_limits_daily_life(value: float, limits: bool) -> None:
    found = impact_on_daily_life(chart(score("pain scale", value, 10)), GIVEN)
    assert isinstance(found, Present) is limits


@pytest.mark.parametrize("days, counts", [(180, True), (181, False)])
def test_a_score_counts_for_180_days(days: int, counts: bool) -> None:
    found = impact_on_daily_life(chart(score("PEG", 6, days)), GIVEN)
    assert isinstance(found, Present) is counts


def test_the_newest_score_of_a_scale_decides_and_on_one_day_the_worse() -> None:
    better = impact_on_daily_life(chart(score("pain scale", 8, 30), score("pain scale", 2, 3)), GIVEN)
    assert better == Absent("pain 2 of 10 on 19 November 2026")
    worse = impact_on_daily_life(chart(score("pain scale", 2, 3), score("pain scale", 6, 3)), GIVEN)
    assert isinstance(worse, Present)
    assert (worse.value.score, worse.value.when) == (6, date(2026, 11, 19))
    assert worse.facts[0].text == "pain 6 of 10 on 19 November 2026"
    assert worse.facts[0].sources == ("Observation/1",)


def test_either_scale_suffices_and_both_are_told() -> None:
    one = impact_on_daily_life(chart(score("pain scale", 2, 3), score("PEG", 5, 9)), GIVEN)
    assert isinstance(one, Present) and one.value.what == "PEG"
    both = impact_on_daily_life(chart(score("pain scale", 7, 3), score("PEG", 5, 9)), GIVEN)
    assert isinstance(both, Present) and both.value.what == "pain" and len(both.facts) == 2


def test_nothing_on_record_is_absent_only_when_the_question_was_answered() -> None:
    assert impact_on_daily_life(chart(), GIVEN) == Absent("no pain score within 180 days")
    unasked = impact_on_daily_life(chart(unanswered=("observations",)), GIVEN)
    assert unasked == Unknown("pain scores were not asked for or did not come")
    low = impact_on_daily_life(chart(score("pain scale", 2, 3), score("PEG", 3, 3)), GIVEN)
    assert low == Absent("pain 2 of 10 on 19 November 2026; PEG 3 of 10 on 19 November 2026")
