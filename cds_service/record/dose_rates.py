"""How often a dose is taken: administrations a day, from the least to the most (clinical-logic B).

Beside `dosage.administrations`, which asks for the most alone: a supply then lasts for the fewest days.
"""

from __future__ import annotations

from cds_service.record.dosage import DAYS_IN, administrations
from cds_service.record.instruction_words import read_instruction
from cds_service.record.opioid_dose import Bounds
from cds_service.wire.dosage import Repeat, Timing

# "With meals" does not say how many there are.
MEALS = frozenset({"AC", "C", "PC"})


def rate_of(timing: Timing | None) -> tuple[Bounds, bool] | None:
    """Administrations a day, and whether words alone say so; None where neither elements, code nor words tell.

    Counts and bounds limit how long, never how often.
    """
    if timing is None:
        return None
    stated = _repeated(timing.repeat) if timing.repeat else None
    if stated:
        return stated, False
    often = administrations(Timing(code=timing.code))
    if often:
        return Bounds(often, often), False
    texts = [coding.display for coding in timing.code.coding or ()] + [timing.code.text] if timing.code else []
    said = [words.rate for text in texts if (words := read_instruction(text)) and words.rate and not words.dose]
    return (said[0], True) if said and len(set(said)) == 1 else None


def _repeated(repeat: Repeat) -> Bounds | None:
    """Times in a period. A longer period is the rarer rate; without a number, times of day or one."""
    times = _times(repeat)
    if times is None or times.least < 0 or times.most <= 0:
        return None
    if not repeat.period:
        if not (repeat.timeOfDay or repeat.when):
            return None
        return _on_weekdays(repeat, times)
    days = DAYS_IN.get(repeat.periodUnit or "")
    periods = sorted((repeat.period, repeat.periodMax or repeat.period))
    if not days or periods[0] <= 0:
        return None
    rate = Bounds(times.least / (periods[1] * days), times.most / (periods[0] * days))
    return rate if days >= DAYS_IN["wk"] else _on_weekdays(repeat, rate)


def _times(repeat: Repeat) -> Bounds | None:
    """How many times in the period: the frequency, else the times of day.

    Where both are there and differ, either may be meant. `frequencyMax` alone is "up to".
    """
    counted = len(repeat.timeOfDay or ())
    low, high = repeat.frequency, repeat.frequencyMax or repeat.frequency
    if high is None:
        if not counted and not MEALS.isdisjoint(repeat.when or ()):
            return None
        counted = counted or len(repeat.when or ()) or 1
        return Bounds(counted, counted)
    numbers = [low or 0.0, high, *([counted] if counted else [])]
    return Bounds(min(numbers), max(numbers))


def _on_weekdays(repeat: Repeat, rate: Bounds) -> Bounds:
    """Only on some days of the week: on average."""
    part = len(set(repeat.dayOfWeek)) / 7 if repeat.dayOfWeek else 1.0
    return rate.times(Bounds(part, part))
