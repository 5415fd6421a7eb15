"""Sign 1: back or neck pain beyond twelve weeks although conservative care was tried (E01; source document)."""

from __future__ import annotations

from cds_service.findings.complaints import Complaint
from cds_service.findings.grounds import Grounds, care_suffices, facts_of, longest, told
from cds_service.findings.sign import Sign

PAIN = ("axial",)
NOT_CARED_FOR = "conservative care (none documented)"
NOT_CHECKED = "conservative care (not checked)"
NOT_SURE_HOW_LONG = "how long it has lasted"


def persistent_pain(seen: Grounds) -> Sign:
    """Full: pain for more than 84 days and care documented, or partial and failed.

    In part: without that care, or of possible or unknown duration. A pain known only by a weak code stays partial.
    """
    pains = seen.complaints.current(PAIN)
    lasting = seen.lasting(pains)
    possible = tuple(pain for pain in pains if pain.lasted_more_than(seen.given.symptom_days) is None)
    if seen.lasting(seen.sure(PAIN)) and care_suffices(seen.care):
        return _sign(seen, lasting, full=True, sure=True)
    if lasting or possible:
        return _sign(seen, lasting or possible, full=False, sure=bool(lasting))
    return seen.absent("persistent-pain")


def _sign(seen: Grounds, pains: tuple[Complaint, ...], *, full: bool, sure: bool) -> Sign:
    cared, checked = care_suffices(seen.care), seen.care.state != "unknown"
    because = f"pain for more than {seen.given.symptom_days // 7} weeks" if sure else "pain of uncertain duration"
    without = "without conservative care on record" if checked else "with conservative care not checked"
    care = "despite conservative care" if cared else without
    lacking = NOT_CARED_FOR if checked else NOT_CHECKED
    return Sign(
        "persistent-pain",
        "present",
        "full" if full else "partial",
        because=f"{because} {care}",
        brief=told(longest(pains)),
        facts=(*facts_of(pains), *(seen.care.facts if cared else ())),
        missing=(*(() if cared else (lacking,)), *(() if sure else (NOT_SURE_HOW_LONG,))),
    )
