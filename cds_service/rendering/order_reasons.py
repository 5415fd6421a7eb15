"""What an order is for: the complaints or red flags that decided, with their codes, their region and their entries."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from cds_service.assessment.miss import Assessment
from cds_service.findings.complaints import Complaint
from cds_service.findings.finding import Fact
from cds_service.findings.flag import RedFlag
from cds_service.findings.on_record import refs
from cds_service.findings.spine import compatible
from cds_service.findings.words import as_in_a_sentence
from cds_service.knowledge.systems import ICD_10_CM
from cds_service.record.patient import Condition, Region
from cds_service.rendering.points import starting_signs
from cds_service.wire.cds_hooks import Coding
from cds_service.wire.orders import Concept

REGIONS: tuple[Region, ...] = ("cervical", "thoracic", "lumbar")
DIAGNOSIS = re.compile(r"[A-Z]\d[0-9A-Z][0-9A-Z]{0,4}", re.ASCII)
CATEGORY_LENGTH = 3  # after which an ICD-10-CM code has its dot
MOST_REASONS = 4


@dataclass(frozen=True, slots=True)
class Ground:
    """One complaint or red flag: our words for it, the region, the Conditions that tell of it."""

    text: str
    region: Region = "unknown"
    conditions: tuple[Condition, ...] = ()

    @property
    def concept(self) -> Concept:
        """With the ICD-10-CM codes that its Conditions carry."""
        codes = {code for entry in self.conditions for system, code in entry.codes if system == ICD_10_CM}
        dotted = sorted(map(_dotted, filter(DIAGNOSIS.fullmatch, codes)))
        return Concept(tuple(Coding(ICD_10_CM, code) for code in dotted), self.text)


@dataclass(frozen=True, slots=True)
class Grounds:
    """All of them, the most telling first, and the other entries that decided (a weakness, a gait difficulty).

    `regions` are the parts of the spine they name, from above; `place` says so: "lumbar spine", "spine". `complaint` is
    the first of them, without its region where the place says it: "stenosis with neurogenic claudication".
    """

    all: tuple[Ground, ...] = ()
    beside: tuple[str, ...] = ()
    regions: tuple[Region, ...] = field(init=False)
    place: str = field(init=False)
    complaint: str = field(init=False)

    def __post_init__(self) -> None:
        named = {ground.region for ground in self.all}
        regions = tuple(region for region in REGIONS if region in named)
        complaint = self.all[0].text if self.all else "spine disease"
        if len(regions) == 1 and self.all[0].region in regions:
            complaint = complaint.removeprefix(f"{regions[0]} ")
        object.__setattr__(self, "regions", regions)
        object.__setattr__(self, "place", place_in_words(regions))
        object.__setattr__(self, "complaint", complaint)

    @property
    def concepts(self) -> tuple[Concept, ...]:
        """For `reasonCode`, each once."""
        return tuple(dict.fromkeys(ground.concept for ground in self.all))[:MOST_REASONS]

    @property
    def sources(self) -> tuple[str, ...]:
        """For `reasonReference`: Conditions, as `Condition/id`."""
        return tuple(dict.fromkeys((*refs(*(c for ground in self.all for c in ground.conditions)), *self.beside)))

    def within(self, region: Region) -> Grounds:
        """Those that may be of this region; what stands beside them goes with all of them or not at all."""
        kept = tuple(ground for ground in self.all if compatible(ground.region, region))
        return Grounds(kept, self.beside if kept == self.all else ())


def place_in_words(regions: Iterable[Region]) -> str:
    """The part of the spine that is meant."""
    *others, last = ("", *regions)
    listed = ", ".join(filter(None, others))
    return " ".join(part for part in (f"{listed} and" if listed else "", last, "spine") if part)


def grounds_of(assessment: Assessment) -> Grounds:
    """Of an urgent card its flags; else the complaints of the signs that decided, or all that are current.

    Where there is no complaint, the signs themselves.
    """
    has = assessment.findings
    flags = (*has.red_flags.emergencies, *has.red_flags.prompts)
    if assessment.outcome == "urgent":
        return Grounds(tuple(map(_of_flag, flags)), each_source((flag.fact for flag in flags), "Condition"))
    signs = starting_signs(has)
    facts = list(dict.fromkeys(fact for sign in signs for fact in sign.facts))
    current = has.complaints.current()
    told = [complaint.fact for complaint in current]
    found = ((facts.index(fact), at) for at, fact in enumerate(told) if fact in facts)
    deciding = tuple(current[at] for _, at in sorted(found))
    beside = each_source((fact for fact in facts if fact not in told), "Condition")
    chosen = tuple(map(_of_complaint, deciding or has.complaints.symptoms() or current))
    return Grounds(chosen or tuple(Ground(sign.because) for sign in signs), beside)


def _of_complaint(complaint: Complaint) -> Ground:
    text = as_in_a_sentence(complaint.label or complaint.kind)
    return Ground(f"{text} (unconfirmed)" if complaint.unconfirmed else text, complaint.region, complaint.conditions)


def _of_flag(flag: RedFlag) -> Ground:
    named = {entry.region for entry in flag.entries} - {"unknown"}
    region: Region = named.pop() if len(named) == 1 else "unknown"
    return Ground(flag.fact.text, region, flag.entries)


def _dotted(code: str) -> str:
    """M48062 as it is written: M48.062."""
    head, tail = code[:CATEGORY_LENGTH], code[CATEGORY_LENGTH:]
    return f"{head}.{tail}" if tail else head


def each_source(facts: Iterable[Fact], *types: str) -> tuple[str, ...]:
    """The sources of these types of resource, each once."""
    found = dict.fromkeys(source for fact in facts for source in fact.sources)
    return tuple(source for source in found if source.partition("/")[0] in types)
