"""The rows whose `only_if` asks other entries of the patient (knowledge INDEX "only_if"), decided once all are read.

"Another current entry" is active and not over; whether it is stale is the findings' question. Asked in an order in
which each can rest on those before it: deformity, myelopathy and tumours, arthrodesis status, failed back, scarring.
A weak row is never made full here: which rule another entry lifts it for is that rule's to say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from cds_service.record.concepts import PRIOR_SURGERY, Waiting, better
from cds_service.record.only_if import SPINE_SETS
from cds_service.record.patient import Condition, Match, Procedure

OPERATIONS = frozenset(
    {"proc_discectomy", "proc_decompression", "proc_fusion", "proc_corpectomy", "proc_disc_replacement_other"}
)
NOT_OPERATIONS = ("proc_vertebral_augmentation", "proc_neuromodulation", "care_spinal_injection")
FAILED_BACK = "failed_back_surgery"
PAIN_OR_ROOT = frozenset({"spine_pain_back_neck", "radiculopathy"})
COMPRESSING = frozenset({"disc_herniation", "degenerative_disc_spondylosis", "spinal_stenosis"})
DEFORMED = frozenset({"spondylolisthesis", "spinal_deformity"})
CORD_REGIONS = ("cervical", "thoracic")
LAST = (PRIOR_SURGERY, FAILED_BACK, "epidural_scarring")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """All entries as far as they are decided; `mine` is the entry that asks, which is no other entry."""

    conditions: Sequence[Condition]
    procedures: Sequence[Procedure]
    mine: int

    def other_current(self, concepts: frozenset[str], regions: tuple[str, ...] = ()) -> bool:
        """Another current Condition is in one of the sets, as more than history, in one of the regions if given."""
        return any(
            place != self.mine
            and entry.open
            and (not regions or entry.region in regions)
            and any(_present(entry.concepts, concept) for concept in concepts)
            for place, entry in enumerate(self.conditions)
        )

    def operated(self) -> bool:
        """Another Condition, a Procedure, or a status or words of its own prove a spine operation, dated or not.

        An entry that says "s/p microdiscectomy" itself is no different from one beside which a copy of it says so.
        """
        mine = self.conditions[self.mine].concepts.get(PRIOR_SURGERY)
        return (
            (mine is not None and mine.use != "weak")
            or any(
                place != self.mine and proves_operation(entry.concepts) for place, entry in enumerate(self.conditions)
            )
            or any(is_operation(entry) for entry in self.procedures)
        )


def _present(concepts: Mapping[str, Match], concept: str) -> bool:
    return concept in concepts and concepts[concept].use != "history"


def proves_operation(concepts: Mapping[str, Match]) -> bool:
    """A status or a failed back says that there was one; a weak row does not, words do."""
    return any(concept in concepts and concepts[concept].use != "weak" for concept in (PRIOR_SURGERY, FAILED_BACK))


def is_operation(entry: Procedure) -> bool:
    """A spine operation that surely took place; augmentation, stimulator and injection are none."""
    if not entry.sure:
        return False
    if any(concept in entry.concepts and entry.concepts[concept].use == "full" for concept in OPERATIONS):
        return True
    return PRIOR_SURGERY in entry.concepts and not any(concept in entry.concepts for concept in NOT_OPERATIONS)


ASKED: Mapping[str, Callable[[Surroundings], bool]] = {
    PRIOR_SURGERY: lambda around: around.other_current(SPINE_SETS),
    "myelopathy": lambda around: around.other_current(COMPRESSING, CORD_REGIONS),
    "spinal_deformity": lambda around: around.other_current(DEFORMED),
}
"""What spine-context asks in some sets; in any other: back or neck pain, or radiculopathy."""


def _holds(waiting: Waiting, around: Surroundings) -> bool:
    if waiting.row.only_if == "prior-spine-surgery":
        return around.operated()
    asked = ASKED.get(waiting.row.concept)
    return asked(around) if asked else around.other_current(PAIN_OR_ROOT)


def settle(
    conditions: list[Condition], waiting: Mapping[int, tuple[Waiting, ...]], procedures: Sequence[Procedure]
) -> tuple[Condition, ...]:
    """The Conditions with their waiting rows decided; those in no value set at all are left out."""
    asked = [(place, row) for place, rows in waiting.items() for row in rows]
    for turn in ("", *LAST):
        due = [(place, row) for place, row in asked if _turn(row.row.concept) == turn]
        found = [(place, row) for place, row in due if _holds(row, Surroundings(conditions, procedures, place))]
        for place, row in found:
            conditions[place] = _with(conditions[place], row)
    return tuple(entry for entry in conditions if entry.concepts)


def _turn(concept: str) -> str:
    return concept if concept in LAST else ""


def _with(entry: Condition, waited: Waiting) -> Condition:
    concept = waited.row.concept
    match = better(entry.concepts.get(concept), waited.match)
    return replace(entry, concepts={**entry.concepts, concept: match})
