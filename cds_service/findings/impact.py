"""How much pain limits daily life, by its newest score (clinical-logic A, last paragraph)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cds_service.findings.finding import Absent, Finding, Present, Unknown
from cds_service.findings.latest import latest
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.patient import PatientRecord

SCALES = (("pain scale", "pain"), ("PEG", "PEG"))
OF_TEN = (0.0, 10.0)


@dataclass(frozen=True, slots=True)
class PainScore:
    """The newest score of a scale from 0 to 10; PEG is pain, enjoyment of life and general activity."""

    what: str
    score: float
    when: date


def impact_on_daily_life(record: PatientRecord, given: Thresholds) -> Finding[PainScore]:
    """Pain scale or PEG of at least 4 within 180 days: a line on a card, never required.

    The newest score of each scale decides, the worse one of a day; where both do, the pain scale is told first.
    """
    scores = [(name, latest(record, what, "higher", given.pain_score_days, OF_TEN)) for what, name in SCALES]
    high = [(name, score) for name, score in scores if score and score.value >= given.pain_score]
    if high:
        name, score = high[0]
        facts = tuple(each.fact(label, "of 10") for label, each in high)
        return Present(PainScore(name, score.value, score.day), facts)
    if not record.answered("observations"):
        return Unknown("pain scores were not asked for or did not come")
    lower = [score.words(name, "of 10") for name, score in scores if score]
    return Absent("; ".join(lower) or f"no pain score within {given.pain_score_days} days")
