"""What an opioid's item says of its dose a day: dose × administrations × strength, as bounds (clinical-logic B, L).

Elements are read first; words (`Dosage.text`) only for what the elements leave out, and where they are plain. What
is missing makes the dose unknown, never smaller; nothing is assumed but one patch at a time where none is counted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from cds_service.record.dates import days_later, read_date
from cds_service.record.dosage import in_days, units_of, whole_days
from cds_service.record.dose_amounts import AN_HOUR, DISAGREE, Product, cap_a_day, dose_in_elements, dose_in_words
from cds_service.record.dose_rates import rate_of
from cds_service.record.drug_names import Named
from cds_service.record.instruction_words import Instruction, read_instruction, says_as_needed
from cds_service.record.opioid_dose import Bounds, DoseStep, OpioidDose
from cds_service.record.opioid_strength import equivalent_of, opioid_part
from cds_service.wire.dosage import Dosage, Timing, is_said, read_route

if TYPE_CHECKING:
    from cds_service.knowledge.load import Knowledge

NO_FACTOR = "no factor is known for it in this form"
NO_DOSE = "no dose is stated"
NO_RATE = "how often it is taken is not stated"
TAPER = "a taper whose steps have no bounds"
IMPLAUSIBLE = "its dose is not plausible"
EXCLUDED = "excluded"  # the source of a row that says: no morphine equivalent at all
MOST_PLAUSIBLE = 10_000.0  # mg a day, µg an hour
BY_MOUTH_CODES = frozenset({"26643006", "PO", "C38288"})  # SNOMED CT, HL7, NCI Thesaurus
SAYS_AN_HOUR = re.compile(r"\b(?:mcg|ug|µg) ?/ ?h", re.I)
BY_MOUTH = re.compile(r"\b(oral|orally|by mouth|per os|p\.?o\.?)(?!\w)", re.I)


def read_dose(
    named: Named, texts: Sequence[str], dosages: Sequence[Dosage], first: date, knowledge: Knowledge
) -> OpioidDose:
    """The dose of an opioid taken from `first` on; `texts` are the words that name it. Raises Unreadable."""
    part = opioid_part(named, texts, knowledge)
    product = Product(part, worn=part.is_patch or (not part.is_counted and _an_hour(dosages)))
    by_mouth = part.by_mouth and not any(map(_another_way, dosages))
    unit = "mcg/h" if product.worn else "mg/day"
    row = equivalent_of(part, unit, by_mouth, knowledge.morphine_equivalents)
    if row is None or row.factor is None:
        return OpioidDose(has_none=row is not None and row.source == EXCLUDED, lacks=NO_FACTOR)
    groups = _by_sequence(dosages)
    if not groups:
        return OpioidDose((), row.factor, row.source, lacks=TAPER if dosages else NO_DOSE)
    steps = _one_after_the_other(groups, first, product)
    return OpioidDose(steps, row.factor, row.source, in_turn=len(groups) > 1)


def _an_hour(dosages: Sequence[Dosage]) -> bool:
    """A dose is a rate: 25 µg an hour."""
    doses = [dose.doseQuantity for dosage in dosages for dose in dosage.doseAndRate or ()]
    if any(dose is not None and units_of(dose) <= AN_HOUR for dose in doses):
        return True
    return any(SAYS_AN_HOUR.search(dosage.text) for dosage in dosages if dosage.text)


def _another_way(dosage: Dosage) -> bool:
    """A route is stated, and it is not by mouth."""
    route = read_route(dosage.route)
    codings = route.coding or [] if route else []
    texts = [text for text in (*(coding.display for coding in codings), route and route.text) if text]
    codes = [coding.code for coding in codings if coding.code]
    if not texts and not codes:
        return False
    return BY_MOUTH_CODES.isdisjoint(codes) and not any(map(BY_MOUTH.search, texts))


def _by_sequence(dosages: Sequence[Dosage]) -> list[list[Dosage]]:
    """The instructions that go together, in the order of their turns; empty where only some have a number."""
    numbers = {dosage.sequence for dosage in dosages}
    if None in numbers:
        return [list(dosages)] if len(numbers) == 1 else []
    turns = sorted(number for number in numbers if number is not None)
    return [[dosage for dosage in dosages if dosage.sequence == turn] for turn in turns]


def _one_after_the_other(groups: Sequence[Sequence[Dosage]], first: date, product: Product) -> tuple[DoseStep, ...]:
    """Each instruction with its days. Where nobody says when the next turn comes, all is unknown from there on."""
    steps: list[DoseStep] = []
    begins = first
    for group, following in pairwise(groups):
        begins = _stated_start(group) or begins
        own = [_step(dosage, begins, product) for dosage in group]
        ends = _last_day(own, _stated_start(following))
        if ends is None:
            return (*steps, DoseStep(begins, lacks=TAPER))
        steps += [replace(step, last=min(step.last or ends, ends)) for step in own]
        begins = ends + timedelta(1)
    return (*steps, *(_step(dosage, begins, product) for dosage in groups[-1]))


def _last_day(steps: Sequence[DoseStep], next_start: date | None) -> date | None:
    """The last day of a turn: the one before the next begins, else its own; None where it has none in our years."""
    if next_start:
        return days_later(next_start, -1)
    ends = [step.last for step in steps if step.last]
    last = max(ends) if len(ends) == len(steps) else None
    return last if last and last < date.max else None


def _stated_start(group: Sequence[Dosage]) -> date | None:
    starts = [_days(dosage.timing)[0] for dosage in group]
    return min((start for start in starts if start), default=None)


def _days(timing: Timing | None) -> tuple[date | None, date | None]:
    """The first and last day that the bounds of a timing name."""
    period = timing.repeat.boundsPeriod if timing and timing.repeat else None
    start, end = (read_date(period.start), read_date(period.end)) if period else (None, None)
    return start.first if start else None, end.last if end else None


def _step(dosage: Dosage, begins: date, product: Product) -> DoseStep:
    start, last = _days(dosage.timing)
    length = _length(dosage.timing)
    if last is None and length:
        last = days_later(start or begins, whole_days(length) - 1)
    needed = _is_as_needed(dosage)
    amount, by_text = _a_day(dosage, product, needed=needed)
    if isinstance(amount, Bounds) and amount.most > MOST_PLAUSIBLE:
        amount = IMPLAUSIBLE
    if isinstance(amount, str):
        return DoseStep(start or begins, last, as_needed=needed, lacks=amount)
    return DoseStep(start or begins, last, amount, needed, by_text)


def _length(timing: Timing | None) -> float | None:
    """For how many days: a duration, or a count of what is taken at one rate; a range says neither."""
    repeat = timing.repeat if timing else None
    if repeat is None:
        return None
    rate = rate_of(timing) if repeat.count and repeat.count > 0 and not repeat.countMax else None
    counted = repeat.count / rate[0].most if repeat.count and rate and rate[0].least == rate[0].most else None
    return in_days(repeat.boundsDuration) or counted


def _is_as_needed(dosage: Dosage) -> bool:
    """Elements say so, or, where they do not deny it, words."""
    said = (dosage.asNeededBoolean, dosage.asNeededCodeableConcept, dosage.asNeeded, dosage.asNeededFor)
    if any(map(is_said, said)):
        return True
    if dosage.asNeededBoolean or dosage.asNeeded:
        return False
    more = bytes(dosage.additionalInstruction).decode("utf-8", "replace")
    return says_as_needed(dosage.text) or says_as_needed(more)


def _a_day(dosage: Dosage, product: Product, *, needed: bool) -> tuple[Bounds | str, bool]:
    """The opioid a day, or why it is not known; and whether words were needed for it."""
    dose: Bounds | str | None = dose_in_elements(dosage.doseAndRate, product)
    rate, by_text = rate_of(dosage.timing) or (None, False)
    cap = cap_a_day(dosage, product)
    words = read_instruction(dosage.text) if dose is None or rate is None else None
    if words:
        told = dose_in_words(words, product)
        if _disagree(dose, told) or _disagree(rate, words.rate):
            return DISAGREE, True
        dose, rate, by_text = dose or told, rate or words.rate, True
        cap = _lower(cap, words, product)
    if product.worn:
        return _worn(dose, rate, product, needed=needed), by_text
    if needed and cap is not None and not (isinstance(dose, Bounds) and rate):
        return Bounds(0.0, cap), by_text
    if not isinstance(dose, Bounds) or rate is None:
        return (dose if isinstance(dose, str) else NO_RATE if dose else NO_DOSE), by_text
    amount = dose.times(rate)
    amount = amount.capped(cap) if cap is not None else amount
    return (Bounds(0.0, amount.most) if needed else amount), by_text


def _worn(dose: Bounds | str | None, rate: Bounds | None, product: Product, *, needed: bool) -> Bounds | str:
    """What is worn at once; how often it is changed does not matter, but tells that it is worn: one, if uncounted."""
    if dose is None and rate and product.part.mcg_per_hour:
        dose = Bounds(product.part.mcg_per_hour, product.part.mcg_per_hour)
    if not isinstance(dose, Bounds):
        return dose or NO_DOSE
    return Bounds(0.0, dose.most) if needed else dose


def _disagree(one: Bounds | str | None, other: Bounds | str | None) -> bool:
    """Both are known and have nothing in common."""
    if not (isinstance(one, Bounds) and isinstance(other, Bounds)):
        return False
    return one.most < other.least - 1e-6 or other.most < one.least - 1e-6


def _lower(cap: float | None, words: Instruction, product: Product) -> float | None:
    """The lower of two limits of a day, where the words name one."""
    told = product.opioid_in(words.most, frozenset({words.most_unit})) if words.most else None
    return min((most for most in (cap, told) if most), default=None)
