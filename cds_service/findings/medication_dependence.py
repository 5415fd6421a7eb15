"""Sign 5: strong analgesics are needed for the spine although other care was tried (E02, E04, E05)."""

from __future__ import annotations

from cds_service.findings.finding import Fact
from cds_service.findings.grounds import Grounds, absent, care_suffices, facts_of
from cds_service.findings.sign import Sign


def medication_dependence(seen: Grounds) -> Sign:
    """Full: chronic opioids for the spine, a symptom for more than 84 days, and care that did without them.

    In part: chronic with a shorter or unknown duration or without that care; possible chronic use; or a
    gabapentinoid for 90 days or more with root or spine pain. Opioid use disorder never makes a sign.
    """
    symptoms, use = seen.complaints.symptoms(), seen.opioids.for_spine
    sure = seen.lasting(symptom for symptom in symptoms if not symptom.weak)
    if use == "chronic" and sure and care_suffices(seen.care_but_opioids):
        return _sign(seen, "long-term opioids", " despite other care", seen.opioids.facts, full=True)
    if use in ("chronic", "possible") and symptoms:
        certainty = "long-term" if use == "chronic" else "possibly long-term"
        return _sign(seen, f"{certainty} opioids", "", seen.opioids.facts, full=False)
    if seen.nonopioid.long_term is True and seen.complaints.current(("axial", "radicular")):
        return _sign(seen, "long-term gabapentinoid", "", seen.nonopioid.facts, full=False)
    answered = seen.record.medications_answered and seen.record.answered("conditions")
    return absent("medication-dependence", answered=answered)


def _sign(seen: Grounds, brief: str, more: str, drugs: tuple[Fact, ...], *, full: bool) -> Sign:
    return Sign(
        "medication-dependence",
        "present",
        "full" if full else "partial",
        because=f"{brief} for the spine{more}",
        brief=brief,
        facts=(*drugs, *facts_of(seen.complaints.symptoms())),
        missing=() if full else ("duration, indication and other care",),
    )
