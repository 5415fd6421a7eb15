"""Whether opioids were taken for so long that their use is chronic (clinical-logic B, first status)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from cds_service.findings.drug_courses import (
    Course,
    Span,
    courses,
    covered_days,
    known_span,
    spans,
    whole_span,
    within,
)
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.patient import Drug


def chronic_course(taken: Sequence[Drug], day: date, given: Thresholds, *, known: bool) -> Course | None:
    """The latest course that makes the use chronic; `known`: by days that rest on no assumption.

    A current course of 90 days or more; one of more than 90 days with 120 days' supply or 10 fills in a year, be
    it over; or any that cover 90 of the last 120 days. Windows of N days end on the day and hold it.
    """
    found = courses(spans(taken, known=known), given.opioid_gap_days)
    for course in reversed(found):
        current = (day - course.last).days <= given.opioid_current_days
        if current and course.length >= given.opioid_chronic_days:
            return course
        if course.length > given.opioid_chronic_days and _supplied(taken, course, day, given, known):
            return course
    window = within(spans(taken, known=known), day - timedelta(given.opioid_window_days - 1), day)
    if found and covered_days(window) >= given.opioid_window_covered_days:
        return found[-1]
    return None


def _supplied(taken: Sequence[Drug], course: Course, day: date, given: Thresholds, known: bool) -> bool:
    """In the last 365 days the course holds 120 days' supply, overlapping ones added up, or 10 fills.

    A statement of what was also ordered is neither. A fill is a day on which an item starts.
    """
    items = [span for drug in taken if not drug.restated and (span := _span(drug, known))]
    year = day - timedelta(given.opioid_fills_days - 1)
    held = within([span for span in items if course.first <= span[0] <= course.last], year, day)
    supply = sum((last - first).days + 1 for first, last in held)
    fills = {first for first, _ in items if course.first <= first <= course.last and first >= year}
    return supply >= given.opioid_episode_supply_days or len(fills) >= given.opioid_episode_fills


def _span(drug: Drug, known: bool) -> Span | None:
    return known_span(drug) if known else whole_span(drug)


def ordered_again(taken: Sequence[Drug], course: Course, given: Thresholds) -> bool:
    """The course holds two orders at least 28 days apart, so that its supply is not only assumed."""
    orders = [
        drug.first
        for drug in taken
        if drug.kind == "request" and drug.first and course.first <= drug.first <= course.last
    ]
    return bool(orders) and (max(orders) - min(orders)).days >= given.opioid_order_spacing_days
