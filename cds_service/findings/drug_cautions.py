"""Drugs that a surgeon must know of: blood thinners, immunosuppressants, long steroids, opioids (E)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from cds_service.findings.caution import Caution
from cds_service.findings.on_record import in_order, open_entries, refs
from cds_service.findings.opioid_use import OpioidStatus
from cds_service.findings.words import as_in_a_sentence
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.patient import Drug, PatientRecord

ADDICTION_SETS = frozenset({"opioid_use_disorder", "substance_overdose"})
OPIOID_WORDS: tuple[tuple[OpioidStatus, str], ...] = (
    ("chronic", "Long-term opioids"),
    ("possible", "Possibly long-term opioids"),
    ("short-term", "Opioids"),
)


def is_taken(drug: Drug, today: date, given: Thresholds) -> bool:
    """The drug covers the day, or ended at most `care_gap_days` before it, the gap over which runs are one.

    An active item that cannot be placed in time counts as taken; an inpatient order does not.
    """
    if drug.inpatient:
        return False
    if drug.last is None:
        return drug.undatable and drug.status == "active"
    return (today - drug.last).days <= given.care_gap_days


def taken(record: PatientRecord, concept: str, given: Thresholds) -> tuple[Drug, ...]:
    """The drugs of the set that are taken, with lower confidence too, in a stable order."""
    listed = [drug for drug in record.drugs if concept in drug.concepts]
    return _in_order(drug for drug in listed if is_taken(drug, record.day, given)) if listed else ()


def _in_order(drugs: Iterable[Drug]) -> tuple[Drug, ...]:
    return tuple(sorted(drugs, key=lambda drug: (drug.label, drug.ref)))


def _names(drugs: tuple[Drug, ...], concept: str) -> str:
    """Each drug once, by our own words."""
    return ", ".join(sorted({as_in_a_sentence(drug.concepts[concept].label) for drug in drugs}))


def bleeding_caution(record: PatientRecord, given: Thresholds) -> Caution | None:
    """An anticoagulant or antiplatelet is taken, or a bleeding disorder is current."""
    concept = "anticoagulant_antiplatelet"
    drugs, disorders = taken(record, concept, given), open_entries(record, "bleeding_disorder")
    if not drugs and not disorders:
        return None
    named = sorted({as_in_a_sentence(entry.concepts["bleeding_disorder"].label) for entry in disorders})
    what = ", ".join(part for part in (_names(drugs, concept), *named) if part)
    return Caution("bleeding", f"Bleeding risk ({what}): plan around an operation", refs(*drugs, *disorders))


def immunosuppression_caution(record: PatientRecord, given: Thresholds) -> Caution | None:
    """The immune system is weakened by a disease, a transplant's treatment or a drug."""
    drugs = taken(record, "immunosuppressant_drugs", given)
    diseases = open_entries(record, "immunosuppression")
    if not drugs and not diseases:
        return None
    text = "Immunosuppression: higher risk of infection"
    return Caution("immunosuppression", text, refs(*diseases, *drugs))


def steroid_caution(record: PatientRecord, given: Thresholds) -> Caution | None:
    """A systemic steroid has been taken for `steroid_days` or more, and still is; injections do not count."""
    courses = _in_order(
        drug
        for drug in record.drugs
        if "systemic_steroid" in drug.concepts and not drug.inpatient and not drug.injected
    )
    run = _latest_run(courses, given)
    if run is None:
        return None
    first, last = run
    if (last - first).days + 1 < given.steroid_days or (record.day - last).days > given.care_gap_days:
        return None
    drugs = tuple(drug for drug in courses if drug.last is not None and drug.last >= first)
    text = f"Systemic steroid for {given.steroid_days} days or more: infection, bone, adrenal function"
    return Caution("long-steroids", text, refs(*drugs))


def _latest_run(drugs: tuple[Drug, ...], given: Thresholds) -> tuple[date, date] | None:
    """The first and last day of the latest run, items merged over gaps of at most `care_gap_days`."""
    spans = sorted((drug.first, drug.last) for drug in drugs if drug.first and drug.last)
    run: tuple[date, date] | None = None
    for first, last in spans:
        if run is not None and (first - run[1]).days - 1 <= given.care_gap_days:
            run = (run[0], max(run[1], last))
        else:
            run = (first, last)
    return run


def addiction_caution(record: PatientRecord, given: Thresholds) -> Caution | None:
    """Opioid use disorder, also in remission, an overdose, or treatment of the disorder: never a sign (F)."""
    listed = record.conditions if record.in_any(ADDICTION_SETS) else ()
    named = in_order(entry for entry in listed if not ADDICTION_SETS.isdisjoint(entry.concepts))
    treated = _in_order(drug for drug in record.drugs if drug.use_disorder and is_taken(drug, record.day, given))
    if not named and not treated:
        return None
    text = "Opioid use disorder or overdose on record: addiction care alongside"
    return Caution("addiction-care", text, refs(*named, *treated))


def opioid_caution(status: OpioidStatus, a_day: str) -> Caution | None:
    """Opioids are taken now, or may be: before an operation they worsen its outcome (E05); `a_day`: how much."""
    words = dict(OPIOID_WORDS).get(status)
    if words is None:
        return None
    much = f" ({a_day})" if a_day else ""
    return Caution("preoperative-opioids", f"{words}{much}: use before an operation worsens its outcome")
