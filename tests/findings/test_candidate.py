"""Sign 7, sentence by sentence (clinical-logic F)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cds_service.findings.candidate import CANDIDATE_SETS, favourable_candidate
from cds_service.findings.risk import Risk
from cds_service.record.patient import Condition
from tests.findings.comorbid_charts import Entry, condition, measured, procedure, report
from tests.findings.grounds import grounds

HERNIATION = replace(condition("disc_herniation", label="Disc herniation"), region="lumbar")
MRI = report("imaging_spine_mri_ct", days=365)
NO_RISK = Risk("obesity", "absent")


def missing(*entries: Entry, risk: tuple[Risk, ...] = (NO_RISK,)) -> tuple[str, ...]:
    return favourable_candidate(grounds(entries=entries, risk=risk)).missing


def test_full_with_imaging_and_nothing_against() -> None:
    sign = favourable_candidate(grounds(entries=[HERNIATION, MRI]))
    assert (sign.strength, sign.because) == ("full", "a candidate diagnosis with imaging and no factor against")
    assert (sign.state, sign.missing) == ("present", ())
    assert sign.facts[0].text == "disc herniation, undated"
    assert favourable_candidate(grounds(entries=[HERNIATION])).because == "a candidate diagnosis"


@pytest.mark.parametrize("name", CANDIDATE_SETS)
def test_each_candidate_diagnosis(name: str) -> None:
    assert favourable_candidate(grounds(entries=[condition(name)])).strength == "partial"


@pytest.mark.parametrize(
    "entry",
    [
        condition("spine_pain_back_neck"),
        condition("disc_herniation", ended=True),
        condition("disc_herniation", use="weak"),
    ],
)
def test_what_is_no_candidate(entry: Condition) -> None:
    assert favourable_candidate(grounds(entries=[entry, MRI])).state == "absent"


def test_what_keeps_it_partial() -> None:
    assert missing(HERNIATION) == ("MRI or CT within 365 days",)
    assert missing(HERNIATION, report("imaging_spine_mri_ct", days=366)) == ("MRI or CT within 365 days",)
    assert missing(HERNIATION, procedure("imaging_spine_mri_ct", use="weak")) == ("MRI or CT within 365 days",)
    assert missing(condition("disc_herniation"), MRI) == ("the part of the spine",)


@pytest.mark.parametrize(
    ("risk", "against"),
    [
        (Risk("severe-instability", "present", major=True), True),
        (Risk("obesity", "present", extreme=True), True),
        (Risk("active-infection", "present", modifiable=True), True),
        (Risk("obesity", "unknown", extreme=None, modifiable=None), False),
        (NO_RISK, False),
    ],
)
def test_a_factor_of_rows_6_and_7(risk: Risk, against: bool) -> None:
    assert missing(HERNIATION, MRI, risk=(risk,)) == (("treatment of a risk",) if against else ())


@pytest.mark.parametrize(("bmi", "heavy"), [(29.9, False), (30.0, True)])
def test_a_measured_bmi(bmi: float, heavy: bool) -> None:
    assert missing(HERNIATION, MRI, measured("BMI", bmi)) == (("a BMI below 30",) if heavy else ())


def test_a_coded_bmi() -> None:
    assert missing(HERNIATION, MRI, condition("obesity", code="E66.9")) == ("a BMI below 30",)


def test_unknown_where_conditions_came_in_part() -> None:
    assert favourable_candidate(grounds(unanswered=("conditions",))).state == "unknown"
