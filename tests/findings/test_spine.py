"""Which entries speak of the spine, where, and of what kind."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cds_service.findings.spine import (
    by_text_alone,
    claudication_named,
    compatible,
    counts_in_full,
    is_spine,
    is_structural_only,
    kinds_of,
    name_of,
    problem_of,
    spine_sets_of,
)
from cds_service.record.patient import Region, Side
from tests.findings.spine_charts import complaint_of, other, sets


@pytest.mark.parametrize(
    "one, two, holds",
    [
        ("lumbar", "lumbar", True),
        ("lumbar", "cervical", False),
        ("unknown", "lumbar", True),
        ("thoracic", "unknown", True),
    ],
)
def test_regions_are_compatible_when_equal_or_one_is_unknown(one: Region, two: Region, holds: bool) -> None:
    assert compatible(one, two) is holds


def test_a_condition_may_be_of_several_kinds() -> None:
    assert kinds_of(complaint_of("spine_pain_back_neck", "radiculopathy")) == ("axial", "radicular")
    assert kinds_of(complaint_of("spinal_stenosis")) == ("stenosis",)
    assert kinds_of(complaint_of("spinal_stenosis", "neurogenic_claudication")) == ("claudication", "stenosis")
    assert kinds_of(complaint_of("spinal_stenosis", code="303081002")) == ("claudication", "stenosis")
    assert kinds_of(other("diabetes")) == ()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("spine_pain_back_neck", "axial"),
        ("chronic_pain_generic", "axial"),
        ("radiculopathy", "radicular"),
        ("neurogenic_claudication", "claudication"),
        ("failed_back_surgery", "failed-back"),
        ("myelopathy", "myelopathy"),
        ("disc_herniation", "herniation"),
        ("spinal_stenosis", "stenosis"),
        ("spinal_deformity", "deformity"),
        ("spondylolisthesis", "deformity"),
        ("degenerative_disc_spondylosis", "structural"),
    ],
)
def test_every_set_of_the_spine_makes_a_spine_condition_of_its_kind(name: str, kind: str) -> None:
    entry = complaint_of(name)
    assert is_spine(entry) and kinds_of(entry) == (kind,)
    assert name in spine_sets_of(entry)


@pytest.mark.parametrize(
    ("system", "code", "named"),
    [
        ("http://hl7.org/fhir/sid/icd-10-cm", "M48062", True),
        ("http://hl7.org/fhir/sid/icd-10-cm", "M48061", False),
        ("http://hl7.org/fhir/sid/icd-9-cm", "72403", True),
        ("http://hl7.org/fhir/sid/icd-9-cm", "72402", False),
    ],
)
def test_a_code_of_either_icd_names_claudication(system: str, code: str, named: bool) -> None:
    entry = replace(complaint_of("spinal_stenosis"), codes=frozenset({(system, code)}))
    assert claudication_named(entry) is named


def test_chronic_pain_with_a_spine_site_counts_as_spine_pain() -> None:
    chronic = complaint_of("chronic_pain_generic")
    assert kinds_of(chronic) == ("axial",)
    assert problem_of(chronic).same(problem_of(complaint_of()))
    assert name_of(chronic, "axial", "lumbar") == "chronic pain syndrome of the spine"
    both = complaint_of("chronic_pain_generic", "spine_pain_back_neck")
    assert name_of(both, "axial", "lumbar") == "low back pain"


def test_history_is_no_present_complaint() -> None:
    past = complaint_of("radiculopathy", use="history")
    assert not is_spine(past)
    assert kinds_of(past) == ()
    assert spine_sets_of(past) == frozenset()


def test_words_of_claudication_make_a_spine_condition_without_a_code() -> None:
    said = complaint_of("neurogenic_claudication", by_text=True)
    assert is_spine(said) and claudication_named(said)
    assert kinds_of(said) == ("claudication",)
    assert by_text_alone(said, "claudication") and counts_in_full(said, "claudication")


def test_a_weak_row_never_counts_in_full_but_text_does() -> None:
    assert not counts_in_full(complaint_of(use="weak"), "axial")
    assert counts_in_full(complaint_of(use="weak", by_text=True), "axial")
    assert counts_in_full(complaint_of(), "axial") and not by_text_alone(complaint_of(), "axial")


def test_the_same_problem_shares_a_set_and_a_possible_region() -> None:
    pain = complaint_of()
    assert problem_of(pain).same(problem_of(complaint_of(region="unknown")))
    assert not problem_of(pain).same(problem_of(complaint_of(region="cervical")))
    assert not problem_of(pain).same(problem_of(complaint_of("radiculopathy")))
    assert problem_of(complaint_of("spine_pain_back_neck", "radiculopathy")).same(
        problem_of(complaint_of("radiculopathy"))
    )


def test_degeneration_deformity_and_slip_are_structural() -> None:
    assert is_structural_only(complaint_of("degenerative_disc_spondylosis"))
    assert is_structural_only(complaint_of("spinal_deformity", "spondylolisthesis"))
    assert not is_structural_only(complaint_of("degenerative_disc_spondylosis", "spine_pain_back_neck"))
    assert not is_structural_only(complaint_of("spinal_stenosis"))
    assert not is_structural_only(other("diabetes"))


def test_a_name_has_its_region_and_what_makes_it_a_symptom() -> None:
    assert name_of(complaint_of(), "axial", "lumbar") == "low back pain"
    assert name_of(complaint_of("radiculopathy"), "radicular", "lumbar") == "lumbar radiculopathy"
    assert name_of(complaint_of("radiculopathy", region="unknown"), "radicular", "unknown") == "radiculopathy"
    stenosis = complaint_of("spinal_stenosis", "neurogenic_claudication")
    assert name_of(stenosis, "claudication", "lumbar") == "lumbar stenosis with neurogenic claudication"
    assert name_of(stenosis, "stenosis", "lumbar") == "lumbar stenosis"
    said = replace(stenosis, concepts=sets("spinal_stenosis", label="Lumbar stenosis with neurogenic claudication"))
    assert name_of(said, "claudication", "lumbar") == "lumbar stenosis with neurogenic claudication"
    failed = complaint_of("failed_back_surgery", "chronic_pain_generic", region="unknown")
    assert name_of(failed, "failed-back", "unknown") == "failed_back_surgery"


@pytest.mark.parametrize(
    ("side", "where"), [("left", " on the left"), ("right", " on the right"), ("both", ""), ("unknown", "")]
)
def test_a_name_has_the_one_side_it_is_on(side: Side, where: str) -> None:
    assert name_of(complaint_of("radiculopathy"), "radicular", "lumbar", side) == f"lumbar radiculopathy{where}"


def test_words_that_say_more_than_the_code_s_label_are_believed() -> None:
    coded = complaint_of("spinal_stenosis", "neurogenic_claudication")
    without = "Lumbar stenosis without neurogenic claudication"
    said = replace(coded, concepts={**coded.concepts, **sets("spinal_stenosis", label=without)})
    assert name_of(said, "claudication", "lumbar") == "lumbar stenosis with neurogenic claudication"
    plain = replace(coded, concepts=sets("spinal_stenosis", label=without))
    assert name_of(plain, "stenosis", "lumbar") == "lumbar stenosis without neurogenic claudication"


@pytest.mark.parametrize(
    "label", ["cervical", "neck", "thoracic", "lumbar", "low back", "sacral", "sciatica", "lumbosacral"]
)
def test_a_label_that_says_where_is_not_placed_again(label: str) -> None:
    root = replace(complaint_of("radiculopathy"), concepts=sets("radiculopathy", label=f"Root of {label}"))
    assert name_of(root, "radicular", "lumbar") == f"root of {label}"


@pytest.mark.parametrize(
    ("region", "name"),
    [
        ("cervical", "neck pain"),
        ("thoracic", "thoracic back pain"),
        ("lumbar", "low back pain"),
        ("unknown", "back or neck pain"),
    ],
)
def test_a_pain_that_only_words_tell_is_named_by_its_region(region: Region, name: str) -> None:
    pain = replace(complaint_of(), concepts=sets("spine_pain_back_neck", label="Back or neck pain"))
    assert name_of(pain, "axial", region) == name


def test_a_label_of_two_regions_names_the_one_that_is_known() -> None:
    disc = complaint_of("disc_herniation")
    disc = replace(disc, concepts=sets("disc_herniation", label="Thoracic/lumbar disc displacement"))
    assert name_of(disc, "herniation", "lumbar") == "lumbar disc displacement"
    assert name_of(disc, "herniation", "thoracic") == "thoracic disc displacement"
