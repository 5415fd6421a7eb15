"""One measurement or answer: its value in the unit of its kind, or the value sets of its coded answer.

What has no value that can be read is left out and noted, so that an older readable one still counts. `<` and `>` are
read as the number, and noted. Heights count only where the patient was grown up on that day.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date

import msgspec

from cds_service.knowledge.observations import ObservationCode
from cds_service.knowledge.systems import LOINC, SNOMED, SYSTEM_BY_URI
from cds_service.record.dates import DateRange, has_turned
from cds_service.record.onsets import up_to
from cds_service.record.patient import NO_CONCEPTS, Match, Observation
from cds_service.record.regions import sites_regions
from cds_service.record.standpoint import AnswerCodes, Standpoint, codes_of
from cds_service.record.statuses import doubtful_status, is_after
from cds_service.record.units import in_our_unit
from cds_service.record.words import strings_of
from cds_service.wire import fhir

KIND = "Observation"
LOINC_URIS = frozenset(uri for uri, system in SYSTEM_BY_URI.items() if system.uri == LOINC)
HEIGHT, PAIN, PREGNANCY = "body height", "pain scale", "pregnancy status"
PEG, PEG_MEAN = "PEG", "91147-9"
NOT_PREGNANT = (SNOMED, "60001007")
DENIES_PREGNANCY = re.compile(r"\b(?:not|no longer)\b.{0,20}\bpregnant\b|\bpost-?partum\b", re.IGNORECASE)
QUANTITY = "Quantity"
UNDATED = date.min
Measured = tuple[fhir.Observation, ObservationCode]


def read_measurement(
    measured: Measured, published: Mapping[str, ObservationCode], at: Standpoint
) -> Observation | None:
    """The measurement; None where its status, its day or its value does not let it count."""
    resource, known = measured
    preliminary = doubtful_status(resource.status, KIND, at)
    when = at.date(resource.effectiveDateTime) or _otherwise_dated(resource, at)
    if preliminary is None or is_after(when, KIND, at):
        return None
    when = up_to(when, at.day) if when else None
    if known.what == HEIGHT and not _grown_up(known.loinc, when, at):
        return None
    quantity = known.value == QUANTITY
    value = _value(resource, known, published, at) if quantity else None
    concepts = None if quantity else _answer(resource.valueCodeableConcept, known, at)
    if value is None and concepts is None:
        at.note(KIND, f"left out: {known.what} without a value that can be read")
        return None
    return Observation(
        f"Observation/{resource.id}" if resource.id else "",
        known.what,
        known.loinc,
        when,
        value,
        concepts or NO_CONCEPTS,
        preliminary,
        known.what == PAIN and _names_spine(resource, at),
    )


def last_day(resource: fhir.Observation, at: Standpoint) -> date:
    """The last day its date may mean, today at the latest; one that is still to come stands by itself."""
    when = at.date(resource.effectiveDateTime) or _otherwise_dated(resource, at)
    if when is None:
        return UNDATED
    return at.day if when.first <= at.day < when.last else when.last


def _otherwise_dated(resource: fhir.Observation, at: Standpoint) -> DateRange | None:
    period = resource.effectivePeriod
    stated = (at.date(period.start) or at.date(period.end)) if period else None
    return stated or at.date(resource.effectiveInstant) or at.date(resource.issued)


def _names_spine(resource: fhir.Observation, at: Standpoint) -> bool:
    """Its site is a part of the spine, or its site or text says so."""
    site = resource.bodySite
    return at.names_spine(strings_of((resource.code, site))) or (site is not None and bool(sites_regions([site])))


def _grown_up(loinc: str, when: DateRange | None, at: Standpoint) -> bool:
    """Asked only of codes whose row says `adult`; birth date unknown: yes; undated: no."""
    if at.born is None or not any(row.only_if == "adult" for row in at.codes.rows(KIND, LOINC, loinc)):
        return True
    return when is not None and has_turned(at.born, at.given.adult_age, when.first)


def answer_codes(value: fhir.CodeableConcept | None) -> AnswerCodes:
    """The codes of an answer, as they came."""
    if value is None or not value.coding:
        return ()
    return tuple([(coding.system, coding.code) for coding in value.coding])


def matches_of(value: fhir.CodeableConcept | None, codes: AnswerCodes, at: Standpoint) -> Mapping[str, Match]:
    """The value sets of a coded answer."""
    known = at.answers.get(codes)
    if known is None:
        known = at.answers[codes] = {
            row.concept: Match("full" if row.use == "full" else "weak", row.display, row.system, code)
            for row, code in at.rows(KIND, value)
            if row.use != "ignore"
        }
    return known


def _answer(value: fhir.CodeableConcept | None, known: ObservationCode, at: Standpoint) -> Mapping[str, Match] | None:
    """The value sets of a coded answer; none for a pregnancy that is denied; None where it says nothing we know."""
    matches = matches_of(value, answer_codes(value), at)
    if not matches and not (known.what == PREGNANCY and value is not None and _denies_pregnancy(value)):
        return None
    return matches


def _denies_pregnancy(value: fhir.CodeableConcept) -> bool:
    """Said in so many words or by its code; what is unknown, possible or of an unknown code is not denied."""
    return NOT_PREGNANT in codes_of(value) or any(map(DENIES_PREGNANCY.search, strings_of((value,))))


def _value(
    resource: fhir.Observation, known: ObservationCode, published: Mapping[str, ObservationCode], at: Standpoint
) -> float | None:
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


def _of_parts(raw: msgspec.Raw, published: Mapping[str, ObservationCode], at: Standpoint) -> float | None:
    """The PEG score that its panel holds, else the mean of the items it holds."""
    try:
        parts = msgspec.json.decode(raw, type=list[fhir.Component] | None)
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
