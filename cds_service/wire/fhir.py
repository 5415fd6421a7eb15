"""The FHIR fields the findings read, and no others: partial R4 resources, and R5's changed fields beside them.

Everything is optional, because real charts leave anything out. What is rarely read, or read only for some
codes (dosage, notes, contained resources, components), stays `Raw` bytes until somebody asks for it: empty
(and false) when the field is absent, `null` when it is null. (msgspec cannot read `Raw | None`, and cannot
describe a default that is a Raw.) Choice elements are spelt as FHIR spells them (`onsetDateTime`).
"""

from __future__ import annotations

from msgspec import Raw, Struct, field


class Coding(Struct, gc=False):
    """One code of one system."""

    system: str | None = None
    code: str | None = None
    display: str | None = None


class CodeableConcept(Struct, gc=False):
    """A concept as codes, as text, or both."""

    coding: list[Coding] | None = None
    text: str | None = None


class Reference(Struct, gc=False):
    """A pointer to another resource."""

    reference: str | None = None
    display: str | None = None
    type: str | None = None


class CodeableReference(Struct, gc=False):
    """R5: a concept or a pointer in one element."""

    concept: CodeableConcept | None = None
    reference: Reference | None = None


class Period(Struct, gc=False):
    """From a date to a date; either may be missing, both may be partial."""

    start: str | None = None
    end: str | None = None


class Quantity(Struct, gc=False):
    """A number with its unit; `code` is the UCUM unit."""

    value: float | None = None
    unit: str | None = None
    system: str | None = None
    code: str | None = None
    comparator: str | None = None


class Range(Struct, gc=False):
    """From a quantity to a quantity."""

    low: Quantity | None = None
    high: Quantity | None = None


class Annotation(Struct, gc=False):
    """A remark in words."""

    text: str | None = None


class Patient(Struct, gc=False):
    """Who the chart is about, as far as a rule may know."""

    resourceType: str = ""
    id: str | None = None
    birthDate: str | None = None
    deceasedBoolean: bool | None = None
    deceasedDateTime: str | None = None


class Meta(Struct, gc=False):
    """Which version of the resource this is."""

    versionId: str | None = None
    lastUpdated: str | None = None


class Condition(Struct, gc=False):
    """A problem, a diagnosis or a symptom."""

    resourceType: str = ""
    id: str | None = None
    clinicalStatus: CodeableConcept | None = None
    verificationStatus: CodeableConcept | None = None
    category: list[CodeableConcept] | None = None
    severity: CodeableConcept | None = None
    code: CodeableConcept | None = None
    bodySite: list[CodeableConcept] | None = None
    subject: Reference | None = None
    onsetDateTime: str | None = None
    abatementDateTime: str | None = None
    recordedDate: str | None = None
    onsetPeriod: Period | None = None
    onsetAge: Quantity | None = None
    onsetRange: Range | None = None
    onsetString: str | None = None
    abatementPeriod: Period | None = None
    abatementAge: Quantity | None = None
    abatementRange: Range | None = None
    abatementString: str | None = None
    abatementBoolean: bool | None = None
    note: list[Annotation] | None = None
    stage: Raw = field(default_factory=Raw)
    meta: Meta | None = None


class Stage(Struct, gc=False):
    """One entry of Condition.stage, as far as it may give a grade."""

    summary: CodeableConcept | None = None


class Procedure(Struct, gc=False):
    """Something that was done."""

    resourceType: str = ""
    id: str | None = None
    status: str | None = None
    code: CodeableConcept | None = None
    subject: Reference | None = None
    performedDateTime: str | None = None
    performedPeriod: Period | None = None
    performedString: str | None = None
    occurrenceDateTime: str | None = None
    occurrencePeriod: Period | None = None
    reasonCode: list[CodeableConcept] | None = None
    reasonReference: list[Reference] | None = None
    reason: list[CodeableReference] | None = None
    bodySite: list[CodeableConcept] | None = None
    note: list[Annotation] | None = None
    meta: Meta | None = None


class Observation(Struct, gc=False):
    """A measurement or an answer."""

    resourceType: str = ""
    id: str | None = None
    status: str | None = None
    code: CodeableConcept | None = None
    subject: Reference | None = None
    effectiveDateTime: str | None = None
    effectivePeriod: Period | None = None
    effectiveInstant: str | None = None
    issued: str | None = None
    valueQuantity: Quantity | None = None
    valueCodeableConcept: CodeableConcept | None = None
    valueInteger: int | None = None
    valueString: str | None = None
    bodySite: CodeableConcept | None = None
    component: Raw = field(default_factory=Raw)
    meta: Meta | None = None


class Component(Struct, gc=False):
    """One part of an Observation, read from its raw `component`."""

    code: CodeableConcept | None = None
    valueQuantity: Quantity | None = None
    valueInteger: int | None = None


class MedicationRequest(Struct, gc=False):
    """A drug that was ordered."""

    resourceType: str = ""
    id: str | None = None
    status: str | None = None
    intent: str | None = None
    doNotPerform: bool | None = None
    category: list[CodeableConcept] | None = None
    medicationCodeableConcept: CodeableConcept | None = None
    medicationReference: Reference | None = None
    medication: CodeableReference | None = None
    subject: Reference | None = None
    authoredOn: str | None = None
    requester: Reference | None = None
    reasonCode: list[CodeableConcept] | None = None
    reasonReference: list[Reference] | None = None
    reason: list[CodeableReference] | None = None
    dosageInstruction: Raw = field(default_factory=Raw)
    dispenseRequest: Raw = field(default_factory=Raw)
    contained: Raw = field(default_factory=Raw)
    meta: Meta | None = None


class MedicationStatement(Struct, gc=False):
    """A drug that is said to be taken."""

    resourceType: str = ""
    id: str | None = None
    status: str | None = None
    category: Raw = field(default_factory=Raw)
    medicationCodeableConcept: CodeableConcept | None = None
    medicationReference: Reference | None = None
    medication: CodeableReference | None = None
    subject: Reference | None = None
    effectiveDateTime: str | None = None
    effectivePeriod: Period | None = None
    dateAsserted: str | None = None
    reasonCode: list[CodeableConcept] | None = None
    reasonReference: list[Reference] | None = None
    reason: list[CodeableReference] | None = None
    dosage: Raw = field(default_factory=Raw)
    contained: Raw = field(default_factory=Raw)
    meta: Meta | None = None


class Ingredient(Struct, gc=False):
    """R4: one substance of a Medication."""

    itemCodeableConcept: CodeableConcept | None = None


class Medication(Struct, gc=False):
    """What a `medicationReference` points to."""

    resourceType: str = ""
    id: str | None = None
    code: CodeableConcept | None = None
    ingredient: list[Ingredient] | None = None


class DiagnosticReport(Struct, gc=False):
    """A report, of imaging above all."""

    resourceType: str = ""
    id: str | None = None
    status: str | None = None
    code: CodeableConcept | None = None
    subject: Reference | None = None
    effectiveDateTime: str | None = None
    effectivePeriod: Period | None = None
    issued: str | None = None
    conclusion: str | None = None
    conclusionCode: list[CodeableConcept] | None = None
    meta: Meta | None = None


class ServiceRequest(Struct, gc=False):
    """A referral or an order for a service."""

    resourceType: str = ""
    id: str | None = None
    status: str | None = None
    intent: str | None = None
    doNotPerform: bool | None = None
    code: CodeableConcept | None = None
    subject: Reference | None = None
    authoredOn: str | None = None
    occurrenceDateTime: str | None = None
    reasonCode: list[CodeableConcept] | None = None
    reasonReference: list[Reference] | None = None
    bodySite: list[CodeableConcept] | None = None
    note: list[Annotation] | None = None
    meta: Meta | None = None


class Issue(Struct, gc=False):
    """One complaint of an OperationOutcome."""

    severity: str | None = None
    code: str | None = None


class OperationOutcome(Struct, gc=False):
    """A server's word that something went wrong."""

    resourceType: str = ""
    issue: list[Issue] | None = None


class Link(Struct, gc=False):
    """A Bundle's link; `next` means that there is more."""

    relation: str | None = None
    url: str | None = None
