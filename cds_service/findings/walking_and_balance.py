"""Sign 3: walking, standing or balance is difficult, from stenosis or from the cervical cord (E18, E21, E23)."""

from __future__ import annotations

from cds_service.findings.complaints import Complaint
from cds_service.findings.grounds import Grounds, facts_of, longest, told
from cds_service.findings.on_record import days_since, entry_fact, in_order
from cds_service.findings.sign import Sign
from cds_service.findings.spine import compatible
from cds_service.record.patient import Condition, PatientRecord

GAIT = "gait_balance_difficulty"
ABOVE_LUMBAR = ("cervical", "thoracic")
EXAMINE = "examination for myelopathy: hands, gait, reflexes"


def walking_and_balance(seen: Grounds) -> Sign:
    """Full: stenosis with neurogenic claudication, or with a gait, standing or balance difficulty.

    In part: such a difficulty of at most 180 days beside cervical or thoracic disease, or neurogenic claudication
    in words without a stenosis code. Another cause of the gait bars it, not neurogenic claudication.
    """
    gait = gait_entries(seen.record)
    claudication = seen.complaints.current(("claudication",))
    stenosis = seen.complaints.current(("stenosis",))
    coded = tuple(one for one in claudication if not one.weak and _with_stenosis(one, stenosis))
    narrowed = tuple(one for one in stenosis if not one.weak)
    if coded:
        return _sign(seen, coded, gait, full=True)
    if narrowed and any(entry.counts_for(GAIT) for entry in gait):
        return _sign(seen, narrowed, gait, full=True)
    above = _above_lumbar(seen) if _recent(seen, gait, seen.given.gait_entry_days) else ()
    partial = (*claudication, *(stenosis if gait else ()), *above)
    return _sign(seen, partial, gait, full=False) if partial else seen.absent("walking-and-balance")


def gait_entries(record: PatientRecord) -> tuple[Condition, ...]:
    """Open gait, standing or balance entries; none where Parkinson's, stroke, MS or a leg joint is on record."""
    if any(entry.counts_for("gait_other_cause") for entry in record.conditions):
        return ()
    return in_order(entry for entry in record.conditions if entry.open and GAIT in entry.concepts)


def _with_stenosis(claudication: Complaint, stenosis: tuple[Complaint, ...]) -> bool:
    """Its own code says stenosis, or a stenosis of a compatible region stands beside it."""
    named = any("spinal_stenosis" in entry.concepts for entry in claudication.conditions)
    return named or any(compatible(one.region, claudication.region) for one in stenosis)


def _above_lumbar(seen: Grounds) -> tuple[Complaint, ...]:
    """Current pain, root, disc or stenosis complaints that name the neck or the thoracic spine."""
    kinds = ("axial", "radicular", "herniation", "structural", "stenosis")
    return tuple(one for one in seen.complaints.current(kinds) if one.region in ABOVE_LUMBAR)


def _recent(seen: Grounds, gait: tuple[Condition, ...], days: int) -> bool:
    ages = [days_since(when, seen.record.day) for entry in gait for when in (entry.onset, entry.recorded)]
    return any(age is not None and age <= days for age in ages)


def _sign(seen: Grounds, lesions: tuple[Complaint, ...], gait: tuple[Condition, ...], *, full: bool) -> Sign:
    lesion = longest(lesions)
    named = lesion.kind == "claudication"
    because = "neurogenic claudication" if named else "difficulty walking, standing or balancing"
    return Sign(
        "walking-and-balance",
        "present",
        "full" if full else "partial",
        because=f"{because} with {'stenosis' if full else 'spine disease'}",
        brief=told(lesion) + (", gait difficulty" if gait else ""),
        facts=(*facts_of(lesions), *(entry_fact(entry, GAIT) for entry in gait)),
        missing=() if full else (EXAMINE,),
        time_critical=full and _recent(seen, gait, seen.given.gait_recent_days),
    )
