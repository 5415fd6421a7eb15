"""A single dose, or the most of a day, as mg of the opioid or, of what is worn, µg an hour (clinical-logic B).

Each function answers with bounds, or with the reason why there are none, in words; None where nothing was stated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cds_service.record.dosage import in_days, is_calculated, units_of
from cds_service.record.instruction_words import Instruction
from cds_service.record.opioid_dose import Bounds
from cds_service.record.opioid_strength import OpioidPart
from cds_service.wire.dosage import Dosage, DoseAndRate, is_said, read_per_periods, read_rate
from cds_service.wire.fhir import Quantity, Range

NO_STRENGTH = "no strength is known for the unit of its dose"
DISAGREE = "two doses are stated that differ"
IN_MG: Mapping[str, float] = {
    **dict.fromkeys(("mg", "milligram"), 1.0),
    **dict.fromkeys(("g", "gram"), 1000.0),
    **dict.fromkeys(("ug", "mcg", "µg", "microgram"), 1e-3),
}
AN_HOUR = frozenset({"ug/h", "mcg/h", "µg/h", "ug/hr", "mcg/hr", "µg/hr", "ug/hour", "mcg/hour", "µg/hour"})
WORN = frozenset({"patch", "unit"})
SOLID = ("tab", "cap", "pill", "unit", "supp", "lozenge", "film")
SOLID_ENDINGS = ("tab", "cap")  # ERTAB, ORCAP: HL7's codes of dosage forms
SPRAYS = frozenset({"spray", "actuation", "actuat", "puff"})
# "5 mg" of a product of 5 mg with acetaminophen is its opioid, "325 mg" is not: up to four units, by halves.
MOST_UNITS = 4


@dataclass(frozen=True, slots=True)
class Product:
    """What a dose is counted in: the opioid of the product, and whether it is worn, so that a dose is a rate."""

    part: OpioidPart
    worn: bool

    def opioid_in(self, number: float, units: frozenset[str]) -> float | None:
        """So many of a unit in mg, or µg an hour; None where the product's strength is not known for the unit."""
        each = self._each(units)
        if each is None:
            return None
        amount = number * each
        return amount if units.isdisjoint(IN_MG) or self._may_be_opioid(amount) else None

    def _each(self, units: frozenset[str]) -> float | None:
        if self.worn:
            if units <= AN_HOUR:
                return 1.0
            return self.part.mcg_per_hour if units <= WORN else None
        if units <= IN_MG.keys():
            masses = {IN_MG[unit] for unit in units}
            return masses.pop() if len(masses) == 1 else None
        if units == {"ml"}:
            return self.part.mg_per_ml
        if units <= SPRAYS:
            return self.part.mg_per_spray
        return self.part.mg_each if all(map(_is_solid, units)) else None

    def _may_be_opioid(self, amount: float) -> bool:
        """Mg of a combination may be those of the other drug."""
        if not self.part.combined:
            return True
        halves = 2 * amount / self.part.mg_each if self.part.mg_each else 0.0
        return 0 < halves <= 2 * MOST_UNITS and abs(halves - round(halves)) < 1e-6


def _is_solid(unit: str) -> bool:
    return unit.startswith(SOLID) or unit.endswith(SOLID_ENDINGS)


def dose_in_elements(doses: Sequence[DoseAndRate] | None, product: Product) -> Bounds | str | None:
    """The single dose: ordered before calculated; one dose stated in two units is one. Raises Unreadable."""
    stated = [dose for dose in doses or () if _is_stated(dose, product)]
    ordered = [dose for dose in stated if not is_calculated(dose)] or stated
    if not ordered:
        return None
    found = {amount for dose in ordered if (amount := _single(dose, product))}
    if not found:
        return NO_STRENGTH
    return DISAGREE if len(found) > 1 else found.pop()


def dose_in_words(words: Instruction, product: Product) -> Bounds | str | None:
    """The single dose in words; its mg told beside it say the same, or stand for it where no strength is known."""
    if words.dose is None:
        return None
    units = frozenset({words.unit})
    low, high = product.opioid_in(words.dose.least, units), product.opioid_in(words.dose.most, units)
    total = words.total_mg
    if total is not None and not product.worn and (high is None or abs(high - total) > 1e-6):
        return NO_STRENGTH if product.part.combined else (Bounds(total, total) if high is None else DISAGREE)
    return Bounds(low, high) if low is not None and high else NO_STRENGTH


def cap_a_day(dosage: Dosage, product: Product) -> float | None:
    """The most of the opioid in a day, the least of several; None where none can be worked out. Raises Unreadable."""
    caps = []
    for ratio in read_per_periods(dosage.maxDosePerPeriod):
        days, most = in_days(ratio.denominator), ratio.numerator
        amount = product.opioid_in(most.value, units_of(most)) if most and most.value else None
        if days and amount and amount > 0:
            caps.append(amount / days)
    return min(caps, default=None)


def _is_stated(dose: DoseAndRate, product: Product) -> bool:
    return bool(dose.doseQuantity or dose.doseRange) or (product.worn and is_said(dose.rateQuantity))


def _single(dose: DoseAndRate, product: Product) -> Bounds | None:
    if dose.doseQuantity:
        return _of_quantity(dose.doseQuantity, product)
    if dose.doseRange:
        return _of_range(dose.doseRange, product)
    rate = read_rate(dose.rateQuantity)
    return _of_quantity(rate, product) if rate else None


def _of_quantity(quantity: Quantity, product: Product) -> Bounds | None:
    """ "At most 2" is from none to 2; "more than 2" has no end."""
    amount = product.opioid_in(quantity.value, units_of(quantity)) if quantity.value else None
    if amount is None or amount <= 0 or quantity.comparator not in (None, "", "<", "<="):
        return None
    return Bounds(0.0 if quantity.comparator else amount, amount)


def _of_range(span: Range, product: Product) -> Bounds | None:
    """Without a lower bound from none; without an upper one it is unknown. A unit may be said once."""
    high = _of_quantity(span.high, product) if span.high else None
    if high is None or span.high is None:
        return None
    if span.low is None or not span.low.value:
        return Bounds(0.0, high.most)
    units = units_of(span.low if span.low.unit or span.low.code else span.high)
    low = product.opioid_in(span.low.value, units)
    return Bounds(low, high.most) if low is not None and 0 <= low <= high.most else None
