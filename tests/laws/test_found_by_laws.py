"""The smallest charts on which a law once failed, and what must not be mistaken for them."""

from __future__ import annotations

from datetime import date

from tests.laws.answers import differences, said, told, without
from tests.laws.charts import PATIENT_ID, Chart, Resource
from tests.laws.codings import Coded, concept
from tests.laws.conditions import current

DAY = date(2026, 11, 22)
PATIENT: Resource = {"resourceType": "Patient", "id": PATIENT_ID, "birthDate": "1960-05-01"}
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
SNOMED = "http://snomed.info/sct"
LOW_BACK_PAIN: Coded = (SNOMED, "279039007", "Low back pain")
SCOLIOSIS: Coded = (SNOMED, "298382003", "Scoliosis")
OVER: Resource = {"clinicalStatus": {"coding": [{"code": "inactive"}]}}


def chart(*entries: Resource) -> Chart:
    """These entries, numbered in their order."""
    return Chart(DAY, PATIENT, tuple({**entry, "id": f"e{at}"} for at, entry in enumerate(entries)))


def saying(text: str, coded: Coded, onset: str = "") -> Resource:
    """A current Condition with words of its own."""
    return {**current(coded, onset), "code": concept(coded, text)}


def check_changes_nothing(first: tuple[Resource, ...], more: Resource) -> None:
    """Adding the entry changes nothing but sources."""
    whole, less = told(chart(*first, more)), told(chart(*first))
    assert not differences(without(less, "sources"), without(whole, "sources"))


def test_a_vaguer_copy_of_a_past_complaint_starts_no_longer_episode() -> None:
    """Its month ends later than the day it repeats, within 84 days before the new pain."""
    past = {**current(LOW_BACK_PAIN, "2026-08-29"), **OVER}
    now = current(LOW_BACK_PAIN, "2026-11-22")
    check_changes_nothing((now, past), {**past, "onsetDateTime": "2026-08"})


def test_a_vaguer_copy_is_no_second_fact_of_a_risk() -> None:
    slip = saying("Grade 3 spondylolisthesis L5/S1", LOW_BACK_PAIN, "2026-11-22")
    check_changes_nothing((slip,), {**slip, "onsetDateTime": "2026-11"})


def test_a_vaguer_copy_is_no_second_fact_of_a_risk_that_is_no_complaint() -> None:
    whiplash: Coded = (SNOMED, "39848009", "Whiplash injury")
    unstable = saying("Gross lumbar instability", whiplash, "2026-11-22")
    check_changes_nothing((unstable,), {**unstable, "onsetDateTime": "2026-11"})


def test_a_vaguer_copy_with_the_same_day_of_record_changes_nothing() -> None:
    pain = {**current(LOW_BACK_PAIN, "2026-05-10"), "recordedDate": "2026-06-01"}
    check_changes_nothing((pain,), {**current(LOW_BACK_PAIN, "2026"), "recordedDate": "2026-06-01"})


def test_two_copies_without_a_date_do_not_take_each_other_away() -> None:
    pain = {**current(LOW_BACK_PAIN), "recordedDate": "2026-11-01"}
    assert said(chart(pain, pain)).told["signs"][0]["state"] == said(chart(pain)).told["signs"][0]["state"]
    assert said(chart(pain, pain)).told["symptomDurationDays"] == {"min": 21}


def test_an_entry_that_was_recorded_on_another_day_is_no_copy() -> None:
    old = current(LOW_BACK_PAIN, "2025-03-10")
    again = {**current(LOW_BACK_PAIN, "2025"), "recordedDate": "2026-10-01"}
    assert told(chart(old))["why"] == "stale"
    assert said(chart(old, again)).outcome == "consider"


def test_a_vaguer_entry_that_says_more_is_no_copy() -> None:
    """Only one of the two says that the curve is getting worse."""
    pain = current(LOW_BACK_PAIN, "2026-09-20")
    known, worse = saying("Scoliosis", SCOLIOSIS, "2026-03-01"), saying("Progressive scoliosis", SCOLIOSIS, "2026")
    assert said(chart(pain, known)).outcome == "consider"
    assert said(chart(pain, known, worse)).outcome == said(chart(pain, worse)).outcome == "recommend"


def test_an_undated_operation_entered_twice_is_one() -> None:
    failed = saying("Failed back surgery syndrome", ("", "", ""), "2026-11-22")
    check_changes_nothing((failed,), failed)
    operation: Resource = {
        "resourceType": "Procedure",
        "status": "completed",
        "code": concept(("http://www.ama-assn.org/go/cpt", "63030", "Lumbar discectomy")),
        "subject": {"reference": f"Patient/{PATIENT_ID}"},
    }
    check_changes_nothing((operation,), operation)
    fusion = {**operation, "code": concept(("http://www.ama-assn.org/go/cpt", "22612", "Lumbar fusion"))}
    assert len(told(chart(operation, fusion))["priorSurgery"]) == 2


def test_retention_whose_words_tell_of_stenosis_is_no_emergency_for_being_entered_twice() -> None:
    """Its copy stood beside it as another entry, and made an emergency of what is to be examined promptly."""
    retention = saying(
        "Lumbar stenosis with neurogenic claudication", (ICD, "R33.9", "Urinary retention"), "2026-11-22"
    )
    check_changes_nothing((current(LOW_BACK_PAIN, "2026-10-23"), retention), retention)
