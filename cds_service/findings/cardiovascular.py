"""Whether heart or vessels make an operation dangerous now, or want care first (clinical-logic E, E17)."""

from __future__ import annotations

from dataclasses import replace

from cds_service.findings.caution import Caution
from cds_service.findings.finding import Fact
from cds_service.findings.latest import Reading, latest
from cds_service.findings.on_record import entry_fact, entry_in_brief, in_order
from cds_service.findings.risk import Risk
from cds_service.findings.words import as_in_a_sentence
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.patient import Condition, PatientRecord

EF = "left ventricular ejection fraction"
SNOMED = "http://snomed.info/sct"
# Infarction and stroke: records close them at discharge, so they count whatever clinicalStatus says (E).
EVENT_STEMS = ("I21", "I22", "410", "I60", "I61", "I63", "I64", "434")
EVENT_SNOMED = frozenset(
    {"22298006", "57054005", "401303003", "401314000", "461000119108", "230690007"},
)


def ejection_fraction(record: PatientRecord, given: Thresholds) -> Reading | None:
    """The latest ejection fraction (left ventricle, per cent) of `ejection_fraction_days`; a day's lowest."""
    return latest(record, EF, "lower", given.ejection_fraction_days)


def cardiovascular_disease(record: PatientRecord, given: Thresholds) -> Risk:
    """Major: ejection fraction below `ejection_fraction_major`, or an entry in cardio_major; else chronic.

    Membership (how recent, how severe) is the record's `only_if`; major wins over chronic. Hypertension alone
    is neither.
    """
    measured = _weak_heart(record, given)
    major = (*measured, *map(_major_fact, _major(record)))
    chronic = tuple(entry_fact(entry, "cardio_chronic") for entry in _chronic(record))
    if major or chronic:
        return _present(record, given, major, chronic)
    if _unanswered(record):
        because = f"{_unanswered(record)} were not checked for heart and circulation"
        return Risk("cardiovascular-disease", "unknown", because=because, major=None, extreme=None, modifiable=None)
    return Risk("cardiovascular-disease", "absent", because="no cardiovascular disease on record")


def _weak_heart(record: PatientRecord, given: Thresholds) -> tuple[Fact, ...]:
    reading = ejection_fraction(record, given)
    if reading is None or reading.value >= given.ejection_fraction_major:
        return ()
    return (reading.fact("EF", "%"),)


def _major_fact(entry: Condition) -> Fact:
    fact = entry_fact(entry, "cardio_major")
    return replace(fact, text=_severe(fact.text))


def _severe(text: str) -> str:
    """A stenosis is major only where its own words say severe; the value set's label does not."""
    return f"severe {text}" if "stenosis" in text and "severe" not in text else text


def _major(record: PatientRecord) -> tuple[Condition, ...]:
    return in_order([entry for entry in record.conditions_in("cardio_major") if _counts(entry, "cardio_major")])


def _chronic(record: PatientRecord) -> tuple[Condition, ...]:
    """Major wins over chronic."""
    return in_order(
        entry
        for entry in record.conditions_in("cardio_chronic")
        if _counts(entry, "cardio_chronic") and not entry.counts_for("cardio_major")
    )


def _counts(entry: Condition, concept: str) -> bool:
    """In the set in full and current; an infarction or a stroke even when it was closed."""
    return entry.counts_for(concept) and (entry.open or _is_event(entry))


def _is_event(entry: Condition) -> bool:
    return any(
        code in EVENT_SNOMED if system == SNOMED else code.startswith(EVENT_STEMS) for system, code in entry.codes
    )


def _present(record: PatientRecord, given: Thresholds, major: tuple[Fact, ...], chronic: tuple[Fact, ...]) -> Risk:
    facts = (*major, *chronic)
    unsure = None if _unanswered(record) else False
    return Risk(
        "cardiovascular-disease",
        "present",
        value=_value(record, given, bool(major)),
        facts=facts,
        brief=_brief(record, given),
        because=facts[0].text,
        major=True if major else unsure,
        extreme=bool(chronic),
        modifiable=bool(chronic),
    )


def _value(record: PatientRecord, given: Thresholds, major: bool) -> dict[str, object]:
    reading = ejection_fraction(record, given)
    measured = reading.as_value("ejectionFraction", "%") if reading else {}
    return {"severity": "major" if major else "chronic", **measured}


def _brief(record: PatientRecord, given: Thresholds) -> str:
    """The first fact for a summary; the date matters only of what is major."""
    reading = ejection_fraction(record, given)
    if reading is not None and reading.value < given.ejection_fraction_major:
        return reading.brief("EF", "%", record.day)
    major = _major(record)
    if major:
        return _severe(entry_in_brief(major[0], "cardio_major", record.day))
    return as_in_a_sentence(_chronic(record)[0].concepts["cardio_chronic"].label)


def _unanswered(record: PatientRecord) -> str:
    """The keys that could still show heart disease, in words; empty when both were answered."""
    if not record.answered("conditions"):
        return "conditions"
    return "" if record.answered("observations") else "observations"


def ejection_fraction_caution(record: PatientRecord, given: Thresholds) -> Caution | None:
    """The ejection fraction is from `ejection_fraction_major` up to `ejection_fraction_caution`."""
    reading = ejection_fraction(record, given)
    if reading is None:
        return None
    if not given.ejection_fraction_major <= reading.value < given.ejection_fraction_caution:
        return None
    return Caution("reduced-ejection-fraction", f"{reading.words('EF', '%')}: cardiac assessment", reading.sources)
