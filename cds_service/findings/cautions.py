"""What a card mentions and no rule decides by, in a stable order (clinical-logic E, "cautions only")."""

from __future__ import annotations

from collections.abc import Callable

from cds_service.findings.cardiovascular import ejection_fraction_caution
from cds_service.findings.caution import Caution
from cds_service.findings.contraindications import instability_caution, scarring_caution, slip_caution
from cds_service.findings.diabetes import diabetes_caution
from cds_service.findings.dose_caution import dose_in_words, opioid_dose_caution
from cds_service.findings.drug_cautions import (
    addiction_caution,
    bleeding_caution,
    immunosuppression_caution,
    opioid_caution,
    steroid_caution,
)
from cds_service.findings.latest import Reading, latest
from cds_service.findings.morphine_equivalents import NO_OPIOID, MorphineEquivalents
from cds_service.findings.obesity import weight_caution
from cds_service.findings.on_record import in_order, open_entries, refs
from cds_service.findings.opioid_use import OpioidStatus
from cds_service.findings.pregnancy import pregnancy_caution
from cds_service.findings.referrals import other_referral_caution
from cds_service.findings.smoking import chewing_caution, quitting_caution
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.patient import PatientRecord

__all__ = ["Caution", "cautions"]

HOSPICE = "palliative_hospice"


def cautions(
    record: PatientRecord,
    given: Thresholds,
    opioid_status: OpioidStatus = "none",
    mme: MorphineEquivalents = NO_OPIOID,
) -> tuple[Caution, ...]:
    """Every caution that holds; `opioid_status` is that of `OpioidUse`, `mme` the dose a day (clinical-logic B)."""
    found = [caution(record, given) for caution in CAUTIONS]
    dose = opioid_dose_caution(mme, given)
    found += [opioid_caution(opioid_status, "" if dose else dose_in_words(mme)), dose]
    return tuple([caution for caution in found if caution is not None])


def lung_caution(record: PatientRecord, given: Thresholds) -> Caution | None:
    """Chronic lung disease is current; beside a spinal deformity it weighs more (sign 4: lung function)."""
    lungs = open_entries(record, "respiratory_chronic")
    if not lungs:
        return None
    deformity = open_entries(record, "spinal_deformity")
    if deformity:
        text = "Spinal deformity with chronic lung disease: test lung function"
        return Caution("deformity-with-lung-disease", text, refs(*deformity, *lungs))
    return Caution("lung-disease", "Chronic lung disease: assess fitness for anaesthesia", refs(*lungs))


def kidney_caution(record: PatientRecord, given: Thresholds) -> Caution | None:
    """Kidney disease of stage 4 or 5: by code, or the latest eGFR is below `egfr`."""
    text = "Advanced kidney disease: adjust drugs, plan with nephrology"
    reading = latest(record, "eGFR", "lower")
    measured = reading if reading and reading.value < given.egfr else None
    return _caution(record, "kidney_advanced", "kidney-disease", text, measured, "eGFR", "mL/min")


def liver_caution(record: PatientRecord, given: Thresholds) -> Caution | None:
    """Cirrhosis or liver failure is current."""
    text = "Cirrhosis or liver failure: bleeding and anaesthetic risk"
    return _caution(record, "liver_cirrhosis", "cirrhosis", text)


def bone_caution(record: PatientRecord, given: Thresholds) -> Caution | None:
    """Osteoporosis: by code, or the latest T-score is at `t_score` or below; on one day the lowest."""
    text = "Osteoporosis: treat bone health before a fusion"
    reading = latest(record, "T-score", "lower")
    measured = reading if reading and reading.value <= given.t_score else None
    return _caution(record, "osteoporosis", "osteoporosis", text, measured, "T-score", "")


def nutrition_caution(record: PatientRecord, given: Thresholds) -> Caution | None:
    """Malnutrition: by code, or the latest serum albumin is below `albumin` g/dL."""
    text = "Malnutrition or low albumin: nutrition before an operation"
    reading = latest(record, "serum albumin", "lower")
    measured = reading if reading and reading.value < given.albumin else None
    return _caution(record, "malnutrition", "malnutrition", text, measured, "albumin", "g/dL")


def depression_caution(record: PatientRecord, given: Thresholds) -> Caution | None:
    """Severe depression: by code, or the latest PHQ-9 is at `phq9` or above."""
    text = "Severe depression: support alongside, outcomes are poorer untreated"
    reading = latest(record, "PHQ-9 total", "higher")
    measured = reading if reading and reading.value >= given.phq9 else None
    return _caution(record, "severe_depression", "severe-depression", text, measured, "PHQ-9", "")


def palliative_caution(record: PatientRecord, given: Thresholds) -> Caution | None:
    """Palliative care without hospice care: it stops no card, the goals come first (G, row 0)."""
    listed = record.conditions_in(HOSPICE)
    named = in_order(entry for entry in listed if entry.open and not entry.counts_for(HOSPICE))
    text = "Palliative care: settle the goals of care first"
    return Caution("palliative-care", text, refs(*named)) if named else None


def _caution(
    record: PatientRecord,
    concept: str,
    id_: str,
    text: str,
    measured: Reading | None = None,
    name: str = "",
    unit: str = "",
) -> Caution | None:
    """The caution with its sources where a current entry or a measurement bears it out; a value is named."""
    listed = open_entries(record, concept)
    if not listed and measured is None:
        return None
    value = f" ({measured.words(name, unit)})" if measured else ""
    head, _, rest = text.partition(":")
    sources = tuple(dict.fromkeys((*refs(*listed), *(measured.sources if measured else ()))))
    return Caution(id_, f"{head}{value}:{rest}", sources)


CAUTIONS: tuple[Callable[[PatientRecord, Thresholds], Caution | None], ...] = (
    instability_caution,
    slip_caution,
    scarring_caution,
    diabetes_caution,
    weight_caution,
    quitting_caution,
    chewing_caution,
    ejection_fraction_caution,
    lung_caution,
    bleeding_caution,
    kidney_caution,
    liver_caution,
    immunosuppression_caution,
    steroid_caution,
    bone_caution,
    nutrition_caution,
    depression_caution,
    addiction_caution,
    palliative_caution,
    pregnancy_caution,
    other_referral_caution,
)
