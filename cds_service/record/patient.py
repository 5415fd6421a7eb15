"""What findings may read: one patient's chart as of one day, sorted, filtered and named in the field's words.

Everything here was already read from FHIR: entries that never count (entered in error, another patient's,
family history, refuted) are gone, each noted in `oddities` where a reader would want to know. A concept is the
name of a value set in `knowledge/value_sets`; an entry carries the concepts it is in, with `only_if` decided.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

# Named twice, because whoever reads a Condition finds its parts here.
from cds_service.record.course import End as End
from cds_service.record.course import Listing as Listing
from cds_service.record.course import Start as Start
from cds_service.record.course import StartKind as StartKind
from cds_service.record.dates import DateRange
from cds_service.record.opioid_dose import OpioidDose

Region = Literal["cervical", "thoracic", "lumbar", "unknown"]
Side = Literal["left", "right", "both", "unknown"]
Use = Literal["full", "weak", "history"]
Key = Literal[
    "patient",
    "conditions",
    "medicationStatements",
    "medicationRequests",
    "procedures",
    "observations",
    "diagnosticReports",
    "serviceRequests",
]
NO_CONCEPTS: Mapping[str, Match] = MappingProxyType({})


class Answer(StrEnum):
    """What came back for one prefetch key."""

    ANSWERED = "answered"
    INCOMPLETE = "incomplete"
    UNANSWERED = "unanswered"


ANSWERED = Answer.ANSWERED


@dataclass(frozen=True, slots=True)
class Match:
    """Why an entry is in a value set: the deciding row's use, in our own words, by code or by text."""

    use: Use
    label: str
    system: str = ""
    code: str = ""
    by_text: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """A problem, diagnosis or symptom that counts.

    `start` follows the table in clinical-logic A (onset, else recordedDate as AT_LEAST). `onset` is only the
    stated onset, `recorded` only the recordedDate. `end` None: not over. `active` is clinicalStatus active,
    recurrence or relapse, or absent without abatement: with `end` None it is *current* unless it is stale.
    `words` are the cleaned strings of code.text, displays and bodySite; `history_words` is true of "history of".
    `codes` are all codings as (canonical system, code without dots, upper case for ICD).
    `later_encounter`: an ICD-10-CM seventh character D, G, K, P or S. `progressive`: a deformity whose text says
    progressive or worsening, not denied.
    """

    ref: str = ""
    concepts: Mapping[str, Match] = field(default_factory=lambda: NO_CONCEPTS)
    codes: frozenset[tuple[str, str]] = frozenset()
    words: tuple[str, ...] = ()
    region: Region = "unknown"
    start: Start = field(default_factory=Start)
    onset: DateRange | None = None
    recorded: DateRange | None = None
    end: End | None = None
    active: bool = True
    recurrent: bool = False
    listing: Listing = Listing.NONE
    unconfirmed: bool = False
    later_encounter: bool = False
    progressive: bool = False
    note_words: tuple[str, ...] = ()
    side: Side = "unknown"

    @property
    def open(self) -> bool:
        """Active and not over: current, unless it is a stale complaint."""
        return self.active and self.end is None

    def counts_for(self, concept: str) -> bool:
        """In the value set in full, not with lower confidence or as history."""
        match = self.concepts.get(concept)
        return match is not None and match.use == "full"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a drug or a service was ordered: the concepts it names (looked up as Conditions), its words, its region.

    `codes` as of a Condition.
    """

    concepts: Mapping[str, Match] = field(default_factory=lambda: NO_CONCEPTS)
    words: tuple[str, ...] = ()
    region: Region = "unknown"
    spine: bool = False
    codes: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Procedure:
    """Something done (completed or in progress). `sure` is false for status unknown or absent."""

    ref: str = ""
    concepts: Mapping[str, Match] = field(default_factory=lambda: NO_CONCEPTS)
    codes: frozenset[tuple[str, str]] = frozenset()
    words: tuple[str, ...] = ()
    region: Region = "unknown"
    performed: DateRange | None = None
    performed_until: DateRange | None = None
    reasons: tuple[Reason, ...] = ()
    spine_words: bool = False
    sure: bool = True
    side: Side = "unknown"

    def counts_for(self, concept: str) -> bool:
        """In the value set in full, not with lower confidence or as history."""
        match = self.concepts.get(concept)
        return match is not None and match.use == "full"


@dataclass(frozen=True, slots=True)
class Observation:
    """A measurement with one of the published codes; `value` is in the unit the code list names first.

    `concepts` of a smoking or pregnancy status are those of its coded value; a pregnancy that is denied has none.
    `spine_words`: a pain score whose site or text names the spine.
    """

    ref: str = ""
    what: str = ""
    loinc: str = ""
    when: DateRange | None = None
    value: float | None = None
    concepts: Mapping[str, Match] = field(default_factory=lambda: NO_CONCEPTS)
    preliminary: bool = False
    spine_words: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """A diagnostic report: imaging of the spine when it is in an imaging_spine_* set."""

    ref: str = ""
    concepts: Mapping[str, Match] = field(default_factory=lambda: NO_CONCEPTS)
    words: tuple[str, ...] = ()
    conclusion: str = ""
    region: Region = "unknown"
    when: DateRange | None = None
    preliminary: bool = False

    def counts_for(self, concept: str) -> bool:
        """In the value set in full, not with lower confidence or as history."""
        match = self.concepts.get(concept)
        return match is not None and match.use == "full"


@dataclass(frozen=True, slots=True)
class Referral:
    """A ServiceRequest that is draft, active, on-hold or completed, with an order's intent. `sure` as for Procedure."""

    ref: str = ""
    concepts: Mapping[str, Match] = field(default_factory=lambda: NO_CONCEPTS)
    codes: frozenset[tuple[str, str]] = frozenset()
    words: tuple[str, ...] = ()
    status: str = ""
    region: Region = "unknown"
    authored: DateRange | None = None
    reasons: tuple[Reason, ...] = ()
    spine_words: bool = False
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Drug:
    """A drug ordered (MedicationRequest) or said to be taken (MedicationStatement), duplicates merged.

    `first` to `last`, both inclusive and never after the day, are the days it was or may have been taken; `assumed`
    says that they rest in part on an open order's assumed supply or on a partial date, and `known_first` to
    `known_last` are then the days that do not. `undatable`: the item cannot be placed in time, both are None.
    `supply_days` is the supply stated or worked out (None: neither). `concepts` are drug value sets by name;
    `opioid`: an exposure to an opioid (what clinical-logic B ignores is not in the record at all), and
    `use_disorder` that it treats opioid use disorder. `restated`: a statement of what an overlapping request
    orders: its days count, its fill and dose are the request's. `unsure`: status or intent not stated.
    `runs_out` is the last day it was meant for, be that after the day (None: no end is known), and `dose` what an
    opioid's item says of its dose.
    """

    ref: str = ""
    kind: Literal["request", "statement"] = "request"
    concepts: Mapping[str, Match] = field(default_factory=lambda: NO_CONCEPTS)
    label: str = ""
    product: str = ""
    ingredient: str = ""
    strength: str = ""
    status: str = ""
    requester: str = ""
    authored: DateRange | None = None
    first: date | None = None
    last: date | None = None
    assumed: bool = False
    known_first: date | None = None
    known_last: date | None = None
    undatable: bool = False
    supply_days: int | None = None
    opioid: bool = False
    use_disorder: bool = False
    restated: bool = False
    inpatient: bool = False
    injected: bool = False
    unsure: bool = False
    reasons: tuple[Reason, ...] = ()
    also: tuple[str, ...] = ()
    runs_out: date | None = None
    dose: OpioidDose | None = None


@dataclass(frozen=True, slots=True)
class PatientRecord:
    """One patient's chart as of `day`, the calendar day where the client is.

    `answers` says what came for each prefetch key; `oddities` each entry that was skipped or read with doubt, in
    words without chart text. Of measurements only those of the newest day that has any are there. The index of
    conditions and observations is made once: forty findings ask for a value set or a measurement each.
    """

    day: date
    born: DateRange | None = None
    deceased: bool = False
    conditions: tuple[Condition, ...] = ()
    drugs: tuple[Drug, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    observations: tuple[Observation, ...] = ()
    reports: tuple[Report, ...] = ()
    referrals: tuple[Referral, ...] = ()
    answers: Mapping[Key, Answer] = field(default_factory=lambda: MappingProxyType({}))
    oddities: tuple[str, ...] = ()
    _by_concept: Mapping[str, tuple[Condition, ...]] = field(init=False, repr=False, compare=False)
    _by_what: Mapping[str, tuple[Observation, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_concept: dict[str, tuple[Condition, ...]] = {}
        for entry in self.conditions:
            for concept in entry.concepts:
                by_concept[concept] = (*by_concept.get(concept, ()), entry)
        by_what: dict[str, tuple[Observation, ...]] = {}
        for measured in self.observations:
            by_what[measured.what] = (*by_what.get(measured.what, ()), measured)
        object.__setattr__(self, "_by_concept", by_concept)
        object.__setattr__(self, "_by_what", by_what)

    def conditions_in(self, concept: str) -> tuple[Condition, ...]:
        """The conditions in a value set, be it weakly or as history."""
        return self._by_concept.get(concept, ())

    def in_any(self, concepts: frozenset[str]) -> bool:
        """Some condition is in one of the value sets, be it weakly or as history."""
        return not concepts.isdisjoint(self._by_concept)

    def measured(self, what: str) -> tuple[Observation, ...]:
        """The measurements or answers of one kind."""
        return self._by_what.get(what, ())

    def answered(self, key: Key) -> bool:
        """The key came back whole: what is not in it is not on record."""
        return self.answers.get(key) is ANSWERED

    @property
    def medications_answered(self) -> bool:
        """Either medication key came back whole."""
        return self.answered("medicationStatements") or self.answered("medicationRequests")
