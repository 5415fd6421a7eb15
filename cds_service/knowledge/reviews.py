"""Whether a clinician has looked at the numbers of late: a review holds for a year."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import date

from cds_service.knowledge.thresholds import ThresholdNote

NOT_YET = "not yet clinically reviewed"
REVIEW_HOLDS_DAYS = 365
DAY_WRITTEN = re.compile(r"\b\d{4}-\d{2}-\d{2}\b", re.ASCII)


def not_reviewed(notes: Iterable[ThresholdNote], day: date) -> tuple[str, ...]:
    """The numbers that nobody has reviewed within the year up to the day, by name.

    `reviewed` says by whom and when; its latest day counts ("A. Surgeon, 2026-10-01"). Without a day, or with one
    that has not come yet, it is no review.
    """
    return tuple(note.name for note in notes if not _holds(note.reviewed, day))


def _holds(reviewed: str, day: date) -> bool:
    return any(0 <= (day - written).days <= REVIEW_HOLDS_DAYS for written in _days(reviewed))


def _days(reviewed: str) -> Iterable[date]:
    for written in DAY_WRITTEN.findall(reviewed):
        with suppress(ValueError):
            yield date.fromisoformat(written)
