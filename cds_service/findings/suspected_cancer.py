"""Active cancer or myeloma beside new spine pain: prompt, because the pain may be a metastasis (1b.3; E26)."""

from __future__ import annotations

from cds_service.findings.caution import Caution
from cds_service.findings.flag import Chart, FlagEntry, RedFlag, flag_entry
from cds_service.findings.on_record import dates_better, entry_fact, in_order, refs, trace, when_in_brief
from cds_service.findings.spine import compatible, is_spine
from cds_service.findings.words import as_in_a_sentence
from cds_service.record.patient import Condition, PatientRecord

PAIN, CHRONIC_PAIN = "spine_pain_back_neck", "chronic_pain_generic"
CANCER, MYELOMA = "active_cancer", "myeloma"
ACTIVE_SETS = frozenset({CANCER, MYELOMA})


def cancer_with_new_pain(chart: Chart) -> list[RedFlag]:
    """One flag for each cancer traced within a year, or myeloma, while spine pain began at most 90 days ago."""
    pains = [_pain(entry, chart) for entry in in_order(chart.spine.pain)]
    begun = [pain for pain in pains if _is_new(pain, pains, chart)]
    if not begun:
        return []
    newest = max(begun, key=lambda pain: (pain.is_new(chart), pain.day or chart.today))
    return [_told(entry, concept, newest, chart) for entry, concept in _cancers(chart)]


def _pain(entry: Condition, chart: Chart) -> FlagEntry:
    return flag_entry(entry, PAIN if PAIN in entry.concepts else CHRONIC_PAIN, chart.today)


def _is_new(pain: FlagEntry, pains: list[FlagEntry], chart: Chart) -> bool:
    """Within 90 days and answered by no operation.

    A record without an onset shows that the pain was there, not that it began: it is not new where the same region
    has hurt for longer. Nor is one whose onset is only a vaguer date of another pain there (law 1).
    """
    days = chart.given.cancer_pain_days
    older = (one for one in pains if one.day and not one.within(days, chart))
    known = any(compatible(one.entry.region, pain.entry.region) for one in older)
    here = (one.entry for one in pains if compatible(one.entry.region, pain.entry.region))
    if (known and pain.entry.onset is None) or any(dates_better(one.onset, pain.entry.onset) for one in here):
        return False
    return pain.within(days, chart) and pain.stands(chart)


def _cancers(chart: Chart) -> list[tuple[Condition, str]]:
    """Active cancers in full with a trace of at most a year, and myeloma, in a stable order."""
    found: list[tuple[Condition, str]] = []
    for entry in in_order(entry for entry in chart.record.conditions if entry.open):
        newest = trace(entry, chart.today)
        if MYELOMA in entry.concepts:
            found.append((entry, MYELOMA))
        elif entry.counts_for(CANCER) and newest and (chart.today - newest).days <= chart.given.cancer_trace_days:
            found.append((entry, CANCER))
    return found


def _told(entry: Condition, concept: str, pain: FlagEntry, chart: Chart) -> RedFlag:
    label = as_in_a_sentence(entry.concepts[concept].label)
    brief = f"new spine pain ({when_in_brief(pain.when, chart.today)}) with {label}"
    told = pain.told(chart, "cancer-with-spine-pain", (entry_fact(entry, concept),))
    return RedFlag(told.id, told.fact, brief, told.new, (entry,))


def cancer_caution(record: PatientRecord) -> Caution | None:
    """Active cancer or myeloma, of whatever date, beside a spine complaint: for a card without a red flag."""
    if not record.in_any(ACTIVE_SETS):
        return None
    found = in_order(entry for entry in record.conditions if entry.open and _is_active(entry))
    if not found or not any(entry.open and is_spine(entry) for entry in record.conditions):
        return None
    text = "Active cancer on record: consider metastasis if pain is new, at night or worsening"
    return Caution("cancer-on-record", text, refs(*found))


def _is_active(entry: Condition) -> bool:
    return entry.counts_for(CANCER) or MYELOMA in entry.concepts
