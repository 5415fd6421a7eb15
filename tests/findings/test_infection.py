"""Active infection: current and begun at most 30 days ago; without any date unknown (clinical-logic E, L)."""

from __future__ import annotations

import pytest

from cds_service.findings.infection import active_infection
from cds_service.record.patient import Condition
from tests.findings.comorbid_charts import GIVEN, chart, condition, on

SET = "active_infection"


@pytest.mark.parametrize(
    ("entry", "state"),
    [
        (condition(SET, onset=on(30)), "present"),
        (condition(SET, onset=on(31)), "absent"),
        (condition(SET, recorded=on(30)), "present"),
        (condition(SET, recorded=on(31)), "absent"),
        (condition(SET, onset=on(400), recorded=on(3)), "absent"),
        (condition(SET, onset=on(3), ended=on(1)), "absent"),
        (condition(SET, onset=on(3), active=False), "absent"),
        (condition(SET, onset=on(3), use="weak"), "absent"),
        (condition(SET), "unknown"),
    ],
)
def test_infection_by_status_and_date(entry: Condition, state: str) -> None:
    risk = active_infection(chart(entry), GIVEN)
    assert (risk.id, risk.state) == ("active-infection", state)
    assert risk.modifiable == {"present": True, "absent": False, "unknown": None}[state]
    assert (risk.major, risk.extreme) == (False, False)


def test_what_and_since_when() -> None:
    risk = active_infection(chart(condition(SET, label="Cellulitis", onset=on(3)), condition(SET)), GIVEN)
    assert (risk.brief, risk.because) == ("cellulitis (19 Nov)", "cellulitis since 19 November 2026")
    assert risk.value == {"condition": "Cellulitis", "date": "2026-11-19"}


def test_one_without_a_date_says_so() -> None:
    risk = active_infection(chart(condition(SET)), GIVEN)
    assert risk.because == "an active infection is on record without a usable date"


def test_incomplete_conditions_leave_it_unknown() -> None:
    assert active_infection(chart(unanswered=("conditions",)), GIVEN).because == "conditions are incomplete"
