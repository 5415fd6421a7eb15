"""How a drug is to be taken and how much was handed out: read from raw bytes, for drugs that matter."""

from __future__ import annotations

import re
from typing import TypeVar

import msgspec
from msgspec import Raw, Struct

from cds_service.wire.fhir import CodeableConcept, Medication, Period, Quantity, Range


class Repeat(Struct, gc=False):
    """When and how often. `count` and the bounds limit how long, never how much a day."""

    boundsDuration: Quantity | None = None
    boundsRange: Range | None = None
    boundsPeriod: Period | None = None
    count: float | None = None
    countMax: float | None = None
    frequency: float | None = None
    frequencyMax: float | None = None
    period: float | None = None
    periodMax: float | None = None
    periodUnit: str | None = None
    dayOfWeek: list[str] | None = None
    timeOfDay: list[str] | None = None
    when: list[str] | None = None


class Timing(Struct, gc=False):
    """A schedule, in elements or as a code such as BID."""

    repeat: Repeat | None = None
    code: CodeableConcept | None = None


class Ratio(Struct, gc=False):
    """So much per so much."""

    numerator: Quantity | None = None
    denominator: Quantity | None = None


class DoseAndRate(Struct, gc=False):
    """One dose. `type` tells an ordered dose from a calculated one; a rate may be a number, a ratio or a range."""

    type: CodeableConcept | None = None
    doseQuantity: Quantity | None = None
    doseRange: Range | None = None
    rateQuantity: Raw = Raw()


class Dosage(Struct, gc=False):
    """One instruction; those of one `sequence` go together, a later one follows.

    `asNeeded` and `asNeededFor` are R5's. What only the dose of an opioid is read from stays raw.
    """

    sequence: int | None = None
    text: str | None = None
    timing: Timing | None = None
    doseAndRate: list[DoseAndRate] | None = None
    maxDosePerPeriod: Raw = Raw()
    additionalInstruction: Raw = Raw()
    asNeededBoolean: Raw = Raw()
    asNeededCodeableConcept: Raw = Raw()
    asNeeded: Raw = Raw()
    asNeededFor: Raw = Raw()
    route: Raw = Raw()


class DispenseRequest(Struct, gc=False):
    """What may be handed out: once, and `numberOfRepeatsAllowed` times again while it is valid."""

    validityPeriod: Period | None = None
    numberOfRepeatsAllowed: float | None = None
    quantity: Quantity | None = None
    expectedSupplyDuration: Quantity | None = None


T = TypeVar("T")
INSIDE = re.compile(r"`\$(\[[^]]*\])?\.")


class Unreadable(ValueError):
    """A part of a drug order has not the shape it should have; the message is in our words."""


def read_dosages(raw: Raw) -> tuple[Dosage, ...]:
    """The dosage instructions, one object alone read as a list of one. Raises Unreadable."""
    if _nothing(raw):
        return ()
    if bytes(raw).lstrip()[:1] == b"{":
        return (_decoded(raw, Dosage, "dosage"),)
    return tuple(_decoded(raw, list[Dosage], "dosage"))


def read_dispense(raw: Raw) -> DispenseRequest:
    """What may be handed out; empty where nothing is said. Raises Unreadable."""
    return DispenseRequest() if _nothing(raw) else _decoded(raw, DispenseRequest, "dispenseRequest")


def read_per_period(raw: Raw) -> Ratio | None:
    """The most that may be taken in a period, the first of several. Raises Unreadable."""
    ratios = read_per_periods(raw)
    return ratios[0] if ratios else None


def read_per_periods(raw: Raw) -> tuple[Ratio, ...]:
    """The most that may be taken in a period: one ratio in R4, a list in R5. Raises Unreadable."""
    if _nothing(raw):
        return ()
    if bytes(raw).lstrip()[:1] == b"{":
        return (_decoded(raw, Ratio, "maxDosePerPeriod"),)
    return tuple(_decoded(raw, list[Ratio], "maxDosePerPeriod"))


def read_route(raw: Raw) -> CodeableConcept | None:
    """The way it is given. Raises Unreadable."""
    return None if _nothing(raw) else _decoded(raw, CodeableConcept, "route")


def read_rate(raw: Raw) -> Quantity | None:
    """How much an hour, where that is one quantity. Raises Unreadable."""
    return None if _nothing(raw) else _decoded(raw, Quantity, "rateQuantity")


def is_said(raw: Raw) -> bool:
    """The element is there, and neither null, false nor empty."""
    return bytes(raw).strip() not in (b"", b"null", b"false", b"[]", b"{}")


def read_contained(raw: Raw) -> tuple[Medication, ...]:
    """The Medications held inside an order; what has not their shape is left out."""
    try:
        held = msgspec.json.decode(raw, type=list[Raw]) if raw else []
    except msgspec.ValidationError:
        return ()
    return tuple(filter(None, map(_medication, held)))


def read_categories(raw: Raw) -> tuple[CodeableConcept, ...]:
    """The category of a MedicationStatement: one in R4, a list in R5; empty where it has neither shape."""
    try:
        held = msgspec.json.decode(raw, type=CodeableConcept | list[CodeableConcept] | None) if raw else None
    except msgspec.ValidationError:
        return ()
    if isinstance(held, list):
        return tuple(held)
    return (held,) if held else ()


def _medication(raw: Raw) -> Medication | None:
    try:
        medication = msgspec.json.decode(raw, type=Medication)
    except msgspec.ValidationError:
        return None
    return medication if medication.resourceType in ("Medication", "") else None


def _nothing(raw: Raw) -> bool:
    return not raw or bytes(raw).strip() == b"null"


def _decoded(raw: Raw, kind: type[T], name: str) -> T:
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError as error:
        whole = INSIDE.search(str(error)) is None
        raise Unreadable(f"{name} is not an object" if whole else f"{name} cannot be read") from error
