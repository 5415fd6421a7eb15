"""Copies of a spine Condition that say less than another entry (clinical-logic A.1, law 1 in I).

Left in, such a copy could still tell: its year or month counts as its last possible day, so it would be a newer
trace than the entry it repeats; and without a region it would join every region.
"""

from __future__ import annotations

from dataclasses import replace

from cds_service.findings.spine import counts_in_full, is_spine, kinds_of, spine_sets_of
from cds_service.findings.symptom_duration import says_acute, says_chronic
from cds_service.record.patient import Condition, PatientRecord


def without_vaguer_copies(record: PatientRecord) -> PatientRecord:
    """The chart less the spine Conditions, open or over, that only repeat another with less of a date or place."""
    spine = [entry for entry in record.conditions if is_spine(entry)]
    if len(spine) < 2:
        return record
    kept = tuple(entry for entry in record.conditions if not any(_vaguer(entry, other) for other in spine))
    return record if len(kept) == len(record.conditions) else replace(record, conditions=kept)


def _vaguer(entry: Condition, other: Condition) -> bool:
    return (
        is_spine(entry)
        and (entry.active, entry.end) == (other.active, other.end)
        and entry.listing is other.listing
        and entry.recurrent is other.recurrent
        and entry.region in (other.region, "unknown")
        and entry.side in (other.side, "unknown")
        and _says_no_more(entry, other)
        and _dated_less(entry, other)
    )


def _says_no_more(entry: Condition, other: Condition) -> bool:
    """Its sets, weight and certainty are all there in the other; no word of how long or of worsening is lost."""
    return (
        all(name in other.concepts and other.counts_for(name) >= entry.counts_for(name) for name in entry.concepts)
        and other.progressive >= entry.progressive
        and spine_sets_of(entry) <= spine_sets_of(other)
        and (entry.unconfirmed or not other.unconfirmed)
        and all(counts_in_full(other, kind) for kind in kinds_of(entry) if counts_in_full(entry, kind))
        and (says_chronic(other) or not says_chronic(entry))
        and says_acute(entry) is says_acute(other)
    )


def _dated_less(entry: Condition, other: Condition) -> bool:
    """No date beside one that is dated; or an onset that holds the other's and more. No other day of record."""
    if entry.recorded not in (None, other.recorded):
        return False
    if entry.onset is None:
        return other.onset is not None or (entry.recorded is None and other.recorded is not None)
    if other.onset is None or entry.onset == other.onset:
        return False
    return entry.onset.first <= other.onset.first and entry.onset.last >= other.onset.last
