"""Cautions are mentioned and decide nothing (clinical-logic E, "cautions only"; L)."""

from __future__ import annotations

import pytest

from cds_service.findings.cautions import CAUTIONS, cautions
from cds_service.findings.opioid_use import OpioidStatus
from cds_service.record.patient import PatientRecord
from tests.findings.comorbid_charts import (
    GIVEN,
    Entry,
    chart,
    condition,
    drug,
    measured,
    on,
    referral,
    report,
    status,
)


def ids(*entries: Entry, opioids: OpioidStatus = "none") -> list[str]:
    return [caution.id for caution in cautions(chart(*entries), GIVEN, opioids)]


def test_none_for_an_empty_chart() -> None:
    assert ids() == []


@pytest.mark.parametrize(
    ("concept", "id_"),
    [
        ("respiratory_chronic", "lung-disease"),
        ("bleeding_disorder", "bleeding"),
        ("kidney_advanced", "kidney-disease"),
        ("liver_cirrhosis", "cirrhosis"),
        ("immunosuppression", "immunosuppression"),
        ("osteoporosis", "osteoporosis"),
        ("malnutrition", "malnutrition"),
        ("severe_depression", "severe-depression"),
    ],
)
def test_a_current_condition_is_a_caution(concept: str, id_: str) -> None:
    said = cautions(chart(condition(concept, label="Named")), GIVEN)
    assert [(caution.id, caution.sources) for caution in said] == [(id_, ("Condition/1",))]
    assert ids(condition(concept, ended=True)) == []
    assert ids(condition(concept, active=False)) == []


@pytest.mark.parametrize(
    ("what", "bad", "good", "id_"),
    [
        ("eGFR", 29.9, 30.0, "kidney-disease"),
        ("T-score", -2.5, -2.4, "osteoporosis"),
        ("serum albumin", 3.49, 3.5, "malnutrition"),
        ("PHQ-9 total", 20.0, 19.0, "severe-depression"),
        ("left ventricular ejection fraction", 40.0, 50.0, "reduced-ejection-fraction"),
        ("HbA1c", 6.5, 6.4, "diabetes-not-listed"),
        ("BMI", 30.0, 29.9, "raised-bmi"),
    ],
)
def test_a_measurement_is_a_caution(what: str, bad: float, good: float, id_: str) -> None:
    assert ids(measured(what, bad)) == [id_]
    assert ids(measured(what, good)) == []
    assert ids(measured(what, bad, 20), measured(what, good, 10)) == []


@pytest.mark.parametrize(
    ("entries", "id_", "text"),
    [
        ([condition(code="M43.4")], "ungraded-instability", "Spinal instability on record: flexion–extension films"),
        (
            [report("high_grade_slip", use="weak", ref="b"), report("high_grade_slip", use="weak", ref="a")],
            "suspected-slip",
            "Suspected high-grade slip in an imaging report: confirm it",
        ),
        (
            [report("epidural_scarring", use="weak", ref="b"), condition("epidural_scarring", use="weak", ref="a")],
            "epidural-fibrosis",
            "Epidural fibrosis mentioned, not as extensive",
        ),
        (
            [measured("HbA1c", 7.6), condition("diabetes")],
            "hba1c-near-threshold",
            "HbA1c 7.6 % on 12 November 2026: improve control before an operation",
        ),
        (
            [measured("HbA1c", 6.6)],
            "diabetes-not-listed",
            "HbA1c 6.6 % on 12 November 2026: diabetes is not on the problem list",
        ),
        ([measured("BMI", 31.0)], "raised-bmi", "BMI 31 on 12 November 2026: plan weight management alongside"),
        (
            [status("tobacco_former", 5)],
            "recently-quit",
            "Former smoker, stopped less than 28 days ago as far as recorded: keep off tobacco before an operation",
        ),
        ([condition("tobacco_current", use="weak")], "chewing-tobacco", "Chewing tobacco: advise stopping"),
        (
            [measured("left ventricular ejection fraction", 45.0)],
            "reduced-ejection-fraction",
            "EF 45 % on 12 November 2026: cardiac assessment",
        ),
        (
            [condition("respiratory_chronic")],
            "lung-disease",
            "Chronic lung disease: assess fitness for anaesthesia",
        ),
        (
            [condition("spinal_deformity", ref="a"), condition("respiratory_chronic", ref="b")],
            "deformity-with-lung-disease",
            "Spinal deformity with chronic lung disease: test lung function",
        ),
        (
            [
                condition("bleeding_disorder", label="Thrombocytopenia"),
                drug("anticoagulant_antiplatelet", label="DOAC"),
            ],
            "bleeding",
            "Bleeding risk (DOAC, thrombocytopenia): plan around an operation",
        ),
        (
            [condition("bleeding_disorder", label="Thrombocytopenia")],
            "bleeding",
            "Bleeding risk (thrombocytopenia): plan around an operation",
        ),
        (
            [measured("eGFR", 22.0)],
            "kidney-disease",
            "Advanced kidney disease (eGFR 22 mL/min on 12 November 2026): adjust drugs, plan with nephrology",
        ),
        ([condition("liver_cirrhosis")], "cirrhosis", "Cirrhosis or liver failure: bleeding and anaesthetic risk"),
        (
            [condition("immunosuppression", ref="b"), drug("immunosuppressant_drugs", ref="a")],
            "immunosuppression",
            "Immunosuppression: higher risk of infection",
        ),
        (
            [drug("systemic_steroid", first=100)],
            "long-steroids",
            "Systemic steroid for 90 days or more: infection, bone, adrenal function",
        ),
        (
            [measured("T-score", -2.6)],
            "osteoporosis",
            "Osteoporosis (T-score -2.6 on 12 November 2026): treat bone health before a fusion",
        ),
        (
            [measured("serum albumin", 3.1)],
            "malnutrition",
            "Malnutrition or low albumin (albumin 3.1 g/dL on 12 November 2026): nutrition before an operation",
        ),
        (
            [condition("severe_depression")],
            "severe-depression",
            "Severe depression: support alongside, outcomes are poorer untreated",
        ),
        (
            [condition("substance_overdose", ref="b"), drug("oud_treatment_drugs", use_disorder=True, ref="a")],
            "addiction-care",
            "Opioid use disorder or overdose on record: addiction care alongside",
        ),
        (
            [condition("palliative_hospice", use="weak")],
            "palliative-care",
            "Palliative care: settle the goals of care first",
        ),
        ([condition("pregnancy")], "undated-pregnancy", "Pregnancy on record without a date: ask first"),
        (
            [referral(days=21, spine=False, code="308481009")],
            "orthopaedic-referral",
            "An orthopaedic referral of 1 November 2026 is under way without a spine reason: it may be combined",
        ),
        (
            [referral(days=None, spine=False, code="308481009")],
            "orthopaedic-referral",
            "An orthopaedic referral is under way without a spine reason: it may be combined",
        ),
    ],
)
def test_each_caution_in_its_words_with_all_it_rests_on(entries: list[Entry], id_: str, text: str) -> None:
    (said,) = cautions(chart(*entries), GIVEN)
    assert (said.id, said.text) == (id_, text)
    assert sorted(said.sources) == sorted(entry.ref for entry in entries if "diabetes" not in entry.concepts)


@pytest.mark.parametrize(
    ("opioids", "text"),
    [("chronic", "Long-term opioids"), ("possible", "Possibly long-term opioids"), ("short-term", "Opioids")],
)
def test_opioids_before_an_operation_in_words(opioids: OpioidStatus, text: str) -> None:
    (said,) = cautions(chart(), GIVEN, opioids)
    assert (said.id, said.text) == ("preoperative-opioids", f"{text}: use before an operation worsens its outcome")


def test_a_value_is_named_with_its_day() -> None:
    (said,) = cautions(chart(measured("PHQ-9 total", 22.0), condition("severe_depression")), GIVEN)
    assert said.text == (
        "Severe depression (PHQ-9 22 on 12 November 2026): support alongside, outcomes are poorer untreated"
    )
    assert said.sources == ("Condition/1", "Observation/1")


def test_the_worse_score_of_a_day_counts() -> None:
    for scores in ((19.0, 22.0), (22.0, 19.0)):
        assert ids(*(measured("PHQ-9 total", score) for score in scores)) == ["severe-depression"]


def test_steroids_rest_on_every_item_of_their_run() -> None:
    items = (
        drug("systemic_steroid", first=100, last=100, ref="a"),
        drug("systemic_steroid", first=90, last=0, ref="b"),
        drug("systemic_steroid", first=300, last=200, ref="old"),
        drug("systemic_steroid", first=None, last=None, ref="undated"),
    )
    (said,) = cautions(chart(*items), GIVEN)
    assert (said.id, said.sources) == ("long-steroids", ("a", "b"))


def test_deformity_with_lung_disease_is_one_caution() -> None:
    assert ids(condition("spinal_deformity"), condition("respiratory_chronic")) == ["deformity-with-lung-disease"]
    assert ids(condition("spinal_deformity")) == []


@pytest.mark.parametrize(
    ("entry", "warned"),
    [
        (drug("anticoagulant_antiplatelet", last=0), True),
        (drug("anticoagulant_antiplatelet", last=30, first=100), True),
        (drug("anticoagulant_antiplatelet", last=31, first=100), False),
        (drug("anticoagulant_antiplatelet", use="weak"), True),
        (drug("anticoagulant_antiplatelet", inpatient=True), False),
        (drug("anticoagulant_antiplatelet", first=None, last=None, undatable=True), True),
        (drug("anticoagulant_antiplatelet", first=None, last=None, undatable=True, state="stopped"), False),
        (drug("anticoagulant_antiplatelet", first=None, last=None), False),
        (drug("analgesic_nsaid"), False),
    ],
)
def test_blood_thinners_while_taken(entry: Entry, warned: bool) -> None:
    assert ids(entry) == (["bleeding"] if warned else [])


def test_bleeding_names_drugs_and_disorders_once() -> None:
    record = chart(
        drug("anticoagulant_antiplatelet", ref="a"),
        drug("anticoagulant_antiplatelet", ref="b"),
        condition("bleeding_disorder", label="Thrombocytopenia"),
    )
    (said,) = cautions(record, GIVEN)
    assert "(anticoagulant_antiplatelet, thrombocytopenia)" in said.text
    assert said.sources == ("a", "b", "Condition/1")


def test_two_blood_thinners_are_both_named() -> None:
    thinners = (drug("anticoagulant_antiplatelet", label=label) for label in ("Warfarin", "Clopidogrel"))
    (said,) = cautions(chart(*thinners), GIVEN)
    assert said.text == "Bleeding risk (clopidogrel, warfarin): plan around an operation"


def test_an_immunosuppressant_is_a_caution_while_taken() -> None:
    assert ids(drug("immunosuppressant_drugs")) == ["immunosuppression"]
    assert ids(drug("immunosuppressant_drugs", first=200, last=100)) == []


@pytest.mark.parametrize(
    ("entries", "warned"),
    [
        ([drug("systemic_steroid", first=89, last=0)], True),
        ([drug("systemic_steroid", first=88, last=0)], False),
        ([drug("systemic_steroid", first=119, last=30)], True),
        ([drug("systemic_steroid", first=120, last=31)], False),
        ([drug("systemic_steroid", first=100, last=70), drug("systemic_steroid", first=39, last=0)], True),
        ([drug("systemic_steroid", first=100, last=71), drug("systemic_steroid", first=40, last=0)], True),
        ([drug("systemic_steroid", first=100, last=72), drug("systemic_steroid", first=40, last=0)], False),
        ([drug("systemic_steroid", first=100, last=0), drug("systemic_steroid", first=90, last=60)], True),
        ([drug("systemic_steroid", first=100, last=0, injected=True)], False),
        ([drug("systemic_steroid", first=100, last=0, inpatient=True)], False),
        ([drug("systemic_steroid", first=None, last=None)], False),
    ],
)
def test_steroids_for_90_days_gaps_of_30_bridged(entries: list[Entry], warned: bool) -> None:
    assert ids(*entries) == (["long-steroids"] if warned else [])


@pytest.mark.parametrize(
    ("entry", "warned"),
    [
        (condition("opioid_use_disorder"), True),
        (condition("opioid_use_disorder", ended=True), True),
        (condition("opioid_use_disorder", use="history"), True),
        (condition("opioid_use_disorder", use="weak"), True),
        (condition("substance_overdose", use="history", active=False), True),
        (drug("oud_treatment_drugs", use_disorder=True), True),
        (drug("oud_treatment_drugs", use_disorder=True, first=200, last=100), False),
        (drug("oud_treatment_drugs", use="weak"), False),
    ],
)
def test_addiction_is_a_caution_also_when_past(entry: Entry, warned: bool) -> None:
    assert ids(entry) == (["addiction-care"] if warned else [])


def test_addiction_care_alongside() -> None:
    (said,) = cautions(chart(condition("substance_overdose", use="history")), GIVEN)
    assert said.text.endswith("addiction care alongside")


@pytest.mark.parametrize(
    ("opioids", "warned"),
    [
        ("chronic", True),
        ("possible", True),
        ("short-term", True),
        ("recent", False),
        ("past", False),
        ("none", False),
        ("unknown", False),
    ],
)
def test_opioids_before_an_operation(opioids: OpioidStatus, warned: bool) -> None:
    assert ids(opioids=opioids) == (["preoperative-opioids"] if warned else [])


def test_palliative_care_alone_is_a_caution_hospice_is_row_0() -> None:
    assert ids(condition("palliative_hospice", use="weak")) == ["palliative-care"]
    assert ids(condition("palliative_hospice", use="weak", ended=True)) == []
    assert ids(condition("palliative_hospice")) == []


def test_an_undated_pregnancy_is_a_caution() -> None:
    assert ids(condition("pregnancy")) == ["undated-pregnancy"]
    assert ids(condition("pregnancy", onset=on(100))) == []
    assert ids(condition("pregnancy"), condition("pregnancy", onset=on(100))) == []
    assert ids(status("pregnancy", None, "pregnancy status")) == ["undated-pregnancy"]


def test_v65_an_orthopaedic_referral_for_the_knee_is_mentioned() -> None:
    knee = referral(days=21, spine=False, code="308481009")
    (said,) = cautions(chart(knee), GIVEN)
    assert (said.id, said.sources) == ("orthopaedic-referral", ("ServiceRequest/1",))
    assert "of 1 November 2026" in said.text
    assert ids(referral(days=None, spine=False, code="308481009")) == ["orthopaedic-referral"]
    assert ids(referral(days=366, spine=False, code="308481009")) == []
    assert ids(referral(days=10, spine=False, code="306206005")) == []
    assert ids(referral(days=10)) == []


def test_the_order_is_that_of_the_list() -> None:
    record: PatientRecord = chart(
        condition(code="M53.2X6", ref="Condition/i"),
        report("epidural_scarring", use="weak"),
        condition("diabetes", ref="Condition/d"),
        measured("BMI", 31.0),
        condition("tobacco_current", use="weak", ref="Condition/t"),
        condition("respiratory_chronic", ref="Condition/l"),
        condition("osteoporosis", ref="Condition/o"),
    )
    assert [caution.id for caution in cautions(record, GIVEN, "chronic")] == [
        "ungraded-instability",
        "epidural-fibrosis",
        "diabetes-control-unknown",
        "raised-bmi",
        "chewing-tobacco",
        "lung-disease",
        "osteoporosis",
        "preoperative-opioids",
    ]
    assert len(set(CAUTIONS)) == len(CAUTIONS)
