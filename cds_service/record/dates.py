"""FHIR dates, partial ones included, as [first day, last day], and ages and onset words as days.

A date is the calendar day as written: the first ten characters, so an instant with an offset counts on its own
local date. Months and years are calendar units, cut to the month's end. Nothing here raises: what cannot be read,
or lies outside the years 1 to 9999, is None.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from cds_service.wire.fhir import Quantity


@dataclass(frozen=True, slots=True)
class DateRange:
    """A date as written, as the days it may mean: "2026-03" is [1 March, 31 March]."""

    first: date
    last: date

    @property
    def exact(self) -> bool:
        """A full date was written."""
        return self.first == self.last


@dataclass(frozen=True, slots=True)
class DayCount:
    """How many days something lasted: at least `least`, at most `most` (None: no upper bound known)."""

    least: int
    most: int | None


def read_date(text: str | None) -> DateRange | None:
    """The days a FHIR date, dateTime or instant may mean; None where it is missing, impossible or unreadable."""
    if not text:
        return None
    day = whole_date(text)
    return DateRange(day, day) if day is not None else _month_or_year(text)


def whole_date(text: str | None) -> date | None:
    """The day of a full date, dateTime or instant; None for anything else, a month or year among it."""
    if text is None or len(text) < 10 or not text[4] == "-" == text[7]:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


PARTIAL = re.compile(r"(\d{4})(?:-(\d\d))?", re.ASCII)


def _month_or_year(text: str) -> DateRange | None:
    written = PARTIAL.fullmatch(text)
    if written is None:
        return None
    year, month = int(written[1]), int(written[2] or 0)
    if year == 0 or month > 12 or written[2] == "00":
        return None
    if month:
        return DateRange(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))
    return DateRange(date(year, 1, 1), date(year, 12, 31))


def days_later(day: date, days: int) -> date | None:
    """The day so many days later (earlier where negative)."""
    try:
        return day + timedelta(days)
    except OverflowError:
        return None


def months_later(day: date, months: int) -> date | None:
    """The same day of the month so many months later, or that month's last day where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        return None
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


# Unit as written (UCUM or words, lower case) -> how many months or days one of it is.
MONTHS_IN = dict.fromkeys(("a", "y", "yr", "yrs", "year", "years"), 12) | dict.fromkeys(("mo", "month", "months"), 1)
DAYS_IN = dict.fromkeys(("wk", "wks", "week", "weeks"), 7) | dict.fromkeys(("d", "day", "days"), 1)
DAYS_EACH = dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 24) | dict.fromkeys(("min", "minute", "minutes"), 1440)
LONGEST = 200 * 366


def _units_later(day: date, count: int, unit: str) -> date | None:
    """`count` whole units, days or longer, after the day."""
    if unit in MONTHS_IN:
        return months_later(day, count * MONTHS_IN[unit])
    return days_later(day, count * DAYS_IN[unit])


def _unit_of(quantity: Quantity) -> str | None:
    """The unit of time by its code, else as written; None where it is neither UCUM nor a word we know."""
    for written in (quantity.code, quantity.unit):
        unit = (written or "").strip().strip("{}").lower()
        if unit in MONTHS_IN or unit in DAYS_IN or unit in DAYS_EACH:
            return unit
    return None


def at_age(born: DateRange | None, low: Quantity | None, high: Quantity | None = None) -> DateRange | None:
    """The days on which the patient was that old, or between the two ages.

    From the first possible birthday of that age to one unit less a day after the last; a fraction of a unit is cut.
    None without a birth date, a plain number and a known unit.
    """
    low, high = low or high, high or low
    if born is None or low is None or high is None:
        return None
    first, last = _aged(born.first, low, 0), _aged(born.last, high, 1)
    if first is None or last is None:
        return None
    last = max(first, last - timedelta(1))
    return DateRange(first, last)


def _aged(born: date, age: Quantity, more: int) -> date | None:
    """The day the patient turned that age, or `more` units later (for hours and minutes: days)."""
    unit = _unit_of(age)
    if unit is None or age.comparator or age.value is None or not 0 <= age.value <= LONGEST * 1440:
        return None
    if unit in DAYS_EACH:
        return days_later(born, int(age.value) // DAYS_EACH[unit] + more)
    return _units_later(born, int(age.value) + more, unit)


def has_turned(born: DateRange, years: int, day: date) -> bool:
    """The patient had that age on the day, by the youngest age that a month or year of birth allows.

    Who was born on 29 February has the birthday on the 28th in other years (clinical-logic L, "Dates").
    """
    birthday = months_later(born.last, years * 12)
    return birthday is not None and birthday <= day


ONSET_WORDS = re.compile(
    r"(?:(?:since|for|x)\s+)?(?:(?P<date>\d{4}(?:-\d\d(?:-\d\d)?)?)"
    r"|(?P<count>\d{1,5})\s*(?P<unit>days?|weeks?|wks?|months?|years?|yrs?)(?:\s+ago)?)\s*[.]?",
    re.ASCII | re.IGNORECASE,
)
LONGEST_WORDS = 80


def read_onset_words(text: str, said_on: DateRange) -> DateRange | None:
    """When something began that "3 weeks ago", "since 2019" or a bare ISO date says; None for "many years".

    Spans of time count back from `said_on`: the day the words were recorded, else the day of assessment.
    """
    words = ONSET_WORDS.fullmatch(text.strip()) if len(text) <= LONGEST_WORDS else None
    if words is None:
        return None
    if words["date"]:
        return read_date(words["date"])
    count, unit = -int(words["count"]), words["unit"].lower()
    first, last = _units_later(said_on.first, count, unit), _units_later(said_on.last, count, unit)
    return DateRange(first, last) if first and last else None
