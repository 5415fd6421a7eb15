"""What one prefetch key held, sorted by type of resource, before anyone judges what it means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from cds_service.wire import fhir
from cds_service.wire.access import NO_ACCESS, FhirAccess
from cds_service.wire.bundles import Entry
from cds_service.wire.cds_hooks import Context

T = TypeVar("T")
NOT_REGISTERED, REGISTERED = "not registered", "registered"
NOTHING: Mapping[str, str] = MappingProxyType({})


def nothing_counted() -> defaultdict[Any, int]:
    """Each call makes sixteen of these, nearly all for nothing, and a Counter takes five times as long to make."""
    return defaultdict(int)


class Came(Enum):
    """What stood under a key."""

    ABSENT = auto()  # the key was not supplied
    NOTHING = auto()  # null: the client looked and found nothing
    RESOURCES = auto()  # a Bundle, or one bare resource of the right type
    OUTCOME = auto()  # an OperationOutcome: the client tried and failed
    OTHER_TYPE = auto()  # a resource of another type
    MALFORMED = auto()  # no resource at all


@dataclass(slots=True)
class Aside:
    """What else a Bundle held: resources that others refer to, warnings, and what could not be read.

    `unreadable` counts (type, reason), `others` types nobody asked for under this key; both in our words.
    """

    medications: dict[str, fhir.Medication] = field(default_factory=dict)
    patients: list[tuple[str, fhir.Patient]] = field(default_factory=list)
    errors: int = 0
    others: defaultdict[str, int] = field(default_factory=nothing_counted)
    unreadable: defaultdict[tuple[str, str], int] = field(default_factory=nothing_counted)


@dataclass(slots=True)
class Held(Generic[T]):
    """The resources of one key. `more`: there is a next page, at `next_url`. `by_url`: Conditions by their fullUrl.

    `entries`: of the other types as they stood in their Bundle, fullUrl and all, or in `by_url` where read one by one.
    """

    came: Came
    resources: list[T] = field(default_factory=list)
    more: bool = False
    next_url: str = ""
    by_url: dict[str, T] = field(default_factory=dict)
    aside: Aside = field(default_factory=Aside)
    entries: Sequence[Entry[T]] = ()


@dataclass(frozen=True, slots=True)
class HeldKeys:
    """The eight keys of one call."""

    patient: Held[fhir.Patient]
    conditions: Held[fhir.Condition]
    medicationStatements: Held[fhir.MedicationStatement]
    medicationRequests: Held[fhir.MedicationRequest]
    procedures: Held[fhir.Procedure]
    observations: Held[fhir.Observation]
    diagnosticReports: Held[fhir.DiagnosticReport]
    serviceRequests: Held[fhir.ServiceRequest]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What came of the FHIR server a call names, in words of ours.

    `why_not`: why nothing was read from it. `failed`: why a key that was read did not come, or not whole.
    `results`: what came of each key that was wanted, in a word that can be counted.
    """

    server: str
    why_not: str = ""
    failed: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    results: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    seconds: float = 0.0


NOT_ASKED = Elsewhere(NOT_REGISTERED, "the FHIR server the call names is not registered here")


@dataclass(frozen=True, slots=True)
class HookCall:
    """One hook call, decoded. `patient_id` is bare, `user_id` and `encounter_id` are empty when they are not text.

    `context` holds what else the hook defines, not looked at yet; `dispatched` are orders that were read for it, and
    `until` is when all reads for it must be over, by the clock of the event loop.
    """

    hook: str
    hook_instance: str
    patient_id: str
    user_id: str
    has_user: bool
    held: HeldKeys
    context: Context
    encounter_id: str = ""
    access: FhirAccess = NO_ACCESS
    dispatched: tuple[fhir.ServiceRequest, ...] = ()
    until: float | None = None
    elsewhere: Elsewhere = NOT_ASKED

    @property
    def names_server(self) -> bool:
        """It says something of a FHIR server, were it nonsense."""
        return self.access.named()
