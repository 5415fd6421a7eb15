"""Sign 3: walking, standing or balance is difficult, from stenosis or from the cervical cord (E18, E21, E23)."""

from __future__ import annotations

from cds_service.findings.complaints import Complaint
from cds_service.findings.gait import GAIT, gait_entries, in_full
from cds_service.findings.grounds import Grounds, facts_of, longest, told
from cds_service.findings.limbs import is_recent
from cds_service.findings.on_record import entry_fact
from cds_service.findings.sign import Sign
from cds_service.findings.spine import compatible
from cds_service.record.patient import Condition

STENOSIS = "spinal_stenosis"
ABOVE_LUMBAR = ("cervical", "thoracic")
ABOVE_LUMBAR_KINDS = ("axial", "radicular", "herniation", "structural", "stenosis")
WITH_GAIT = ", gait difficulty"
EXAMINE = "examination for myelopathy: hands, gait, reflexes"


def walking_and_balance(seen: Grounds) -> Sign:
    """Full: stenosis with neurogenic claudication, or with a gait, standing or balance difficulty.

    In part: such a difficulty of at most 180 days beside cervical or thoracic disease, or neurogenic claudication
    in words without a stenosis code. Another cause of the gait bars it, not neurogenic claudication.
    """
    gait = gait_entries(seen.record)
    claudication = tuple(one for one in seen.sure(("claudication",)) if _with_stenosis(seen, one))
    narrowed = seen.sure(("stenosis",)) if in_full(gait) else ()
    if claudication or narrowed:
        return _sign(seen, claudication or narrowed, gait, full=True)
    stenosis = seen.complaints.current(("stenosis",)) if gait else ()
    partial = (*seen.complaints.current(("claudication",)), *stenosis, *_above_lumbar(seen, gait))
    return _sign(seen, partial, gait, full=False) if partial else seen.absent("walking-and-balance")


def _with_stenosis(seen: Grounds, claudication: Complaint) -> bool:
    """Its own code says stenosis, or a code for stenosis of a compatible region stands beside it."""
    own = (entry.concepts.get(STENOSIS) for entry in claudication.conditions)
    return any(match is not None and not match.by_text for match in own) or any(
        compatible(one.region, claudication.region) and not one.by_text for one in seen.sure(("stenosis",))
    )


def _above_lumbar(seen: Grounds, gait: tuple[Condition, ...]) -> tuple[Complaint, ...]:
    """Pain, root, disc or stenosis complaints that name the neck or thoracic spine, where the gait is recent."""
    if not any(is_recent(entry, seen.record, seen.given.gait_entry_days) for entry in gait):
        return ()
    return tuple(one for one in seen.complaints.current(ABOVE_LUMBAR_KINDS) if one.region in ABOVE_LUMBAR)


def _sign(seen: Grounds, lesions: tuple[Complaint, ...], gait: tuple[Condition, ...], *, full: bool) -> Sign:
    lesion = longest(lesions)
    named = lesion.kind == "claudication"
    because = "neurogenic claudication" if named else "difficulty walking, standing or balancing"
    fresh = any(is_recent(entry, seen.record, seen.given.gait_recent_days) for entry in in_full(gait))
    return Sign(
        "walking-and-balance",
        "present",
        "full" if full else "partial",
        because=f"{because} with stenosis" if full else f"{because} with spine disease",
        brief=told(lesion) + (WITH_GAIT if gait else ""),
        facts=(*facts_of(lesions), *(entry_fact(entry, GAIT) for entry in gait)),
        missing=() if full else (EXAMINE,),
        time_critical=full and fresh,
    )
