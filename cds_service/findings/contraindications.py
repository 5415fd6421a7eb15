"""Whether the spine itself speaks against a small approach: severe instability, significant scarring.

Severity words are required where the source document says severe or significant (clinical-logic, "Filters").
The record reads them: a match in full has the words (or a code that needs none), a weak one lacks them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cds_service.findings.caution import Caution
from cds_service.findings.finding import Fact
from cds_service.findings.on_record import (
    days_since,
    entry_fact,
    in_order,
    open_entries,
    refs,
    when_in_words,
)
from cds_service.findings.risk import Risk, RiskId
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.patient import Condition, PatientRecord, Report

FRACTURE = "redflag_unstable_fracture"
SCARRING = "epidural_scarring"
SLIP = "high_grade_slip"
SNOMED = "http://snomed.info/sct"
INSTABILITY_STEMS = ("M532", "M433", "M434", "M435")
INSTABILITY_SNOMED = "240220009"
ICD_CODE_LENGTH = 7


def severe_instability(record: PatientRecord, given: Thresholds) -> Risk:
    """The spine is severely unstable: said to be, slipped by grade 3 to 5, or broken unstably within a year.

    A fracture counts for `unstable_fracture_days` from its onset, else its record, whatever its
    clinicalStatus; one coded as sequela (7th character S) does not.
    """
    said = _severe(open_entries(record, "severe_instability"))
    slipped = (
        *_facts(open_entries(record, "high_grade_slip"), "high_grade_slip"),
        *_report_facts(record, "high_grade_slip", "high-grade slip"),
    )
    broken = _facts(_broken(record, given), FRACTURE)
    brief = "severe spinal instability" if said else "high-grade slip" if slipped else "unstable vertebral fracture"
    undated = any(_days(entry, record) is None for entry in _fractures(record))
    doubt = "an unstable fracture is on record without a date" if undated else ""
    return _risk("severe-instability", record, (*said, *slipped, *broken), brief, doubt)


def _severe(entries: Iterable[Condition]) -> tuple[Fact, ...]:
    """The value set's label does not say severe, the entry's own words do."""
    facts = _facts(entries, "severe_instability")
    return tuple(replace(fact, text=f"severe {fact.text}") for fact in facts)


def epidural_scarring(record: PatientRecord, given: Thresholds) -> Risk:
    """Epidural scarring is significant: by its code, or by words such as extensive, also of a report."""
    entries = open_entries(record, SCARRING)
    reported = _report_facts(record, SCARRING, "extensive epidural scarring")
    extensive = bool(reported) or any(entry.concepts[SCARRING].by_text for entry in entries)
    brief = "extensive epidural scarring" if extensive else "epidural scarring"
    return _risk("epidural-scarring", record, (*_facts(entries, SCARRING), *reported), brief, "")


def _risk(id_: RiskId, record: PatientRecord, facts: tuple[Fact, ...], brief: str, doubt: str) -> Risk:
    if facts:
        return Risk(id_, "present", facts=facts, brief=brief, because=facts[0].text, major=True)
    because = doubt or _unanswered(record)
    if because:
        return Risk(id_, "unknown", because=because, major=None)
    return Risk(id_, "absent", because="none on record")


def _unanswered(record: PatientRecord) -> str:
    """Both are also read from reports, so that without them none can be ruled out."""
    if not record.answered("conditions"):
        return "conditions are incomplete"
    return "" if record.answered("diagnosticReports") else "imaging reports were not checked"


def _facts(entries: Iterable[Condition], concept: str) -> tuple[Fact, ...]:
    return tuple(entry_fact(entry, concept) for entry in entries)


def _report_facts(record: PatientRecord, concept: str, words: str) -> tuple[Fact, ...]:
    """What reports say of it, newest first."""
    said = [report for report in record.reports if report.counts_for(concept)]
    said.sort(key=lambda report: (_newness(report), report.ref))
    return tuple(_report_fact(report, words) for report in said)


def _newness(report: Report) -> int:
    return -report.when.last.toordinal() if report.when else 0


def _report_fact(report: Report, words: str) -> Fact:
    doubt = ", preliminary" if report.preliminary else ""
    text = f"{words} in an imaging report ({when_in_words(report.when)}{doubt})"
    return Fact(text, refs(report), report.conclusion)


def _fractures(record: PatientRecord) -> tuple[Condition, ...]:
    listed = record.conditions_in(FRACTURE)
    if not listed:
        return ()
    return in_order(entry for entry in listed if entry.counts_for(FRACTURE) and not _is_sequela(entry))


def _broken(record: PatientRecord, given: Thresholds) -> tuple[Condition, ...]:
    days = ((entry, _days(entry, record)) for entry in _fractures(record))
    return tuple(entry for entry, age in days if age is not None and age <= given.unstable_fracture_days)


def _days(entry: Condition, record: PatientRecord) -> int | None:
    return days_since(entry.onset or entry.recorded, record.day)


def _is_sequela(entry: Condition) -> bool:
    return any(system != SNOMED and len(code) == ICD_CODE_LENGTH and code.endswith("S") for system, code in entry.codes)


def instability_caution(record: PatientRecord, given: Thresholds) -> Caution | None:
    """Instability is on record without a word of how severe: look at it in movement."""
    named = in_order(entry for entry in record.conditions if entry.open and _is_ungraded(entry))
    if not named:
        return None
    return Caution("ungraded-instability", "Spinal instability on record: flexion–extension films", refs(*named))


def slip_caution(record: PatientRecord, given: Thresholds) -> Caution | None:
    """A report only suspects a high-grade slip."""
    doubtful = [one for one in record.reports if SLIP in one.concepts and not one.counts_for(SLIP)]
    if not doubtful:
        return None
    text = "Suspected high-grade slip in an imaging report: confirm it"
    return Caution("suspected-slip", text, tuple(sorted(refs(*doubtful))))


def _is_ungraded(entry: Condition) -> bool:
    if entry.counts_for("severe_instability"):
        return False
    coded = any(
        code == INSTABILITY_SNOMED if system == SNOMED else code.startswith(INSTABILITY_STEMS)
        for system, code in entry.codes
    )
    return coded or "severe_instability" in entry.concepts


def scarring_caution(record: PatientRecord, given: Thresholds) -> Caution | None:
    """Epidural fibrosis is mentioned without a word such as extensive."""
    listed = in_order(entry for entry in record.conditions_in(SCARRING) if entry.open and _is_slight(entry))
    reported = sorted(filter(_is_slight, record.reports), key=lambda report: report.ref)
    if not listed and not reported:
        return None
    text = "Epidural fibrosis mentioned, not as extensive"
    return Caution("epidural-fibrosis", text, refs(*listed, *reported))


def _is_slight(entry: Condition | Report) -> bool:
    match = entry.concepts.get(SCARRING)
    return match is not None and match.use == "weak"
