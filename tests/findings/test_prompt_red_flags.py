"""List 1b, items 3 to 6: tumours, myelopathy, other vertebral fractures, wounds (clinical-logic G)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cds_service.findings.copies import without_vaguer_copies
from cds_service.record.patient import Answer, Condition, Key
from tests.findings.comorbid_charts import chart, condition, drug, on, procedure, referral
from tests.findings.flags import PAIN, ago, flag, found, fusion, later, of_record, recorded, row
from tests.findings.spine_charts import complaint_of

BENIGN = "redflag_benign_spinal_tumour"
FRACTURE = "redflag_vertebral_fracture"
WOUND = "postop_wound_complication"


def myelopathy(**more: object) -> Condition:
    return complaint_of("myelopathy", region="cervical", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (flag(BENIGN, 5), "1b"),
        (flag(BENIGN, 365), "1b"),
        (flag(BENIGN, 366), "history"),
        (flag(BENIGN, 4000, recorded=on(365)), "1b"),
        (flag(BENIGN, None), "1b"),
        (flag(BENIGN, 5, ended=True), "history"),
    ],
)
def test_a_benign_tumour_fades_after_a_year(entry: Condition, expected: str) -> None:
    assert row(entry) == expected


def test_the_newest_date_of_the_set_decides() -> None:
    old = flag(BENIGN, 800, ref="Condition/1")
    assert row(old, flag(BENIGN, 300, ref="Condition/2")) == "1b"
    assert row(flag(BENIGN, None, ref="Condition/1"), flag(BENIGN, 366, ref="Condition/2")) == "history"
    assert len(found(old, flag(BENIGN, 300, ended=True, ref="Condition/2")).prompts) == 1


def test_an_operation_answers_a_tumour_and_a_referral_quiets_it() -> None:
    assert row(flag(BENIGN, 100), fusion(50)) == "history"
    assert row(flag(BENIGN, 100), fusion(150)) == "1b"
    assert row(flag(BENIGN, 100), referral()) == "history"
    assert row(flag(BENIGN, 30), referral()) == "1b"


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (myelopathy(onset=ago(5)), "1b"),
        (myelopathy(onset=ago(365)), "1b"),
        (myelopathy(onset=ago(366)), "history"),
        (myelopathy(onset=ago(4000), recorded=ago(365)), "1b"),
        (myelopathy(), "1b"),
        (myelopathy(onset=ago(5), unconfirmed=True), "1b"),
        (myelopathy(onset=ago(5), by_text=True), "1b"),
        (myelopathy(onset=ago(100), ended=ago(50)), "history"),
    ],
)
def test_myelopathy_is_prompt_until_nothing_was_heard_for_a_year(entry: Condition, expected: str) -> None:
    assert row(entry) == expected


def test_myelopathy_in_an_adult_only() -> None:
    assert row(myelopathy(onset=ago(5)), adult=False) == "history"


def test_a_trace_of_the_spine_keeps_myelopathy() -> None:
    old = myelopathy(onset=ago(800))
    assert row(old, procedure("imaging_spine_mri_ct", 365)) == "1b"
    assert row(old, procedure("imaging_spine_mri_ct", 366)) == "history"
    assert row(old, complaint_of(onset=ago(100), region="cervical")) == "1b"
    assert row(old, complaint_of(onset=ago(100), region="lumbar")) == "history"
    assert row(flag(BENIGN, 800), procedure("imaging_spine_mri_ct", 10)) == "history"


def test_an_opioid_without_a_reason_keeps_myelopathy_unless_another_pain_explains_it() -> None:
    old, opioid = myelopathy(onset=ago(800)), drug("opioid_atc", first=20, last=10)
    assert row(old, opioid) == "1b"
    assert row(old, opioid, condition("nonspine_opioid_indication", onset=on(100))) == "history"


def test_a_newer_entry_of_past_myelopathy_keeps_what_is_open() -> None:
    past = replace(myelopathy(onset=ago(300), use="history"), ref="Condition/2")
    assert row(myelopathy(onset=ago(800)), past) == "1b"


def test_without_any_date_of_its_set_myelopathy_never_fades() -> None:
    assert row(myelopathy(), procedure("imaging_spine_mri_ct", 800)) == "1b"


@pytest.mark.parametrize("key", ["procedures", "observations", "diagnosticReports"])
def test_a_trace_that_was_not_asked_for_may_be_there(key: Key) -> None:
    record = chart(myelopathy(onset=ago(800)))
    incomplete = replace(record, answers={**record.answers, key: Answer.INCOMPLETE})
    assert of_record(incomplete).prompts


def test_myelopathy_that_was_operated() -> None:
    assert row(myelopathy(onset=ago(200)), fusion(150)) == "history"
    assert row(myelopathy(onset=ago(200)), fusion(250)) == "1b"


def test_a_vaguer_copy_of_an_operated_myelopathy_says_nothing_new() -> None:
    record = without_vaguer_copies(chart(myelopathy(onset=ago(200)), myelopathy(ref="Condition/2"), fusion(150)))
    assert not of_record(record).prompts
    assert of_record(record).history


def test_vertebral_artery_compression_is_none() -> None:
    assert row(condition("degenerative_disc_spondylosis", code="M47.0", onset=on(5))) == ""


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (flag(FRACTURE, 0), "1b"),
        (flag(FRACTURE, 90), "1b"),
        (flag(FRACTURE, 91), "history"),
        (flag(FRACTURE, 90, ended=True), "1b"),
        (recorded(FRACTURE, 90), "1b"),
        (later(FRACTURE, days=90), "1b"),
        (later(FRACTURE, noted=5), "history"),
        (flag(FRACTURE, 5, use="history"), "history"),
        (flag(FRACTURE, None), "history"),
    ],
)
def test_another_vertebral_fracture_within_90_days(entry: Condition, expected: str) -> None:
    assert row(entry) == expected
    assert not found(entry, PAIN).emergencies


def test_a_fracture_that_was_operated_or_referred() -> None:
    assert row(flag(FRACTURE, 60), fusion(60)) == "history"
    assert row(flag(FRACTURE, 60), procedure("proc_vertebral_augmentation", 50)) == "1b"
    assert row(flag(FRACTURE, 60), referral()) == "history"
    assert row(flag(FRACTURE, 20), referral()) == "1b"


@pytest.mark.parametrize(
    ("operated", "began", "expected"),
    [
        (84, 0, "1b"),
        (85, 0, ""),
        (20, 20, "1b"),
        (20, 21, ""),
        (190, 180, "1b"),
        (190, 181, ""),
        (60, 60, ""),
    ],
)
def test_a_wound_complication_within_84_days_after_an_operation(operated: int, began: int, expected: str) -> None:
    """One that began on the day of the operation counts while it is new; one that stays open stops after 180 days."""
    assert row(flag(WOUND, began), fusion(operated)) == expected


@pytest.mark.parametrize(
    "entry",
    [flag(WOUND, None), flag(WOUND, 5, ended=True), flag(WOUND, 5, use="history"), later(WOUND, noted=5)],
)
def test_a_wound_complication_that_is_undated_over_or_seen_later(entry: Condition) -> None:
    assert row(entry, fusion(20)) == ""


def test_a_wound_complication_without_a_dated_operation() -> None:
    assert row(flag(WOUND, 5)) == ""
    assert row(flag(WOUND, 5), fusion(None)) == ""


def test_a_referral_quiets_an_older_wound() -> None:
    assert row(flag(WOUND, 40), fusion(60), referral()) == ""
    assert row(flag(WOUND, 30), fusion(60), referral()) == "1b"
