"""What is true of this patient: every finding, each a pure function of the record and the thresholds.

`find` is the explicit list, in the order in which one finding needs another.
"""

from __future__ import annotations

from dataclasses import dataclass

from cds_service.findings.age import has_reached
from cds_service.findings.caution import Caution
from cds_service.findings.cautions import cautions
from cds_service.findings.complaints import Complaints, complaints
from cds_service.findings.conservative_care import ConservativeCare, conservative_care
from cds_service.findings.copies import without_vaguer_copies
from cds_service.findings.finding import Finding
from cds_service.findings.gaps import gaps, unchecked
from cds_service.findings.grounds import Grounds
from cds_service.findings.imaging import Imaging, imaging
from cds_service.findings.impact import PainScore, impact_on_daily_life
from cds_service.findings.morphine_equivalents import NO_OPIOID, MorphineEquivalents, morphine_equivalents
from cds_service.findings.operations import Operations, operations
from cds_service.findings.opioid_use import OpioidUse, opioid_use, strong_nonopioid
from cds_service.findings.prior_surgery import without_treated
from cds_service.findings.red_flags import RedFlags, red_flags
from cds_service.findings.risk import Risk
from cds_service.findings.risks import risks
from cds_service.findings.sign import Sign
from cds_service.findings.signs import signs
from cds_service.findings.suppression import Suppression, suppression
from cds_service.findings.suspected_cancer import cancer_caution
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.patient import PatientRecord


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything the rules and the cards read of one chart.

    `complaints` are without those an operation may have ended. `unchecked` are the nouns of what was not
    answered, or only in part; `gaps` everything that was looked for and not found, in words.
    """

    record: PatientRecord
    complaints: Complaints
    impact: Finding[PainScore]
    care: ConservativeCare
    opioids: OpioidUse
    operations: Operations
    imaging: Finding[Imaging]
    signs: tuple[Sign, ...]
    risks: tuple[Risk, ...]
    cautions: tuple[Caution, ...]
    red_flags: RedFlags
    suppression: Suppression
    unchecked: tuple[str, ...]
    gaps: tuple[str, ...]
    mme: MorphineEquivalents = NO_OPIOID


def find(record: PatientRecord, given: Thresholds, *, count_stale: bool = False) -> Findings:
    """Every finding of the chart on the record's day; `count_stale`: stale complaints count (the order hooks, J)."""
    record = without_vaguer_copies(record)
    done = operations(record, given)
    felt = without_treated(complaints(record, given, count_stale=count_stale), done)
    seen = Grounds(
        record=record,
        given=given,
        complaints=felt,
        care=conservative_care(record, felt, given),
        care_but_opioids=conservative_care(record, felt, given, without_opioids=True),
        opioids=opioid_use(record, felt, given),
        nonopioid=strong_nonopioid(record, felt, given),
        done=done,
        imaging=imaging(record, given),
        risks=risks(record, given),
    )
    mme = morphine_equivalents(record, given)
    adult = has_reached(record.born, given.adult_age, record.day) is not False
    flags = red_flags(record, done, given, adult=adult)
    cancer = None if flags.emergencies or flags.prompts else cancer_caution(record)
    of_cancer = (cancer,) if cancer else ()
    return Findings(
        record=record,
        complaints=felt,
        impact=impact_on_daily_life(record, given),
        care=seen.care,
        opioids=seen.opioids,
        operations=done,
        imaging=seen.imaging,
        signs=signs(seen),
        risks=seen.risks,
        cautions=(*of_cancer, *cautions(record, given, seen.opioids.status, mme)),
        red_flags=flags,
        suppression=suppression(record, given, done.last_day),
        unchecked=unchecked(record),
        gaps=gaps(seen),
        mme=mme,
    )
