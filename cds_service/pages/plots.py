"""Values over time: morphine equivalents a day as steps, HbA1c and BMI as points, smoking as what was stated when.

The record keeps only the newest of each measurement, because only that decides; here all are read, by the same reader.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from cds_service.findings.morphine_equivalents import ENDED, morphine_equivalents
from cds_service.findings.smoking import ASKED, UNDATED, Status, smoking_statements
from cds_service.knowledge.load import Knowledge
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.belonging import own
from cds_service.record.measurements import LOINC_URIS, read_measurement
from cds_service.record.patient import Drug, Observation, PatientRecord
from cds_service.record.reading import standpoint_of
from cds_service.record.supplied import SuppliedChart
from cds_service.rendering.text import shown
from cds_service.wire import fhir

ONE_DAY = timedelta(1)
HBA1C, BMI = "HbA1c", "BMI"
SHOWN = frozenset({HBA1C, BMI, ASKED})


@dataclass(frozen=True, slots=True)
class Dose:
    """From `first` to `last` so much oral morphine a day; unless `complete`, at least so much."""

    first: date
    last: date
    least: float
    most: float
    complete: bool


@dataclass(frozen=True, slots=True)
class Point:
    """A value of one day."""

    day: date
    value: float
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Smoked:
    """What was stated last about smoking, from `first` until another statement."""

    first: date
    last: date
    status: Status
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured or asked, oldest first."""

    hba1c: tuple[Point, ...]
    bmi: tuple[Point, ...]
    smoking: tuple[Smoked, ...]


def doses(record: PatientRecord, given: Thresholds) -> tuple[Dose, ...]:
    """The morphine equivalents from the first opioid to the day, in steps; days without any opioid have no step."""
    opioids = [drug for drug in record.drugs if drug.opioid and not drug.use_disorder]
    days = sorted({day for drug in opioids for day in _turns(drug, given) if day <= record.day})
    found: list[Dose] = []
    for first, until in pairwise((*days, record.day + ONE_DAY)):
        part = _taken_around(opioids, first, given)
        sum_ = morphine_equivalents(PatientRecord(first, drugs=part, answers=record.answers), given)
        step = Dose(first, until - ONE_DAY, sum_.least, sum_.most, sum_.complete)
        if part and not (sum_.drugs == () and sum_.most == 0):
            _add(found, step)
    return tuple(found)


def _add(found: list[Dose], step: Dose) -> None:
    """A step like the one before lengthens it."""
    before = found[-1] if found else None
    if (
        before
        and before.last + ONE_DAY == step.first
        and replace(before, last=step.last) == replace(step, first=before.first)
    ):
        found[-1] = replace(before, last=step.last)
    else:
        found.append(step)


def _turns(drug: Drug, given: Thresholds) -> Iterable[date]:
    """The days on which the sum may change: it begins, its dose changes, it ends, or it is no longer current."""
    if drug.first is None or drug.last is None:
        return
    yield drug.first
    yield drug.last + ONE_DAY
    yield drug.last + timedelta(given.opioid_current_days + 1)
    for step in drug.dose.steps if drug.dose else ():
        for day in (step.first, step.last + ONE_DAY if step.last else None):
            if day and drug.first < day <= drug.last:
                yield day


def _taken_around(opioids: Sequence[Drug], day: date, given: Thresholds) -> tuple[Drug, ...]:
    """Those that can add to the sum of the day: a chart of years has hundreds that cannot."""
    earliest = day - timedelta(given.opioid_current_days)
    near = [drug for drug in opioids if drug.first and drug.last and drug.first <= day and drug.last >= earliest]
    return (*near, *(drug for drug in opioids if drug.undatable and drug.status not in ENDED))


def measured(chart: SuppliedChart, record: PatientRecord, knowledge: Knowledge) -> Measured:
    """Every HbA1c and BMI of the chart, and what was stated of smoking by Observations and Conditions."""
    read = tuple(_read(chart, record.day, knowledge))
    asked = PatientRecord(
        record.day, conditions=record.conditions, observations=tuple(one for one in read if one.what == ASKED)
    )
    return Measured(_points(read, HBA1C), _points(read, BMI), _smoking(asked))


def _read(chart: SuppliedChart, day: date, knowledge: Knowledge) -> Iterable[Observation]:
    at = standpoint_of(chart.patient, day, knowledge)
    published = {code: known for code, known in knowledge.observations.items() if known.what in SHOWN}
    for resource in own(chart.observations, "Observation", chart.patient.id or "", chart.patient_urls, at):
        known = next((found for code in _codes(resource) if (found := published.get(code))), None)
        if known and (entry := read_measurement((resource, known), knowledge.observations, at)):
            yield entry


def _codes(resource: fhir.Observation) -> Iterable[str]:
    codings = (resource.code.coding if resource.code else None) or ()
    return (coding.code or "" for coding in codings if coding.system in LOINC_URIS)


def _points(read: Iterable[Observation], what: str) -> tuple[Point, ...]:
    """One point a day, the highest; a month or a year stands on its last day."""
    highest: dict[date, Point] = {}
    for one in read:
        if one.what != what or one.value is None or one.when is None:
            continue
        day = one.when.last
        if day not in highest or highest[day].value < one.value:
            highest[day] = Point(day, one.value, (shown(one.ref),) if one.ref else ())
    return tuple(highest[day] for day in sorted(highest))


def _smoking(asked: PatientRecord) -> tuple[Smoked, ...]:
    """Statements that repeat the one before lengthen it."""
    found: list[Smoked] = []
    for said in smoking_statements(asked):
        if said.day == UNDATED:
            continue
        if found:
            found[-1] = replace(found[-1], last=said.day)
        if not found or found[-1].status != said.status:
            found.append(Smoked(said.day, said.day, said.status, said.sources))
    if found:
        found[-1] = replace(found[-1], last=asked.day)
    return tuple(found)


def limits_of(given: Thresholds) -> Mapping[str, tuple[float, ...]]:
    """The lines that a reader compares with."""
    return {
        "mme": (given.mme_reassess, given.mme_very_high),
        "hba1c": (given.hba1c_uncontrolled,),
        "bmi": (given.obesity_bmi,),
    }
