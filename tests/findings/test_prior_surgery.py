"""Sign 6, and complaints that an operation may have ended, sentence by sentence (clinical-logic D)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cds_service.findings.complaints import Complaint, Complaints
from cds_service.findings.operations import operations
from cds_service.findings.prior_surgery import persistent_after_surgery, without_treated
from cds_service.findings.sign import Sign
from cds_service.record.patient import Procedure, Region
from tests.findings.comorbid_charts import GIVEN, chart, condition, procedure
from tests.findings.grounds import felt, grounds


def operated(days: int | None = 300, region: Region = "lumbar") -> Procedure:
    return replace(procedure("proc_fusion", days), region=region)


def sign_of(*complaints: Complaint, done: tuple[Procedure, ...] = (operated(),), **more: Any) -> Sign:
    return persistent_after_surgery(grounds(*complaints, entries=done, **more))


FAILED = felt("failed-back", label="Post-laminectomy syndrome")


@pytest.mark.parametrize(
    ("complaint", "strength"),
    [
        (felt("axial", 85), "full"),
        (felt("axial", 84), "partial"),
        (felt("axial", (84, 85)), "partial"),
        (felt("axial"), "partial"),
        (felt("axial", 85, weak=True), "partial"),
        (felt("radicular", 43), "full"),
        (felt("radicular", 42), "partial"),
        (felt("claudication", 85), "full"),
        (felt("claudication", 84), "partial"),
        (felt("axial", 300), "full"),
        (felt("axial", 301, seen=(301, 215)), "full"),
        (felt("axial", 301, seen=(301, 216)), "partial"),
        (felt("axial", (290, 310), seen=(290,)), "partial"),
        (felt("axial", (290, 310), seen=(215,)), "full"),
        (felt("axial", 200, at_least=True, seen=(200,)), "full"),
        (felt("axial", 250, at_least=True, seen=(250,)), "partial"),
        (felt("axial", 200, region="unknown"), "full"),
        (felt("axial", 200, region="cervical"), None),
        (felt("stenosis", 200), None),
        (felt("structural", 200), None),
        (FAILED, "full"),
        (replace(FAILED, weak=True), "partial"),
    ],
)
def test_strength_300_days_after_an_operation(complaint: Complaint, strength: str | None) -> None:
    sign = sign_of(complaint)
    assert sign.strength == strength
    assert sign.state == ("present" if strength else "absent")


@pytest.mark.parametrize(("days", "strength"), [(84, None), (85, "partial")])
def test_more_than_84_days_after_the_operation(days: int, strength: str | None) -> None:
    assert sign_of(felt("axial", 60), done=(operated(days),)).strength == strength


def test_the_last_operation_on_the_region_counts() -> None:
    pain = felt("axial", 200, seen=(200, 100))
    assert sign_of(pain, done=(operated(900), operated(190))).strength == "full"
    assert sign_of(pain, done=(operated(900), operated(180))).strength == "partial"
    assert sign_of(pain, done=(operated(900), operated(180, "cervical"))).strength == "full"
    assert sign_of(pain, done=(operated(900), operated(180, "unknown"))).strength == "partial"


def test_an_undated_operation_is_no_timing() -> None:
    assert sign_of(felt("axial", 200), done=(operated(None),)).state == "absent"
    assert sign_of(FAILED, done=()).strength == "full"


@pytest.mark.parametrize(
    ("complaint", "because"),
    [
        (felt("axial", 100), "persistent symptoms after spine surgery"),
        (felt("axial", 1000, seen=(100,)), "persistent symptoms after spine surgery"),
        (felt("axial", (290, 310), seen=(100,)), "symptoms after spine surgery"),
        (felt("axial", 100, at_least=True), "symptoms after spine surgery"),
        (FAILED, "symptoms after spine surgery"),
        (replace(felt("axial", 301, seen=(100,)), earliest_start=None), "symptoms after spine surgery"),
    ],
)
def test_the_course(complaint: Complaint, because: str) -> None:
    assert sign_of(complaint).because == because


def test_a_failed_back_without_a_dated_operation_is_neither_persistent_nor_recurrent() -> None:
    failed = felt("failed-back", 400, label="Post-laminectomy syndrome")
    assert sign_of(failed, done=()).because == "symptoms after spine surgery"
    assert sign_of(failed, done=(operated(None),)).because == "symptoms after spine surgery"


@pytest.mark.parametrize(("began", "course"), [(135, "persistent"), (134, "recurrent")])
def test_a_new_onset_more_than_a_year_after_the_operation_is_recurrent(began: int, course: str) -> None:
    assert sign_of(felt("axial", began), done=(operated(500),)).because == f"{course} symptoms after spine surgery"


def test_in_words() -> None:
    pain = felt("axial", 140, label="Low back pain")
    sign = sign_of(pain, felt("herniation", 10, label="Disc herniation"), felt("stenosis", 10, region="cervical"))
    assert sign.brief == "low back pain for 20 weeks, spine surgery 26 Jan"
    assert (sign.complaint, sign.missing) == ("low back pain, 20 weeks", ())
    assert [fact.text.split(",")[0].strip() for fact in sign.facts][1:] == ["lumbar fusion", "Disc herniation"]
    narrow = sign_of(pain, felt("stenosis", 10, label="Lumbar stenosis"))
    assert [fact.text for fact in narrow.facts][-1].startswith("Lumbar stenosis")
    assert sign_of(FAILED).brief == "post-laminectomy syndrome"
    assert sign_of(felt("axial", 84)).missing == ("not yet 12 weeks",)
    assert sign_of(felt("radicular", 42)).missing == ("not yet 6 weeks",)
    assert sign_of(felt("axial")).missing == ("how long it has lasted since the operation",)
    assert sign_of(felt("axial")).brief == "axial, spine surgery 26 Jan"


def test_unknown_where_procedures_were_not_answered() -> None:
    assert sign_of(done=(), unanswered=("procedures",)).state == "unknown"
    assert sign_of(FAILED, done=(), unanswered=("procedures",)).strength == "full"


def left(complaint: Complaint, *done: Procedure) -> bool:
    record = chart(*done)
    return bool(without_treated(Complaints((complaint,)), operations(record, GIVEN)).all)


@pytest.mark.parametrize(
    ("complaint", "stays"),
    [
        (felt("axial", 301, seen=(301,)), False),
        (felt("axial", 301, seen=(301, 300)), False),
        (felt("axial", 301, seen=(301, 299)), True),
        (felt("axial", 300, seen=(300,)), True),
        (felt("axial", (299, 310)), True),
        (felt("axial"), True),
        (felt("axial", 301, at_least=True, seen=(301,)), False),
        (felt("stenosis", 301), False),
        (felt("deformity", 301), False),
        (felt("radicular", 301, region="unknown"), False),
        (felt("radicular", 301, region="cervical"), True),
        (felt("myelopathy", 301), True),
    ],
)
def test_a_complaint_from_before_the_operation_not_seen_since_carries_no_sign(
    complaint: Complaint, stays: bool
) -> None:
    assert left(complaint, operated(300)) is stays


def test_without_a_dated_operation_all_stay() -> None:
    assert left(felt("axial", 301))
    assert left(felt("axial", 301), operated(None))
    assert left(felt("axial", 301), procedure("proc_vertebral_augmentation", 5))


def test_a_status_dates_nothing() -> None:
    record = chart(condition("prior_spine_surgery_status", use="history"))
    pain = Complaints((felt("axial", 301),))
    assert without_treated(pain, operations(record, GIVEN)) is pain
