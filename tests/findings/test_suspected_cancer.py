"""List 1b.3: active cancer or myeloma with new spine pain (clinical-logic G; E26)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cds_service.findings import find
from cds_service.findings.caution import Caution
from cds_service.record.patient import Condition
from tests.findings.comorbid_charts import GIVEN, chart, condition, on, referral
from tests.findings.flags import ago, found, fusion, row
from tests.findings.spine_charts import complaint_of, visit

CANCER = condition("active_cancer", onset=on(300), label="Breast cancer", ref="Condition/cancer")
NEW_PAIN = complaint_of(onset=ago(40))


@pytest.mark.parametrize(("days", "expected"), [(0, "1b"), (90, "1b"), (91, "")])
def test_the_pain_is_new_for_90_days(days: int, expected: str) -> None:
    assert row(CANCER, complaint_of(onset=ago(days))) == expected
    assert row(CANCER, complaint_of(recorded=ago(days))) == expected
    assert row(CANCER, complaint_of("chronic_pain_generic", onset=ago(days))) == expected


@pytest.mark.parametrize(
    ("cancer", "expected"),
    [
        (condition("active_cancer", onset=on(365)), "1b"),
        (condition("active_cancer", onset=on(366)), ""),
        (condition("active_cancer", onset=on(2000), recorded=on(365)), "1b"),
        (condition("active_cancer"), ""),
        (condition("active_cancer", onset=on(5), ended=True), ""),
        (condition("active_cancer", onset=on(5), use="weak"), ""),
        (condition("active_cancer", onset=on(5), unconfirmed=True), "1b"),
        (condition("myeloma", onset=on(2000)), "1b"),
        (condition("myeloma"), "1b"),
        (condition("myeloma", ended=True), ""),
    ],
)
def test_the_cancer_was_traced_within_a_year_and_myeloma_ever(cancer: Condition, expected: str) -> None:
    assert row(cancer, NEW_PAIN) == expected


def test_cancer_without_spine_pain_is_nothing() -> None:
    assert row(CANCER) == ""
    assert row(CANCER, complaint_of("radiculopathy", onset=ago(5))) == ""
    assert row(CANCER, complaint_of(onset=ago(40), ended=ago(5))) == ""
    assert row(CANCER, complaint_of()) == ""


def test_a_visit_for_a_pain_of_years_is_no_new_pain() -> None:
    """A record without an onset shows that the pain was there, not that it began."""
    old = complaint_of(onset=ago(900))
    assert row(CANCER, old, visit(recorded=ago(20), ref="Condition/2")) == ""
    assert row(CANCER, old, visit(recorded=ago(20), region="cervical", ref="Condition/2")) == "1b"
    assert row(CANCER, old, complaint_of(onset=ago(20), ref="Condition/2")) == "1b"


def test_a_visit_that_dates_an_old_pain_by_its_year_is_no_new_pain() -> None:
    old, vague = complaint_of(onset=ago(100)), visit(onset="2026", recorded=ago(20), ref="Condition/2")
    assert row(CANCER, old, vague) == ""
    assert row(CANCER, complaint_of(onset=ago(100), region="cervical"), vague) == "1b"


def test_an_operation_after_the_pain_answers_it_and_a_referral_unless_the_pain_is_new() -> None:
    assert row(CANCER, NEW_PAIN, fusion(40)) == ""
    assert row(CANCER, NEW_PAIN, fusion(41)) == "1b"
    assert row(CANCER, NEW_PAIN, referral()) == ""
    assert row(CANCER, complaint_of(onset=ago(30)), referral()) == "1b"


def test_both_are_told() -> None:
    flags = found(CANCER, complaint_of(onset=ago(40), ref="Condition/1"), NEW_PAIN).prompts
    assert [each.id for each in flags] == ["cancer-with-spine-pain"]
    assert flags[0].brief == "new spine pain (13 Oct) with breast cancer"
    assert flags[0].fact.text == "low back pain since 13 October 2026; breast cancer since 26 January 2026"
    assert flags[0].fact.sources == ("Condition/1", "Condition/cancer")


def test_of_several_new_pains_the_newest_is_told() -> None:
    pains = (complaint_of(onset=ago(80), region="cervical", ref="Condition/1"), complaint_of(onset=ago(40), ref="2"))
    for order in (pains, tuple(reversed(pains))):
        assert found(CANCER, *order).prompts[0].brief == "new spine pain (13 Oct) with breast cancer"


def test_a_cancer_told_as_a_new_pain_is_not_told_again_as_history() -> None:
    spinal = condition("active_cancer", "redflag_spinal_neoplasm", onset=on(300), ref="Condition/cancer")
    flags = found(spinal, NEW_PAIN, fusion(200))
    assert ([each.id for each in flags.prompts], flags.history) == (["cancer-with-spine-pain"], ())


def test_a_vaguer_date_of_the_same_pain_is_no_new_pain() -> None:
    old, vague = complaint_of(onset=ago(100), recorded=ago(100)), complaint_of(onset="2026", recorded=ago(100))
    assert row(CANCER, vague) == "1b"
    assert row(CANCER, old, replace(vague, ref="Condition/2")) == ""
    assert row(CANCER, vague, replace(vague, ref="Condition/2")) == "1b"
    assert row(CANCER, replace(old, region="cervical"), replace(vague, ref="Condition/2")) == "1b"
    assert row(CANCER, complaint_of(onset=ago(40)), replace(vague, ref="Condition/2")) == "1b"


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ((CANCER, complaint_of(onset=ago(300))), True),
        ((condition("active_cancer"), complaint_of(onset=ago(300))), True),
        ((condition("myeloma"), complaint_of(onset=ago(300))), True),
        ((condition("active_cancer", ended=True), complaint_of(onset=ago(300))), False),
        ((condition("active_cancer", use="weak"), complaint_of(onset=ago(300))), False),
        ((CANCER,), False),
        ((CANCER, complaint_of(onset=ago(300), ended=ago(20))), False),
        ((complaint_of(onset=ago(300)),), False),
        ((CANCER, NEW_PAIN), False),
    ],
)
def test_a_card_without_a_red_flag_names_active_cancer(entries: tuple[Condition, ...], said: bool) -> None:
    text = "Active cancer on record: consider metastasis if pain is new, at night or worsening"
    assert (Caution("cancer-on-record", text, (entries[0].ref,)) in find(chart(*entries), GIVEN).cautions) is said
