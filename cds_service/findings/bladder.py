"""New bladder or bowel dysfunction: an emergency beside a root or limb sign, unless something else explains it.

Lists 1a.6 and 1b.2 of clinical-logic G. Saddle numbness is an emergency by itself (1a.1).
"""

from __future__ import annotations

from cds_service.findings.flag import FlagEntry, RedFlag, flag_entry
from cds_service.findings.limbs import limb_deficits
from cds_service.findings.on_record import days_since, in_order
from cds_service.findings.operations import Operations
from cds_service.findings.spine_context import SpineContext
from cds_service.findings.traces import newest_trace
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.patient import Condition, PatientRecord

CONCEPT = "redflag_bladder_bowel"


def bladder_or_bowel(
    record: PatientRecord, done: Operations, given: Thresholds, spine: SpineContext
) -> tuple[list[RedFlag], list[RedFlag]]:
    """The emergencies and the prompt findings that new bladder or bowel dysfunction makes."""
    entries = in_order(entry for entry in record.conditions if CONCEPT in entry.concepts)
    flags = [flag_entry(entry, CONCEPT, record.day) for entry in entries]
    new = [flag for flag in flags if not flag.past and flag.is_new(done, given, record.day)]
    companion = _companion(record, given, spine)
    explained = _other_cause(record, given)
    acute = [flag for flag in new if companion and not explained and flag.sure]
    prompt = [flag for flag in new if flag not in acute and _prompt(flag, companion, explained, spine)]
    return _told(acute, record), _told(prompt, record)


def _prompt(flag: FlagEntry, companion: bool, explained: bool, spine: SpineContext) -> bool:
    """With a companion, though another cause is on record or it is only suspected; or a spine condition alone."""
    return companion or (not explained and spine.besides(flag.entry))


def _companion(record: PatientRecord, given: Thresholds, spine: SpineContext) -> bool:
    """Saddle numbness; a limb deficit beside a spine condition; or a root complaint traced within 90 days."""
    saddle = any(entry.open and "redflag_cauda_equina" in entry.concepts for entry in record.conditions)
    limb = any(spine.besides(entry) for entry in limb_deficits(record))
    return saddle or limb or any(_traced(entry, record, given) for entry in spine.roots)


def _traced(entry: Condition, record: PatientRecord, given: Thresholds) -> bool:
    newest = newest_trace(record, entry.region, given)
    return newest is not None and (record.day - newest).days <= given.root_trace_days


def _other_cause(record: PatientRecord, given: Thresholds) -> bool:
    """A current Condition undated or from at most a year ago, or a Procedure of at most a year ago."""
    return any(_explains(entry, record, given) for entry in record.conditions) or any(
        entry.counts_for("redflag_other_cause")
        and (age := days_since(entry.performed, record.day)) is not None
        and age <= given.other_cause_days
        for entry in record.procedures
    )


def _explains(entry: Condition, record: PatientRecord, given: Thresholds) -> bool:
    if not (entry.open and entry.counts_for("redflag_other_cause")):
        return False
    age = days_since(entry.onset or entry.recorded, record.day)
    return age is None or age <= given.other_cause_days


def _told(flags: list[FlagEntry], record: PatientRecord) -> list[RedFlag]:
    return [flag.told("bladder-bowel", record.day, new=True) for flag in flags]
