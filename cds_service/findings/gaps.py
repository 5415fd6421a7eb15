"""What was looked for and not found, and what was not checked at all: a card names both."""

from __future__ import annotations

from cds_service.findings.finding import Absent
from cds_service.findings.grounds import Grounds
from cds_service.record.patient import Key, PatientRecord

MEDICATIONS = "medications"
NOUNS: tuple[tuple[Key, str], ...] = (
    ("conditions", "conditions"),
    ("medicationStatements", MEDICATIONS),
    ("procedures", "procedures"),
    ("observations", "observations"),
    ("diagnosticReports", "imaging"),
    ("serviceRequests", "referrals"),
)


def unchecked(record: PatientRecord) -> tuple[str, ...]:
    """The nouns of the keys that were not answered or came in part; either medication key suffices."""
    return tuple(
        noun
        for key, noun in NOUNS
        if not (record.medications_answered if noun == MEDICATIONS else record.answered(key))
    )


def gaps(seen: Grounds) -> tuple[str, ...]:
    """Every gap in words: what was not checked, values not on record, imaging, care, the birth date."""
    found = [f"{noun} not checked in full" for noun in unchecked(seen.record)]
    found += [risk.because for risk in seen.risks if risk.state == "unknown"]
    if isinstance(seen.imaging, Absent):
        found.append(seen.imaging.because)
    found += seen.care.gaps
    if seen.record.born is None:
        found.append("no birth date")
    return tuple(dict.fromkeys(words[:1].upper() + words[1:] for words in found))
