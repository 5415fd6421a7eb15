"""Which entries speak of the spine, of which part of it, and of what kind (clinical-logic A, L "Region")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from cds_service.findings.words import as_in_a_sentence
from cds_service.record.patient import Condition, Match, Region, Side

Kind = Literal[
    "axial",
    "radicular",
    "claudication",
    "failed-back",
    "myelopathy",
    "herniation",
    "stenosis",
    "deformity",
    "structural",
]

SPINE_SETS = (
    "spine_pain_back_neck",
    "chronic_pain_generic",
    "degenerative_disc_spondylosis",
    "disc_herniation",
    "radiculopathy",
    "spinal_stenosis",
    "myelopathy",
    "spinal_deformity",
    "spondylolisthesis",
    "failed_back_surgery",
)
"""The sets of section A; chronic pain is in its set only with a spine site or spine text."""

CLAUDICATION = "neurogenic_claudication"
"""The concept of the words "neurogenic claudication", found also beside a code."""

SPINE_CONCEPTS = frozenset((*SPINE_SETS, CLAUDICATION))

CLAUDICATION_CODES = frozenset(
    {
        ("http://hl7.org/fhir/sid/icd-10-cm", "M48062"),
        ("http://hl7.org/fhir/sid/icd-9-cm", "72403"),
        ("http://snomed.info/sct", "303081002"),
    }
)

OPERATION_SETS = (
    "proc_discectomy",
    "proc_decompression",
    "proc_fusion",
    "proc_corpectomy",
    "proc_disc_replacement_other",
)
"""Augmentation, injection and stimulator are no spine operation (clinical-logic D)."""

OPIOID_SETS = (
    "opioid_rxnorm_ingredients",
    "opioid_atc",
    "opioid_products",
    "synthea_opioid_drugs",
)

SETS_OF_KIND: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    ("axial", ("chronic_pain_generic", "spine_pain_back_neck")),
    ("radicular", ("radiculopathy",)),
    ("claudication", (CLAUDICATION, "spinal_stenosis")),
    ("failed-back", ("failed_back_surgery",)),
    ("myelopathy", ("myelopathy",)),
    ("herniation", ("disc_herniation",)),
    ("stenosis", ("spinal_stenosis",)),
    ("deformity", ("spinal_deformity", "spondylolisthesis")),
    ("structural", ("degenerative_disc_spondylosis",)),
)
"""In the order in which a card names them; a condition may be of several kinds (M54.4 is axial and radicular)."""

REGION_WORDS = ("cervic", "neck", "thorac", "lumb", "low back", "sacr", "sciatica")

SYMPTOMS: tuple[Kind, ...] = ("axial", "radicular", "claudication", "failed-back")
"""What a patient feels; stenosis is a symptom beside a gait difficulty, a structural diagnosis never (A.6, L)."""

SIDED: tuple[Kind, ...] = ("radicular", "herniation")
"""What is on one side, where the chart says which; pain of the back and a narrow canal are not."""

SIDED_SETS = frozenset({"radiculopathy", "disc_herniation"})
"""The value sets of those kinds."""

STRUCTURAL: tuple[Kind, ...] = ("deformity", "structural")
"""Degeneration, deformity and slip: what an image shows (A.6)."""

# What the words say of a pain that no code names.
PAIN_SOMEWHERE = "back or neck pain"
PAIN_IN: Mapping[Region, str] = {
    "cervical": "neck pain",
    "thoracic": "thoracic back pain",
    "lumbar": "low back pain",
}


def compatible(one: Region, other: Region) -> bool:
    """Two regions may be the same part of the spine: equal, or one unknown."""
    return one == other or "unknown" in (one, other)


def same_side(one: Side, other: Side) -> bool:
    """Two sides may be the same: not the one left and the other right."""
    return {one, other} != {"left", "right"}


def claudication_named(condition: Condition) -> bool:
    """Neurogenic claudication is named by its code or by its words."""
    return CLAUDICATION in condition.concepts or not CLAUDICATION_CODES.isdisjoint(condition.codes)


def spine_sets_of(condition: Condition) -> frozenset[str]:
    """The spine sets an entry is in, as present disease; chronic pain of the spine counts as spine pain.

    Neurogenic claudication in words stands beside the sets, so that it is a spine Condition without a code.
    """
    found = {name for name in condition.concepts if name in SPINE_CONCEPTS and _present(condition, name)}
    if "chronic_pain_generic" in found:
        found.add("spine_pain_back_neck")
    return frozenset(found)


def is_spine(condition: Condition) -> bool:
    """The entry is a spine Condition of section A."""
    return any(name in SPINE_CONCEPTS and _present(condition, name) for name in condition.concepts)


@dataclass(frozen=True, slots=True)
class Problem:
    """What makes two entries the same problem: where it is, and the value sets that name it (A.3)."""

    region: Region
    side: Side
    sets: frozenset[str]

    def same(self, other: Problem) -> bool:
        """A compatible region and a value set in common; a nerve root on the left is no problem on the right."""
        if not compatible(self.region, other.region):
            return False
        common = self.sets & other.sets
        return bool(common if same_side(self.side, other.side) else common - SIDED_SETS)


def problem_of(condition: Condition) -> Problem:
    """The problem that an entry tells of; many entries of a chart tell of the same."""
    return Problem(condition.region, condition.side, spine_sets_of(condition))


def kinds_of(condition: Condition) -> tuple[Kind, ...]:
    """The kinds of complaint an entry speaks of."""
    return tuple(
        kind
        for kind, names in SETS_OF_KIND
        if any(_present(condition, name) for name in names)
        and (kind != "claudication" or claudication_named(condition))
    )


def is_structural_only(condition: Condition) -> bool:
    """A spine Condition that names degeneration, deformity or slip and nothing a patient feels (A.6)."""
    kinds = kinds_of(condition)
    return bool(kinds) and all(kind in STRUCTURAL for kind in kinds)


def counts_in_full(condition: Condition, kind: Kind) -> bool:
    """By more than weak rows; text counts, and is said on the card."""
    return any(match.use == "full" or match.by_text for match in matches_for(condition, kind))


def by_text_alone(condition: Condition, kind: Kind) -> bool:
    """No code says it."""
    return all(match.by_text for match in matches_for(condition, kind))


def matches_for(condition: Condition, kind: Kind) -> tuple[Match, ...]:
    """Why the condition is of this kind."""
    names = dict(SETS_OF_KIND)[kind]
    return tuple(condition.concepts[name] for name in names if _present(condition, name))


def name_of(condition: Condition, kind: Kind, region: Region, side: Side = "unknown") -> str:
    """The complaint in our words, with its side, and its region where the words have none: "lumbar radiculopathy"."""
    name = _placed(condition, kind, region)
    return f"{name} on the {side}" if side in ("left", "right") else name


def _placed(condition: Condition, kind: Kind, region: Region) -> str:
    label = as_in_a_sentence(matches_for(condition, kind)[-1].label)
    if claudication_named(condition):
        label = label.replace("without neurogenic claudication", "with neurogenic claudication")
    if region in ("thoracic", "lumbar"):
        label = label.replace("thoracic/lumbar", region)
    if kind == "claudication" and "claudication" not in label.lower():
        label = f"{label} with neurogenic claudication"
    if _present(condition, "chronic_pain_generic") and not _present(condition, "spine_pain_back_neck"):
        label = f"{label} of the spine" if kind == "axial" else label
    if kind == "axial" and label == PAIN_SOMEWHERE:
        return PAIN_IN.get(region, label)
    placed = region == "unknown" or any(word in label.lower() for word in REGION_WORDS)
    return label if placed or kind == "axial" else f"{region} {label}"


def _present(condition: Condition, name: str) -> bool:
    match = condition.concepts.get(name)
    return match is not None and match.use != "history"
