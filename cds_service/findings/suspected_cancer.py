"""Active cancer or myeloma beside new spine pain: prompt, because the pain may be a metastasis (1b.3; E26)."""

from __future__ import annotations

from cds_service.findings.flag import FlagEntry, RedFlag, flag_entry
from cds_service.findings.on_record import entry_fact, in_order, trace, when_in_brief
from cds_service.findings.operations import Operations
from cds_service.findings.spine_context import SpineContext
from cds_service.findings.words import as_in_a_sentence
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.patient import Condition, PatientRecord


def cancer_with_new_pain(
    record: PatientRecord, done: Operations, given: Thresholds, spine: SpineContext
) -> list[RedFlag]:
    """One flag for each cancer traced within a year, or myeloma, while spine pain began at most 90 days ago."""
    pains = [pain for pain in _pains(record, spine) if pain.within(given.cancer_pain_days, record.day)]
    standing = [pain for pain in pains if pain.is_new(done, given, record.day) or not pain.followed(done)]
    if not standing:
        return []
    newest = max(standing, key=lambda pain: (pain.day or record.day, pain.entry.ref))
    new = newest.is_new(done, given, record.day)
    return [_told(entry, concept, newest, record, new) for entry, concept in _cancers(record, given)]


def _pains(record: PatientRecord, spine: SpineContext) -> list[FlagEntry]:
    named = ((entry, _pain_set(entry)) for entry in spine.pain)
    return [flag_entry(entry, concept, record.day) for entry, concept in named]


def _pain_set(entry: Condition) -> str:
    return "spine_pain_back_neck" if "spine_pain_back_neck" in entry.concepts else "chronic_pain_generic"


def _cancers(record: PatientRecord, given: Thresholds) -> list[tuple[Condition, str]]:
    """Active cancers in full with a trace of at most a year, and myeloma, in a stable order."""
    entries = in_order(entry for entry in record.conditions if entry.open)
    found: list[tuple[Condition, str]] = []
    for entry in entries:
        newest = trace(entry, record.day)
        traced = newest is not None and (record.day - newest).days <= given.cancer_trace_days
        if "myeloma" in entry.concepts:
            found.append((entry, "myeloma"))
        elif entry.counts_for("active_cancer") and traced:
            found.append((entry, "active_cancer"))
    return found


def _told(entry: Condition, concept: str, pain: FlagEntry, record: PatientRecord, new: bool) -> RedFlag:
    label = as_in_a_sentence(entry.concepts[concept].label)
    brief = f"new spine pain ({when_in_brief(pain.when, record.day)}) with {label}"
    fact = entry_fact(entry, concept)
    pain_fact = entry_fact(pain.entry, pain.concept)
    both = type(fact)(f"{fact.text}; {pain_fact.text}", (*fact.sources, *pain_fact.sources))
    return RedFlag("cancer-with-spine-pain", both, brief, new)
