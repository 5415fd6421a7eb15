"""Measurements with a code of the published list; all others are passed by with one look-up (clinical-logic L).

An Observation without a value that can be read is left out and noted, so that an older readable one still counts.
`<` and `>` are read as the number, and noted. Heights count only where the patient was grown up on that day.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import msgspec

from cds_service.knowledge.observations import ObservationCode
from cds_service.knowledge.systems import LOINC, SYSTEM_BY_URI
from cds_service.record.dates import DateRange, age_in_years, read_date
from cds_service.record.onsets import up_to
from cds_service.record.patient import Match, Observation
from cds_service.record.standpoint import Standpoint
from cds_service.record.units import in_our_unit
from cds_service.wire import fhir

KIND = "Observation"
LOINC_URIS = frozenset(uri for uri, system in SYSTEM_BY_URI.items() if system.uri == LOINC)
FINAL = frozenset({"final", "amended", "corrected", "appended"})
DROPPED = frozenset({"cancelled", "entered-in-error", "registered", "unknown"})
PRELIMINARY = "preliminary"
HEIGHT = "body height"
PEG, PEG_MEAN = "PEG", "91147-9"
Published = Mapping[str, ObservationCode]


class Component(msgspec.Struct, gc=False):
    """One part of an Observation."""

    code: fhir.CodeableConcept | None = None
    valueQuantity: fhir.Quantity | None = None
    valueInteger: int | None = None


def read_observations(
    resources: Sequence[fhir.Observation], published: Published, at: Standpoint
) -> tuple[Observation, ...]:
    """Every measurement on the list that has a value."""
    read: list[Observation] = []
    for resource in resources:
        code = resource.code
        if code is None or not code.coding:
            continue
        for coding in code.coding:
            known = published.get(coding.code or "")
            if known is not None and coding.system in LOINC_URIS:
                entry = _observation(resource, known, published, at)
                if entry is not None:
                    read.append(entry)
                break
    return tuple(read)


def _observation(
    resource: fhir.Observation, known: ObservationCode, published: Published, at: Standpoint
) -> Observation | None:
    preliminary = doubtful_status(resource.status, KIND, at)
    when = _when(resource)
    if preliminary is None or is_after(when, KIND, at):
        return None
    when = up_to(when, at.day) if when else None
    if known.what == HEIGHT and not _grown_up(known.loinc, when, at):
        return None
    concepts: Mapping[str, Match] = {}
    value = None
    if known.value == "Quantity":
        value = _value(resource, known, published, at)
    else:
        concepts = _answers(resource.valueCodeableConcept, at)
    if value is None and not concepts:
        at.note(KIND, f"left out: {known.what} without a value that can be read")
        return None
    ref = f"Observation/{resource.id}" if resource.id else ""
    return Observation(ref, known.what, known.loinc, when, value, concepts, preliminary)


def doubtful_status(status: str | None, kind: str, at: Standpoint) -> bool | None:
    """Whether a result has lower confidence; None where it does not count."""
    if status in FINAL:
        return False
    if status in DROPPED:
        return None
    if status != PRELIMINARY:
        at.note(kind, "with an unlisted status: read as preliminary")
    return True


def is_after(when: DateRange | None, kind: str, at: Standpoint) -> bool:
    """It lies after the day of assessment, and is not yet."""
    if when is None or when.first <= at.day:
        return False
    at.note(kind, "left out: dated after the day of assessment")
    return True


def _when(resource: fhir.Observation) -> DateRange | None:
    period = resource.effectivePeriod
    return (
        read_date(resource.effectiveDateTime)
        or (read_date(period.start) or read_date(period.end) if period else None)
        or read_date(resource.effectiveInstant)
        or read_date(resource.issued)
    )


def _grown_up(loinc: str, when: DateRange | None, at: Standpoint) -> bool:
    """Asked only of codes whose row says `adult`; birth date unknown: yes; undated: no."""
    if at.born is None or not any(row.only_if == "adult" for row in at.codes.rows(KIND, LOINC, loinc)):
        return True
    return when is not None and age_in_years(at.born, when.first) >= at.given.adult_age


def _answers(value: fhir.CodeableConcept | None, at: Standpoint) -> Mapping[str, Match]:
    """The value sets of a coded answer."""
    return {
        row.concept: Match("full" if row.use == "full" else "weak", row.display, row.system, code)
        for row, code in at.rows(KIND, value)
        if row.use != "ignore"
    }


def _value(resource: fhir.Observation, known: ObservationCode, published: Published, at: Standpoint) -> float | None:
    value = _number(resource.valueQuantity, resource.valueInteger, known, at)
    if value is None and known.what == PEG and resource.component:
        return _of_parts(resource.component, published, at)
    return value


def _number(quantity: fhir.Quantity | None, whole: int | None, known: ObservationCode, at: Standpoint) -> float | None:
    if quantity is None:
        return None if whole is None else in_our_unit(known.what, whole, "", known.loinc)
    if quantity.value is None or not math.isfinite(quantity.value):
        return None
    if quantity.comparator:
        at.note(KIND, f"with a limit in place of a value of {known.what}: read as the value")
    return in_our_unit(known.what, quantity.value, quantity.code or quantity.unit or "", known.loinc)


def _of_parts(raw: msgspec.Raw, published: Published, at: Standpoint) -> float | None:
    """The PEG score that its panel holds, else the mean of the items it holds."""
    try:
        parts = msgspec.json.decode(raw, type=list[Component] | None)
    except msgspec.MsgspecError:
        return None
    scores: dict[str, float] = {}
    for part in parts or ():
        for coding in (part.code.coding if part.code else None) or ():
            known = published.get(coding.code or "")
            if known is not None and known.what == PEG and coding.system in LOINC_URIS:
                score = _number(part.valueQuantity, part.valueInteger, known, at)
                if score is not None:
                    scores[known.loinc] = score
    if PEG_MEAN in scores:
        return scores[PEG_MEAN]
    return sum(scores.values()) / len(scores) if scores else None
