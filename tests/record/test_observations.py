"""Measurements: the published codes, their values in one unit, their days (observation_codes.csv)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cds_service.record.dates import DateRange
from cds_service.record.patient import Observation
from tests.record.charts import LOINC, SNOMED, chart, code, resource

BORN = resource("Patient", None, id="p", birthDate="2008-06")
HBA1C, IFCC, BMI, WEIGHT, HEIGHT = "4548-4", "59261-8", "39156-5", "29463-7", "8302-2"
EF, SMOKING, PEG_PANEL, PEG_MEAN, PEG_ITEM, PAIN = (
    "10230-1",
    "72166-2",
    "91148-7",
    "91147-9",
    "91145-3",
    "72514-3",
)
T_SCORE, ALBUMIN, PHQ9, EGFR, INR, PREGNANCY = "38263-0", "1751-7", "44261-6", "33914-3", "6301-6", "82810-3"


def measured(loinc: str, **fields: Any) -> dict[str, Any]:
    return resource("Observation", code((LOINC, loinc)), **({"status": "final"} | fields))


def quantity(value: float, unit: str | None = None, **more: Any) -> dict[str, Any]:
    return {"value": value} | ({"code": unit} if unit else {}) | more


def only(made: dict[str, Any], *others: dict[str, Any]) -> Observation | None:
    found = chart(made, *others).observations
    return found[0] if found else None


@pytest.mark.parametrize(
    ("loinc", "value", "unit", "read"),
    [
        (HBA1C, 9.4, "%", 9.4),
        (HBA1C, 9.4, None, 9.4),
        (HBA1C, 20, None, 20),
        (HBA1C, 79, None, 9.37892),
        (HBA1C, 79, "mmol/mol", 9.37892),
        (HBA1C, 8.1, "%{Hb}", 8.1),
        (HBA1C, 8.1, "g/dL", None),
        (HBA1C, 79, "%", None),
        (HBA1C, 0, "%", None),
        (IFCC, 15, None, 3.5242),
        (IFCC, 8.5, "%", 8.5),
        (BMI, 35.2, "kg/m2", 35.2),
        (BMI, 35.2, None, 35.2),
        (BMI, 10, "kg/m2", 10),
        (BMI, 9.9, "kg/m2", None),
        (BMI, 100, "kg/m2", 100),
        (BMI, 100.1, "kg/m2", None),
        (BMI, 95, "%", None),
        (WEIGHT, 80, "kg", 80),
        (WEIGHT, 200, "[lb_av]", 90.718474),
        (WEIGHT, 200, "lb", 90.718474),
        (WEIGHT, 80_000, "g", 80),
        (WEIGHT, 80, None, None),
        (WEIGHT, 80, "st", None),
        (WEIGHT, 0, "kg", None),
        (HEIGHT, 180, "cm", 1.8),
        (HEIGHT, 1.8, "m", 1.8),
        (HEIGHT, 70, "[in_i]", 1.778),
        (HEIGHT, 70, "in", 1.778),
        (HEIGHT, 180, None, None),
        (HEIGHT, -1, "m", None),
        (EF, 35, "%", 35),
        (EF, 0.35, "1", 35),
        (EF, 1, None, 100),
        (EF, 0, "%", None),
        (EF, 135, "%", None),
        (PAIN, 7, "{score}", 7),
        (PAIN, 70, "mm", 7),
        (PAIN, 9, "mm", 0.9),
        (PAIN, 70, "{score}", 7),
        (PAIN, 10, "1", 10),
        (PAIN, 101, "{score}", None),
        (PEG_MEAN, 6.3, "{score}", 6.3),
        (PEG_MEAN, 11, "{score}", None),
        (T_SCORE, -2.6, "{Tscore}", -2.6),
        (ALBUMIN, 3.2, "g/dL", 3.2),
        (ALBUMIN, 32, "g/L", 3.2),
        (ALBUMIN, 32, None, 3.2),
        (ALBUMIN, 3.2, None, 3.2),
        (ALBUMIN, 500, "umol/L", None),
        (ALBUMIN, 0, "g/dL", None),
        (PHQ9, 27, "{score}", 27),
        (PHQ9, 28, "{score}", None),
        (EGFR, 29, "mL/min/{1.73_m2}", 29),
        (INR, 2.5, "{INR}", 2.5),
    ],
)
def test_a_value_in_its_one_unit(loinc: str, value: float, unit: str | None, read: float | None) -> None:
    found = only(measured(loinc, valueQuantity=quantity(value, unit)))
    assert (found.value if found else None) == (pytest.approx(read) if read is not None else None)


def test_a_unit_is_read_as_written_where_it_has_no_code() -> None:
    found = only(measured(WEIGHT, valueQuantity={"value": 200, "unit": " LBS "}))
    assert found is not None and found.value == pytest.approx(90.718474)


def test_a_whole_number_is_a_value_without_unit() -> None:
    found = only(measured(PAIN, valueInteger=6))
    assert found is not None and found.value == 6


@pytest.mark.parametrize("value", [{}, {"value": None}, {"unit": "%"}])
def test_without_a_value_it_is_left_out_and_said(value: dict[str, Any]) -> None:
    record = chart(measured(HBA1C, valueQuantity=value))
    assert record.observations == ()
    assert record.oddities == ("1 Observation left out: HbA1c without a value that can be read",)


def test_a_limit_is_read_as_the_number_and_noted() -> None:
    record = chart(measured(HBA1C, valueQuantity=quantity(14, "%", comparator=">")))
    assert record.observations[0].value == 14
    assert record.oddities == ("1 Observation with a limit in place of a value of HbA1c: read as the value",)


def component(loinc: str, score: float, system: str = LOINC) -> dict[str, Any]:
    return {"code": code((system, loinc)), "valueQuantity": quantity(score)}


@pytest.mark.parametrize(
    ("fields", "read"),
    [
        ({"component": [component(PEG_ITEM, 6), component("91146-1", 8)]}, 7),
        ({"component": [component(PEG_ITEM, 6), component(PEG_MEAN, 5)]}, 5),
        ({"component": [{"code": code((LOINC, PEG_ITEM)), "valueInteger": 4}]}, 4),
        ({"component": [component(PEG_ITEM, 6), component(PEG_ITEM, 60)]}, 6),
        ({"valueQuantity": quantity(3), "component": [component(PEG_ITEM, 6)]}, 3),
        ({"component": [component("8480-6", 6), component(PAIN, 7), component(PEG_ITEM, 2, "http://x"), {}]}, None),
        ({"component": [{"code": {"coding": [{}]}}]}, None),
        ({"component": []}, None),
        ({"component": None}, None),
        ({"component": "six"}, None),
        ({}, None),
    ],
)
def test_the_peg_panel_by_its_parts(fields: dict[str, Any], read: float | None) -> None:
    found = only(measured(PEG_PANEL, **fields))
    assert (found.value if found else None) == read


@pytest.mark.parametrize(
    ("loinc", "answer", "concept"),
    [
        (SMOKING, "449868002", "tobacco_current"),
        (SMOKING, "8517006", "tobacco_former"),
        (SMOKING, "266919005", "tobacco_never_unknown"),
        (PREGNANCY, "77386006", "pregnancy"),
        (SMOKING, "123456789", None),
    ],
)
def test_a_coded_answer(loinc: str, answer: str, concept: str | None) -> None:
    found = only(measured(loinc, valueCodeableConcept=code((SNOMED, answer))))
    assert (set(found.concepts) if found else None) == ({concept} if concept else None)


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        (code((SNOMED, "60001007")), True),
        (code((SNOMED, "60001007", "Not pregnant")), True),
        (code(("http://local", "N", "Not pregnant (finding)")), True),
        (code(text="Not currently pregnant"), True),
        (code(text="no longer pregnant"), True),
        (code(text="Post-partum"), True),
        (code(("http://local", "P", "Pregnant")), False),
        (code(text="Pregnant"), False),
        (code(text="Pregnancy not yet confirmed"), False),
        (code(text="Unknown"), False),
        (code(("http://local", "60001007")), False),
        (None, False),
    ],
)
def test_a_pregnancy_that_is_denied_is_an_answer_and_another_value_is_none(
    answer: dict[str, Any] | None, kept: bool
) -> None:
    record = chart(measured(PREGNANCY, valueCodeableConcept=answer))
    assert [(found.what, dict(found.concepts)) for found in record.observations] == (
        [("pregnancy status", {})] if kept else []
    )
    said = "1 Observation left out: pregnancy status without a value that can be read"
    assert record.oddities == (() if kept else (said,))


def on(day: str | None, loinc: str = HBA1C, value: float = 9, **fields: Any) -> dict[str, Any]:
    """A measurement of that day, known by it."""
    made = measured(loinc, effectiveDateTime=day, id=day, valueQuantity=quantity(value), **fields)
    return made | ({"id": f"{day} {fields['code'].get('text')}"} if "code" in fields else {})


def kept(*entries: dict[str, Any]) -> list[str]:
    """What is left of them, by their ids, whatever order they came in."""
    read = [chart(*order).observations for order in (entries, entries[::-1])]
    assert read[0] == read[1]
    return [entry.ref.removeprefix("Observation/") for entry in read[0]]


@pytest.mark.parametrize(
    ("entries", "left"),
    [
        ([on("2026-10-01"), on("2026-10-02"), on("2026-09-30")], ["2026-10-02"]),
        ([on("2026-10-02T08:00:00Z"), on("2026-10-02"), on("2026-10-01")], ["2026-10-02", "2026-10-02T08:00:00Z"]),
        ([on("2026-10-01"), on("2026-10-02", value=99, status="final")], ["2026-10-02"]),
        ([on("2026-10-01"), on("2026-10-02", value=0)], ["2026-10-01"]),
        ([on("2026-10-01"), on("2026-10-02", status="entered-in-error")], ["2026-10-01"]),
        ([on("2026-10-01"), on("2026-11-23")], ["2026-10-01"]),
        ([on("2026-10-01"), on("2026-10")], ["2026-10"]),
        ([on("2026-11-22"), on("2026-11")], ["2026-11", "2026-11-22"]),
        ([on("2026-10-01"), on("2026-13-99")], ["2026-10-01"]),
        ([on("2026-10-01"), on("soon")], ["2026-10-01"]),
        ([on("2026-10-01"), on(None)], ["2026-10-01"]),
        ([on("2026-10-01", value=0), on("soon")], ["soon"]),
        ([on("2026-10-01", value=0), on("2026-10-02", value=0)], []),
        ([on("2026-10-01"), on("2026-10-02", BMI, 30)], ["2026-10-01", "2026-10-02"]),
    ],
)
def test_of_each_measurement_the_newest_with_a_value_is_kept(entries: list[dict[str, Any]], left: list[str]) -> None:
    assert kept(*entries) == left


def test_one_dated_by_its_period_or_issue_is_compared_with_the_others() -> None:
    issued = measured(HBA1C, id="issued", issued="2026-10-03T00:00:00Z", valueQuantity=quantity(9))
    assert kept(on("2026-10-02"), issued) == ["issued"]
    assert kept(on("2026-10-04"), issued) == ["2026-10-04"]


def test_a_newer_pain_score_of_a_knee_does_not_hide_one_of_the_back() -> None:
    back, knee = {"code": code((LOINC, PAIN), text="Back pain")}, {"code": code((LOINC, PAIN), text="Knee pain")}
    scores = [on(f"2026-10-0{n}", PAIN, 5, **named) for n, named in ((1, back), (2, back), (3, knee), (4, knee))]
    assert kept(*scores) == ["2026-10-02 Back pain", "2026-10-04 Knee pain"]


def test_of_an_answer_the_newest_is_kept_and_each_former_smoker() -> None:
    never, former, current, unknown = "266919005", "8517006", "449868002", "266927001"
    said = [(1, never), (2, never), (3, current), (4, current), (5, former), (6, former), (7, unknown), (8, unknown)]
    answers = [
        measured(SMOKING, id=f"{day}", effectiveDateTime=f"2026-10-0{day}", valueCodeableConcept=code((SNOMED, answer)))
        for day, answer in said
    ]
    assert kept(*answers) == ["2", "4", "5", "6", "8"]


@pytest.mark.parametrize(
    ("loinc", "fields", "spine"),
    [
        (PAIN, {}, False),
        (PAIN, {"bodySite": code(text="Lower back")}, True),
        (PAIN, {"bodySite": code((SNOMED, "122496007"))}, True),
        (PAIN, {"bodySite": code((SNOMED, "72696002", "Knee"))}, False),
        (PAIN, {"code": code((LOINC, PAIN, "Pain severity"), text="Back pain severity")}, True),
        (PAIN, {"code": code((LOINC, PAIN, "Neck pain severity"), text="Pain severity")}, True),
        (PAIN, {"code": code((LOINC, PAIN, "Pain severity"), text="Knee pain severity")}, False),
        (EGFR, {"bodySite": code(text="Lower back")}, False),
    ],
)
def test_whether_a_pain_score_names_the_spine(loinc: str, fields: dict[str, Any], spine: bool) -> None:
    found = only(measured(loinc, valueQuantity=quantity(7)) | fields)
    assert found is not None and found.spine_words is spine


def test_an_answer_that_is_no_full_row_is_weak() -> None:
    icd = "http://hl7.org/fhir/sid/icd-10-cm"
    found = only(measured(SMOKING, valueCodeableConcept=code((icd, "F17.220"))))
    assert found is not None and found.concepts["tobacco_current"].use == "weak"


@pytest.mark.parametrize(
    "made",
    [
        code((LOINC, "8480-6")),
        code(("http://local", HBA1C)),
        code(text="HbA1c"),
        {},
        {"coding": [{"system": LOINC}]},
    ],
)
def test_what_is_not_on_the_list_is_not_read(made: dict[str, Any]) -> None:
    assert chart(resource("Observation", made, status="final", valueQuantity=quantity(9))) == chart()


def test_without_a_code_it_is_not_read() -> None:
    assert chart(resource("Observation", None, status="final")) == chart()


def test_a_second_coding_and_an_older_name_of_loinc_are_read() -> None:
    made = code(("http://local", "1"), ("urn:oid:2.16.840.1.113883.6.1", HBA1C))
    found = only(resource("Observation", made, status="final", valueQuantity=quantity(9, "%")))
    assert found is not None and (found.what, found.loinc, found.ref) == ("HbA1c", HBA1C, "Observation/x")


@pytest.mark.parametrize(
    ("status", "preliminary"),
    [
        ("final", False),
        ("amended", False),
        ("corrected", False),
        ("appended", False),
        ("preliminary", True),
        ("partial", True),
        (None, True),
        ("cancelled", None),
        ("entered-in-error", None),
        ("registered", None),
        ("unknown", None),
    ],
)
def test_which_statuses_count(status: str | None, preliminary: bool | None) -> None:
    found = only(measured(HBA1C, status=status, valueQuantity=quantity(9, "%")))
    assert (found.preliminary if found else None) is preliminary


def test_an_unlisted_status_is_said() -> None:
    record = chart(measured(HBA1C, status=None, valueQuantity=quantity(9, "%")))
    assert record.oddities == ("1 Observation with an unlisted status: read as preliminary",)


@pytest.mark.parametrize(
    ("fields", "when"),
    [
        ({"effectiveDateTime": "2026-10-02T23:00:00-05:00", "issued": "2026-10-03"}, "2026-10-02"),
        ({"effectivePeriod": {"start": "2026-10-02", "end": "2026-10-04"}}, "2026-10-02"),
        ({"effectivePeriod": {"end": "2026-10-04"}}, "2026-10-04"),
        ({"effectiveInstant": "2026-10-05T00:00:00Z"}, "2026-10-05"),
        ({"issued": "2026-10-06T00:00:00Z"}, "2026-10-06"),
        ({"effectiveDateTime": "soon"}, None),
        ({}, None),
    ],
)
def test_its_day(fields: dict[str, Any], when: str | None) -> None:
    found = only(measured(HBA1C, valueQuantity=quantity(9, "%"), **fields))
    day = date.fromisoformat(when) if when else None
    assert found is not None and found.when == (DateRange(day, day) if day else None)


def test_one_after_the_day_is_not_yet() -> None:
    record = chart(measured(HBA1C, valueQuantity=quantity(9, "%"), effectiveDateTime="2026-11-23"))
    assert record.observations == ()
    assert record.oddities == ("1 Observation left out: dated after the day of assessment",)
    assert only(measured(HBA1C, valueQuantity=quantity(9, "%"), effectiveDateTime="2026-11-22"))


def test_a_month_that_is_not_over_ends_with_the_day() -> None:
    found = only(measured(HBA1C, valueQuantity=quantity(9, "%"), effectiveDateTime="2026-11"))
    assert found is not None and found.when == DateRange(date(2026, 11, 1), date(2026, 11, 22))


@pytest.mark.parametrize(("day", "counts"), [("2026-06-30", True), ("2026-06-29", False), (None, False)])
def test_a_height_counts_once_the_patient_is_surely_grown_up(day: str | None, counts: bool) -> None:
    made = measured(HEIGHT, valueQuantity=quantity(180, "cm"), effectiveDateTime=day)
    assert (only(made, BORN) is not None) is counts
    assert only(made) is not None


def test_a_weight_counts_at_any_age() -> None:
    made = measured(WEIGHT, valueQuantity=quantity(50, "kg"), effectiveDateTime="2016-01-01")
    assert only(made, BORN) is not None
