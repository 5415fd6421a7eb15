"""CDS Hooks on the wire: what a client sends, what we answer, what discovery lists.

What goes out never holds null, "", [] or {}: every optional field has an empty default and is left out with
it. What comes in is read tolerantly: unknown members are skipped, and a key left out (UNSET) is not null.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Raw, Struct, UnsetType, field

from cds_service.wire import fhir
from cds_service.wire.bundles import Bundle

Indicator = Literal["info", "warning", "critical"]
Schema = dict[str, Any]
TEXTS: Schema = {"type": "array", "items": {"type": "string"}}
OBJECTS: Schema = {"type": "array", "items": {"type": "object"}}
AUTHORIZATION: Schema = {
    "type": "object",
    "properties": {"access_token": {"type": "string"}},
    "required": ["access_token"],
}


class Context(Struct, gc=False):
    """Who is looking at whom, and at which orders or appointments.

    Only the absence of `patientId` or `userId` is ever wrong. What the hooks define besides is kept as it came, so
    that a call of another hook pays nothing for it; `order`, `task` and `fulfillment-tasks` are older spellings.
    """

    patientId: Annotated[str, Meta(min_length=1)]
    userId: Annotated[Raw, Meta(extra_json_schema={"type": "string"})] | UnsetType = UNSET
    encounterId: Annotated[Raw, Meta(extra_json_schema={"type": "string"})] | UnsetType = UNSET
    draftOrders: Annotated[Raw, Meta(extra_json_schema={"type": "object"})] | UnsetType = UNSET
    selections: Annotated[Raw, Meta(extra_json_schema=TEXTS)] | UnsetType = UNSET
    dispatchedOrders: Annotated[Raw, Meta(extra_json_schema=TEXTS)] | UnsetType = UNSET
    order: Annotated[Raw, Meta(extra_json_schema={"type": "string"})] | UnsetType = UNSET
    fulfillmentTasks: Annotated[Raw, Meta(extra_json_schema=OBJECTS)] | UnsetType = UNSET
    fulfillment_tasks: Annotated[Raw, Meta(extra_json_schema=OBJECTS)] | UnsetType = field(
        default=UNSET, name="fulfillment-tasks"
    )
    task: Annotated[Raw, Meta(extra_json_schema={"type": "object"})] | UnsetType = UNSET
    appointments: Annotated[Raw, Meta(extra_json_schema={"type": "object"})] | UnsetType = UNSET


class Prefetch(Struct, gc=False):
    """The eight keys of our templates. UNSET: not supplied. None: the client looked and found nothing."""

    patient: fhir.Patient | UnsetType | None = UNSET
    conditions: Bundle[fhir.Condition] | UnsetType | None = UNSET
    medicationStatements: Bundle[fhir.MedicationStatement] | UnsetType | None = UNSET
    medicationRequests: Bundle[fhir.MedicationRequest] | UnsetType | None = UNSET
    procedures: Bundle[fhir.Procedure] | UnsetType | None = UNSET
    observations: Bundle[fhir.Observation] | UnsetType | None = UNSET
    diagnosticReports: Bundle[fhir.DiagnosticReport] | UnsetType | None = UNSET
    serviceRequests: Bundle[fhir.ServiceRequest] | UnsetType | None = UNSET


class Request(Struct, gc=False):
    """One hook call, of the shape the specification gives it."""

    hook: str
    hookInstance: str
    context: Context
    fhirServer: Annotated[Raw, Meta(extra_json_schema={"type": "string", "format": "uri"})] | UnsetType = UNSET
    fhirAuthorization: Annotated[Raw, Meta(extra_json_schema=AUTHORIZATION)] | UnsetType = UNSET
    prefetch: Prefetch | None = None


class Coding(Struct, frozen=True, omit_defaults=True):
    """One code of one system, with its words."""

    system: str
    code: str
    display: str = ""


class Source(Struct, frozen=True, omit_defaults=True):
    """Where a card's advice comes from: constant per rule, never a patient's page."""

    label: str
    url: str = ""
    topic: Coding | None = None


class Link(Struct, frozen=True, omit_defaults=True):
    """A page or a SMART app the clinician may open; `appContext` only on smart links."""

    label: str
    url: str
    type: Literal["absolute", "smart"]
    appContext: str = ""


class Action(Struct, frozen=True, omit_defaults=True):
    """One change to the chart: the whole resource, already encoded."""

    type: Literal["create", "update", "delete"]
    description: str
    resource: Annotated[Raw, Meta(extra_json_schema={"type": "object"})] | UnsetType = UNSET
    resourceId: str = ""


class Suggestion(Struct, frozen=True, omit_defaults=True):
    """One coherent change a clinician may accept with a click; its actions belong together."""

    label: str
    uuid: str
    actions: tuple[Action, ...] = ()
    isRecommended: bool = False


class SignState(Struct, frozen=True, omit_defaults=True):
    """One of the seven signs; `strength` and `because` only when present."""

    id: str
    state: Literal["present", "absent", "unknown"]
    strength: Literal["", "full", "partial"] = ""
    because: str = ""
    sources: tuple[str, ...] = ()


class RiskState(Struct, frozen=True, omit_defaults=True):
    """One of the seven risks; `value` names what was measured, with `unit` and `date`."""

    id: str
    state: Literal["present", "absent", "unknown"]
    value: dict[str, str | float] = field(default_factory=dict)
    sources: tuple[str, ...] = ()


class DayBounds(Struct, frozen=True, omit_defaults=True):
    """At least `min` days; `max` is left out when no upper bound is known."""

    min: int
    max: int | None = None


class DoseBounds(Struct, frozen=True, omit_defaults=True):
    """Morphine milligram equivalents a day; not `complete`: some drug's dose is unknown."""

    min: float
    max: float
    complete: bool


class Opioids(Struct, frozen=True, omit_defaults=True):
    """The opioid exposure: status, dose a day, and covered days of the latest merged episode."""

    status: Literal["chronic", "possible", "short-term", "recent", "past", "none", "unknown"]
    mmePerDay: DoseBounds | None = None
    coveredDays: int | None = None


class Operation(Struct, frozen=True, omit_defaults=True):
    """One earlier spine operation; undated where only a status proves it."""

    kind: Literal["discectomy", "decompression", "fusion", "corpectomy", "disc-replacement", "other"]
    region: Literal["cervical", "thoracic", "lumbar", "unknown"]
    date: str = ""


class AssessmentExtension(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """`org.miss-cds.assessment`: what was found, and which rule. `rule` is empty with no card."""

    outcome: Literal["urgent", "not-advised", "optimise-first", "recommend", "consider", "none"]
    rule: str = ""
    knowledgeVersion: str
    assessedOn: str
    signs: tuple[SignState, ...]
    risks: tuple[RiskState, ...]
    symptomDurationDays: DayBounds | None = None
    opioids: Opioids
    conservativeCare: Literal["documented", "partial", "none-documented", "unknown"]
    priorSurgery: tuple[Operation, ...] = ()
    gaps: tuple[str, ...] = ()
    dataQuality: tuple[str, ...] = ()


class Extension(Struct, frozen=True):
    """The one extension a card carries, under its reverse-DNS key."""

    assessment: AssessmentExtension = field(name="org.miss-cds.assessment")


class Card(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One card. `summary` is plain text of at most 139 characters, `detail` GitHub Markdown without HTML."""

    uuid: str
    summary: str
    indicator: Indicator
    detail: str = ""
    source: Source
    suggestions: tuple[Suggestion, ...] = ()
    selectionBehavior: Literal["", "at-most-one", "any"] = ""
    overrideReasons: tuple[Coding, ...] = ()
    links: tuple[Link, ...] = ()
    extension: Extension | None = None


class Response(Struct, frozen=True):
    """The answer to a hook call; an empty `cards` is an answer too, and is written."""

    cards: tuple[Card, ...] = ()


class ServiceInfo(Struct, frozen=True, omit_defaults=True):
    """One row of discovery."""

    hook: str
    id: str
    title: str
    description: str
    usageRequirements: str = ""
    prefetch: dict[str, str] = field(default_factory=dict)


class Discovery(Struct, frozen=True):
    """What `GET /cds-services` answers."""

    services: tuple[ServiceInfo, ...] = ()


class OutcomeIssue(Struct, frozen=True, omit_defaults=True):
    """One complaint of ours, in words without chart text."""

    severity: Literal["fatal", "error", "warning", "information"]
    code: str
    diagnostics: str
    expression: tuple[str, ...] = ()


class OutcomeBody(Struct, frozen=True):
    """The body of every answer that is not a success (401 excepted: it has none)."""

    issue: tuple[OutcomeIssue, ...]
    resourceType: Literal["OperationOutcome"] = "OperationOutcome"
