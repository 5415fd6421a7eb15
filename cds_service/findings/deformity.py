"""Sign 4: scoliosis, kyphosis or a slip with symptoms (source document; E24)."""

from __future__ import annotations

from cds_service.findings.complaints import Complaint
from cds_service.findings.gait import gait_entries, in_full
from cds_service.findings.grounds import Grounds, care_suffices, facts_of, longest
from cds_service.findings.sign import Sign
from cds_service.findings.words import as_in_a_sentence

NERVES_OR_COURSE = "nerve signs, lasting pain or progression"


def deformity(seen: Grounds) -> Sign:
    """Full: a deformity with root, claudication or gait evidence, with lasting pain despite care, or worsening.

    In part: with any current symptom in a compatible region. A deformity alone is no symptom.
    """
    full = tuple(one for one in seen.sure(("deformity",)) if _counts_in_full(seen, one))
    if full:
        return _sign(seen, full, full=True)
    deformed = seen.complaints.current(("deformity",))
    with_symptom = tuple(one for one in deformed if seen.complaints.symptoms(one.region))
    if with_symptom:
        return _sign(seen, with_symptom, full=False)
    return seen.absent("deformity")


def _counts_in_full(seen: Grounds, one: Complaint) -> bool:
    """Nerve or gait evidence; lasting pain despite care; or progression with a symptom."""
    if seen.sure(("radicular", "claudication"), one.region) or in_full(gait_entries(seen.record)):
        return True
    if seen.lasting(seen.sure(("axial",), one.region)) and care_suffices(seen.care):
        return True
    felt = any(not symptom.weak for symptom in seen.complaints.symptoms(one.region))
    return felt and any(entry.progressive for entry in one.conditions)


def _sign(seen: Grounds, deformed: tuple[Complaint, ...], *, full: bool) -> Sign:
    one = longest(deformed)
    return Sign(
        "deformity",
        "present",
        "full" if full else "partial",
        because=f"spinal deformity with {NERVES_OR_COURSE if full else 'symptoms'}",
        brief=f"symptomatic {as_in_a_sentence(one.label)}",
        facts=(*facts_of(deformed), *facts_of(seen.complaints.symptoms(one.region))),
        missing=() if full else (f"conservative care, {NERVES_OR_COURSE}",),
    )
