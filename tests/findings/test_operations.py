"""Which spine operations are on record, and when the last one was (clinical-logic D)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cds_service.findings.finding import Fact
from cds_service.findings.operations import Operation, Operations, operations
from cds_service.record.dates import DateRange
from cds_service.record.patient import Condition, Procedure, Region, Use
from tests.findings.comorbid_charts import DAY, GIVEN, chart, concepts, condition, on, written


def done(
    *names: str,
    days: int | None = 100,
    use: Use = "full",
    label: str = "",
    region: Region = "unknown",
    ref: str = "Procedure/1",
    sure: bool = True,
) -> Procedure:
    when = None if days is None else on(days)
    named = concepts(*(names or ("proc_fusion",)), use=use, label=label)
    return Procedure(ref=ref, concepts=named, region=region, performed=when, sure=sure)


def found(*entries: Procedure | Condition) -> Operations:
    return operations(chart(*entries), GIVEN)


@pytest.mark.parametrize(
    ("value_set", "label", "kind"),
    [
        ("proc_discectomy", "", "discectomy"),
        ("proc_decompression", "", "decompression"),
        ("proc_fusion", "", "fusion"),
        ("proc_corpectomy", "", "corpectomy"),
        ("proc_disc_replacement_other", "Disc replacement", "disc-replacement"),
        ("proc_disc_replacement_other", "Disc arthroplasty", "disc-replacement"),
        ("proc_disc_replacement_other", "Disc prosthesis insertion", "disc-replacement"),
        ("proc_disc_replacement_other", "Facet replacement", "disc-replacement"),
        ("proc_disc_replacement_other", "Removal of spinal instrumentation", "other"),
        ("prior_spine_surgery_status", "Spine operation", "other"),
    ],
)
def test_an_operation_by_its_set_or_by_its_words(value_set: str, label: str, kind: str) -> None:
    operation = found(done(value_set, label=label)).dated[0]
    assert (operation.kind, operation.day) == (kind, DAY - timedelta(100))


def test_undated_operations_are_told_apart_by_kind_and_region_the_weightiest_first() -> None:
    disc = done("proc_discectomy", days=None, region="lumbar", ref="Procedure/1")
    fused = done(days=None, region="cervical", ref="Procedure/2")
    for order in ((disc, fused), (fused, disc)):
        assert [(each.kind, each.region) for each in found(*order).undated] == [
            ("fusion", "cervical"),
            ("discectomy", "lumbar"),
        ]
    assert [each.sources for each in found(disc, replace(disc, ref="Procedure/3")).undated] == [
        ("Procedure/1", "Procedure/3")
    ]


@pytest.mark.parametrize(("days", "known"), [(0, True), (-1, False)])
def test_one_of_today_took_place_and_one_to_come_did_not(days: int, known: bool) -> None:
    assert found(done(days=days)).proved is known


@pytest.mark.parametrize(
    "entry",
    [
        done("proc_vertebral_augmentation"),
        done("care_spinal_injection"),
        done("proc_neuromodulation"),
        done("proc_neuromodulation", "prior_spine_surgery_status"),
        done("imaging_spine_mri_ct", "prior_spine_surgery_status"),
        done("care_physical_therapy", "prior_spine_surgery_status"),
        done(use="weak"),
        done(sure=False),
        done(days=-1),
    ],
)
def test_what_is_no_spine_operation(entry: Procedure) -> None:
    """Augmentation, injection, stimulator; an unverified code, a doubtful status; therapy or an image after one."""
    assert not found(entry).proved


def test_an_unverified_code_whose_words_say_so_is_one() -> None:
    entry = done(use="weak")
    entry = replace(entry, concepts={**entry.concepts, **concepts("prior_spine_surgery_status", by_text=True)})
    assert found(entry).dated[0].kind == "fusion"


@pytest.mark.parametrize("concept", ["prior_spine_surgery_status", "failed_back_surgery"])
@pytest.mark.parametrize(("use", "proved"), [("full", True), ("history", True), ("weak", False)])
def test_a_status_proves_an_operation_without_dating_it(concept: str, use: Use, proved: bool) -> None:
    entry = condition(concept, onset=on(400), ended=True, use=use)
    assert found(entry).proved is proved
    assert found(entry).last_day is None


def test_a_status_in_doubt_proves_nothing() -> None:
    assert not found(condition("prior_spine_surgery_status", unconfirmed=True)).proved
    assert not found(condition("spine_pain_back_neck")).proved


@pytest.mark.parametrize(("apart", "count"), [(0, 1), (3, 1), (4, 2)])
def test_entries_within_three_days_of_the_first_are_one(apart: int, count: int) -> None:
    one = done("proc_decompression", days=100, ref="Procedure/1", region="lumbar")
    other = done("proc_fusion", days=100 - apart, ref="Procedure/2")
    for entries in ((one, other), (other, one)):
        assert len(found(*entries).dated) == count
    if count == 1:
        sources = ("Procedure/1", "Procedure/2")
        assert found(one, other).dated[0] == Operation("fusion", "lumbar", DAY - timedelta(100), on(100), sources)


def test_a_third_joins_the_first_not_the_second() -> None:
    entries = [done(days=days, ref=f"Procedure/{days}") for days in (100, 97, 94)]
    assert [op.day for op in found(*entries).dated] == [DAY - timedelta(94), DAY - timedelta(100)]


def test_two_regions_in_one_operation_are_no_region() -> None:
    assert found(done(region="lumbar"), done(region="cervical")).dated[0].region == "unknown"


@pytest.mark.parametrize(
    ("when", "day"),
    [("2026-09", "2026-09-30"), ("2025", "2025-12-31"), ("2026", "2026-11-22")],
)
def test_a_partial_date_is_its_last_possible_day(when: str, day: str) -> None:
    entry = replace(done(), performed=written(when))
    assert str(found(entry).last_day) == day


def test_a_period_without_start_counts_by_its_end() -> None:
    assert found(replace(done(), performed=None, performed_until=on(5))).last_day == DAY - timedelta(5)


def test_an_undated_operation_is_proved() -> None:
    assert found(done(days=None)).undated == (Operation("fusion", sources=("Procedure/1",)),)
    assert not found(done(days=None)).followed(DAY)


@pytest.mark.parametrize(("onset", "followed"), [(101, True), (100, True), (99, False)])
def test_an_operation_on_the_day_of_onset_or_later_followed_it(onset: int, followed: bool) -> None:
    assert found(done(days=100)).followed(DAY - timedelta(onset)) is followed


def test_operations_in_words() -> None:
    dated = Operation("disc-replacement", "cervical", DAY, DateRange(DAY, DAY), ("Procedure/1",))
    both = Operations((dated,), (Operation("other"),))
    expected = (
        Fact("cervical disc replacement, 22 November 2026", ("Procedure/1",)),
        Fact("spine operation, undated"),
    )
    assert both.facts == expected


STATUS = condition("failed_back_surgery", use="history", ref="Condition/1")


def test_entries_that_only_prove_an_operation_are_at_most_one_and_none_beside_a_procedure() -> None:
    second = condition("prior_spine_surgery_status", use="history", ref="Condition/2")
    assert found(STATUS, second).undated == (Operation("other", sources=("Condition/1", "Condition/2")),)
    for days in (100, None):
        both = found(done(days=days), STATUS, second)
        assert len(both.facts) == 1


def test_an_operation_elsewhere_leaves_a_status_standing() -> None:
    neck = replace(STATUS, region="cervical")
    assert len(found(done(region="lumbar"), neck).facts) == 2
    assert len(found(done(region="cervical"), neck).facts) == 1


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Lumbar fusion", "fusion"),
        *[
            (f"{name} L4-5", "fusion")
            for name in ("ACDF", "TLIF", "PLIF", "ALIF", "XLIF", "LLIF", "OLIF", "PSF", "tlif")
        ],
        ("Arthrodesis of lumbar spine", "fusion"),
        ("Spine surgery, transfusion", "other"),
        ("Discectomy and fusion", "fusion"),
        ("Corpectomy with fusion", "corpectomy"),
        ("Cervical disc arthroplasty", "disc-replacement"),
        ("Lumbar disk replacement", "disc-replacement"),
        ("DISC REPLACEMENT", "disc-replacement"),
        ("Microdiskectomy", "discectomy"),
        ("Corpectomy", "corpectomy"),
        ("Discectomy", "discectomy"),
        ("Diskectomy", "discectomy"),
        *[(f"{name} of lumbar spine", "decompression") for name in ("Laminectomy", "Laminotomy", "Laminoplasty")],
        ("Foraminotomy", "decompression"),
        ("Decompression", "decompression"),
        ("Laminectomy, no fusion", "decompression"),
        ("Laminectomy, not fusion", "decompression"),
        ("Exploration of fusion", "other"),
        ("Notochord removed, fusion", "fusion"),
        ("Laminectomy without fusion", "decompression"),
        ("Laminectomy, fusion not done", "decompression"),
        ("Fusion L4/5; discectomy not performed", "fusion"),
        ("Removal of lumbar fusion hardware", "other"),
        ("Spine surgery", "other"),
    ],
)
def test_an_uncoded_operation_is_of_the_kind_its_words_name(text: str, kind: str) -> None:
    entry = replace(done("prior_spine_surgery_status"), words=(text,))
    assert found(entry).dated[0].kind == kind
