"""How much of its opioid an item brings a day, as far as it says so; read from FHIR in `doses`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Bounds:
    """An amount that is not below `least` and not above `most`."""

    least: float
    most: float

    def times(self, other: Bounds) -> Bounds:
        """So much, so many times; neither is below zero."""
        return Bounds(self.least * other.least, self.most * other.most)

    def capped(self, most: float) -> Bounds:
        """The same, but never more than this."""
        return Bounds(min(self.least, most), min(self.most, most))


@dataclass(frozen=True, slots=True)
class DoseStep:
    """So much a day from `first` to `last`, both inclusive; without `last` it goes on.

    `amount` is in mg of the opioid a day, of a patch in µg an hour; None: unknown, and `lacks` says why.
    `as_needed`: taken from not at all to as often as allowed. `by_text`: read from words, not from elements.
    """

    first: date
    last: date | None = None
    amount: Bounds | None = None
    as_needed: bool = False
    by_text: bool = False
    lacks: str = ""

    def covers(self, day: date) -> bool:
        """It is in force on the day."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class OpioidDose:
    """What an item says of its dose, and how much morphine that stands for.

    `factor` is mg of oral morphine a day for one unit of a step's amount, and `source` the table it is from; without
    it `lacks` says why. `has_none`: the opioid has no morphine equivalent at all (buprenorphine).
    `in_turn`: the steps follow each other (a taper), so that after the last of them nothing is known.
    """

    steps: tuple[DoseStep, ...] = ()
    factor: float | None = None
    source: str = ""
    has_none: bool = False
    in_turn: bool = False
    lacks: str = ""

    @property
    def tells(self) -> bool:
        """Something is known of it, be it for some days only."""
        return self.has_none or any(step.amount for step in self.steps)

    def on(self, day: date) -> tuple[DoseStep, ...]:
        """The steps in force on the day; where bounds are over though the drug is still taken, those that ended last.

        Bounds limit how long something is taken, never how much (clinical-logic B).
        """
        in_force = tuple(step for step in self.steps if step.covers(day))
        if in_force or self.in_turn:
            return in_force
        over = [step for step in self.steps if step.last and step.last < day]
        ended = max((step.last for step in over if step.last), default=None)
        return tuple(step for step in over if step.last == ended)

    def morphine_on(self, day: date) -> Bounds | None:
        """The mg of oral morphine a day it stands for on that day; None where any part is unknown."""
        if self.has_none:
            return Bounds(0.0, 0.0)
        amounts = [step.amount for step in self.on(day)]
        known = [amount for amount in amounts if amount]
        if self.factor is None or not known or len(known) < len(amounts):
            return None
        total = added(known)
        return Bounds(total.least * self.factor, total.most * self.factor)

    def lacks_on(self, day: date) -> str:
        """Why nothing is known on that day, in words."""
        if self.lacks:
            return self.lacks
        return next((step.lacks for step in self.on(day) if step.lacks), "no step of its dose covers the day")


def added(amounts: Sequence[Bounds]) -> Bounds:
    """All of them together."""
    return Bounds(sum([amount.least for amount in amounts], 0.0), sum([amount.most for amount in amounts], 0.0))
