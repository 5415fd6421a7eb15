"""Which Conditions count, when they began and ended, and where they were listed (clinical-logic "Filters", A)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cds_service.record.dates import DateRange
from cds_service.record.patient import Condition, End, Listing, PatientRecord, Start, StartKind
from tests.record.charts import ICD_10_CM, SNOMED, chart, code, condition, resource, status

PAIN = code((ICD_10_CM, "M54.50", "Low back pain"))
BORN = resource("Patient", None, id="p", birthDate="1970-06-10")


def days(first: str, last: str | None = None) -> DateRange:
    return DateRange(date.fromisoformat(first), date.fromisoformat(last or first))


def read(**fields: Any) -> PatientRecord:
    return chart(condition(PAIN, **fields), BORN)


def one(**fields: Any) -> Condition:
    (found,) = read(**fields).conditions
    return found


def start(kind: StartKind, first: str, last: str | None = None) -> Start:
    meant = days(first, last)
    return Start(kind, meant.first, meant.last)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"onsetDateTime": "2026-05-10"}, start(StartKind.EXACT, "2026-05-10")),
        ({"onsetDateTime": "2026-05"}, start(StartKind.APPROXIMATE, "2026-05-01", "2026-05-31")),
        ({"onsetDateTime": "2026"}, start(StartKind.APPROXIMATE, "2026-01-01", "2026-11-22")),
        ({"onsetPeriod": {"start": "2026-05-10", "end": "2026-06-01"}}, start(StartKind.EXACT, "2026-05-10")),
        ({"onsetPeriod": {"start": "2026-05"}}, start(StartKind.APPROXIMATE, "2026-05-01", "2026-05-31")),
        ({"onsetPeriod": {"end": "2026-06-01"}}, Start(StartKind.UNREADABLE)),
        ({"onsetPeriod": {}, "recordedDate": "2026-05-10"}, start(StartKind.AT_LEAST, "2026-05-10")),
        (
            {"onsetAge": {"value": 50, "code": "a"}},
            start(StartKind.APPROXIMATE, "2020-06-10", "2021-06-09"),
        ),
        ({"onsetAge": {"value": 50}}, Start(StartKind.UNREADABLE)),
        (
            {"onsetRange": {"low": {"value": 50, "code": "a"}, "high": {"value": 51, "code": "a"}}},
            start(StartKind.APPROXIMATE, "2020-06-10", "2022-06-09"),
        ),
        ({"onsetString": "3 weeks ago"}, start(StartKind.TEXT, "2026-11-01")),
        (
            {"onsetString": "3 weeks ago", "recordedDate": "2026-05-22"},
            start(StartKind.TEXT, "2026-05-01"),
        ),
        ({"onsetString": "many years", "recordedDate": "2026-05-22"}, Start(StartKind.UNREADABLE)),
        ({"onsetString": " ", "recordedDate": "2026-05-22"}, start(StartKind.AT_LEAST, "2026-05-22")),
        ({"onsetDateTime": "unknown", "recordedDate": "2026-05-22"}, Start(StartKind.UNREADABLE)),
        ({"recordedDate": "2026-05"}, start(StartKind.AT_LEAST, "2026-05-01", "2026-05-31")),
        ({"recordedDate": "soon"}, Start()),
        ({"meta": {"lastUpdated": "2026-05-22T00:00:00Z"}}, Start()),
        # after the day or before birth: passed over
        ({"onsetDateTime": "2026-11-23", "recordedDate": "2026-11-20"}, start(StartKind.AT_LEAST, "2026-11-20")),
        ({"onsetDateTime": "2026-11-22"}, start(StartKind.EXACT, "2026-11-22")),
        ({"onsetDateTime": "1970-06-09", "recordedDate": "2026-11-20"}, start(StartKind.AT_LEAST, "2026-11-20")),
        ({"onsetDateTime": "1970-06-10"}, start(StartKind.EXACT, "1970-06-10")),
        ({"onsetDateTime": "1970-06"}, start(StartKind.APPROXIMATE, "1970-06-01", "1970-06-30")),
        ({"onsetDateTime": "2027-01-01", "onsetString": "2 days"}, start(StartKind.TEXT, "2026-11-20")),
        ({"recordedDate": "2027-01-01"}, Start()),
    ],
)
def test_the_table_of_starts(fields: dict[str, Any], expected: Start) -> None:
    assert one(**fields).start == expected


def test_an_age_without_a_birth_date_is_unreadable() -> None:
    (found,) = chart(condition(PAIN, onsetAge={"value": 50, "code": "a"})).conditions
    assert found.start.kind is StartKind.UNREADABLE


def test_onset_and_record_are_kept_apart() -> None:
    found = one(onsetDateTime="2026-05", recordedDate="2026-06-02T08:00:00+02:00")
    assert (found.onset, found.recorded) == (days("2026-05-01", "2026-05-31"), days("2026-06-02"))
    assert one(onsetDateTime="2027-01-01").onset is None


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (
            {"onsetDateTime": "2026-11-23"},
            "1 Condition with an onset after the day of assessment: the date was not used",
        ),
        ({"onsetDateTime": "1950-01-01"}, "1 Condition with an onset before birth: the date was not used"),
        (
            {"recordedDate": "2026-11-23"},
            "1 Condition with a recordedDate after the day of assessment: the date was not used",
        ),
        (
            {"abatementDateTime": "1950-01-01"},
            "1 Condition with an abatement before birth: the date was not used",
        ),
        (
            {"verificationStatus": status("unknown")},
            "1 Condition with an unlisted verificationStatus: read as unconfirmed",
        ),
        ({"clinicalStatus": status("unknown")}, "1 Condition with an unlisted clinicalStatus: read as if it had none"),
    ],
)
def test_what_was_odd_is_said(fields: dict[str, Any], said: str) -> None:
    assert read(**fields).oddities == (said,)


ABSENT: dict[str, Any] = {"clinicalStatus": None}


@pytest.mark.parametrize(
    ("fields", "end", "is_open"),
    [
        ({}, None, True),
        (ABSENT, None, True),
        ({"clinicalStatus": status("recurrence")}, None, True),
        ({"clinicalStatus": status("relapse")}, None, True),
        ({"clinicalStatus": {"text": "Active"}}, None, True),
        ({"clinicalStatus": {"coding": [{}], "text": "Resolved"}}, End(), False),
        ({"clinicalStatus": status("unknown")}, None, True),
        ({"clinicalStatus": status("resolved")}, End(), False),
        ({"clinicalStatus": status("inactive")}, End(), False),
        ({"clinicalStatus": status("remission")}, End(), False),
        ({"abatementDateTime": "2026-11-22"}, End(days("2026-11-22")), False),
        ({"abatementDateTime": "2026-11"}, End(days("2026-11-01", "2026-11-22")), False),
        ({"abatementDateTime": "2026-11-23"}, None, True),
        (ABSENT | {"abatementDateTime": "2026-11-23"}, None, True),
        ({"clinicalStatus": status("resolved"), "abatementDateTime": "2026-11-23"}, None, False),
        ({"clinicalStatus": status("resolved"), "abatementDateTime": "2026-05-01"}, End(days("2026-05-01")), False),
        ({"abatementDateTime": "unknown"}, None, True),
        (ABSENT | {"abatementDateTime": "unknown"}, End(), False),
        (ABSENT | {"abatementDateTime": "1950-01-01"}, End(), False),
        ({"abatementPeriod": {"start": "2026-05-01"}}, End(days("2026-05-01")), False),
        ({"abatementPeriod": {"end": "2026-05-01"}}, End(days("2026-05-01")), False),
        ({"abatementPeriod": {}}, None, True),
        ({"abatementAge": {"value": 56, "code": "a"}}, End(days("2026-06-10", "2026-11-22")), False),
        (
            {"abatementRange": {"low": {"value": 50, "code": "a"}, "high": {"value": 51, "code": "a"}}},
            End(days("2020-06-10", "2022-06-09")),
            False,
        ),
        ({"abatementString": "2 weeks ago"}, End(days("2026-11-08")), False),
        ({"abatementString": "long ago"}, None, True),
        (ABSENT | {"abatementString": "long ago"}, End(), False),
        ({"abatementString": " "}, None, True),
        ({"abatementBoolean": False}, None, True),
        (ABSENT | {"abatementBoolean": True}, End(), False),
    ],
)
def test_when_it_is_over(fields: dict[str, Any], end: End | None, is_open: bool) -> None:
    found = one(**fields)
    assert (found.end, found.open) == (end, is_open)


def test_recurrence_and_relapse() -> None:
    assert one(clinicalStatus=status("relapse")).recurrent
    assert not one().recurrent


@pytest.mark.parametrize(
    ("verification", "unconfirmed"),
    [
        (None, False),
        ("confirmed", False),
        ("provisional", False),
        ("differential", True),
        ("unconfirmed", True),
        ("unknown", True),
    ],
)
def test_verification_that_counts(verification: str | None, unconfirmed: bool) -> None:
    said = {"verificationStatus": status(verification)} if verification else {}
    assert one(**said).unconfirmed is unconfirmed


@pytest.mark.parametrize("verification", ["refuted", "entered-in-error"])
def test_verification_that_drops_the_entry(verification: str) -> None:
    assert read(verificationStatus=status(verification)) == chart(BORN)


@pytest.mark.parametrize(
    ("text", "unconfirmed"),
    [("suspected cauda equina syndrome", True), ("cauda equina?", True), ("cauda equina syndrome", False)],
)
def test_words_that_make_an_entry_unconfirmed_coded_or_not(text: str, unconfirmed: bool) -> None:
    for made in (code(text=text), code((ICD_10_CM, "G83.4"), text=text)):
        (found,) = chart(condition(made)).conditions
        assert found.unconfirmed is unconfirmed


@pytest.mark.parametrize(
    ("categories", "listing"),
    [
        ([], Listing.NONE),
        ([status("problem-list-item")], Listing.PROBLEM_LIST),
        ([status("encounter-diagnosis")], Listing.ENCOUNTER),
        ([status("encounter-diagnosis"), status("problem-list-item")], Listing.PROBLEM_LIST),
        ([status("health-concern"), {"text": "Problem"}], Listing.NONE),
    ],
)
def test_where_it_was_listed(categories: list[dict[str, Any]], listing: Listing) -> None:
    assert one(category=categories).listing is listing


@pytest.mark.parametrize(
    ("digits", "later"),
    [("S32.010D", True), ("S32.010S", True), ("S32.010A", False), ("S32.010", False), ("M54.50", False)],
)
def test_a_later_encounter(digits: str, later: bool) -> None:
    (found,) = chart(condition(code((ICD_10_CM, digits)))).conditions
    assert found.later_encounter is later


SCOLIOSIS, SLIP = (ICD_10_CM, "M41.26"), (ICD_10_CM, "M43.16")


@pytest.mark.parametrize(
    ("made", "progressive"),
    [
        (code(SCOLIOSIS, text="Progressive scoliosis"), True),
        (code(SCOLIOSIS, text="Scoliosis, worsening"), True),
        (code(SLIP, text="Spondylolisthesis with progression"), True),
        (code(text="Worsening scoliosis"), True),
        (code(SCOLIOSIS, text="Scoliosis"), False),
        (code(SCOLIOSIS, text="Scoliosis, no progression"), False),
        (code(SCOLIOSIS, text="Scoliosis, not progressive"), False),
        (code(SCOLIOSIS, text="Non-progressive scoliosis"), False),
        (code((ICD_10_CM, "M54.50"), text="Progressive low back pain"), False),
    ],
)
def test_a_deformity_that_is_said_to_progress(made: dict[str, Any], progressive: bool) -> None:
    (found,) = chart(condition(made)).conditions
    assert found.progressive is progressive


def test_a_deformity_known_only_beside_another_progresses_as_well() -> None:
    vague = condition(code((ICD_10_CM, "M43.9"), text="Worsening deformity"), id="vague")
    found = {entry.ref: entry for entry in chart(vague, condition(code(SCOLIOSIS), id="curve")).conditions}
    assert set(found["Condition/vague"].concepts) == {"spinal_deformity"}
    assert found["Condition/vague"].progressive
    assert not found["Condition/curve"].progressive


def test_a_seventh_character_belongs_to_icd_10() -> None:
    (found,) = chart(condition(code((ICD_10_CM, "M54.50"), ("http://local", "ABCDEFD")))).conditions
    assert not found.later_encounter


def test_what_an_entry_carries() -> None:
    made = code((SNOMED, "279039007", "Low back pain"), ("urn:oid:2.16.840.1.113883.6.90", "m54.50"), text="Pain")
    (found,) = chart(condition(made, bodySite=[code(text="Back")], note=[{"text": "worse"}], id="c1")).conditions
    assert found.ref == "Condition/c1"
    assert found.words == ("Pain", "Low back pain", "Back")
    assert found.note_words == ("worse",)
    assert found.codes == {(SNOMED, "279039007"), (ICD_10_CM, "M5450")}


def test_an_entry_without_id_has_no_reference() -> None:
    assert one(id=None).ref == ""


@pytest.mark.parametrize(
    "made",
    [None, {}, code(text="Viral sinusitis"), code((SNOMED, "444814009", "Viral sinusitis"), text="Viral sinusitis")],
)
def test_what_no_rule_reads_is_left_out(made: dict[str, Any] | None) -> None:
    assert chart(condition(made)) == chart()


def test_text_that_only_looked_like_a_concept_is_left_out() -> None:
    assert not chart(condition(code(text="no back pain"))).conditions


def test_editions_of_snomed_and_codings_without_system_or_code() -> None:
    edition = {"system": f"{SNOMED}/900000000000207008/version/20240301", "code": "279039007"}
    made = {"coding": [{"code": "1"}, {"system": "http://x"}, edition, {"system": "http://local", "code": " 7 "}]}
    (found,) = chart(condition(made)).conditions
    assert found.codes == {(SNOMED, "279039007"), ("http://local", "7")}


def test_a_chart_repeats_itself_and_is_read_the_same() -> None:
    entries = [
        condition(made, id=f"{n}-{place}")
        for n in range(2)
        for place, made in enumerate((PAIN, code(text="Sciatica"), code(text="Viral sinusitis")))
    ]
    assert [sorted(entry.concepts) for entry in chart(*entries).conditions] == [
        ["spine_pain_back_neck"],
        ["radiculopathy"],
    ] * 2
