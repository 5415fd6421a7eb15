"""Dates, spans and names as a clinician says them: "10 May 2026", "28 weeks", "since March 2026".

Our own words only; nothing of the chart's text passes here. Month names are English whatever the locale.
"""

from __future__ import annotations

from datetime import date

from cds_service.record.dates import DateRange, DayCount

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
DAYS_IN_WEEKS_FROM = 14
DAYS_IN_YEARS_FROM = 365
NAMED_AFTER_PEOPLE = ("Schmorl", "Parkinson")


def day_in_words(day: date) -> str:
    """A day: "10 May 2026"."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def short_day_in_words(day: date) -> str:
    """A day without its year, for a summary that has little room: "2 Oct"."""
    return f"{day.day} {MONTHS[day.month - 1][:3]}"


def range_in_words(days: DateRange) -> str:
    """A date as it was written: "10 May 2026", "March 2026", "2026"; also where the day cuts a month or year short.

    Other ranges come from ages; their days would give away a birthday, so only years are said: "2020 or 2021".
    """
    first, last = days.first, days.last
    if days.exact:
        return day_in_words(first)
    if first.day == 1 and (first.year, first.month) == (last.year, last.month):
        return f"{MONTHS[first.month - 1]} {first.year}"
    if first.year == last.year:
        return str(first.year)
    return f"{first.year} or {last.year}" if last.year == first.year + 1 else f"{first.year} to {last.year}"


def since_in_words(start: DateRange) -> str:
    """When something began: "since 10 May 2026", "since March 2026", "since 2020 or 2021"."""
    return f"since {range_in_words(start)}"


def days_in_words(days: int) -> str:
    """A number of days in the largest plain unit, cut: "12 days", "28 weeks", "1 year 2 months"."""
    if days < DAYS_IN_WEEKS_FROM:
        return _counted(days, "day")
    if days < DAYS_IN_YEARS_FROM:
        return _counted(days // 7, "week")
    years, months = divmod(days * 12 // 365, 12)
    return _counted(years, "year") + (f" {_counted(months, 'month')}" if months else "")


def span_in_words(lasting: DayCount) -> str:
    """How long something lasted: "28 weeks", "33 to 38 weeks", "5 days to 4 weeks", "up to 4 weeks", "at least"."""
    least = days_in_words(lasting.least)
    if lasting.most is None:
        return f"at least {least}"
    most = days_in_words(lasting.most)
    if least == most:
        return least
    if lasting.least == 0:
        return f"up to {most}"
    number, _, unit = least.partition(" ")
    same_unit = unit.rstrip("s") == most.partition(" ")[2].rstrip("s")
    return f"{number} to {most}" if same_unit else f"{least} to {most}"


def as_in_a_sentence(label: str) -> str:
    """A display from a value set inside a sentence: "Low back pain" is "low back pain", "MRI" stays."""
    if label.startswith(NAMED_AFTER_PEOPLE) or not label[1:2].islower():
        return label
    return label[:1].lower() + label[1:]


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
