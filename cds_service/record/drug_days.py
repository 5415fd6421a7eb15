"""On which days a drug was taken, as far as an order or a statement tells (clinical-logic B, "Interval")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.dates import DateRange, days_later, read_date
from cds_service.record.dosage import bounds_days, fills_allowed, in_days, quantity_days, whole_days
from cds_service.wire import fhir
from cds_service.wire.dosage import DispenseRequest, Dosage

# A status that is not stated reads as active, with all that rests on it assumed (L "Statuses not listed").
OPEN_STATUSES = ("active", "unknown", "")


@dataclass(frozen=True, slots=True)
class Days:
    """From first to last, never after the day; where `assumed`, only known_first to known_last are sure.

    Without `first` the drug cannot be placed in time, or, where `ahead`, it is not yet due.
    """

    first: date | None = None
    last: date | None = None
    assumed: bool = False
    known_first: date | None = None
    known_last: date | None = None
    supply_days: int | None = None
    ahead: bool = False


UNDATABLE = Days()
AHEAD = Days(ahead=True)


def ordered_days(
    order: fhir.MedicationRequest,
    dosages: Sequence[Dosage],
    dispense: DispenseRequest,
    day: date,
    given: Thresholds,
) -> Days:
    """The days a MedicationRequest covers: its supply, else bounds, else an open order's assumed supply.

    A stopped, completed or held order without any of these covers its first day only.
    """
    bounds = [period for dosage in dosages if (period := _bounds_period(dosage))]
    start = _start(order, bounds, dispense)
    if start is None:
        return UNDATABLE
    if start.first > day:
        return AHEAD
    first = min(start.last, day)
    once = in_days(dispense.expectedSupplyDuration) or quantity_days(dispense.quantity, dosages)
    if once:
        return _supplied(first, once, dispense, day)
    ends = [end for period in bounds if (end := read_date(period.end))]
    if ends and len(ends) == len(dosages):
        return between(start, DateRange(max(e.first for e in ends), max(e.last for e in ends)), day)
    length = bounds_days(dosages)
    if length:
        return _lasting(first, whole_days(length), day)
    if (order.status or "") in OPEN_STATUSES:
        return Days(first, _lasting(first, given.open_order_max_days, day).last, assumed=True)
    return Days(first, first)


def _bounds_period(dosage: Dosage) -> fhir.Period | None:
    repeat = dosage.timing.repeat if dosage.timing else None
    return repeat.boundsPeriod if repeat else None


def _start(order: fhir.MedicationRequest, bounds: Sequence[fhir.Period], dispense: DispenseRequest) -> DateRange | None:
    """The first that works: bounds of the timing (the earliest), validity of the dispense, authoredOn."""
    starts = [start for period in bounds if (start := read_date(period.start))]
    if starts:
        return min(starts, key=lambda start: (start.last, start.first))
    validity = dispense.validityPeriod
    return (read_date(validity.start) if validity else None) or read_date(order.authoredOn)


def _supplied(first: date, once: float, dispense: DispenseRequest, day: date) -> Days:
    """The supply with its repeats; a repeat never runs past the validity of the order."""
    whole = _lasting(first, whole_days(once * fills_allowed(dispense)), day)
    validity = read_date(dispense.validityPeriod.end) if dispense.validityPeriod else None
    if validity is None or whole.last is None or whole.last <= validity.last:
        return whole
    alone = _lasting(first, whole_days(once), day)
    last = max(alone.last or first, validity.last)
    return Days(first, last, supply_days=(last - first).days + 1)


def _lasting(first: date, days: int, day: date) -> Days:
    """So many days from the first on, those after the day cut."""
    last = days_later(first, days - 1) or day
    return Days(first, min(last, day), supply_days=days)


def between(start: DateRange, end: DateRange, day: date) -> Days:
    """From a start to an end, either perhaps a month or a year: the days that are sure, or may be."""
    last = min(end.last, day)
    if last < start.first:
        return UNDATABLE
    if start.exact and end.exact:
        return Days(start.first, last)
    sure_first, sure_last = start.last, min(end.first, day)
    if sure_first > sure_last:
        return Days(start.first, last, assumed=True)
    return Days(start.first, last, True, sure_first, sure_last)


def stated_days(statement: fhir.MedicationStatement, day: date, given: Thresholds) -> Days:
    """The days a MedicationStatement covers: its period, else its one day.

    A period without an end runs until the day where the drug is active and that was asserted lately; else
    its end, and with it the whole, is unknown. A period without a start covers its last day.
    """
    period = statement.effectivePeriod
    start = read_date(period.start) if period else None
    end = read_date(period.end) if period else None
    if start and start.first > day:
        return AHEAD
    if start and (end or not (period and period.end)):
        return between(start, end, day) if end else _open_since(start, statement, day, given)
    if end:
        return _one_day(end, day) if end.first <= day else UNDATABLE
    return _one_day(read_date(statement.effectiveDateTime), day)


def _open_since(start: DateRange, statement: fhir.MedicationStatement, day: date, given: Thresholds) -> Days:
    status = statement.status or ""
    asserted = read_date(statement.dateAsserted)
    if status not in OPEN_STATUSES or asserted is None or asserted.first > day:
        return UNDATABLE
    if (day - min(asserted.last, day)).days > given.statement_open_days:
        return UNDATABLE
    days = between(start, DateRange(day, day), day)
    return days if status == "active" else Days(days.first, days.last, assumed=True)


def _one_day(when: DateRange | None, day: date) -> Days:
    if when is None:
        return UNDATABLE
    if when.first > day:
        return AHEAD
    only = min(when.last, day)
    return Days(only, only)
