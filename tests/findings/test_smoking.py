"""Smoking: the newest statement of Observations and Conditions decides (clinical-logic E; L, "Ties", "Look-backs")."""

from __future__ import annotations

import pytest

from cds_service.findings.smoking import chewing_caution, current_smoking, quitting_caution
from cds_service.record.patient import Condition, Observation
from tests.findings.comorbid_charts import GIVEN, chart, condition, on, status, written

CURRENT, FORMER, NEVER = "tobacco_current", "tobacco_former", "tobacco_never_unknown"


@pytest.mark.parametrize(
    ("entries", "state"),
    [
        ([status(CURRENT, 9000)], "present"),
        ([status(CURRENT, 20), status(FORMER, 10)], "absent"),
        ([status(FORMER, 20), status(CURRENT, 10)], "present"),
        ([status(NEVER, 10)], "absent"),
        ([condition(CURRENT, recorded=on(10)), status(FORMER, 20)], "present"),
        ([condition(CURRENT, onset=on(900), recorded=on(10)), status(NEVER, 20)], "present"),
        ([condition(FORMER, recorded=on(10)), status(CURRENT, 20)], "absent"),
        ([condition(CURRENT, recorded=on(10)), status(FORMER, 10)], "absent"),
        ([condition(FORMER, recorded=on(10)), status(CURRENT, 10)], "present"),
        ([status(CURRENT, 10), status(FORMER, 10)], "present"),
        ([status(FORMER, 10), status(NEVER, 10)], "absent"),
        ([condition(CURRENT), status(FORMER, 9000)], "absent"),
        ([condition(CURRENT)], "present"),
        ([status(CURRENT, None)], "present"),
        ([status(CURRENT, -1)], "unknown"),
        ([status(CURRENT, 0)], "present"),
        ([condition(CURRENT, recorded=on(10), ended=on(5))], "absent"),
        ([condition(CURRENT, recorded=on(10), active=False)], "absent"),
        ([condition(CURRENT, recorded=on(10), ended=on(5)), status(CURRENT, 3)], "present"),
        ([condition(CURRENT, ended=True)], "absent"),
        ([condition(CURRENT, use="weak", recorded=on(1))], "unknown"),
        ([condition(FORMER, code="F17.221", recorded=on(1)), status(CURRENT, 10)], "present"),
        ([status(NEVER, 5, code="266927001"), status(CURRENT, 900)], "present"),
        ([status(NEVER, 5, code="266927001")], "unknown"),
        ([status("", 5), status(CURRENT, 900)], "present"),
        ([condition("obesity", recorded=on(1))], "unknown"),
        ([], "unknown"),
    ],
)
def test_the_newest_statement_decides(entries: list[Condition | Observation], state: str) -> None:
    for record in (chart(*entries), chart(*reversed(entries))):
        risk = current_smoking(record, GIVEN)
        assert risk.state == state
        expected = {"present": True, "absent": False, "unknown": None}[state]
        assert (risk.extreme, risk.modifiable, risk.major) == (expected, expected, False)


def test_a_smoker_is_named_with_the_day() -> None:
    risk = current_smoking(chart(status(CURRENT, written("2026-10-01"), ref="Observation/s")), GIVEN)
    assert (risk.brief, risk.because) == ("current smoking (1 Oct)", "current smoking, recorded 1 October 2026")
    assert risk.value == {"status": "current", "date": "2026-10-01"}
    assert risk.sources == ("Observation/s",)
    undated = current_smoking(chart(condition(CURRENT)), GIVEN)
    assert (undated.value, undated.because) == ({"status": "current"}, "current smoking, undated")


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (condition(CURRENT, recorded=on(52)), "current smoking, recorded 1 October 2026"),
        (condition(CURRENT, onset=on(900), recorded=written("2026-10")), "current smoking, recorded October 2026"),
        (condition(CURRENT, recorded=on(400), ended=on(52)), "former smoker, recorded 1 October 2026"),
        (condition(CURRENT, recorded=on(52), active=False), "former smoker, recorded 1 October 2026"),
        (condition(CURRENT, ended=True), "former smoker, undated"),
    ],
)
def test_a_condition_tells_of_smoking_on_its_newest_day(entry: Condition, said: str) -> None:
    risk = current_smoking(chart(entry), GIVEN)
    assert (risk.because, risk.sources) == (said, ("Condition/1",))


def test_an_observation_outweighs_the_end_of_smoking_on_its_day() -> None:
    stopped = condition(CURRENT, recorded=on(400), ended=on(10))
    assert current_smoking(chart(stopped, status(NEVER, 10)), GIVEN).value["status"] == "never"
    assert current_smoking(chart(stopped, status(CURRENT, 10)), GIVEN).state == "present"


def test_never_asked_is_not_recorded_and_not_answered_is_not_checked() -> None:
    assert current_smoking(chart(), GIVEN).because == "smoking status is not recorded"
    never = status(NEVER, 10)
    for key in ("conditions", "observations"):
        risk = current_smoking(chart(never, unanswered=(key,)), GIVEN)
        assert (risk.state, risk.because) == ("unknown", "smoking status was not checked")
    smokes = chart(condition(CURRENT, recorded=on(10)), unanswered=("observations",))
    assert current_smoking(smokes, GIVEN).state == "present"


@pytest.mark.parametrize(
    ("entries", "warned"),
    [
        ([status(CURRENT, 100), status(FORMER, 27)], True),
        ([status(CURRENT, 100), status(FORMER, 28)], False),
        ([status(CURRENT, 100), status(FORMER, 60), status(FORMER, 5)], False),
        ([status(FORMER, 300), status(CURRENT, 100), status(FORMER, 5)], True),
        ([condition(CURRENT, recorded=on(400), ended=on(27))], True),
        ([condition(CURRENT, recorded=on(400), ended=on(28))], False),
        ([condition(CURRENT, recorded=on(20), ended=on(300))], False),
        ([condition(FORMER, onset=on(3000), recorded=on(5))], False),
        ([condition(FORMER, onset=on(3000), recorded=on(5)), status(CURRENT, 100)], True),
        ([condition(FORMER, onset=on(10), recorded=on(5))], True),
        ([condition(FORMER, onset=on(30), recorded=on(5)), status(CURRENT, 30)], False),
        ([condition(CURRENT, recorded=on(10)), status(FORMER, 10)], True),
        ([condition(FORMER)], False),
        ([status(FORMER, 5)], True),
        ([status(CURRENT, 5)], False),
        ([status(NEVER, 5)], False),
        ([], False),
    ],
)
def test_quit_less_than_28_days_ago_as_far_as_recorded(entries: list[Condition | Observation], warned: bool) -> None:
    said = quitting_caution(chart(*entries), GIVEN)
    assert (said is not None) is warned
    if said is not None:
        assert said.id == "recently-quit"


@pytest.mark.parametrize(
    ("entry", "warned"),
    [
        (condition(CURRENT, use="weak", code="F17.220"), True),
        (condition(CURRENT, use="weak", ended=True), False),
        (condition(CURRENT, code="F17.210"), False),
        (condition(FORMER), False),
    ],
)
def test_chewing_tobacco_is_a_caution_and_no_smoking(entry: Condition, warned: bool) -> None:
    said = chewing_caution(chart(entry), GIVEN)
    assert (said.id if said else None) == ("chewing-tobacco" if warned else None)
