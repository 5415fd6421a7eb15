"""What the seven signs are judged from: the findings that were worked out before them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from cds_service.findings.complaints import Complaint, Complaints
from cds_service.findings.conservative_care import ConservativeCare
from cds_service.findings.finding import Fact, Finding
from cds_service.findings.imaging import Imaging
from cds_service.findings.operations import Operations
from cds_service.findings.opioid_use import OpioidUse, StrongNonopioid
from cds_service.findings.risk import Risk
from cds_service.findings.sign import Sign, SignId, State
from cds_service.findings.words import as_in_a_sentence, span_in_words
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.patient import Key, PatientRecord, Region


@dataclass(frozen=True, slots=True)
class Grounds:
    """One chart's findings, for the signs.

    `complaints` are without those an operation may have ended; `care_but_opioids` is conservative care with the
    opioids left out, because an opioid is no evidence against itself (sign 5).
    """

    record: PatientRecord
    given: Thresholds
    complaints: Complaints
    care: ConservativeCare
    care_but_opioids: ConservativeCare
    opioids: OpioidUse
    nonopioid: StrongNonopioid
    done: Operations
    imaging: Finding[Imaging]
    risks: tuple[Risk, ...]

    def sure(self, kinds: Collection[str], region: Region = "unknown") -> tuple[Complaint, ...]:
        """The current complaints of these kinds by more than weak rows: only these make a sign full."""
        return tuple(one for one in self.complaints.current(kinds, region) if not one.weak)

    def lasting(self, among: Iterable[Complaint]) -> tuple[Complaint, ...]:
        """Those that have lasted more than 84 days for sure."""
        return tuple(one for one in among if one.lasted_more_than(self.given.symptom_days) is True)

    def absent(self, sign: SignId, needs: Key | None = None) -> Sign:
        """Nothing of the sign is on record; unknown where conditions, or the key it needs, were not answered."""
        answered = self.record.answered("conditions") and (needs is None or self.record.answered(needs))
        return absent(sign, answered=answered)


def absent(sign: SignId, *, answered: bool) -> Sign:
    """The sign is absent where the question was answered, else unknown."""
    state: State = "absent" if answered else "unknown"
    return Sign(sign, state, because="" if answered else "not everything it needs was answered")


def care_suffices(care: ConservativeCare) -> bool:
    """Conservative care is documented, or partial and failed."""
    return care.state == "documented" or (care.state == "partial" and care.failed is True)


def told(complaint: Complaint) -> str:
    """A complaint for the summary: "lumbar stenosis with neurogenic claudication, 51 weeks"."""
    label = as_in_a_sentence(complaint.label)
    return f"{label}, {span_in_words(complaint.lasting)}" if complaint.lasting else label


def longest(complaints: tuple[Complaint, ...]) -> Complaint:
    """The complaint that has lasted longest for sure; ties by label, so that order changes nothing."""
    return min(complaints, key=lambda one: (-(one.lasting.least if one.lasting else -1), one.kind, one.label))


def facts_of(complaints: tuple[Complaint, ...]) -> tuple[Fact, ...]:
    """The complaints as facts, each once."""
    return tuple(dict.fromkeys(complaint.fact for complaint in complaints))
