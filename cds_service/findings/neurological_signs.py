"""Sign 2: a nerve root is compressed (E20, E21, E22; clinical-logic F)."""

from __future__ import annotations

from collections.abc import Collection

from cds_service.findings.complaints import Complaint
from cds_service.findings.grounds import Grounds, absent, facts_of, longest, told
from cds_service.findings.limbs import focal_weakness, limb_fact, limb_symptoms, weaknesses
from cds_service.findings.sign import Sign
from cds_service.findings.truth import Truth, all_of, any_of
from cds_service.record.patient import Condition


def nerve_compression(seen: Grounds) -> Sign:
    """Full: radiculopathy, or herniation with limb symptoms, that lasts, or with focal weakness.

    "Lasts": more than 84 days, or more than 42 with care documented. In part: of possible or unknown duration.
    Unknown: it depends on care that was not checked.
    Focal weakness at most 180 days old makes it time-critical; older weakness is only told.
    """
    kinds = ("radicular", "herniation") if limb_symptoms(seen.record, seen.given) else ("radicular",)
    weak = focal_weakness(seen.record, seen.given)
    full = tuple(root for root in seen.sure(kinds) if weak or _lasts(seen, root) is True)
    if full:
        return _sign(seen, full, weak, full=True)
    possible = tuple(root for root in seen.complaints.current(kinds) if weak or _lasts(seen, root) is not False)
    if possible:
        return _sign(seen, possible, weak, full=False)
    answered = seen.record.answered("conditions") and not _care_would_tell(seen, kinds)
    return absent("nerve-compression", answered=answered)


def _lasts(seen: Grounds, root: Complaint) -> Truth:
    """More than 84 days; or more than 42 with care documented."""
    cared = seen.care.documented is True
    sooner = all_of((cared, root.lasted_more_than(seen.given.radicular_symptom_days)))
    return any_of((root.lasted_more_than(seen.given.symptom_days), sooner))


def _care_would_tell(seen: Grounds, kinds: Collection[str]) -> bool:
    """Some root's symptoms are old enough if care is documented, and whether it is was not checked."""
    old_enough = seen.complaints.lasted_more_than(seen.given.radicular_symptom_days, kinds)
    return seen.care.documented is None and old_enough is not False


def _sign(seen: Grounds, roots: tuple[Complaint, ...], weak: tuple[Condition, ...], *, full: bool) -> Sign:
    lasts = any(_lasts(seen, one) is True for one in roots)
    by_care = lasts and not weak and not seen.lasting(roots)
    how = "with focal weakness" if weak else "that have lasted" if lasts else "of uncertain duration"
    return Sign(
        "nerve-compression",
        "present",
        "full" if full else "partial",
        because=f"nerve root symptoms {how}" + (" despite conservative care" if by_care else ""),
        brief=told(longest(roots)) + (", focal weakness" if weak else ""),
        facts=(
            *facts_of(roots),
            *map(limb_fact, weak or weaknesses(seen.record)),
            *(seen.care.facts if by_care else ()),
        ),
        missing=() if lasts or weak else ("how long it has lasted",),
        time_critical=bool(weak) and full,
    )
