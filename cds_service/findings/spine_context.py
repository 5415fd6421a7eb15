"""Which spine conditions stand beside a deficit in row 1, where a stale entry still is one (clinical-logic G)."""

from __future__ import annotations

from dataclasses import dataclass

from cds_service.findings.current import current_conditions
from cds_service.findings.spine import spine_sets_of
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.patient import Condition, PatientRecord

PAIN_SETS = frozenset({"spine_pain_back_neck"})
ROOT_SETS = frozenset({"radiculopathy", "disc_herniation", "spinal_stenosis", "neurogenic_claudication"})
# A failed back is spine pain by definition, though G does not list it.
CONDITION_SETS = PAIN_SETS | ROOT_SETS | {"myelopathy", "failed_back_surgery"}
STRUCTURAL_SETS = frozenset({"degenerative_disc_spondylosis", "spinal_deformity", "spondylolisthesis"})


@dataclass(frozen=True, slots=True)
class SpineContext:
    """The current spine conditions, stale ones included, by what they say."""

    conditions: tuple[Condition, ...] = ()
    pain: tuple[Condition, ...] = ()
    roots: tuple[Condition, ...] = ()
    structural: tuple[Condition, ...] = ()

    def besides(self, *deficits: Condition, structural: bool = False) -> bool:
        """A spine condition other than the deficits themselves; degeneration or deformity only where it suffices."""
        found = (*self.conditions, *self.structural) if structural else self.conditions
        return any(not any(repeats(entry, deficit) for deficit in deficits) for entry in found)


def repeats(entry: Condition, other: Condition) -> bool:
    """The same codes and words, whenever: a deficit entered twice has no companion in itself."""
    return entry.concepts == other.concepts and entry.codes == other.codes and entry.words == other.words


def spine_context(record: PatientRecord, given: Thresholds) -> SpineContext:
    """Pain, radiculopathy, stenosis, herniation and myelopathy are spine conditions; the rest is structural."""
    current = current_conditions(record, given, count_stale=True)

    def among(sets: frozenset[str]) -> tuple[Condition, ...]:
        return tuple(entry for entry in current if not sets.isdisjoint(spine_sets_of(entry)))

    return SpineContext(among(CONDITION_SETS), among(PAIN_SETS), among(ROOT_SETS), among(STRUCTURAL_SETS))
