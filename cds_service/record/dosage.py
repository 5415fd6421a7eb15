"""How many units a day an order allows, and how long its supply lasts (clinical-logic B and L).

Where a dose or a rate is a range, or "as needed", the most that may be taken counts: the supply then lasts
for the fewest days. Fractions of days are cut, but a supply covers one day at least.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from cds_service.wire.dosage import (
    DispenseRequest,
    Dosage,
    DoseAndRate,
    Ratio,
    Repeat,
    Timing,
    read_per_period,
)
from cds_service.wire.fhir import CodeableConcept, Quantity

# Days in one unit of time, by its UCUM code or as written; a month is 30 days, a year 365 (L "Dates").
DAYS_IN: Mapping[str, float] = {
    **dict.fromkeys(("s", "sec", "second"), 1 / 86400),
    **dict.fromkeys(("min", "minute"), 1 / 1440),
    **dict.fromkeys(("h", "hr", "hour"), 1 / 24),
    **dict.fromkeys(("d", "day"), 1.0),
    **dict.fromkeys(("wk", "week"), 7.0),
    **dict.fromkeys(("mo", "month"), 30.0),
    **dict.fromkeys(("a", "y", "yr", "year"), 365.0),
}
# Administrations a day by the code of a schedule.
TIMES_A_DAY: Mapping[str, float] = {
    **dict.fromkeys(("QD", "DAILY", "AM", "PM", "BED", "HS", "QHS", "QAM", "QPM", "Q24H"), 1.0),
    "BID": 2.0,
    "TID": 3.0,
    "QID": 4.0,
    "QOD": 0.5,
    "WK": 1 / 7,
    "MO": 1 / 30,
}
EVERY_N_HOURS = re.compile(r"Q(\d{1,3})H", re.ASCII)
# What is counted out, under the names it goes by; whatever else is written counts under its own name.
COUNTABLE: Mapping[str, str] = {
    **dict.fromkeys(("tab", "tbl", "tablet"), "tablet"),
    **dict.fromkeys(("cap", "capsule"), "capsule"),
    **dict.fromkeys(("patch", "patche", "system"), "patch"),
    **dict.fromkeys(("milliliter", "millilitre", "ml"), "ml"),
    **dict.fromkeys(("ea", "each", "unit", "1"), "unit"),
}
NOT_COUNTED = frozenset({"mg", "g", "mcg", "ug", "µg", "kg", "%"})
PER = 1e-9
LONGEST = 200 * 366


def plain_unit(text: str | None) -> str:
    """A unit as it is compared: lower case, without brackets, singular."""
    word = (text or "").strip().strip("{}[]()").strip().lower()
    return word[:-1] if word.endswith("s") and len(word) > 3 else word


def units_of(quantity: Quantity) -> frozenset[str]:
    """The countable units a quantity is in: by code and as written; "unit" where it has none."""
    names = filter(None, (plain_unit(quantity.code), plain_unit(quantity.unit)))
    said = {COUNTABLE.get(name, name) for name in names}
    return frozenset(said - {"unit"} or {"unit"})


def in_days(duration: Quantity | None) -> float | None:
    """A span of time in days; None without a positive number and a known unit."""
    if duration is None or duration.value is None or duration.value <= 0:
        return None
    for written in (duration.code, duration.unit):
        name = (written or "").strip().strip("{}").lower()
        days = DAYS_IN.get(name) or DAYS_IN.get(name.removesuffix("s"))
        if days:
            return duration.value * days
    return None


def administrations(timing: Timing | None) -> float | None:
    """The most administrations a day, by the elements of a schedule, else its code; None if neither tells."""
    if timing is None:
        return None
    by_elements = _repeated(timing.repeat) if timing.repeat else None
    return by_elements or _by_code(timing.code)


def _repeated(repeat: Repeat) -> float | None:
    times = repeat.frequencyMax or repeat.frequency
    if repeat.period and repeat.period > 0:
        days = DAYS_IN.get(repeat.periodUnit or "")
        each = times or len(repeat.timeOfDay or repeat.when or ()) or 1
        return each / (repeat.period * days) if days and each > 0 else None
    a_day = len(repeat.timeOfDay or repeat.when or ())
    return a_day * (len(set(repeat.dayOfWeek)) / 7 if repeat.dayOfWeek else 1) or None


def _by_code(code: CodeableConcept | None) -> float | None:
    if code is None:
        return None
    for said in (*(coding.code for coding in code.coding or ()), code.text):
        name = re.sub(r"[\s.]", "", said or "").upper()
        hours = EVERY_N_HOURS.fullmatch(name)
        if hours and int(hours[1]):
            return 24 / int(hours[1])
        if name in TIMES_A_DAY:
            return TIMES_A_DAY[name]
    return None


def dose_of(doses: Sequence[DoseAndRate] | None) -> Quantity | None:
    """The largest single dose: an ordered one before one that was calculated."""
    for dose in sorted(doses or (), key=is_calculated):
        amount = dose.doseQuantity or (dose.doseRange and (dose.doseRange.high or dose.doseRange.low))
        if amount and amount.value and amount.value > 0:
            return amount
    return None


def is_calculated(dose: DoseAndRate) -> bool:
    """The dose was worked out from a weight or the like, beside the one that was ordered."""
    return dose.type is not None and any(coding.code == "calculated" for coding in dose.type.coding or ())


def units_a_day(dosage: Dosage) -> tuple[float, frozenset[str]] | None:
    """The most units a day of one instruction, and which; a maximum per period caps it or stands for it."""
    cap = _most_a_day(read_per_period(dosage.maxDosePerPeriod))
    dose, times = dose_of(dosage.doseAndRate), administrations(dosage.timing)
    if dose is None or dose.value is None or times is None:
        return cap
    rate, units = dose.value * times, units_of(dose)
    return (min(rate, cap[0]) if cap and not units.isdisjoint(cap[1]) else rate), units


def _most_a_day(ratio: Ratio | None) -> tuple[float, frozenset[str]] | None:
    days = in_days(ratio.denominator) if ratio else None
    if ratio is None or days is None or not (ratio.numerator and ratio.numerator.value):
        return None
    if ratio.numerator.value <= 0:
        return None
    return ratio.numerator.value / days, units_of(ratio.numerator)


def quantity_days(quantity: Quantity | None, dosages: Sequence[Dosage]) -> float | None:
    """How long a quantity lasts at the most that may be taken; None unless all doses are in its unit.

    Steps that follow each other have no one rate.
    """
    if quantity is None or not quantity.value or quantity.value <= 0 or not dosages:
        return None
    if len({dosage.sequence for dosage in dosages}) > 1:
        return None
    rates = [units_a_day(dosage) for dosage in dosages]
    units = units_of(quantity) - NOT_COUNTED
    if any(rate is None or units.isdisjoint(rate[1]) for rate in rates):
        return None
    return quantity.value / sum(rate[0] for rate in rates if rate)


def bounds_days(dosages: Iterable[Dosage]) -> float | None:
    """How long to take it: the shorter of a range, steps added up; None if one instruction is unbounded."""
    longest: dict[int | None, float] = {}
    for dosage in dosages:
        days = _bounded(dosage.timing)
        if days is None:
            return None
        longest[dosage.sequence] = max(days, longest.get(dosage.sequence, 0.0))
    return sum(longest.values()) or None


def _bounded(timing: Timing | None) -> float | None:
    repeat = timing.repeat if timing else None
    if repeat is None:
        return None
    stated = in_days(repeat.boundsDuration)
    if stated is None and repeat.boundsRange:
        stated = in_days(repeat.boundsRange.low) or in_days(repeat.boundsRange.high)
    times = administrations(timing)
    return stated or (repeat.count / times if repeat.count and repeat.count > 0 and times else None)


def fills_allowed(dispense: DispenseRequest) -> int:
    """How often the supply may be handed out: once and its repeats."""
    return 1 + int(min(max(dispense.numberOfRepeatsAllowed or 0, 0), LONGEST))


def whole_days(days: float) -> int:
    """A length in whole days, fractions cut, one at least."""
    return max(1, int(min(days, LONGEST) + PER))
