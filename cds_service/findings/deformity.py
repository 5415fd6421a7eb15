"""Sign 4: scoliosis, kyphosis or a slip with symptoms (source document; E24)."""

from __future__ import annotations

from cds_service.findings.complaints import Complaint
from cds_service.findings.grounds import Grounds, care_suffices, facts_of, longest
from cds_service.findings.sign import Sign
from cds_service.findings.walking_and_balance import GAIT, gait_entries
from cds_service.findings.words import as_in_a_sentence


def deformity(seen: Grounds) -> Sign:
    """Full: a deformity with root, claudication or gait evidence, with lasting pain despite care, or worsening.

    In part: with any current symptom in a compatible region. A deformity alone is no symptom.
    """
    deformed = seen.complaints.current(("deformity",))
    with_symptom = tuple(one for one in deformed if seen.complaints.symptoms(one.region))
    full = tuple(one for one in deformed if not one.weak and _counts_in_full(seen, one))
    if full:
        return _sign(seen, full, full=True)
    if with_symptom:
        return _sign(seen, with_symptom, full=False)
    return seen.absent("deformity")


def _counts_in_full(seen: Grounds, one: Complaint) -> bool:
    """Nerve or gait evidence; lasting pain despite care; or progression with a symptom."""
    nerves = seen.complaints.current(("radicular", "claudication"), one.region)
    gait = any(entry.counts_for(GAIT) for entry in gait_entries(seen.record))
    lasted = seen.complaints.lasted_more_than(seen.given.symptom_days, ("axial",), one.region) is True
    worse = any(entry.progressive for entry in one.conditions) and seen.complaints.symptoms(one.region)
    return bool(nerves or gait or (lasted and care_suffices(seen.care)) or worse)


def _sign(seen: Grounds, deformed: tuple[Complaint, ...], *, full: bool) -> Sign:
    one = longest(deformed)
    symptoms = seen.complaints.symptoms(one.region)
    return Sign(
        "deformity",
        "present",
        "full" if full else "partial",
        because="spinal deformity with symptoms",
        brief=f"symptomatic {as_in_a_sentence(one.label)}",
        facts=(*facts_of(deformed), *facts_of(symptoms)),
        missing=() if full else ("conservative care, nerve signs or progression",),
    )
