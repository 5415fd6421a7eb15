"""Seven risks, always all, always in the order of the extension (clinical-logic H)."""

from __future__ import annotations

from itertools import permutations

from cds_service.findings.cautions import cautions
from cds_service.findings.risk import Risk
from cds_service.findings.risks import risks
from tests.findings.comorbid_charts import GIVEN, KEYS, Entry, chart, condition, measured, on, report, status, written

IDS = (
    "severe-instability",
    "epidural-scarring",
    "uncontrolled-diabetes",
    "cardiovascular-disease",
    "obesity",
    "current-smoking",
    "active-infection",
)


def of(found: tuple[Risk, ...], id_: str) -> Risk:
    return next(risk for risk in found if risk.id == id_)


def test_all_seven_in_order_for_an_empty_chart() -> None:
    found = risks(chart(), GIVEN)
    assert tuple(risk.id for risk in found) == IDS
    states = [risk.state for risk in found]
    assert states == ["absent", "absent", "absent", "absent", "unknown", "unknown", "absent"]
    assert [risk.present for risk in found] == [False, False, False, False, None, None, False]
    assert [risk.because for risk in found] == [
        "none on record",
        "none on record",
        "no diabetes on record",
        "no cardiovascular disease on record",
        "no BMI within 365 days",
        "smoking status is not recorded",
        "no active infection on record",
    ]


def test_nothing_answered_leaves_all_unknown() -> None:
    found = risks(chart(unanswered=KEYS), GIVEN)
    assert tuple(risk.id for risk in found) == IDS
    assert {risk.state for risk in found} == {"unknown"}
    assert [risk.because for risk in found] == [
        "conditions are incomplete",
        "conditions are incomplete",
        "HbA1c was not checked",
        "conditions were not checked for heart and circulation",
        "BMI was not checked",
        "smoking status was not checked",
        "conditions are incomplete",
    ]


def test_what_only_one_key_would_have_told_is_said() -> None:
    without_reports = risks(chart(unanswered=("diagnosticReports",)), GIVEN)
    assert {risk.because for risk in without_reports[:2]} == {"imaging reports were not checked"}
    without_values = risks(chart(unanswered=("observations",)), GIVEN)
    assert without_values[3].because == "observations were not checked for heart and circulation"


def test_each_keeps_its_name_when_present_and_when_ruled_out() -> None:
    well = chart(measured("HbA1c", 5.0), measured("BMI", 24.0), status("tobacco_never_unknown"))
    found = risks(well, GIVEN)
    assert (tuple(risk.id for risk in found), {risk.state for risk in found}) == (IDS, {"absent"})
    assert {risk.brief for risk in found} == {""}
    ill = chart(
        condition("severe_instability"),
        condition("epidural_scarring"),
        condition("cardio_major"),
        condition("active_infection", onset=on(3)),
        measured("HbA1c", 9.0),
        measured("BMI", 41.0),
        status("tobacco_current"),
    )
    found = risks(ill, GIVEN)
    assert (tuple(risk.id for risk in found), {risk.state for risk in found}) == (IDS, {"present"})


def test_the_order_of_the_chart_changes_nothing() -> None:
    entries: tuple[Entry, ...] = (
        condition("obesity", code="E66.9", ref="Condition/a"),
        condition("cardio_chronic", onset=on(900), ref="Condition/b"),
        status("tobacco_current", 10),
        measured("HbA1c", 8.4, ref="Observation/h"),
        report("epidural_scarring"),
    )
    said = {repr((risks(chart(*order), GIVEN), cautions(chart(*order), GIVEN))) for order in permutations(entries)}
    assert len(said) == 1


def test_v31_extensive_scarring() -> None:
    adhesions = condition("epidural_scarring", code="G96.12", onset=written("2026-02-01"))
    found = risks(chart(adhesions, report("epidural_scarring")), GIVEN)
    assert of(found, "epidural-scarring").major is True


def test_v33_hba1c_9_4_and_bmi_32() -> None:
    record = chart(
        condition("diabetes", code="E11.9"), measured("HbA1c", 9.4, written("2026-10-02")), measured("BMI", 32.0)
    )
    found = risks(record, GIVEN)
    assert [risk.id for risk in found if risk.modifiable] == ["uncontrolled-diabetes"]
    assert of(found, "uncontrolled-diabetes").brief == "HbA1c 9.4 % (2 Oct)"
    assert [caution.id for caution in cautions(record, GIVEN)] == ["raised-bmi"]


def test_v34_newer_value_overrides_the_old_code() -> None:
    coded = condition("diabetes", code="E11.65", recorded=written("2024-01"))
    found = risks(chart(coded, measured("HbA1c", 6.7), measured("BMI", 28.0), status("tobacco_former", 90)), GIVEN)
    assert {risk.state for risk in found} == {"absent"}


def test_v36_current_smoker() -> None:
    record = chart(condition("tobacco_current", code="F17.210"), measured("BMI", 27.0), status("tobacco_current", 52))
    assert [risk.id for risk in risks(record, GIVEN) if risk.modifiable] == ["current-smoking"]


def test_v39_ejection_fraction_28() -> None:
    failure = condition("cardio_chronic", code="I50.22")
    ejection = measured("left ventricular ejection fraction", 28.0, written("2026-07"))
    assert [risk.id for risk in risks(chart(failure, ejection), GIVEN) if risk.major] == ["cardiovascular-disease"]


def test_v54_bmi_41_and_smoking_are_two_of_the_three() -> None:
    record = chart(measured("BMI", 41.0), status("tobacco_current", 52))
    found = [risk for risk in risks(record, GIVEN) if risk.extreme]
    assert [risk.id for risk in found] == ["obesity", "current-smoking"]
    assert len(found) < GIVEN.advanced_risks
