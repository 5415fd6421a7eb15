"""Sign 2: a nerve root is compressed (E20, E21, E22; clinical-logic F)."""

from __future__ import annotations

from cds_service.findings.complaints import Complaint
from cds_service.findings.finding import Fact
from cds_service.findings.grounds import Grounds, facts_of, longest, told
from cds_service.findings.limbs import LIMBS, focal_weakness, limb_symptoms, weaknesses
from cds_service.findings.on_record import entry_fact
from cds_service.findings.sign import Sign
from cds_service.findings.truth import Truth, all_of, any_of
from cds_service.record.patient import Condition


def nerve_compression(seen: Grounds) -> Sign:
    """Full: radiculopathy, or herniation with limb symptoms, that lasts, or with focal weakness.

    "Lasts": more than 84 days, or more than 42 with care documented. In part: of possible or unknown duration.
    Focal weakness at most 180 days old makes it time-critical; older weakness is only told.
    """
    roots = _root_complaints(seen)
    weak = focal_weakness(seen.record, seen.given)
    sure = tuple(root for root in roots if not root.weak)
    if sure and (weak or any(_lasts(seen, root) is True for root in sure)):
        lasting = tuple(root for root in sure if weak or _lasts(seen, root) is True)
        return _sign(seen, lasting, weak, full=True)
    possible = tuple(root for root in roots if weak or _lasts(seen, root) is not False)
    if possible:
        return _sign(seen, possible, weak, full=False)
    return seen.absent("nerve-compression")


def _root_complaints(seen: Grounds) -> tuple[Complaint, ...]:
    """Current radiculopathy, and current herniation where a limb symptom stands beside it."""
    limbs = limb_symptoms(seen.record) or focal_weakness(seen.record, seen.given)
    return seen.complaints.current(("radicular", "herniation") if limbs else ("radicular",))


def _lasts(seen: Grounds, root: Complaint) -> Truth:
    """More than 84 days; or more than 42 with care documented."""
    cared = seen.care.state == "documented"
    sooner = all_of((cared, root.lasted_more_than(seen.given.radicular_symptom_days)))
    return any_of((root.lasted_more_than(seen.given.symptom_days), sooner))


def _sign(seen: Grounds, roots: tuple[Complaint, ...], weak: tuple[Condition, ...], *, full: bool) -> Sign:
    root = longest(roots)
    lasts = any(_lasts(seen, one) is True for one in roots)
    how = "with focal weakness" if weak else "that has lasted" if lasts else "of uncertain duration"
    shown = weak or weaknesses(seen.record)
    return Sign(
        "nerve-compression",
        "present",
        "full" if full else "partial",
        because=f"nerve root symptoms {how}",
        brief=told(root) + (", focal weakness" if weak else ""),
        facts=(*facts_of(roots), *(_weakness(entry) for entry in shown)),
        missing=() if lasts or weak else ("how long it has lasted",),
        time_critical=bool(weak) and full,
    )


def _weakness(entry: Condition) -> Fact:
    concept = LIMBS if entry.counts_for(LIMBS) else "redflag_foot_drop"
    return entry_fact(entry, concept)
