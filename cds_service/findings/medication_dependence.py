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
    symptoms = seen.complaints.symptoms()
    use = seen.opioids.for_spine
    lasted = seen.complaints.lasted_more_than(seen.given.symptom_days) is True
    sure = any(not symptom.weak for symptom in symptoms)
    if use == "chronic" and sure and lasted and care_suffices(seen.care_but_opioids):
        return _sign(
            seen, "long-term opioids for the spine despite other care", "long-term opioids", full=True
        )
    if use in ("chronic", "possible") and symptoms:
        certainty = "long-term" if use == "chronic" else "possibly long-term"
        return _sign(seen, f"{certainty} opioids for the spine", f"{certainty} opioids", full=False)
    if seen.nonopioid.long_term is True and seen.complaints.current(("axial", "radicular")):
        return _sign(seen, "a long-term gabapentinoid for the spine", "long-term gabapentinoid", full=False)
    answered = seen.record.medications_answered and seen.record.answered("conditions")
    return absent("medication-dependence", answered=answered)


def _sign(seen: Grounds, because: str, brief: str, *, full: bool) -> Sign:
    drugs: tuple[Fact, ...] = seen.opioids.facts or seen.nonopioid.facts
    missing = () if full else ("duration, indication and other care",)
    return Sign(
        "medication-dependence",
        "present",
        "full" if full else "partial",
        because=because,
        brief=brief,
        facts=(*drugs, *facts_of(seen.complaints.symptoms())),
        missing=missing,
    )
