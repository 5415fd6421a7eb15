"""Vignettes as FHIR: dates around the day, the resources of each kind of line, all of them sound R4."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from cds_service.vignettes.lines import Done, Drug, Measured, Problem, Referral, Report, Vignette
from cds_service.vignettes.moving import TOLD_ON, Calendar
from cds_service.vignettes.reading import load_vignettes
from cds_service.vignettes.rendering import render
from cds_service.vignettes.requests import patient_view

YEAR_LATER = date(2027, 11, 22)
EXPECT: Any = {"outcome": "none", "indicator": "none", "why": "no-sign"}


def patient(**told: Any) -> Vignette:
    return Vignette.model_validate(
        {"id": "p", "about": "consider", "story": "…", "shows": "no", "expect": EXPECT, **told}
    )


def resource(kind: str, day: date = TOLD_ON, **told: Any) -> dict[str, Any]:
    return render(patient(**told), day).resources[kind][0]


def test_every_vignette_is_sound_fhir_r4() -> None:
    for vignette in load_vignettes():
        chart = render(vignette, YEAR_LATER)
        for one in (chart.patient, *chart.drafts, *(one for ones in chart.resources.values() for one in ones)):
            get_fhir_model_class(one["resourceType"]).model_validate(one)


@pytest.mark.parametrize(
    ("day", "written", "moved"),
    [
        (TOLD_ON, "2026-05-10", "2026-05-10"),
        (date(2026, 11, 23), "2026-05-10", "2026-05-11"),
        (YEAR_LATER, "2026-05-10", "2027-05-10"),
        (date(2026, 12, 22), "2026-05", "2026-06"),
        (date(2026, 12, 1), "2026-05", "2026-05"),
        (YEAR_LATER, "2024", "2025"),
        (YEAR_LATER, "", ""),
    ],
)
def test_dates_move_with_the_day_and_partial_ones_stay_partial(day: date, written: str, moved: str) -> None:
    assert Calendar(day).moved(written) == moved


@pytest.mark.parametrize(
    ("day", "age", "birthday", "born"),
    [
        (TOLD_ON, 52, "", "1974-05-23"),
        (TOLD_ON, 18, "today", "2008-11-22"),
        (TOLD_ON, 17, "tomorrow", "2008-11-23"),
        (date(2024, 2, 29), 18, "today", "2006-02-28"),
    ],
)
def test_ages_are_counted_back_from_the_day(day: date, age: int, birthday: str, born: str) -> None:
    assert Calendar(day).born(age, birthday) == born


def test_the_patient_is_made_up_of_name_sex_and_age() -> None:
    told = render(patient(name="Ann Mary Example", age=52, sex="F"), TOLD_ON).patient

    assert told == {
        "resourceType": "Patient",
        "id": "p",
        "name": [{"use": "official", "family": "Example", "given": ["Ann", "Mary"]}],
        "gender": "female",
        "birthDate": "1974-05-23",
    }


@pytest.mark.parametrize(
    ("died", "told"),
    [(True, {"deceasedBoolean": True}), ("2026-09-01", {"deceasedDateTime": "2026-09-01"}), (False, {})],
)
def test_death_is_a_day_or_a_fact(died: Any, told: dict[str, Any]) -> None:
    rendered = render(patient(name="Mono", died=died), TOLD_ON).patient

    assert {name: value for name, value in rendered.items() if name.startswith("deceased")} == told
    assert rendered["name"][0] == {"use": "official", "family": "Mono", "given": ["Mono"]}
    assert rendered["gender"] == "unknown"


def test_a_problem_with_all_that_may_be_said_of_it() -> None:
    line = Problem(
        problem="Low back pain",
        code="icd10:M54.50",  # type: ignore[arg-type]  # as TOML writes one code
        text="sore back",
        onset="2026-05",
        onset_age=51,
        onset_words="years ago",
        recorded="2026-06-01",
        ended="2026-07-01",
        status="resolved",
        listed="encounter",
        site="lumbar",
    )
    told = resource("Condition", conditions=(line,))

    coding = {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "M54.50", "display": "Low back pain"}
    assert told["code"] == {"coding": [coding], "text": "sore back"}
    assert told["clinicalStatus"]["coding"][0]["code"] == "resolved"
    assert told["category"][0]["coding"][0]["code"] == "encounter-diagnosis"
    assert (told["onsetDateTime"], told["recordedDate"], told["abatementDateTime"]) == (
        "2026-05",
        "2026-06-01",
        "2026-07-01",
    )
    assert told["onsetAge"]["value"] == 51
    assert told["onsetString"] == "years ago"
    assert told["bodySite"] == [{"text": "lumbar"}]
    assert told["subject"] == {"reference": "Patient/p"}
    assert told["id"] == "p-condition-1"


def test_a_problem_in_words_only_without_status_or_category() -> None:
    told = resource("Condition", conditions=(Problem(problem="Sciatica", status="", certainty="", listed=""),))

    assert told == {
        "resourceType": "Condition",
        "id": "p-condition-1",
        "code": {"text": "Sciatica"},
        "subject": {"reference": "Patient/p"},
    }


def test_sessions_are_spread_evenly_over_their_days() -> None:
    line = Done.model_validate({"done": "Therapy", "from": "2026-06-01", "to": "2026-06-29", "times": 5})
    told = render(patient(procedures=(line,)), TOLD_ON).resources["Procedure"]

    assert [one["performedDateTime"] for one in told] == [
        "2026-06-01",
        "2026-06-08",
        "2026-06-15",
        "2026-06-22",
        "2026-06-29",
    ]


def test_a_procedure_with_reason_and_site_on_a_partial_date() -> None:
    line = Done(done="Fusion", on="2026-09", status="in-progress", reason="Slip", site="lumbar")
    told = resource("Procedure", procedures=(line,))

    assert told["performedDateTime"] == "2026-09"
    assert told["status"] == "in-progress"
    assert told["reasonCode"] == [{"text": "Slip"}]
    assert told["bodySite"] == [{"text": "lumbar"}]


def test_a_drug_taken_on_was_asserted_two_weeks_ago_unless_said() -> None:
    usual = resource("MedicationStatement", medications=(Drug(takes="naproxen", since="2026-06-01"),))
    never = resource("MedicationStatement", medications=(Drug(takes="naproxen", asserted="", a_day=2),))

    assert (usual["status"], usual["dateAsserted"]) == ("active", "2026-11-08")
    assert usual["effectivePeriod"] == {"start": "2026-06-01"}
    assert "dateAsserted" not in never
    assert never["dosage"][0]["text"] == "1 tablet 2 times a day"


def test_a_drug_taken_until_a_day_is_completed() -> None:
    told = resource(
        "MedicationStatement", medications=(Drug(takes="naproxen", since="2026-06-01", until="2026-06-14"),)
    )

    assert told["status"] == "completed"
    assert told["effectivePeriod"]["end"] == "2026-06-14"


def test_a_drug_ordered_again_and_again() -> None:
    line = Drug(ordered="oxycodone", on="2026-02-01", every_days=30, times=2, supply_days=30, reason="Pain")
    told = render(patient(medications=(line,)), TOLD_ON).resources["MedicationRequest"]

    assert [one["authoredOn"] for one in told] == ["2026-02-01", "2026-03-03"]
    assert told[0]["dispenseRequest"]["expectedSupplyDuration"]["value"] == 30
    assert told[0]["reasonCode"] == [{"text": "Pain"}]


def test_a_drug_ordered_once_as_needed_with_refills() -> None:
    line = Drug(ordered="oxycodone", on="2026-02", tablets=12, a_day=4, as_needed=True, refills=2)
    told = resource("MedicationRequest", medications=(line,))

    assert told["authoredOn"] == "2026-02"
    assert told["dispenseRequest"]["quantity"]["value"] == 12
    assert told["dispenseRequest"]["numberOfRepeatsAllowed"] == 2
    assert told["dosageInstruction"][0]["asNeededBoolean"] is True


@pytest.mark.parametrize(
    ("line", "code", "value"),
    [
        ({"hba1c": 9.4}, "4548-4", {"value": 9.4, "unit": "%"}),
        (
            {"lab": "CRP", "code": "loinc:1988-5", "value": 148, "unit": "mg/L"},
            "1988-5",
            {"value": 148, "unit": "mg/L"},
        ),
    ],
)
def test_a_measurement_has_code_and_unit(line: dict[str, Any], code: str, value: dict[str, Any]) -> None:
    told = resource("Observation", observations=(Measured.model_validate({"on": "2026-10-02", **line}),))

    assert told["code"]["coding"][0]["code"] == code
    assert value.items() <= told["valueQuantity"].items()


@pytest.mark.parametrize(
    ("line", "value"),
    [({"smoker": "daily"}, "449868002"), ({"pregnant": True}, "77386006"), ({"pregnant": False}, "60001007")],
)
def test_an_answer_is_coded(line: dict[str, Any], value: str) -> None:
    told = resource("Observation", observations=(Measured.model_validate(line),))

    assert told["valueCodeableConcept"]["coding"][0]["code"] == value


def test_reports_and_referrals() -> None:
    report = resource("DiagnosticReport", reports=(Report(report="MRI", on="2026-02-10", says="Scarring."),))
    referral = resource(
        "ServiceRequest",
        referrals=(Referral(asked="Neurosurgery", on="2026-11-01", reason="Pain", site="lumbar", note="soon"),),
    )

    assert report["conclusion"] == "Scarring."
    assert {coding["code"] for coding in report["category"][0]["coding"]} == {"LP29684-5", "RAD"}
    assert (referral["status"], referral["intent"], referral["authoredOn"]) == ("active", "order", "2026-11-01")
    assert referral["note"] == [{"text": "soon"}]
    assert referral["bodySite"] == [{"text": "lumbar"}]


def test_a_request_holds_the_keys_that_were_answered() -> None:
    told = patient(answered=("patient", "conditions"), conditions=(Problem(problem="Sciatica"),))
    call = patient_view(render(told, TOLD_ON), hook_instance="…")

    assert call["hookInstance"] == "…"
    assert list(call["prefetch"]) == ["patient", "conditions"]
    assert call["prefetch"]["conditions"]["total"] == 1
    assert call["context"]["patientId"] == call["prefetch"]["patient"]["id"] == "p"
